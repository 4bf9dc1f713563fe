"""Metadata of what is published: what its type needs and lacks, and what contradicts itself (要素不全或者矛盾).

What was brought along is not asked for what nobody gave it where it came from: a law has no 发文字号.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from content.base import local_date
from content.documents import Document
from content.house import House
from content.numbers import DocumentNumber, is_number
from content.types import type_of
from content.validity import ABOLISHED, NOT_YET
from workflows.checks import Check, Shown

# How names of organs end, beyond those of the directory: governments above, courts, offices, firms that serve all.
_ORGANS = re.compile(
    r"(?:政府|人大|政协|常委会|委员会|办公室|办公厅|办|局|厅|部|委|院|署|司|处|科|室|中心|总站|站|所|总队|支队|大队|队|会|"
    r"领导小组|指挥部|小组|机关|法院|检察院|学校|大学|中学|小学|幼儿园|医院|公司|集团|企业|银行|中央|党组|行|社|馆|厂|"
    r"街道|镇|乡|村|社区|管委会|联合会|协会|基金会)$")
_BETWEEN = re.compile(r"[、,，;；/\s　]+|(?<=[局委办部厅])和(?=[\u4e00-\u9fff]{2})")
_BRACKETED = re.compile(r"[（(][^（()）]*[）)]$")


def mark(house: House, session: Any) -> str:
    """This source, and the names of the organs."""
    names = sorted(_directory(house.tree(session)))
    return hashlib.sha256("\0".join((Path(__file__).read_text("utf-8"), *names)).encode()).hexdigest()[:16]


def look(shown: Shown) -> list[dict[str, Any]]:
    """`{"field", "problem"}`, both for people; `field` is the title of a field."""
    data = shown.rendition.data
    found = [*_lacking(shown), *_empty(shown), *_number(shown.live.type, data), *_dates(shown, data),
             *_issuer(shown, data)]
    return [{"field": title, "problem": problem} for title, problem in found]


def _lacking(shown: Shown) -> list[tuple[str, str]]:
    """What its type needs; whether it names another document, a rule of its own says."""
    kind, data = type_of(shown.live.type), shown.rendition.data
    names = [name for name in kind.required if name not in kind.relations and data.get(name) in (None, "", [])]
    if not names or shown.session.scalar(select(Document.imported).where(Document.id == shown.live.document_id)):
        return []
    schema = kind.schema()
    return [(schema[name].title, "没有填写") for name in names]


def _empty(shown: Shown) -> Iterator[tuple[str, str]]:
    made = shown.rendition
    if not made.title.strip():
        yield "标题", "没有填写"
    if not made.text.strip() and not made.files:
        yield "正文", "是空的，也没有附件"


def _number(kind: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Of a policy document strictly; of others numbers have many forms."""
    written, formed = data.get("number", ""), _day(data, "formed")
    if written and kind == "policy" and not is_number(written):
        yield "发文字号", "不是规范的写法"
    parsed = DocumentNumber.parse(written) if written else None
    if parsed and formed and kind == "policy" and not formed.year - 1 <= parsed.year <= formed.year:
        yield "发文字号", f"年份是{parsed.year}，成文日期却在{formed.year}年"


def _dates(shown: Shown, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """成文 ≤ 发布 ≤ today; what ends does not end before it begins."""
    published, formed = local_date(shown.live.published), _day(data, "formed")
    if formed and formed > published:
        yield "成文日期", f"{formed}，晚于发布日期{published}"
    if published > shown.day:
        yield "发布日期", f"{published}，还没有到"
    for name, title in (("expires", "失效日期"), ("abolished", "废止日期"), ("ends", "公示截止日期")):
        last = _day(data, name)
        if last and formed and last < formed:
            yield title, f"{last}，早于成文日期{formed}"
    begins = _day(data, "effective")
    for name, title in (("expires", "失效日期"), ("abolished", "废止日期")):
        last = _day(data, name)
        if last and begins and last < begins:
            yield title, f"{last}，早于实施日期{begins}"
    yield from _said(data, shown.day)


def _said(data: Mapping[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
    """What was said of its validity, against its own dates."""
    if data.get("validity") == NOT_YET and not data.get("effective"):
        yield "实施日期", "有效性是尚未施行，没有实施日期"
    ended = _day(data, "abolished")
    if data.get("validity") == ABOLISHED and ended and ended > day:
        yield "有效性", f"已写为废止，废止日期{ended}却还没有到"


def _issuer(shown: Shown, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = _directory(shown.house.tree(shown.session))
    for name in filter(None, _BETWEEN.split(data.get("issuer", "").strip())):
        plain = _BRACKETED.sub("", name)
        if plain not in known and not _ORGANS.search(plain):
            yield "发布机构", f"“{name}”不在机构名录里，也不像机关名称"


def _directory(tree: Any) -> set[str]:
    units = tree.departments.by_id.values()
    return {name for unit in units for name in (unit.name, unit.short_name) if name}


def _day(data: Mapping[str, Any], name: str) -> dt.date | None:
    return dt.date.fromisoformat(data[name]) if data.get(name) else None


CHECK = Check("metadata", "要素不全或者矛盾", mark, look)
