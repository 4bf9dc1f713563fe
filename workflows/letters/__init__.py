"""Letters (文书): what goes out in a case, composed from templates that an administrator may edit, then frozen.

What is composed is plain data (`Letter`), so that page, PDF and receipt show the same words. A paragraph that names
something of which nothing was said is left out: so one template serves 信息不存在 and 不属于本机关负责公开.

Numbers are gap-free for each organ and year: 清信公开〔2026〕12号 (国办公开办函〔2020〕2号, 答复文书格式).
"""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from content import cases, numbers
from content.cases import Case
from content.house import House
from workflows.asks import FEES
from workflows.letters.templates import (
    PART,
    PLACE,
    REMEDIES,
    ROW,
    BadTemplate,
    Template,
    check,
    edit,
    for_applicant,
    reset,
    shipped,
    template,
    versions,
)
from workflows.outcomes import FEE_TIERS, OUTCOMES

__all__ = ["BadTemplate", "Letter", "Template", "check", "compose", "delivery_record", "edit", "fill", "for_applicant",
           "next_number", "reset", "shipped", "template", "versions"]

REPLY, RELEASED = "reply", "released"
ORGAN_LEVEL = "县"  # of departments that are a people's government


@dataclass(frozen=True)
class Letter:
    """A letter in plain words. `to` is the addressee; `paragraphs` and then `rows` (name, value) stand between
    greeting and signature; `enclosures` are names of files."""

    kind: str
    title: str
    number: str
    to: str
    paragraphs: tuple[str, ...]
    organ: str
    day: str  # 2026年11月22日
    rows: tuple[tuple[str, str], ...] = ()
    enclosures: tuple[str, ...] = ()
    contact: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self) | {"paragraphs": list(self.paragraphs), "rows": [list(row) for row in self.rows],
                               "enclosures": list(self.enclosures)}


def next_number(session: Session, house: House, case: Case, kind: str, day: dt.date, outcome: str = "") -> str:
    """The next number by the house's rule, with the mark of its kind: gap-free for organ and year."""
    unit = house.tree(session).departments.by_id[case.office_id]
    serial = numbers.take(session, f"letter/{unit.code}/{day.year}")
    part = shipped().get(f"{kind}.{outcome}")
    mark = (part.mark if part else "") or template(session, kind).mark
    return house.letter_rule.format(organ=unit.short_name, code=unit.code, year=day.year, serial=serial, mark=mark)


def compose(session: Session, house: House, case: Case, kind: str, facts: Mapping[str, Any], *, number: str,
            day: dt.date) -> dict[str, Any]:
    """The letter as plain data (`Letter.plain`), with what the desk gave (`outcome`, `says`) kept beside it."""
    values = _values(session, house, case, facts, number, day)
    if not for_applicant(kind):
        values["to"] = str(facts.get("whom", ""))
    enclosures = [cases.file_name(session, house, file) for file in case.files if file.role == RELEASED] \
        if kind == REPLY else []
    made = fill(session, kind, values, choice={"type": case.type, **facts}, enclosures=tuple(enclosures))
    return made.plain() | {name: facts[name] for name in ("outcome", "says") if name in facts}


def delivery_record(session: Session, house: House, case: Case, letter: Mapping[str, Any], way: str = "　",
                    *, day: dt.date) -> dict[str, Any]:
    """送达回证: the form that is signed when `letter` (as it was issued) is handed over; it has no number."""
    facts = {"whom": letter["to"], "letter_title": letter["title"], "letter_number": letter["number"], "way": way}
    return compose(session, house, case, "delivery_record", facts, number="", day=day)


def fill(session: Session, kind: str, values: Mapping[str, str], *, choice: Mapping[str, Any],
         enclosures: tuple[str, ...] = (), instead: Template | None = None) -> Letter:
    """A letter of `values` (every placeholder in words); `choice` names the variant of a kind that has some.

    `instead` stands in for the template of its kind, or for one of the parts: for a preview.
    """
    def now_held(name: str) -> Template:
        return instead if instead is not None and instead.kind == name else template(session, name)

    chosen = now_held(kind)
    part = _part(now_held, chosen, choice)
    lines = [line for line in _lines(now_held, chosen, part, choice) if _is_said(line, values)]
    rows = [line.split(ROW, 1) for line in lines if ROW in line]
    said = [_ended(_put(line, values)) for line in lines if ROW not in line]
    return Letter(kind, (part.title if part else "") or chosen.title, values["number"],
                  values["to"] if chosen.to else "", tuple(said), values["organ"], values["today"],
                  tuple((_put(name, values), _put(value, values)) for name, value in rows), enclosures,
                  _contact(values))


def _part(held: Callable[[str], Template], chosen: Template, choice: Mapping[str, Any]) -> Template | None:
    kind = f"{chosen.kind}.{choice.get(chosen.by)}"
    return held(kind) if kind in shipped() else None


def _lines(held: Callable[[str], Template], chosen: Template, part: Template | None,
           choice: Mapping[str, Any]) -> Iterator[str]:
    """The paragraphs with those of the variant and of the remedies in their places."""
    for line in chosen.paragraphs:
        if line == f"${{{PART}}}":
            yield from part.paragraphs if part else ()
        elif line == f"${{{REMEDIES}}}":
            yield from held(_remedies(chosen, choice)).paragraphs
        else:
            yield line


def _remedies(chosen: Template, choice: Mapping[str, Any]) -> str:
    """Which remedies: those of the letter, or of the outcome (行政复议法 Art. 20, 23; 行政诉讼法 Art. 45, 46)."""
    if chosen.remedy:
        return f"{REMEDIES}.{chosen.remedy}"
    own = f"{REMEDIES}.{choice['outcome']}"
    return own if own in shipped() else f"{REMEDIES}.{OUTCOMES[choice['outcome']].remedy}"


def _is_said(line: str, values: Mapping[str, str]) -> bool:
    """Whether something was said of everything that it names."""
    return all(values.get(name) for name in PLACE.findall(line))


def _put(line: str, values: Mapping[str, str]) -> str:
    return string.Template(line).substitute(values)


def _ended(line: str) -> str:
    """With a full stop, where the words that were put in bring none."""
    return line if line[-1] in "。！？：；）”" else f"{line}。"


def _contact(values: Mapping[str, str]) -> str:
    known = (("联系电话", values["phone"]), ("地址", values["address"]))
    return "；".join(f"{name}：{value}" for name, value in known if value)


# -- values -----------------------------------------------------------------------------------------------------

def _values(session: Session, house: House, case: Case, facts: Mapping[str, Any], number: str,
            day: dt.date) -> dict[str, str]:
    """Every placeholder in words."""
    units, inside = house.tree(session).departments.by_id, cases.contents(session, house, case)
    organ, applicant, asked = units[case.office_id], inside["applicant"], inside["request"]
    name = applicant.get("name") or applicant.get("organisation") or ""
    basis = str(facts.get("fee_basis"))
    given = {**asked, **facts, **facts.get("says", {})}
    words = {key: written(value) for key, value in given.items() if not isinstance(value, Mapping | list)}
    return words | {
        "applicant": name, "to": name, "organ": organ.name, "number": number,
        "you": "您" if case.applicant_class in ("", "natural") else "贵单位",
        "case_number": case.number, "received": written(case.received or case.submitted),
        "submitted": written(case.submitted), "description": str(asked.get("description", "")),
        "due": _due(case), "today": written(day), "phone": organ.phone, "address": organ.address,
        "above": above(session, house, case), "fee_way": FEES.get(basis, ""), "fee_tiers": FEE_TIERS.get(basis, "")}


def _due(case: Case) -> str:
    if case.due is None:
        return ""
    return written(case.due) + ("（暂定）" if case.provisional else "")


def written(value: Any) -> str:
    """A value as a letter writes it: 2026年11月22日."""
    if isinstance(value, dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    return "" if value is None else str(value).strip()


def above(session: Session, house: House, case: Case) -> str:
    """The organ of reconsideration (行政复议法 Art. 24): of departments and townships the government above them, of
    the county's government itself the city's (setting `superior_organ`)."""
    units = house.tree(session).departments
    governments = [units.by_id[number] for number in units.chain(case.office_id)[1:]]
    found = next((unit.name for unit in governments if unit.level == ORGAN_LEVEL), "")
    return found or house.superior_organ or "上一级人民政府"
