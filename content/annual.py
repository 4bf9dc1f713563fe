"""What people write and enter for an annual report (政府信息公开工作年度报告): texts and figures that nothing derives.

One row for each organ and year. The tables are counted anew whenever they are asked for (`workflows.reports`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now


class AnnualReport(Base):
    """`texts`: section -> words; `figures`: entered numbers of table 二 and of years before this portal."""

    __tablename__ = "annual_report"
    __table_args__ = (UniqueConstraint("year", "department_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    texts: Mapped[dict]
    figures: Mapped[dict]
    changed: Mapped[dt.datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))  # in which it was published
    note: Mapped[str] = mapped_column(Text, default="")


def of(session: Session, year: int, department_id: int) -> AnnualReport | None:
    query = select(AnnualReport).where(AnnualReport.year == year, AnnualReport.department_id == department_id)
    return session.scalars(query).first()


def enter(session: Session, year: int, department_id: int, *, texts: Mapping[str, str],
          figures: Mapping[str, Any], actor_id: int | None, at: dt.datetime | None = None) -> AnnualReport:
    """Keep texts and figures; the journal tells which of them changed."""
    found = of(session, year, department_id)
    if found is None:
        found = AnnualReport(year=year, department_id=department_id, texts={}, figures={}, changed=at or now())
        session.add(found)
    changed = sorted({name for name in texts if texts[name] != found.texts.get(name)}
                     | {name for name in figures if figures[name] != found.figures.get(name)})
    found.texts, found.figures = {**found.texts, **texts}, {**found.figures, **figures}
    found.changed, found.changed_by = at or now(), actor_id
    session.flush()
    if changed:
        journal.record(session, "annual.enter", ("annual", found.id), actor_id=actor_id, at=at, year=year,
                       department=department_id, changed=changed)
    return found
