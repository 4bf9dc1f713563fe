"""What is tantivy's own: generations side by side, its lock, and folders that were ruined."""

from __future__ import annotations

import pytest

from content.search import IndexBroken, IndexBusy, open_engine
from tests.content.search.texts import ENTRIES, ids

pytest.importorskip("tantivy", reason="the extra tantivy is not installed")
from content.search.engines import _tantivy_writing as writing


@pytest.fixture
def address(tmp_path) -> str:
    return f"tantivy://{tmp_path}/index"


def test_a_rebuild_is_not_seen_until_it_is_as_far(engine, address):
    reader = open_engine(address)
    engine.renew()
    assert engine.cursor() is None
    engine.update(ENTRIES[:3], cursor=3)
    assert reader.ids() == {1, 2, 3, 4, 5, 6} and reader.cursor() == 7
    engine.update(ENTRIES[3:5], removed=[2], cursor=7)
    assert reader.ids() == engine.ids() == {1, 3, 4, 5} and 2 not in ids(reader, "低保")
    reader.close()


def test_a_second_writer_is_refused(engine, address, monkeypatch):
    monkeypatch.setattr(writing, "_WAIT", 0.1)
    engine._settle()
    writer = engine._reading().index.writer(15_000_000)
    with pytest.raises(IndexBusy):
        open_engine(address).update(ENTRIES)
    writer.rollback()
    assert ids(engine, "预算") == {3}


def test_a_ruined_index_says_what_to_do(engine, address, tmp_path):
    for meta in (tmp_path / "index").glob("*/meta.json"):
        meta.write_bytes(b"ruined")
    with pytest.raises(IndexBroken, match="rebuild"):
        open_engine(address)
    with pytest.raises(IndexBroken, match="rebuild"):
        engine.ids()


def test_what_a_killed_writer_left_half_done_stops_no_other(engine, address, tmp_path):
    """Killed after its files were there and before the index named them, it is as if it had never begun."""
    engine._settle()
    [folder] = {path.parent for path in (tmp_path / "index").glob("*/meta.json")}
    before = {name: (folder / name).read_bytes() for name in ("meta.json", ".managed.json")}
    engine.update([], removed=[2], cursor=8)
    engine.close()
    for name, data in before.items():
        (folder / name).write_bytes(data)
    again = open_engine(address)
    again.update([], removed=[2], cursor=8)
    assert again.cursor() == 8 and again.ids() == {1, 3, 4, 5, 6}
    again.close()
