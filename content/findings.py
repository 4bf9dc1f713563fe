"""Findings of supervision (监督发现的问题), the orders that follow from them, and the settings they are judged by.

- A `Finding` is known by its rule, its subject and its cycle: computing it again finds the same row, with its order,
  and the next missed cycle is another row. It is never deleted; once its cause is gone, it says since when.
- A `SupervisionSetting` is a threshold, a scheme of scores or the like as somebody set it from a day on: each day is
  judged by the values then in force, so that changing them cannot make a finding vanish.

Evidence says where to look and never repeats personal data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, local_date, now

RED, YELLOW = "red", "yellow"
NAMED = 5000  # subjects that a query names one by one: databases take no more than so many values


class Backdated(ValueError):
    """Settings hold from today on or later: what was judged stays judged."""

    def __init__(self, since: dt.date) -> None:
        super().__init__(f"设置不能从过去的日期（{since.isoformat()}）起生效，请填写今天或者以后的日期")


class Finding(Base):
    """One thing that is wrong. `subject` is how people and scripts call it: a column's path, a document's number.

    `since` is the first day on which it was as bad as it is, `due` the day that was missed or comes near, `gone` the
    day on which the cause was no longer there. `times` counts how often it came back within its cycle,
    `recurrence` which one of this rule and subject it is.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("rule", "subject_kind", "subject_id", "cycle"),
        Index("ix_finding_state", "state", "department_id"),
        Index("ix_finding_subject", "subject_kind", "subject_id"),
        Index("ix_finding_gone", "gone"),
        Index("ix_finding_since", "since"),
        Index("ix_finding_department", "department_id", "state"),
        Index("ix_finding_column", "column_id"),
        Index("ix_finding_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int]
    subject: Mapped[str] = mapped_column(Text)
    cycle: Mapped[str] = mapped_column(Text)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    column_id: Mapped[int | None] = mapped_column(ForeignKey("site_column.id"))
    severity: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)  # what is wrong, one sentence
    since: Mapped[dt.date]
    due: Mapped[dt.date | None]
    cycles_late: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[dict] = mapped_column(default=dict)
    workflow: Mapped[str] = mapped_column(Text, default="rectification")
    state: Mapped[str] = mapped_column(Text)
    state_since: Mapped[dt.datetime]
    found: Mapped[dt.datetime]
    gone: Mapped[dt.date | None]
    times: Mapped[int] = mapped_column(default=1)
    recurrence: Mapped[int] = mapped_column(default=1)
    order_number: Mapped[str | None] = mapped_column(Text)  # 督办单编号
    order_due: Mapped[dt.date | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # whom it was ordered to
    reminders: Mapped[int] = mapped_column(default=0)


class SupervisionSetting(Base):
    """Values under `name` as they hold from the day `since` on; the newest entry of a day holds."""

    __tablename__ = "supervision_setting"
    __table_args__ = (Index("ix_supervision_setting_name", "name", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    since: Mapped[dt.date]
    values: Mapped[dict]
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None]


def of_subjects(session: Session, rule: str, subjects: Iterable[tuple[str, int]] | None = None) -> list[Finding]:
    """The findings of a rule whose cause is still there, or those about some subjects, whatever became of them."""
    query = select(Finding).where(Finding.rule == rule)
    if subjects is None:
        return list(session.scalars(query.where(Finding.gone.is_(None))))
    wanted = set(subjects)
    if not wanted:
        return []
    query = query.where(Finding.subject_kind.in_({kind for kind, _ in wanted}))
    if len(wanted) <= NAMED:
        query = query.where(Finding.subject_id.in_({number for _, number in wanted}))
    return [each for each in session.scalars(query) if (each.subject_kind, each.subject_id) in wanted]


Dated = dict[str, list[tuple[dt.date, dict[str, Any]]]]


def dated_settings(session: Session) -> Dated:
    """`{name: [(since, values), …]}`, the earliest first; one query."""
    found: Dated = {}
    query = select(SupervisionSetting).order_by(SupervisionSetting.since, SupervisionSetting.id)
    for row in session.scalars(query):
        found.setdefault(row.name, []).append((row.since, row.values))
    return found


def in_force(settings: Dated, name: str, day: dt.date) -> dict[str, Any]:
    """The values under `name` as they hold on `day`; `{}` before anybody set them."""
    return next((values for since, values in reversed(settings.get(name, [])) if since <= day), {})


def change_setting(session: Session, name: str, values: dict[str, Any], *, since: dt.date, actor_id: int | None,
                   why: str = "", at: dt.datetime | None = None) -> SupervisionSetting:
    """Values that hold from `since` on; what held before stays on record. Raises `Backdated` for a day that is over."""
    at = at or now()
    if since < local_date(at):
        raise Backdated(since)
    before = in_force(dated_settings(session), name, since)
    made = SupervisionSetting(name=name, since=since, values=values, at=at, actor_id=actor_id)
    session.add(made)
    session.flush()
    journal.record(session, "supervision_setting.change", ("supervision_setting", made.id), actor_id=actor_id,
                   name=name, since=since.isoformat(), before=before, after=values, why=why)
    return made
