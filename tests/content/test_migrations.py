"""Migrations: what they make is what the models say, also on a database that was filled before."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from content import tables  # noqa: F401 - they register
from content.base import Base, Database
from content.migrations import config, is_current, upgrade

# A department, a column and a document, as the second migration knew them.
BEFORE = (
    "INSERT INTO department (id, code, name, short_name, level, organ_code, phone, address, email) "
    "VALUES (1, 'a', 'a', 'a', 'a', '', '', '', '')",
    "INSERT INTO site_column (id, slug, name, code, department_id, kind, external_url, rule, basis, workflow, types, "
    "audience, position, description, keywords, column_type, featured, masks, mask_names) "
    "VALUES (1, 'a', 'a', 'a', 1, 'list', '', '{}', '', '', '[]', '', 0, '', '', '', 0, '{}', 0)",
    "INSERT INTO document (id, type, column_id, also, department_id, workflow, state, state_since, imported, "
    "emergency, created) VALUES (1, 'notice', 1, '[]', 1, 'publication', 'published', '2026-01-01', 0, 0, "
    "'2026-01-01')")


def test_the_migrations_make_what_the_models_say(house):
    with house.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert is_current(house.database)


def test_triggers_are_replaced_and_not_made_twice(house):
    command.downgrade(config(house.database), "0003")
    with house.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
        connection.execute(text("ALTER TABLE live DROP COLUMN cleared_for"))
    assert not is_current(house.database)
    upgrade(house.database)
    assert is_current(house.database)


def test_no_list_reads_the_whole_site(house):
    """What SQLite would read for a column, the newest, and one type."""
    if not house.database.is_sqlite:
        pytest.skip("PostgreSQL decides by statistics")
    inside = "document_id IN (SELECT document_id FROM listing WHERE column_id IN (1, 2))"
    gate = "state IN ('public', 'archived') AND audience IN ('public') AND (ends IS NULL OR ends >= '2026-01-01')"
    newest = "ORDER BY published DESC, document_id DESC LIMIT 10"
    plans = {"INTEGER PRIMARY KEY": f"SELECT count(*) FROM live WHERE {gate} AND {inside}",
             "ix_live_newest": f"SELECT title FROM live WHERE {gate} {newest}",
             "ix_live_type": f"SELECT title FROM live WHERE {gate} AND type = 'policy' {newest}",
             "ix_live_gone": "SELECT title FROM live WHERE state = 'withdrawn' AND audience = 'public' "
                                "AND changed > '2026-01-01' ORDER BY changed DESC LIMIT 20"}
    with house.database.engine.connect() as connection:
        for index, query in plans.items():
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
            plan = " ".join(row[3] for row in rows)
            assert index in plan, plan


def test_what_refers_to_another_row_is_found_by_an_index(house):
    """Deleting a row asks every column that may refer to it."""
    inspector = inspect(house.database.engine)
    unled = [(name, key["constrained_columns"]) for name in ("attachment", "file_rendition", "vouching")
             for key in inspector.get_foreign_keys(name) if key["referred_table"] in ("attachment", "blob")
             and not any(led[:1] == key["constrained_columns"] for led in _led(inspector, name))]
    assert unled == []


def _led(inspector, table: str) -> list[list[str]]:
    """The columns of every index of a table, in order."""
    found = [*inspector.get_indexes(table), *inspector.get_unique_constraints(table)]
    return [inspector.get_pk_constraint(table)["constrained_columns"], *(each["column_names"] for each in found)]


@pytest.mark.nodatabase
def test_a_filled_database_keeps_what_it_has(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(config(database), "0002")
    live = {"document_id": 1, "state": "public", "audience": "public", "year": 2026, "serial": 1, "index_number": "i",
            "type": "notice", "column_id": 1, "department_id": 1, "title": "t", "published": "2026-01-01",
            "changed": "2026-01-01", "number": "", "validity": "", "topic": "", "reason": ""}
    with database.engine.begin() as connection:
        for statement in BEFORE:
            connection.exec_driver_sql(statement)
        names = ", ".join(live)
        connection.execute(text(f"INSERT INTO live ({names}) VALUES ({', '.join(f':{key}' for key in live)})"), live)
    upgrade(database)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT audience, cleared_for FROM live")).all() == [("public", "public")]
    database.dispose()
