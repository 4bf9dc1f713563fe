"""What is said in time: before a column turns red, before and after the deadline of an order; each thing once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from content import journal
from content.documents import Listing, Live
from content.findings import Finding
from content.outbox import Delivery
from workflows.engine import fire
from workflows.supervision_due import SupervisionDue

PUBLISHED = dt.date(2026, 9, 1)  # the list promises an update every 30 days and is yellow 5 days before
ORDERED = dt.date(2026, 11, 2)  # a Monday


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(4), dt.UTC)


def letters(house, key: str) -> list[str]:
    with house.database.reader() as session:
        return list(session.scalars(select(Delivery.receiver).where(Delivery.key.startswith(key))))


def test_its_editor_hears_of_a_column_once_before_it_turns_red(house, county):
    with house.database.writer.begin() as session:
        county.publish(session, county.write(session))
        session.execute(update(Live).values(published=noon(PUBLISHED), changed=noon(PUBLISHED)))
        session.execute(update(Listing).values(published=noon(PUBLISHED)))
    key = f"column-soon/{county.columns['tzgg']}/2026-10-01"
    for day, heard in ((25, 0), (26, 1), (27, 1), (31, 1)):
        SupervisionDue(house).run(noon(dt.date(2026, 8, 31) + dt.timedelta(days=day)))
        assert len(letters(house, key)) == heard, day
    assert letters(house, key) == ["zhangli@qingyuan.example"]


def test_an_order_is_reminded_of_before_its_deadline_and_after_it(house, county):
    with house.database.writer.begin() as session:
        finding = Finding(rule="late_disclosure", subject_kind="column", subject_id=county.columns["tzgg"], cycle="1",
                          subject="tzgg", department_id=county.departments["QY-mzj"], severity="red", words="超期",
                          column_id=county.columns["tzgg"], since=ORDERED, state="found", state_since=noon(ORDERED),
                          found=noon(ORDERED))
        session.add(finding)
        session.flush()
        number = finding.id
        fire(session, house, finding, "order", county.identity(session, "zhengguodong"), now=noon(ORDERED),
             order_days=5, responsible=county.users["zhangli"], demand="补发")
    counted = []
    for day in (2, 4, 5, 6, 9, 10, 11, 16, 17):  # the deadline is 9 November
        due = SupervisionDue(house)
        due.run(noon(dt.date(2026, 11, day)))
        assert due.run(noon(dt.date(2026, 11, day))) == 0
        with house.database.reader() as session:
            counted.append(session.get_one(Finding, number).reminders)
    assert counted == [0, 0, 1, 1, 1, 2, 2, 2, 3]
    with house.database.reader() as session:
        steps = [row for row in journal.history(session, "finding", number) if row.action == "finding.remind"]
        assert [row.actor_id for row in steps] == [None] * 3
    assert letters(house, f"finding/{number}/remind/") == ["zhangli@qingyuan.example"] * 3
