"""The register of what is not disclosed (不予公开、依申请公开事项), and its periodic review (《条例》第十八条).

Its entries name a paper and why it is withheld; what is in the paper, and anything classified, has no place here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, and_, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column

from content import journal
from content.base import Base, now
from content.documents import Document

ATTRIBUTES = {"on_request": "依申请公开", "withheld": "不予公开"}
STAYS, DISCLOSE = "stays", "disclose"  # results of a review
RESULTS = {STAYS: "继续不公开", DISCLOSE: "转为公开"}
OPEN, CLOSED = "open", "closed"


class Withheld(Base):
    """One item. `reviewed` is when it was last looked at; while it is not `disclosed`, it is to be looked at again.

    It was decided on the day `closed` to disclose it; where the draft for that was thrown away it is `undone`.
    """

    __tablename__ = "withheld_item"
    __table_args__ = (Index("ix_withheld_item_open", "closed", "reviewed"),
                      Index("ix_withheld_item_department", "department_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    title: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text, default="")
    attribute: Mapped[str] = mapped_column(Text)  # one of `ATTRIBUTES`
    basis: Mapped[str] = mapped_column(Text)  # the article, and what of it applies
    formed: Mapped[dt.date]
    reviewed: Mapped[dt.date]
    closed: Mapped[dt.date | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))  # as which it was disclosed
    undone: Mapped[bool] = column_property(
        exists().where(Document.id == document_id, Document.state == "discarded").correlate_except(Document))

    @property
    def disclosed(self) -> bool:
        return self.closed is not None and not self.undone


def enter(session: Session, *, department_id: int, title: str, number: str, attribute: str, basis: str,
          formed: dt.date, reviewed: dt.date, actor_id: int | None) -> Withheld:
    """Enter an item; deciding to withhold it counts as its first review."""
    item = Withheld(department_id=department_id, title=title, number=number, attribute=attribute, basis=basis,
                    formed=formed, reviewed=reviewed)
    session.add(item)
    session.flush()
    journal.record(session, "withheld.enter", ("withheld", item.id), actor_id=actor_id, number=number,
                   attribute=attribute, basis=basis, formed=formed.isoformat(), reviewed=reviewed.isoformat())
    return item


def review(session: Session, item: Withheld, result: str, why: str, *, day: dt.date, actor_id: int | None,
           document_id: int | None = None) -> None:
    """A review under Art. 18: it stays withheld, or is disclosed, as `document_id` where there is one."""
    item.reviewed = day
    item.closed, item.document_id = (day, document_id) if result == DISCLOSE else (None, None)
    journal.record(session, "withheld.review", ("withheld", item.id), actor_id=actor_id, result=result, why=why,
                   day=day.isoformat(), document=document_id, at=now())


# -- the register as a list -----------------------------------------------------------------------------------------

def among(departments: Collection[int], state: str = "") -> ColumnElement[bool]:
    """Items of these departments that are `OPEN`, `CLOSED` (disclosed), or all of them."""
    found = [Withheld.department_id.in_(departments)]
    if state in (OPEN, CLOSED):
        found.append(_still_withheld() if state == OPEN else ~_still_withheld())
    return and_(*found)


def _still_withheld() -> ColumnElement[bool]:
    return or_(Withheld.closed.is_(None), Withheld.undone)


def count(session: Session, where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Withheld).where(where)) or 0


def listed(session: Session, where: ColumnElement[bool], offset: int, limit: int) -> list[Withheld]:
    """What was reviewed longest ago first, what was disclosed last."""
    query = select(Withheld).where(where).order_by(~_still_withheld(), Withheld.reviewed, Withheld.id)
    return list(session.scalars(query.offset(offset).limit(limit)))
