"""What is Whoosh's own: batches, merging, its lock, and folders that were ruined."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.search import IndexBroken, IndexBusy, Query, open_engine
from content.search.engines import whoosh
from tests.content.search.texts import ENTRIES, entry, ids


@pytest.fixture
def address(tmp_path) -> str:
    return f"whoosh://{tmp_path}/index"


def test_a_large_update_moves_the_cursor_last(engine, monkeypatch):
    monkeypatch.setattr(whoosh, "_BATCH", 2)

    def entries():
        yield from (entry(number, f"第{number}件") for number in range(10, 15))
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError):
        engine.update(entries(), cursor=9)
    assert engine.cursor() == 7
    engine.update((entry(number, f"第{number}件") for number in range(10, 15)), cursor=9)
    assert engine.cursor() == 9 and engine.count() == len(ENTRIES) + 5


def test_many_commits_are_merged_and_nothing_is_lost(engine):
    for number in range(100, 150):
        engine.update([entry(number, f"公告之{number}")], removed=[number - 10], cursor=number)
    assert engine.ids() == {1, 2, 3, 4, 5, 6, *range(140, 150)}
    assert engine.cursor() == 149
    assert len(list(Path(engine._index.storage.folder).glob("*.seg"))) <= 16
    assert ids(engine, "公告之") == set(range(140, 150))


def test_a_second_writer_is_refused(engine, address, monkeypatch):
    monkeypatch.setattr(whoosh, "_WAIT", 0.1)
    writer = engine._writer()
    try:
        with pytest.raises(IndexBusy):
            open_engine(address).update([entry(9, "又一件")])
        assert engine.search(Query("公开")).total == 3
    finally:
        writer.cancel()


def test_a_ruined_index_says_what_to_do(engine, address, tmp_path):
    for toc in (tmp_path / "index").glob("*.toc"):
        toc.write_bytes(b"ruined")
    with pytest.raises(IndexBroken, match="rebuild"):
        open_engine(address)


def test_an_index_that_is_taken_away_says_so(engine, tmp_path):
    for file in (tmp_path / "index").iterdir():
        file.unlink()
    with pytest.raises(IndexBroken, match="rebuild"):
        engine.search(Query("公开"))
