"""A county of any size, clean by every rule of supervision on its day: the rows that publishing makes, in bulk.

`grow` puts it on the small county of the tests. Its newest publication is `quiet` days old, the others go back a few
years; every type of update rule is there, the items of Art. 20, guide, annual reports, policies with their
interpretations, cases and letters within their limits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from factories import County
from sqlalchemy import JSON, func, insert, literal, select, text, update
from sqlalchemy.orm import Session

from content import journal, places
from content.base import SHANGHAI, UTCDateTime
from content.cases import Case
from content.checks import Checked
from content.documents import Document, Listing, Live, Relation, Rendition, Revision
from content.outbox import Delivery
from content.people import Department
from content.tree import Column
from workflows.checks import all_checks

RULES: tuple[dict[str, Any], ...] = (
    {"type": "interval", "days": 30}, {"type": "interval", "days": 60}, {"type": "interval", "days": 90},
    {"type": "yearly", "due_month_day": "03-31"}, {"type": "quarterly", "due_days_after_quarter_end": 20},
    {"type": "monthly", "due_day": 20}, {"type": "static"},
    {"type": "event", "event": "领导任免", "working_days_after_event": 20})
PLAIN = "现将有关工作安排公布如下，请各有关单位认真做好落实。各村、各社区应当按照职责分工组织实施，确保工作取得实效。"
GUIDE = ("本指南说明政府信息的分类、编排体系和获取方式。公开工作机构名称：清源县人民政府办公室。"
         "办公地址：清源县城关镇人民路1号。办公时间：工作日8:30至17:30。联系电话：0399-6660000。传真：0399-6660001。电子邮箱见网站首页。")
BATCH = 5000
DIGITS = "一二三四五六七八九十"


def moment(day: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), SHANGHAI)


@dataclass
class Large:
    """The county as it grew. `columns` are leaves by path, `units` departments by code; numbers of rows run on."""

    county: County
    session: Session
    day: dt.date
    newest: dt.date
    columns: dict[str, int] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)  # column -> department
    documents: int = 0
    _next: int = 0
    _rows: dict[type, list[dict[str, Any]]] = field(default_factory=dict)

    def column(self, slug: str, rule: dict[str, Any], *, name: str = "", parent: int | None = None,
               owner: int | None = None, opened: dt.date | None = None, **more: Any) -> int:
        """A column, without a row of the journal: `seen` tells everybody of all of them."""
        number = (self.session.scalar(select(func.max(Column.id))) or 0) + 1
        owner = owner or self.county.departments["QY-mzj"]
        values = {"id": number, "slug": slug, "name": name or f"栏目{number}", "code": f"L{number}", "rule": rule,
                  "parent_id": parent, "department_id": owner, "opened": opened, "position": number,
                  "types": ["notice", "policy", "interpretation", "page"], **more}
        self.session.execute(insert(Column), [values])
        self.columns[slug], self.owners[number] = number, owner
        return number

    def seen(self) -> None:
        """Let every process take a new picture of the tree."""
        number = self.county.columns["tzgg"]
        journal.record(self.session, "column.change", ("column", number), actor_id=None, before={}, after={})
        self.session.commit()

    def document(self, column: int, published: dt.date, *, kind: str = "notice", title: str = "", body: str = PLAIN,
                 formed: dt.date | None = None, department: int | None = None, data: dict[str, Any] | None = None,
                 live: dict[str, Any] | None = None, **more: Any) -> int:
        """A public document with its rows, written by `flush`; `more` are values of the document itself."""
        if not self._next:
            self._next = max(self.session.scalar(select(func.max(each.id))) or 0
                             for each in (Document, Revision, Rendition)) + 1
        number, self._next = self._next, self._next + 1
        at, unit = moment(published), department or self.owners.get(column) or self.county.departments["QY-mzj"]
        title = title or f"关于公布第{number}号工作安排的通知"
        data = {"formed": (formed or published).isoformat(), **(data or {})}
        summary = (live or {}).pop("summary", body[:60])
        files = (live or {}).pop("files", [])
        self.put(Document, **{
            "id": number, "type": kind, "column_id": column, "also": [], "department_id": unit,
            "workflow": "publication", "state": "published", "state_since": at, "owner_id": None, "head_id": None,
            "source_id": None, "imported": False, "emergency": False, "created": at, **more})
        self.put(Revision, id=number, document_id=number, ordinal=1, author_id=None, created=at, title=title,
                  body=f"<p>{body}</p>", data=data, attachments=[], note="")
        self.put(Rendition, id=number, revision_id=number, made=at, title=title, summary=summary,
                  body=f"<p>{body}</p>", text=body, data=data, chain=[], files=files, changes=[])
        self.put(Live, **{
            "document_id": number, "state": "public", "audience": "public", "cleared_for": "public",
            "year": published.year, "serial": 1_000_000 + number, "index_number": f"QY-L-{number}",
            "rendition_id": number, "type": kind, "column_id": column, "department_id": unit, "title": title,
            "published": at, "changed": at, "formed": formed or published, "number": data.get("number", ""),
            "validity": data.get("validity", ""), "topic": "", "corrections": 0, "reason_kind": "", "reason": "",
            **(live or {})})
        self.put(Listing, document_id=number, column_id=column, published=at)
        self.documents += 1
        if len(self._rows[Document]) >= BATCH:
            self._write()
        return number

    def interpreted(self, column: int, published: dt.date, **more: Any) -> tuple[int, int]:
        """A normative document and its interpretation."""
        policy = self.policy(column, published, **more)
        return policy, self.interpretation(column, published, policy)

    def policy(self, column: int, published: dt.date, *, data: dict[str, Any] | None = None, **more: Any) -> int:
        number = self._next or 1
        values = {"number": f"清政发〔{published.year}〕{number}号", "issuer": "清源县人民政府",
                  "standing": "normative", "genre": "通知", "validity": "有效", "topic": "综合政务"}
        return self.document(column, published, kind="policy", data=values | (data or {}), **more)

    def interpretation(self, column: int, published: dt.date, policy: int | None) -> int:
        number = self.document(column, published, kind="interpretation", title=f"第{self._next}号政策解读",
                               data={"form": "text", **({"interprets": policy} if policy else {})})
        if policy:
            self.put(Relation, source_id=number, target_id=policy, kind="interprets")
        return number

    def case(self, kind: str, number: str, received: dt.date, *, state: str, office: int | None = None,
             finished: dt.date | None = None, **more: Any) -> None:
        office = office or self.county.departments["QY-mzj"]
        self.put(Case, **{"type": kind, "number": number, "code_hash": number, "workflow": kind, "state": state,
                           "state_since": moment(received), "office_id": office, "department_id": office,
                           "handler_id": None, "channel": "internet", "applicant_class": "natural",
                           "submitted": received, "received": received, "confirmed": received, "finished": finished,
                           "clock": "", "due": None, "provisional": False, "outcome": "", "imported": False,
                           "created": moment(received), "sealed": b"", **more})

    def put(self, table: type, **values: Any) -> None:
        """A row for `flush` to write."""
        self._rows.setdefault(table, []).append(values)

    def flush(self) -> None:
        """Write what was put, and give it its places in the lists."""
        self._write()
        places.renumber(self.session)

    def _write(self) -> None:
        """In an order that every reference bears."""
        first = min((each["id"] for each in self._rows.get(Document, ())), default=None)
        for table in (Document, Revision, Rendition, Live, Listing, Relation, Case, Delivery):
            if rows := self._rows.pop(table, None):
                self.session.execute(insert(table.__table__), rows)
        if first is not None:
            self.session.execute(update(Document).where(Document.id >= first).values(head_id=Document.id))
        self._rows, self._next = {}, 0
        if not self.county.house.database.is_sqlite:
            for table in ("document", "revision", "rendition", "site_column", "department"):
                self.session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
                                          f"(SELECT max(id) FROM {table}))"))

    def checked(self, since: int = 0) -> None:
        """Every check was done with every document from number `since` on, and found nothing."""
        marks = {check.name: check.mark(self.county.house, self.session) for check in all_checks().values()}
        for name, mark in marks.items():
            rows = select(Live.document_id, literal(name), Live.rendition_id, literal(mark),
                          literal(moment(self.day), UTCDateTime), literal(False), literal([], JSON))
            self.session.execute(insert(Checked.__table__).from_select(
                ["document_id", "check_name", "rendition_id", "mark", "at", "bad", "found"],
                rows.where(Live.document_id >= since)))


def grow(county: County, session: Session, day: dt.date, *, columns: int = 40, documents: int = 300,
         departments: int = 0, quiet: int = 1, told: Callable[[str], None] = lambda words: None) -> Large:
    """`columns` leaves and `documents` documents, `departments` more; commits."""
    made = Large(county, session, day, day - dt.timedelta(days=quiet))
    units = [county.departments[code] for code in ("QY-zfb", "QY-mzj", "QY-scj")] + list(_units(made, departments))
    _statutory(made)
    for number, unit, rule in zip(range(columns), cycle(units), cycle(RULES), strict=False):
        made.column(f"lm{number}", dict(rule), owner=unit, opened=dt.date(2020, 1, 1))
    told("columns")
    homes = [number for slug, number in made.columns.items() if slug.startswith("lm")]
    for path in ("zwgk/zcwj", "tzgg", "shjz", "dtxw"):
        made.document(county.columns[path], made.newest)
    made.document(county.columns["nbgk"], made.newest, live={"audience": "internal"})
    _documents(made, homes, documents)
    _reports(made)
    _cases(made, units, max(10, documents // 100))
    made.flush()
    made.seen()
    return made


def _units(made: Large, count: int) -> Iterator[int]:
    first = (made.session.scalar(select(func.max(Department.id))) or 0) + 1
    root = made.county.departments["QY"]
    rows = [{"id": number, "code": f"QY-{number}", "name": f"清源县第{number}局", "short_name": f"县第{number}局",
             "level": "部门", "organ_code": "", "parent_id": root, "phone": "", "email": "", "address": ""}
            for number in range(first, first + count)]
    if rows:
        made.session.execute(insert(Department), rows)
    return (row["id"] for row in rows)


def _statutory(made: Large) -> None:
    """法定主动公开内容, the guide, the annual reports, and letters to the magistrate."""
    office = made.county.departments["QY-zfb"]
    top = made.column("zfxxgk", {"type": "static"}, name="政府信息公开", owner=office)
    for item in range(1, 15):
        words = DIGITS[item - 1] if item <= 10 else f"十{DIGITS[item - 11]}"
        number = made.column(f"item{item}", {"type": "static"}, name=f"法定内容{item}", parent=top, owner=office,
                             basis=f"《政府信息公开条例》第二十条第（{words}）项")
        made.document(number, made.newest)
    guide = made.column("zhinan", {"type": "static"}, name="政府信息公开指南", parent=top, owner=office, kind="page")
    made.document(guide, made.newest, kind="page", title="政府信息公开指南", body=GUIDE)
    made.column("nianbao", {"type": "static"}, name="政府信息公开年报", parent=top, owner=office,
                basis="《政府信息公开条例》第四十九条")
    made.column("xinxiang", {"type": "reply", "cases": "letter", "working_days": 15}, name="县长信箱", kind="page",
                owner=office)


def _documents(made: Large, homes: list[int], count: int) -> None:
    """Each column's newest is as old as the county's; the others go back three days at a time, five years at most."""
    for number in range(count):
        column, turn = homes[number % len(homes)], number // len(homes)
        published = made.newest - dt.timedelta(days=(turn * 3) % 1800)
        formed = published - dt.timedelta(days=turn % 10)
        if number % 20 == 19:
            made.interpreted(column, published, formed=formed)
        else:
            made.document(column, published, formed=formed)


def _reports(made: Large) -> None:
    """The annual report of every organ, for last year."""
    year = made.day.year - 1
    for unit in made.session.scalars(select(Department)).all():
        day = dt.date(year + 1, 1, 20)
        made.document(made.columns["nianbao"], day, title=f"{unit.name}{year}年政府信息公开工作年度报告",
                      department=unit.id)


def _cases(made: Large, units: Iterable[int], count: int) -> None:
    """Most are answered; of every ten one is new and within its limits."""
    for number, unit in zip(range(count), cycle(list(units)), strict=False):
        new = number % 10 == 0
        received = made.day - dt.timedelta(days=1 if new else 60 + number % 300)
        if number % 2:
            made.case("letter", f"信{number}", received, office=unit, state="filed" if new else "answered",
                      finished=None if new else received + dt.timedelta(days=7))
        else:
            made.case("disclosure_request", f"申{number}", received, office=unit, state="filed" if new else "answered",
                      finished=None if new else received + dt.timedelta(days=7))


