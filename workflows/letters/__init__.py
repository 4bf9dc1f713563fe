"""Letters (文书): what goes out in a case, composed from templates that an administrator may edit, then frozen.

A kind of letter is one file of `kinds/` (TOML), found by itself: its title, the mark in its number, and its
paragraphs with placeholders such as `${received}`. A template that was edited in the house stands over the shipped
one. What is composed is plain data (`Letter`), so that page, PDF and receipt show the same words.

Numbers are gap-free for each organ and year: 清信公开〔2026〕12号 (国办公开办函〔2020〕2号, 答复文书格式).
"""

from __future__ import annotations

import datetime as dt
import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import cases, journal, numbers
from content.base import now
from content.cases import Case, LetterTemplate
from content.house import House
from workflows.asks import FEES
from workflows.outcomes import NONE as NO_REMEDY
from workflows.outcomes import OUTCOMES, RECONSIDER_FIRST

KINDS = Path(__file__).parent / "kinds"
REPLY = "reply"
_PLACE = re.compile(r"\$\{(\w+)\}")


class BadTemplate(ValueError):
    """A template is wrong; the message says what and what to do, in Chinese."""


@dataclass(frozen=True)
class Template:
    """`mark` stands in the number behind the serial where there is one; `places` are the placeholders it may use."""

    kind: str
    name: str  # what the desk calls it
    title: str  # above the letter
    mark: str
    paragraphs: tuple[str, ...]
    places: tuple[str, ...]
    remedies: bool = False  # whether the remedies (救济途径) are told at its end


@dataclass(frozen=True)
class Letter:
    """A letter in plain words. `to` is the addressee; `paragraphs` stand between greeting and signature."""

    kind: str
    title: str
    number: str
    to: str
    paragraphs: tuple[str, ...]
    organ: str
    day: str  # 2026年11月22日

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"paragraphs": list(self.paragraphs)}


# -- templates --------------------------------------------------------------------------------------------------

@lru_cache(maxsize=1)
def shipped() -> dict[str, Template]:
    """Every kind of letter, as it is shipped."""
    found = {}
    for path in sorted(KINDS.glob("*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = Template(path.stem, raw["name"], raw["title"], raw.get("mark", ""),
                                    tuple(raw["paragraphs"]), tuple(raw.get("places", ())) + COMMON,
                                    raw.get("remedies", False))
    return found


COMMON = ("applicant", "organ", "received", "submitted", "number", "case_number", "description", "due", "today",
          "phone", "address")


def template(session: Session, kind: str) -> Template:
    """The template that holds now. Raises `LookupError` for an unknown kind."""
    try:
        base = shipped()[kind]
    except KeyError:
        raise LookupError(f"no letter {kind!r}; there are {', '.join(shipped())}") from None
    edited = session.scalars(select(LetterTemplate).where(LetterTemplate.kind == kind)
                             .order_by(LetterTemplate.version.desc()).limit(1)).first()
    if edited is None:
        return base
    return Template(kind, base.name, edited.title, base.mark, tuple(_split(edited.body)), base.places, base.remedies)


def edit(session: Session, kind: str, title: str, body: str, *, actor_id: int,
         at: dt.datetime | None = None) -> LetterTemplate:
    """A new version of a template. Raises `BadTemplate`; letters already issued stay as they are."""
    base = template(session, kind)
    check(base, title, body)
    last = session.scalars(select(LetterTemplate.version).where(LetterTemplate.kind == kind)
                           .order_by(LetterTemplate.version.desc()).limit(1)).first() or 0
    made = LetterTemplate(kind=kind, version=last + 1, title=title.strip(), body=body.strip(), at=at or now(),
                          actor_id=actor_id)
    session.add(made)
    session.flush()
    journal.record(session, "letter.edit", ("letter", made.id), actor_id=actor_id, at=at, letter=kind,
                   version=made.version)
    return made


def check(base: Template, title: str, body: str) -> None:
    """Raises `BadTemplate` for an empty one, or one that names what there is not."""
    if not title.strip() or not _split(body):
        raise BadTemplate("标题和正文都不能空")
    if unknown := [name for name in _PLACE.findall(body) if name not in base.places]:
        raise BadTemplate(f"没有“${{{unknown[0]}}}”这一项；可以用：{'、'.join(f'${{{name}}}' for name in base.places)}")
    if "$" in _PLACE.sub("", body):
        raise BadTemplate("“$”只能用在 ${名称} 里")


def _split(body: str) -> list[str]:
    return [line.strip() for line in body.splitlines() if line.strip()]


# -- composing --------------------------------------------------------------------------------------------------

def next_number(session: Session, house: House, case: Case, kind: str, day: dt.date) -> str:
    """`X信公开〔2026〕12号`, with the mark of its kind: gap-free for organ and year."""
    unit = house.tree(session).departments.by_id[case.office_id]
    serial = numbers.take(session, f"letter/{unit.code}/{day.year}")
    return f"{unit.short_name}信公开〔{day.year}〕{serial}号{template(session, kind).mark}"


def compose(session: Session, house: House, case: Case, kind: str, facts: Mapping[str, Any], *, number: str,
            day: dt.date) -> dict[str, Any]:
    """The letter as plain data (`Letter.plain`), with what the desk gave (`outcome`, `says`) kept beside it."""
    chosen = template(session, kind)
    values = _values(session, house, case, facts, number, day)
    paragraphs = [_fill(paragraph, values) for paragraph in chosen.paragraphs]
    if kind == REPLY:
        paragraphs += reply_paragraphs(facts)
    if chosen.remedies:
        paragraphs += remedies(session, house, case, facts)
    made = Letter(kind, chosen.title, number, values["to"], tuple(each for each in paragraphs if each.strip()),
                  values["organ"], values["today"])
    return made.plain() | {name: facts[name] for name in ("outcome", "says") if name in facts}


def _fill(paragraph: str, values: Mapping[str, Any]) -> str:
    return string.Template(paragraph).safe_substitute(values)


def _values(session: Session, house: House, case: Case, facts: Mapping[str, Any], number: str,
            day: dt.date) -> dict[str, str]:
    """Every placeholder in words."""
    units, inside = house.tree(session).departments.by_id, cases.contents(session, house, case)
    organ, applicant = units[case.office_id], inside["applicant"]
    name = applicant.get("name") or applicant.get("organisation") or ""
    words = {key: written(value) for key, value in facts.items() if not isinstance(value, (Mapping, list))}
    return words | {
        "applicant": name, "to": facts.get("whom") or name, "organ": organ.name, "number": number,
        "case_number": case.number, "received": written(case.received or case.submitted),
        "submitted": written(case.submitted), "description": inside["request"].get("description", ""),
        "due": written(case.due) if case.due else "", "today": written(day), "phone": organ.phone,
        "address": organ.address, "fee_way": FEES.get(str(facts.get("fee_basis")), "")}


def written(value: Any) -> str:
    """A value as a letter writes it: 2026年11月22日."""
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, dt.date) else str(value)


def reply_paragraphs(facts: Mapping[str, Any]) -> list[str]:
    """The decision with its article, and what its outcome must say (Art. 36–39)."""
    outcome, says = OUTCOMES[facts["outcome"]], facts.get("says", {})
    law = f"根据《中华人民共和国政府信息公开条例》{outcome.article}的规定，" if outcome.article.startswith("第") else \
        f"根据{outcome.article}的规定，" if outcome.article else ""
    return [f"经审查，{law}本机关决定：{DECISIONS[outcome.group].format(title=outcome.title)}",
            *(f"{SAID[name]}{says[name]}" for name in outcome.says if says.get(name))]


DECISIONS = {"granted": "对您申请的政府信息予以公开。",
             "partly": "对您申请的政府信息区分处理：可以公开的部分予以公开，其余部分不予公开。",
             "withheld": "对您申请的政府信息不予公开（{title}）。",
             "unavailable": "对您申请的政府信息无法提供（{title}）。",
             "not_handled": "对您的申请不予处理（{title}）。", "other": "对您的申请作如下处理：{title}。"}
SAID = {"content": "公开的内容，或者获取的方式、途径和时间：", "reason": "理由：", "law": "依据的规定：",
        "where": "获取或者反映的途径：", "search": "检索情况，或者负责公开的机关：", "earlier": "此前的答复："}


def remedies(session: Session, house: House, case: Case, facts: Mapping[str, Any]) -> list[str]:
    """What the applicant may do against the decision (行政复议法 Art. 20, 23, 24; 行政诉讼法 Art. 46)."""
    kind = OUTCOMES[facts["outcome"]].remedy if facts.get("outcome") in OUTCOMES else NO_REMEDY
    if kind == NO_REMEDY:
        return []
    above = _above(session, house, case)
    if kind == RECONSIDER_FIRST:
        return [f"如不服本答复中不予公开的决定，应当自收到本答复书之日起60日内先向{above}申请行政复议；"
                "对行政复议决定不服的，可以自收到复议决定书之日起15日内向人民法院提起行政诉讼（《中华人民共和国行政复议法》第二十三条）。"]
    return [f"如不服本答复，可以自收到本答复书之日起60日内向{above}申请行政复议，或者自收到本答复书之日起6个月内"
            "向人民法院提起行政诉讼。"]


def _above(session: Session, house: House, case: Case) -> str:
    """The organ of reconsideration: the people's government of the same level (行政复议法 Art. 24)."""
    units = house.tree(session).departments.by_id
    unit = units[case.office_id]
    above = units.get(unit.parent_id) if unit.parent_id else None
    return above.name if above is not None else "上一级人民政府"
