"""Writing beside reading, the cursor, and what a kill leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from content.search import IndexBroken, IndexBusy, Query, open_engine
from content.search.engines import whoosh
from tests.content.search.texts import ENTRIES, entry

_STORM = """
import sys
from datetime import date
from content.search import Entry, open_engine
engine = open_engine(sys.argv[1])
position = engine.cursor() or 0
while True:
    position += 1
    day = date(2026, 1, 1)
    engine.update([Entry(position, f"第{position}号公告", "正文" * 200, day)], [position - 5], cursor=position)
    print(position, flush=True)
"""


def ids(engine, text=""):
    return {hit.id for hit in engine.search(Query(text, limit=100)).hits}


def test_update_replaces_by_id_and_removes(engine):
    engine.update([entry(1, "改了的标题", "新文")], removed=[2, 999], cursor=8)
    assert engine.ids() == {1, 3, 4, 5, 6} and engine.count() == 5
    assert ids(engine, "改了的标题") == {1}
    assert not ids(engine, '"提高最低生活保障"') and not ids(engine, '"准确地公开"')


def test_an_update_may_be_repeated(engine):
    for _ in range(3):
        engine.update(ENTRIES, cursor=7)
    assert engine.count() == len(ENTRIES) == engine.search(Query()).total


def test_of_two_entries_with_one_id_the_later_stays(engine):
    engine.update([entry(9, "旧稿"), entry(9, "新稿")])
    assert ids(engine, '"新稿"') == {9} and not ids(engine, '"旧稿"')


def test_the_cursor_moves_with_the_entries(engine):
    assert engine.cursor() == 7
    engine.update([entry(9, "又一件")])
    assert engine.cursor() == 7
    engine.update([], cursor=12)
    assert engine.cursor() == 12 and engine.count() == len(ENTRIES) + 1


def test_a_failing_update_leaves_everything_as_it_was(engine):
    def entries():
        yield entry(9, "又一件")
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError):
        engine.update(entries(), removed=[1], cursor=9)
    assert engine.cursor() == 7 and engine.ids() == {1, 2, 3, 4, 5, 6}
    engine.update([entry(9, "又一件")])
    assert 9 in engine.ids()


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


def test_clear_and_rebuild(engine):
    engine.clear()
    assert engine.count() == 0 and engine.cursor() is None and not ids(engine, "公开")
    engine.update(ENTRIES, cursor=3)
    assert engine.count() == len(ENTRIES) and engine.cursor() == 3


def test_reopened_it_is_the_same(engine, address):
    again = open_engine(address)
    assert again.ids() == engine.ids() and again.cursor() == 7
    assert again.search(Query("政府信息公开")) == engine.search(Query("政府信息公开"))
    again.close()


def test_many_commits_are_merged_and_nothing_is_lost(engine):
    for number in range(100, 150):
        engine.update([entry(number, f"公告之{number}")], removed=[number - 10], cursor=number)
    assert engine.ids() == {1, 2, 3, 4, 5, 6, *range(140, 150)}
    assert engine.cursor() == 149
    assert len(list(Path(engine._index.storage.folder).glob("*.seg"))) <= 16
    assert ids(engine, "公告之") == set(range(140, 150))


def test_readers_see_each_commit_and_never_wait(engine, address):
    """Threads search while another engine writes; each sees either state, and at last the newest."""
    reader, stop, errors = open_engine(address), threading.Event(), []

    def read():
        try:
            while not stop.is_set():
                assert ids(reader, "政府信息公开条例") >= {1, 5}
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(40, 52):
        engine.update([entry(number, f"公示之{number}")], cursor=number)
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors
    assert reader.cursor() == 51 and 51 in ids(reader, "公示之")
    reader.close()


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


def test_a_killed_writer_leaves_a_whole_index(address):
    _kill_writers(address, times=3)


@pytest.mark.full
def test_fifty_killed_writers_leave_a_whole_index(address):
    _kill_writers(address, times=50)


def _kill_writers(address: str, times: int) -> None:
    """After each kill the cursor is at or after the last commit reported, and the entries are the cursor's."""
    for turn in range(times):
        said = _run_and_kill(address, 0.15 + 0.037 * (turn % 7))
        engine = open_engine(address)
        cursor = engine.cursor()
        assert cursor is not None and cursor >= said
        assert engine.ids() == set(range(max(1, cursor - 4), cursor + 1))
        assert ids(engine, "正文") == engine.ids()
        engine.close()


def _run_and_kill(address: str, seconds: float) -> int:
    """Start a writer, kill it some time after its first commit; returns the last commit that it reported."""
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _STORM, address],
        stdout=subprocess.PIPE, text=True, cwd=root, env=os.environ | {"PYTHONPATH": str(root)},
    )
    first = process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0].split("\n")
    whole = [line for line in [first.strip(), *rest[:-1]] if line]
    return int(whole[-1])
