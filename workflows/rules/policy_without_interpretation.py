"""政策没有解读: what sets rules for many is explained within three working days (国办发〔2016〕80号).

That asks it of policies "that reach many, that people care about, that are special"; here those are the normative
documents and rules (行政规范性文件、规章), and by a setting everything in the columns of 重点领域. What answers one
case (批复, 函) is not among them, nor what was brought along or is out of force.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from content.base import local_date
from content.documents import WITHDRAWN, Document, Live, Relation, Rendition
from content.findings import RED
from content.types import STANDINGS
from content.validity import OUT_OF_FORCE
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold
from workflows.rules._checked import title

_ANSWERS = ("批复", "函", "纪要", "请示", "议案")  # 公文种类 that are for one case


def find(look: Look) -> Iterator[Found]:
    days = RULE.threshold(look, "days")
    for live in look.session.scalars(_alone(look, days)):
        published = local_date(live.published)
        due = look.calendar.add_workdays(published, days).date
        if due < look.day:
            yield Found("document", live.document_id, live.index_number, live.department_id, RED,
                        due + dt.timedelta(days=1), published.isoformat(),
                        f"公开后{days}个工作日没有解读，期限是{due.isoformat()}", due=due, column_id=live.column_id,
                        evidence={"url": live.url, "title": title(look, live), "published": published.isoformat()})


def _alone(look: Look, days: int) -> Select:
    """Policies in force that need an interpretation and have none that is live."""
    other = aliased(Live)
    interpreted = (select(Relation.source_id).join(other, other.document_id == Relation.source_id).where(
        Relation.target_id == Live.document_id, Relation.kind == "interprets", other.state != WITHDRAWN,
        other.published < look.end).exists())
    return look.in_scope(
        select(Live).join(Document, Document.id == Live.document_id)
        .join(Rendition, Rendition.id == Live.rendition_id)
        .where(Live.type == "policy", Live.audience == "public", Document.imported.is_(False),
               Live.published < look.end - dt.timedelta(days=days),
               Live.validity.not_in(OUT_OF_FORCE), ~interpreted, _needs_one(look)))


def _needs_one(look: Look) -> ColumnElement[bool]:
    standing = Rendition.data["standing"].as_string().in_(STANDINGS)
    if not RULE.threshold(look, "featured"):
        return standing
    featured = [node.id for node in look.tree.walk() if any(above.featured for above in node.chain)]
    genre = Rendition.data["genre"].as_string().not_in(_ANSWERS)
    return or_(standing, Live.column_id.in_(featured) & genre)


RULE = Rule(
    "policy_without_interpretation", "政策没有解读", "Policy without interpretation", "document",
    "《〈关于全面推进政务公开工作的意见〉实施细则》（国办发〔2016〕80号）：政策文件公开后3个工作日内发布解读材料",
    "发布政策解读，并在“解读的文件”里选这份文件", find, frozenset({"document"}),
    {"days": Threshold(3, "公开后多少个工作日内解读", "工作日", "国办发〔2016〕80号"),
     "featured": Threshold(0, "重点领域栏目的政策文件也要解读（0 不要，1 要）")})
