"""The calendar of working days: whether this year is announced, and late in the year the next one."""

from __future__ import annotations

from collections.abc import Iterator

from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _

ANNOUNCED = (11, 15)  # month and day by which the State Council has announced the next year's days off


def run(patient: Patient) -> Iterator[Found]:
    with patient.database.reader() as session:
        known = patient.house.calendar(session)
    todo = _("国务院办公厅公布以后，在工作台的“日历”里录入，或者执行 gongkai calendar import")
    year = patient.day.year
    if known.year(year) is None:
        yield Found(BAD, _("没有${n}年的放假安排，期限都是暂定的", mapping={"n": year}), todo)
    if (patient.day.month, patient.day.day) >= ANNOUNCED and known.year(year + 1) is None:
        yield Found(WARN, _("没有${n}年的放假安排，跨年的期限是暂定的", mapping={"n": year + 1}), todo)


CHECK = Check("calendar", _("工作日历"), run)
