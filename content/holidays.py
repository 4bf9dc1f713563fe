"""The office's own table of days off and make-up days (放假、调休), one dated row for each import of a year.

The newest row of a year holds. A year is imported from JSON or from an ICS file; nothing is changed in place, so
that it can be told which calendar a date was reckoned by.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now
from content.calendar import Calendar, Year, days
from content.late import Late

icalendar = Late("icalendar")
KIND = "calendar"  # of the journal
FIRST, LAST = 1990, 2100
LARGEST = 2 * 1024 * 1024  # octets of a calendar file; a year has a few thousand
_WORK = re.compile(r"补班|上班|调休工作|\bwork", re.IGNORECASE)
_OFF = re.compile(r"休|假|节|元旦|清明|中秋|端午|除夕|\bholiday", re.IGNORECASE)


class BadCalendar(ValueError):
    """A calendar file is wrong; the message says what, where and what to do, in Chinese."""


class CalendarYear(Base):
    """One import of one year; `off` are weekdays, `work` weekend days, as ISO strings."""

    __tablename__ = "calendar_year"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    off: Mapped[list]
    work: Mapped[list]
    source: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None]


def picture(session: Session) -> Calendar:
    """The calendar as it stands: the newest import of each year over the shipped ones."""
    newest = select(func.max(CalendarYear.id)).group_by(CalendarYear.year)
    rows = session.scalars(select(CalendarYear).where(CalendarYear.id.in_(newest)))
    return Calendar({row.year: _year(row) for row in rows})


def _year(row: CalendarYear) -> Year:
    return Year(row.year, frozenset(map(dt.date.fromisoformat, row.off)),
                frozenset(map(dt.date.fromisoformat, row.work)), row.source)


def version(session: Session) -> int:
    """Rises with every import: what keeps a picture asks this first."""
    return session.scalar(select(func.max(CalendarYear.id))) or 0


def keep(session: Session, years: Iterable[Year], *, actor_id: int | None, at: dt.datetime | None = None) -> list[int]:
    """Import years; those that say nothing new are left. Returns the years that changed."""
    present, changed = picture(session), []
    for year in years:
        known = present.year(year.year)
        if known is not None and (known.off, known.work) == (year.off, year.work):
            continue
        off, work = sorted(day.isoformat() for day in year.off), sorted(day.isoformat() for day in year.work)
        session.add(CalendarYear(year=year.year, off=off, work=work, source=year.source, at=at or now(),
                                 actor_id=actor_id))
        session.flush()
        journal.record(session, "calendar.import", (KIND, year.year), actor_id=actor_id, at=at, off=off, work=work,
                       source=year.source)
        changed.append(year.year)
    return changed


# -- reading files ----------------------------------------------------------------------------------------------

def read(data: bytes, name: str = "") -> list[Year]:
    """Years from a JSON or an ICS file. Raises `BadCalendar`.

    JSON: `{"year": 2027, "off": ["2027-01-01", ["2027-02-05", "2027-02-11"]], "work": […], "source"}`, a list of
    such, or `{"years": [2019, 2026], "weekday_holidays": […], "weekend_workdays": […]}`.
    """
    text = _text(data)
    years = _from_ics(text, name) if text.lstrip().startswith("BEGIN:VCALENDAR") else _from_json(text, name)
    if not years:
        raise BadCalendar("文件里没有放假或调休的日子")
    return years


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadCalendar("文件不是 UTF-8 编码，请另存为 UTF-8 后再导入") from None


def _from_json(text: str, name: str) -> list[Year]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadCalendar(f"不是 JSON，也不是 ICS 日历：{problem}") from None
    if isinstance(found, dict) and "weekday_holidays" in found:
        return _split(found.get("years"), _days(found, "weekday_holidays"), _days(found, "weekend_workdays"),
                      str(found.get("source") or name))
    return [_one(each, name) for each in (found if isinstance(found, list) else [found])]


def _one(found: Any, name: str) -> Year:
    if not isinstance(found, Mapping) or not isinstance(found.get("year"), int):
        raise BadCalendar('每一年写作 {"year": 2027, "off": [日期…], "work": [日期…]}')
    return made(found["year"], _days(found, "off"), _days(found, "work"), str(found.get("source") or name))


def made(year: int, off: Iterable[dt.date], work: Iterable[dt.date], source: str) -> Year:
    """A checked year: days off that fall on weekends need not be named, and are left out. Raises `BadCalendar`."""
    if not FIRST <= year <= LAST:
        raise BadCalendar(f"年份应在{FIRST}至{LAST}之间，现在是{year}")
    off, work = set(off), set(work)
    for day in sorted(off | work):
        if day.year != year:
            raise BadCalendar(f"{day.isoformat()}不在{year}年")
    if both := off & work:
        raise BadCalendar(f"{min(both).isoformat()}既列为放假又列为上班")
    if weekdays := [day for day in work if day.weekday() < 5]:
        raise BadCalendar(f"{min(weekdays).isoformat()}是周一至周五，本来就上班，不用列入调休上班")
    return Year(year, frozenset(day for day in off if day.weekday() < 5), frozenset(work), source)


def _split(years: Any, off: list[dt.date], work: list[dt.date], source: str) -> list[Year]:
    if not (isinstance(years, list) and len(years) == 2 and all(isinstance(year, int) for year in years)
            and FIRST <= years[0] <= years[1] <= LAST):
        raise BadCalendar('"years" 写作 [第一年, 最后一年]')
    if outside := [day for day in (*off, *work) if not years[0] <= day.year <= years[1]]:
        raise BadCalendar(f"{min(outside).isoformat()}不在{years[0]}至{years[1]}年之间")
    return [made(year, [day for day in off if day.year == year], [day for day in work if day.year == year], source)
            for year in range(years[0], years[1] + 1)]


def _days(found: Mapping[str, Any], name: str) -> list[dt.date]:
    """Days, each an ISO string or a pair of first and last."""
    listed = found.get(name, [])
    if not isinstance(listed, list):
        raise BadCalendar(f'"{name}" 应当是日期的列表')
    return [day for each in listed for day in _span(each, name)]


def _span(written: Any, name: str) -> list[dt.date]:
    pair = written if isinstance(written, list) else [written, written]
    try:
        first, last = (dt.date.fromisoformat(each) for each in pair)
    except (TypeError, ValueError):
        raise BadCalendar(f'"{name}" 里的 {written!r} 不是 2027-01-01 这样的日期，也不是一对日期') from None
    return span(first, last)


def span(first: dt.date, last: dt.date) -> list[dt.date]:
    """The days from `first` to `last`. Raises `BadCalendar` when they are more than any holiday, or none."""
    if not 0 <= (last - first).days <= 60:
        raise BadCalendar(f"{first.isoformat()}至{last.isoformat()}：一段假期从前到后，最多60天")
    return [first, *days(first, last)]


def _from_ics(text: str, name: str) -> list[Year]:
    """Events that say in their titles whether one works (补班、上班) or not (休、放假、节)."""
    try:
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        spans = [(str(each.get("SUMMARY", "")), *_bounds(each)) for each in events]
    except (ValueError, KeyError, AttributeError, TypeError) as problem:
        raise BadCalendar(f"ICS 日历读不懂：{problem}") from None
    off: set[dt.date] = set()
    work: set[dt.date] = set()
    for title, first, last in spans:
        if not 0 <= (last - first).days <= 60:
            raise BadCalendar(f"“{title}”从{first}到{last}：一段假期从前到后，最多60天")
        kind = work if _WORK.search(title) else off if _OFF.search(title) else None
        if kind is not None:
            kind.update([first, *days(first, last)])
    return [made(year, {day for day in off if day.year == year} - work,
                 {day for day in work if day.year == year and day.weekday() > 4}, name or "ICS")
            for year in sorted({day.year for day in off | work})]


def _bounds(event: Any) -> tuple[dt.date, dt.date]:
    """First and last day; DTEND is the day after the last one (RFC 5545 3.6.1)."""
    first = _date(event["DTSTART"].dt)
    last = _date(event["DTEND"].dt) - dt.timedelta(days=1) if "DTEND" in event else first
    return first, max(first, last)


def _date(moment: dt.date | dt.datetime) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment
