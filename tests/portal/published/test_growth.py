"""A publication asks for nothing that grows with the site: every table that does is led into by an index."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from content.base import now
from portal.followers import published as followers_published
from workflows import due
from workflows.supervision_due import SupervisionDue

GROWING = frozenset({"live", "listing", "list_place", "document", "revision", "rendition", "journal",
                     "journal_payload", "published_page", "published_page_mark", "file_rendition", "checked"})
IN_ORDER = ("ix_live_newest", "ix_journal_at", "sqlite_autoindex_journal_1")
"""From whose end a few rows are taken, where it is said how many."""


@contextmanager
def plans(house):
    """`[(statement, line of its plan)]` of all that SQLite is asked for inside."""
    asked, found = {}, []

    def noted(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith("SELECT"):
            asked.setdefault(statement, parameters)
    event.listen(house.database.engine, "before_cursor_execute", noted)
    try:
        yield found
    finally:
        event.remove(house.database.engine, "before_cursor_execute", noted)
    with house.database.engine.connect() as connection:
        for statement, parameters in asked.items():
            lines = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found += [(statement, line[3]) for line in lines]


def scans(found) -> set[tuple[str, str]]:
    """Where a table that grows is read from its beginning to its end."""
    return {(line, statement) for statement, line in found
            if line.startswith("SCAN") and line.split()[1].rstrip("_0123456789") in GROWING
            and not ("LIMIT" in statement and any(index in line for index in IN_ORDER))}


def test_a_publication_and_what_is_looked_at_all_the_time_read_no_table_through(pages, monkeypatch):
    if not pages.house.database.is_sqlite:
        pytest.skip("PostgreSQL decides by statistics")
    pages.publish(path="zwgk/zcwj")
    pages.follow()
    with plans(pages.house) as found:
        pages.publish(title="关于供暖的通知")
        pages.follow()
        monkeypatch.setattr(followers_published, "now", lambda: now() + dt.timedelta(minutes=2))
        pages.follow()  # what may wait
        due.run(pages.house)
        SupervisionDue(pages.house).run()
    assert len(found) > 200 and scans(found) == set()
