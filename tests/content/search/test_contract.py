"""What every engine keeps to: writing beside reading, the cursor, kills, and one answer to a shared set of queries."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from content.search import Query, open_engine
from content.search.model import FACETS
from tests.content.search.texts import BUREAU, COUNTY, ENTRIES, FINANCE, entry, ids

AGREED = (  # query, ids found, the first of them, suggestion, exact
    (Query(), {1, 2, 3, 4, 5, 6, 7, 8}, 8, None, None),
    (Query("政府信息公开条例"), {1, 5}, 5, None, None),
    (Query('"准确地公开政府信息"'), {1}, 1, None, None),
    (Query('"公开政府信息。 公开"'), {1}, 1, None, None),
    (Query('"医疗保险基金"'), {8}, 8, None, None),
    (Query("保险 缴费"), {7}, 7, None, None),
    (Query("险"), {7, 8}, None, None, None),
    (Query('"5g"'), {6}, 6, None, None),
    (Query('"9户"'), {2, 7}, None, None, None),
    (Query("2019户"), {2, 7}, None, None, None),
    (Query("医疗保险 -缴费"), {8}, 8, None, None),
    (Query("-医疗"), {1, 2, 3, 4, 5, 6}, None, None, None),
    (Query("清政办2026年12号"), {1}, 1, None, 1),
    (Query("qy001/2026-00012"), {1}, 1, None, 1),
    (Query("yiliaobaoxian"), {7, 8}, None, None, None),
    (Query("ylbx"), {7, 8}, None, None, None),
    (Query("財政預算執行"), {3}, 3, None, None),
    (Query("医疗保检基金"), {8}, 8, "医疗保险基金", None),
    (Query("医疗保检基金", strict=True), {8}, 8, None, None),
    (Query("公开", column=FINANCE), {3}, 3, None, None),
    (Query("医疗", department=BUREAU), {8}, 8, None, None),
    (Query("医疗", without=frozenset({8})), {7}, 7, None, None),
    (Query("", without=frozenset({1, 2, 3, 4, 5, 6})), {7, 8}, None, None, None),
    (Query("", date_from=ENTRIES[2].date, date_to=ENTRIES[2].date), {3, 7}, None, None, None),
    (Query("……", column=COUNTY), set(), None, None, None),
)

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


def test_update_replaces_by_id_and_removes(engine):
    engine.update([entry(1, "改了的标题", "新文")], removed=[2, 999], cursor=8)
    assert engine.ids() == {1, 3, 4, 5, 6} and engine.count() == 5
    assert ids(engine, "改了的标题") == {1}
    assert not ids(engine, '"提高最低生活保障"') and not ids(engine, '"准确地公开"')


def test_a_new_index_may_be_opened_by_many_at_once(address):
    gate, opened = threading.Barrier(8), []

    def start() -> None:
        gate.wait()
        engine = open_engine(address)
        opened.append(engine.count())
        engine.close()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [0] * 8


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


@pytest.mark.parametrize(("query", "expected", "first", "suggestion", "exact"), AGREED)
def test_all_engines_agree(agreed, query, expected, first, suggestion, exact):
    results = agreed.search(replace(query, limit=100))
    assert {hit.id for hit in results.hits} == expected and results.total == len(expected)
    assert (results.suggestion, results.exact) == (suggestion, exact)
    assert first is None or results.hits[0].id == first
    assert sum(count for _, count in results.facets["year"]) == len(expected) and set(results.facets) == set(FACETS)


def test_a_killed_writer_leaves_a_whole_index(address):
    if address.startswith("opensearch"):
        pytest.skip("in a cluster the cursor comes after the entries, never before")
    _kill_writers(address, times=2)


@pytest.mark.full
def test_fifty_killed_writers_leave_a_whole_index(address):
    if address.startswith("opensearch"):
        pytest.skip("in a cluster the cursor comes after the entries, never before")
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
