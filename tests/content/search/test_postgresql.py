"""What is PostgreSQL's own in the engine that lies in it: transactions, its plans, rebuilding beside what is read."""

from __future__ import annotations

import threading

import databases
import pytest
from sqlalchemy import text

from content.search import IndexAway, IndexBusy, Query, SearchError, open_engine
from content.search.engines import _asking, postgresql
from content.search.engines._postgresql_tables import ENTRY, PREFIX, STATE, TERMS, clause
from portal.settings import Settings
from tests.content.search.texts import ENTRIES, entry, ids

_COPIED = ", ".join(column.name for column in ENTRY.columns if column.name != "id")
_MANY = f"INSERT INTO {ENTRY.name} (id, {_COPIED}) SELECT at, {_COPIED} FROM {ENTRY.name}, " \
        "generate_series(1000, 3000) at WHERE id = 4"  # what a planner does with six rows says nothing
needs_server = pytest.mark.skipif(databases.KIND != "postgresql", reason="tried in the run with PostgreSQL")


@needs_server
def test_a_rebuild_goes_on_beside_what_is_read(engine, address):
    reader = open_engine(address)
    engine.renew()
    engine.update(ENTRIES[:3], cursor=3)
    assert engine.cursor() == 3 and reader.cursor() == 7 and reader.ids() == {1, 2, 3, 4, 5, 6}
    engine.update([], removed=[4])
    assert reader.ids() == {1, 2, 3, 5, 6}  # what is withdrawn meanwhile is found nowhere
    engine.update([*ENTRIES[4:], entry(9, "又一件")], cursor=7)
    assert reader.ids() == {1, 2, 3, 5, 6, 9} and reader.cursor() == engine.cursor() == 7
    reader.close()


@needs_server
def test_a_rebuild_that_was_broken_off_harms_nothing(engine, address):
    engine.renew()
    engine.update([entry(9, "又一件")], cursor=2)
    other = open_engine(address)
    other.update([entry(10, "后来的一件")], cursor=8)
    assert other.cursor() == 8 and other.ids() == {1, 2, 3, 4, 5, 6, 10} and not ids(other, '"又一件"')
    other.renew()
    other.update([entry(11, "重做的一件")], cursor=8)
    assert other.ids() == {11}
    other.close()


@needs_server
def test_a_second_writer_is_refused_after_a_while(engine, address, monkeypatch):
    monkeypatch.setattr(postgresql, "_OPTIONS", "-c lock_timeout=100ms")
    other = open_engine(address)
    with engine._writing() as connection:
        connection.execute(text(f"LOCK TABLE {STATE.name} IN EXCLUSIVE MODE"))
        with pytest.raises(IndexBusy):
            other.update([entry(9, "又一件")])
        assert ids(other, "公开") == {1, 3, 5}
    other.close()


@needs_server
def test_processes_that_start_at_once_make_the_tables_once(database_server):
    with database_server.database() as url:
        address, made, wrong = url.replace("+psycopg", ""), [], []

        def start():
            try:
                made.append(open_engine(address))
            except Exception as problem:
                wrong.append(problem)

        threads = [threading.Thread(target=start) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for each in made:
            each.close()
    assert len(made) == 4 and not wrong


@needs_server
def test_tables_of_another_version_are_taken_away(engine, address):
    with engine._writing() as connection:
        connection.execute(text(f"CREATE TABLE {PREFIX}0 (id int)"))
        connection.execute(text(f"DROP TABLE {STATE.name}, {ENTRY.name}"))
    again = open_engine(address)
    with again._reading() as connection:
        left = connection.execute(text(f"SELECT tablename FROM pg_tables WHERE tablename LIKE '{PREFIX}%'")).scalars()
        assert set(left) == {ENTRY.name, STATE.name}
    assert again.cursor() is None and again.count() == 0
    again.close()


@needs_server
def test_pages_beyond_what_is_ranked_overlap_nowhere(engine, monkeypatch):
    monkeypatch.setattr(_asking, "TOP", 4)
    engine.update([entry(number, f"第{number}号公告", "供水") for number in range(20, 35)])
    pages = [[hit.id for hit in engine.search(Query("公告", offset=at, limit=3)).hits] for at in range(0, 18, 3)]
    assert sorted(id for page in pages for id in page) == list(range(20, 35))


@needs_server
def test_terms_are_found_by_their_index_even_beside_other_conditions(engine):
    """No row is opened for what it does not hold: with words, other names, an exact phrase, a number, exclusions."""
    with engine._writing() as connection:
        connection.execute(text(_MANY))
        connection.execute(text(f"ANALYZE {ENTRY.name}"))
        asked = Query('"政府信息公开条例" 低保 5g -办公室', year=2026)
        seen: list[str] = []
        index = postgresql.PostgresqlIndex(connection, 1, 6, postgresql.Frequencies())
        find, index.find = index.find, lambda ask, limit: seen.append(_plan(connection, ask)) or find(ask, limit)
        _asking.answer(index, asked, engine._synonyms)
    assert f"Bitmap Index Scan on {TERMS.name}" in seen[0] and "Seq Scan on search_index" not in seen[0]


def _plan(connection, ask) -> str:
    statement = ENTRY.select().where(ENTRY.c.generation + 0 == 1, clause(ask.condition))
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    rows = connection.exec_driver_sql("EXPLAIN " + str(compiled), compiled.params)
    return "\n".join(row[0] for row in rows)


def test_a_server_that_is_away_is_named_without_its_password():
    with pytest.raises(IndexAway, match="does not answer") as problem:
        open_engine("postgresql://me:hidden@127.0.0.1:1/none")
    assert "hidden" not in str(problem.value)


def test_the_setting_may_mean_the_portals_own_database(tmp_path):
    (tmp_path / "settings.toml").write_text(
        'search = "postgresql"\ndatabase = "postgresql+psycopg://me@host/name"\n', encoding="utf-8")
    assert Settings.load(tmp_path).search_url == "postgresql://me@host/name"
    (tmp_path / "settings.toml").write_text('search = "postgresql"\n', encoding="utf-8")
    with pytest.raises(SearchError, match="database"):
        open_engine(Settings.load(tmp_path).search_url)
