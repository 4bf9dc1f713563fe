"""有效性有误: policy documents shown as valid although their dates or another document ended them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from content.base import local_date
from content.documents import WITHDRAWN, Live, Relation, Rendition
from content.findings import RED
from content.validity import OUT_OF_FORCE, next_turn, validity_on
from workflows.looking import Look
from workflows.rules import Found, Rule
from workflows.rules._checked import title
from workflows.validity import ENDING

_DATES = ("effective", "expires", "abolished")


def find(look: Look) -> Iterator[Found]:
    """The system turns validity by itself on the day; a day is left to it."""
    ended = {live.document_id: (live, by) for live, by in _ended_by_others(look)}
    for live, (by, day) in ended.values():
        yield _found(look, live, day, f"已由《{by}》废止或者代替，仍显示为“{live.validity}”")
    for live, day, due in _by_its_dates(look):
        if live.document_id not in ended:
            yield _found(look, live, day, f"按自己的日期应为“{due}”，仍显示为“{live.validity}”")


def _ended_by_others(look: Look) -> Iterator[tuple[Live, tuple[str, dt.date]]]:
    """What a live document abolishes or replaces since some day before the look, and still looks valid."""
    ending, text = aliased(Live), aliased(Rendition)
    query = look.in_scope(
        select(Live, ending, text.data)
        .join(Relation, Relation.target_id == Live.document_id).join(ending, ending.document_id == Relation.source_id)
        .join(text, text.id == ending.rendition_id)
        .where(Relation.kind.in_(ENDING), ending.state != WITHDRAWN, ending.published < look.end,
               Live.validity.not_in(OUT_OF_FORCE), Live.validity != ""))
    for live, other, data in look.session.execute(query):
        begins = dt.date.fromisoformat(data.get("effective") or "0001-01-01")
        first = max(begins, local_date(other.published))
        if first < look.day:
            yield live, (title(look, other), first)


def _by_its_dates(look: Look) -> Iterator[tuple[Live, dt.date, str]]:
    """What its own dates say otherwise than is shown, with the day since when, and what they say."""
    said = [Rendition.data[name].as_string() < look.day.isoformat() for name in _DATES]
    query = look.in_scope(select(Live, Rendition.data).join(Rendition, Rendition.id == Live.rendition_id).where(
        Live.type == "policy", Live.validity.not_in(OUT_OF_FORCE), or_(*said)))
    for live, data in look.session.execute(query):
        before = look.day - dt.timedelta(days=1)
        right = validity_on(data, before)
        if right != live.validity and right == validity_on(data, look.day):
            yield live, _since(data, before), right


def _since(data: dict, day: dt.date) -> dt.date:
    """The first day on which the dates said so."""
    first = dt.date.min
    while (turn := next_turn(data, first)) is not None and turn <= day:
        first = turn
    return first if first != dt.date.min else day


def _found(look: Look, live: Live, day: dt.date, words: str) -> Found:
    told = {"url": live.url, "title": title(look, live), "shown": live.validity}
    return Found("document", live.document_id, live.index_number, live.department_id, RED, day, day.isoformat(), words,
                 column_id=live.column_id, evidence=told)


RULE = Rule(
    "validity", "有效性有误", "Abolished or expired, but shown as valid", "document",
    "《政府信息公开条例》第六条；国办发〔2019〕54号（及时更新有效性）", "更正文件的有效性或者日期", find,
    frozenset({"document"}), scoped=True)
