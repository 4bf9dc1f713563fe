"""Supervision in full and within the day at several sizes of a county: seconds, queries and growth."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from factories import County, make_county, open_house
from large_county import PLAIN, grow
from sqlalchemy import event

from content.base import local_date, now
from content.house import House
from portal.supervising import Supervising

SIZES = ((1_000, 100), (10_000, 300), (100_000, 1_000))  # documents, columns
TURNS = 5
UNITS = 40


def measure(folder: Path, sizes: tuple[tuple[int, int], ...] = SIZES) -> list[dict[str, Any]]:
    """For each size `{documents, columns, build_s, full_s, full_queries, within_ms, within_queries}` and the growth
    against the size before: how many times as long, for how many times as many documents."""
    found: list[dict[str, Any]] = []
    for documents, columns in sizes:
        home = folder / str(documents)
        home.mkdir(parents=True)
        house = open_house(home)
        found.append(_one(house, documents, columns))
        house.database.dispose()
    for before, after in pairwise(found):
        after["full_growth"] = round(after["full_s"] / before["full_s"], 2)
        after["within_growth"] = round(after["within_ms"] / before["within_ms"], 2)
    return found


def _one(house: House, documents: int, columns: int) -> dict[str, Any]:
    day, begun = local_date(now()), time.perf_counter()
    county = make_county(house)
    with house.database.writer() as session:
        made = grow(county, session, day, columns=columns, documents=documents, departments=UNITS)
        made.checked()
        session.commit()
    built = time.perf_counter() - begun
    part = Supervising(house, "bench")
    part.full()  # whatever is found on the day of the bench is entered once
    full, full_queries = _timed(house, part.full)
    within = []
    for turn in range(TURNS):
        part.run()
        _publish(house, county, turn)
        within.append(_timed(house, part.run))
    return {"documents": documents, "columns": len(made.columns), "build_s": round(built, 1),
            "full_s": round(full, 2), "full_queries": full_queries,
            "within_ms": round(statistics.median(each for each, _ in within) * 1000, 1),
            "within_queries": max(count for _, count in within)}


def _publish(house: House, county: County, turn: int) -> None:
    """One document goes the whole way."""
    with house.database.writer.begin() as session:
        county.publish(session, county.write(session, title=f"关于供水检修的通知（{turn}）", body=f"<p>{PLAIN}</p>"))


def _timed(house: House, run: Any) -> tuple[float, int]:
    """Seconds and queries."""
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(house.database.engine, "before_cursor_execute", counted)
    begun = time.perf_counter()
    run()
    took = time.perf_counter() - begun
    event.remove(house.database.engine, "before_cursor_execute", counted)
    return took, count


def table(rows: list[dict[str, Any]]) -> list[str]:
    head = ("documents", "columns", "build_s", "full_s", "full_queries", "full_growth", "within_ms", "within_queries",
            "within_growth")
    return ["supervision", "".join(f"{name:>16}" for name in head),
            *("".join(f"{row.get(name, '')!s:>16}" for name in head) for row in rows)]
