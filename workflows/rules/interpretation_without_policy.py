"""解读没有对应的政策: an interpretation whose policy is not named, or cannot be read any more (国办发〔2016〕80号)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import aliased

from content.base import local_date
from content.documents import WITHDRAWN, Document, Live, Relation
from content.findings import RED, YELLOW
from workflows.looking import Look
from workflows.rules import Found, Rule
from workflows.rules._checked import title


def find(look: Look) -> Iterator[Found]:
    """What was brought along had no links where it came from: yellow."""
    policy = aliased(Live)
    linked = (select(Relation.target_id).join(policy, policy.document_id == Relation.target_id).where(
        Relation.source_id == Live.document_id, Relation.kind == "interprets", policy.state != WITHDRAWN,
        policy.audience == "public").exists())
    query = look.in_scope(select(Live, Document.imported).join(Document, Document.id == Live.document_id).where(
        Live.type == "interpretation", ~linked))
    for live, imported in look.session.execute(query):
        day = local_date(live.published)
        yield Found("document", live.document_id, live.index_number, live.department_id,
                    YELLOW if imported else RED, day, day.isoformat(), "没有关联到公众能看到的政策文件",
                    column_id=live.column_id, evidence={"url": live.url, "title": title(look, live)})


RULE = Rule(
    "interpretation_without_policy", "解读没有对应的政策", "Interpretation without policy", "document",
    "《〈关于全面推进政务公开工作的意见〉实施细则》（国办发〔2016〕80号）：政策文件与解读材料相互关联",
    "更正解读，在“解读的文件”里选对应的政策；政策已经撤回的，一并撤回解读", find, frozenset({"document"}))
