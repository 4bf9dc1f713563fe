"""What is said to an OpenSearch cluster and what it may answer; then a real one of three nodes, in `make test-full`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from bench.corpus import fill

from content.search import IndexAway, SearchError, load_synonyms, open_engine
from content.search.engines import opensearch
from content.search.engines._opensearch_client import PASSWORD, Cluster, Place, Refused
from tests.content.search.texts import ENTRIES, entry, ids
from tests.opensearch_cluster.running import NotHere, RunningCluster, running

ROOT = Path(__file__).parents[3]
GONGKAI = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())"]


class Answers:
    """A cluster of our own invention: it takes everything, but for what `busy` and `most` say."""

    def __init__(self, silent: str = "", most: int = 10**9, busy: int = 0, refuses: str = "") -> None:
        self.silent, self.most, self.busy, self.refuses = silent, most, busy, refuses
        self.taken: list[str] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host == self.silent:
            raise httpx.ConnectError("refused", request=request)
        if request.url.path.endswith("/_bulk"):
            return self._bulk(request.content.splitlines())
        if request.url.path.startswith("/_alias/"):
            return httpx.Response(200, json={"name-v1-1": {}})
        return httpx.Response(200, json={"_shards": {"failed": 0}})

    def _bulk(self, lines: list[bytes]) -> httpx.Response:
        if sum(map(len, lines)) > self.most:
            return httpx.Response(413)
        items = [self._one(json.loads(line)["index"]["_id"]) for line in lines[::2]]
        return httpx.Response(200, json={"items": items})

    def _one(self, id: str) -> dict:
        if id == self.refuses:
            return {"index": {"_id": id, "status": 400, "error": {"reason": "mapper_parsing_exception"}}}
        if self.busy:
            self.busy -= 1
            return {"index": {"_id": id, "status": 429}}
        self.taken.append(id)
        return {"index": {"_id": id, "status": 201}}

    def engine(self, hosts: str = "one,two") -> opensearch.OpensearchEngine:
        place = Place.of(urlsplit(f"opensearch+http://{hosts}/name"))
        return opensearch.OpensearchEngine(place, load_synonyms(), 0.5, httpx.MockTransport(self))


def entries(count: int) -> list:
    return [entry(number, f"第{number}号公告", "正文" * 30) for number in range(1, count + 1)]


def test_bulk_gives_way_when_a_request_is_too_large():
    answers = Answers(most=20_000)
    answers.engine().update(entries(60), cursor=1)
    assert sorted(map(int, answers.taken)) == list(range(1, 61))
    assert answers.asked[-1].url.path == "/name-v1-1/_doc/cursor"  # after the entries can be found
    assert answers.asked[-2].url.path == "/name-v1-1/_refresh"


def test_what_the_cluster_was_too_busy_for_is_sent_again_and_nothing_else():
    answers = Answers(busy=3)
    answers.engine().update(entries(5))
    assert sorted(answers.taken) == ["1", "2", "3", "4", "5"]
    assert len([each for each in answers.asked if each.url.path.endswith("_bulk")]) == 2


def test_a_cluster_that_stays_busy_is_left_alone_and_the_cursor_does_not_move():
    answers = Answers(busy=10**6)
    with pytest.raises(IndexAway, match="busy"):
        answers.engine().update(entries(2), cursor=9)
    assert not [each for each in answers.asked if "cursor" in each.url.path]


def test_a_document_that_is_refused_is_named_and_the_cursor_does_not_move():
    answers = Answers(refuses="2")
    with pytest.raises(Refused, match="document 2: 400 mapper_parsing"):
        answers.engine().update(entries(3), cursor=9)
    assert not [each for each in answers.asked if "cursor" in each.url.path]


def test_moving_the_alias_may_be_asked_for_twice():
    """The node that did it is lost before it says so: the next one does not know the former index any more."""
    answers = Answers()
    engine = answers.engine()
    lost = httpx.MockTransport(lambda request: httpx.Response(404) if "_aliases" in request.url.path
                               else answers(request))
    engine._writers = Cluster(Place(("http://one",), "name"), 0.2, lost)
    engine._switch("name-v1-1", "name-v1-0")
    with pytest.raises(Refused, match="404"):
        engine._switch("name-v1-2", "name-v1-1")


def test_hosts_are_tried_in_turn_and_the_silent_one_last():
    answers = Answers(silent="one")
    engine = answers.engine()
    engine.update(entries(1))
    hosts = [each.url.host for each in answers.asked]
    assert hosts.count("one") == 1 and hosts[0] == "one"
    with pytest.raises(IndexAway, match="refused"):
        Cluster(Place(("http://one",), "name"), 0.2, httpx.MockTransport(answers)).ask("GET", "_alias/name")


def test_secrets_come_from_a_file_or_the_environment_and_never_from_the_address(tmp_path, monkeypatch):
    secret = tmp_path / "password"
    secret.write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv(PASSWORD, "from outside")
    address = "opensearch+https://me@one:9200,two:9201/name"
    place = Place.of(urlsplit(f"{address}?password_file={secret}"))
    assert place.hosts == ("https://one:9200", "https://two:9201") and place.password == "from the file"
    assert Place.of(urlsplit(address)).password == "from outside"
    with pytest.raises(SearchError, match="password_file") as problem:
        open_engine("opensearch+http://me:hidden@one/name")
    assert "hidden" not in str(problem.value)
    with pytest.raises(SearchError, match="cannot be read"):
        Place.of(urlsplit(f"{address}?password_file={tmp_path}/none"))


@pytest.mark.full
def test_a_real_cluster(tmp_path):
    """One test of four parts, so that several test processes do not start a cluster each."""
    try:
        with running() as cluster:
            keeps_the_contract(cluster)
            rebuilds_unnoticed(cluster)
            loses_a_node_and_nothing_else(cluster)
            loses_a_node_while_it_is_rebuilt(cluster, tmp_path / "home")
    except NotHere as problem:
        pytest.skip(str(problem))


def keeps_the_contract(cluster: RunningCluster) -> None:
    """The tests that every engine passes, in a process of their own, as their engines are chosen at the start."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "opensearch",
         "tests/content/search/test_contract.py", "tests/content/search/test_search.py"],
        cwd=ROOT, env=os.environ | {"GONGKAI_TEST_OPENSEARCH": cluster.address, "GONGKAI_TEST_DATABASE": "sqlite"},
        capture_output=True, text=True, timeout=900)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-3000:]


class Searching:
    """Threads that search for one phrase without pause, and what they saw."""

    def __init__(self, address: str, phrase: str, expected: set[int]) -> None:
        self.engine, self.phrase, self.expected = open_engine(address), phrase, expected
        self.answers, self.wrong, self.stop = 0, [], threading.Event()
        self.threads = [threading.Thread(target=self._search) for _ in range(2)]

    def __enter__(self) -> Searching:
        for thread in self.threads:
            thread.start()
        return self

    def _search(self) -> None:
        while not self.stop.is_set():
            try:
                found = ids(self.engine, self.phrase)
                self.wrong += [] if found >= self.expected else [found]
            except Exception as problem:
                self.wrong.append(problem)
            self.answers += 1

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()
        self.engine.close()


def rebuilds_unnoticed(cluster: RunningCluster) -> None:
    """Searches go on in the old index until the new one is as far; none of them fails."""
    address = f"{cluster.address}/rebuilt"
    engine = open_engine(address)
    engine.update(ENTRIES, cursor=7)
    before = engine._index()
    with Searching(address, "政府信息公开条例", {1, 5}) as searching:
        engine.renew()
        assert engine.cursor() is None and open_engine(address).cursor() == 7
        engine.update(ENTRIES[:3], cursor=3)
        assert engine._index() == before
        engine.update([*ENTRIES[3:], entry(9, "又一件")], cursor=7)
        assert engine._index() != before and engine.cursor() == 7 and 9 in engine.ids()
        time.sleep(0.5)
    assert searching.answers > 4 and not searching.wrong
    assert engine._writers.ask("GET", before, missing=True) is None
    engine.close()


def loses_a_node_and_nothing_else(cluster: RunningCluster) -> None:
    """The node that takes what is written goes in the middle of it; nobody who searches sees less than before."""
    address = f"{cluster.address}/lossy"
    engine = open_engine(address)
    engine.update(ENTRIES, cursor=7)
    engine._writers.ask("GET", "_cluster/health/lossy?wait_for_status=green&timeout=60s")
    holder = _primary(engine, "lossy")
    with Searching(address, "政府信息公开条例", {1, 5}) as searching:
        lost = threading.Timer(0.5, cluster.lose, [holder])  # the node that takes what is written
        lost.start()
        for number in range(100, 160):
            engine.update([entry(number, f"公告之{number}")], cursor=number)
        lost.join()
        engine.update([entry(160, "公告之160")], cursor=160)
    assert searching.answers > 4 and not searching.wrong
    assert engine.cursor() == 160 and engine.ids() == {*range(1, 7), *range(100, 161)}
    cluster.regain(holder)
    engine.close()


def loses_a_node_while_it_is_rebuilt(cluster: RunningCluster, home: Path) -> None:
    """The node that takes the new index goes in the middle of `gongkai reindex`: everybody searches in the old one, and
    the rebuild ends, or says in one line that it did not, and is made again."""
    address = f"{cluster.address}/rebuilding"
    fill(home, 900, address).instance.close()
    assert _reindex(home).wait() == 0
    engine = open_engine(address)
    before, everything, cursor = engine._index(), engine.ids(), engine.cursor()
    expected = ids(engine, '"编号777。"')
    assert len(everything) >= 900 and len(expected) == 1
    with Searching(address, '"编号777。"', expected) as searching:
        rebuild = _reindex(home)
        holder = _half_made(engine, before)
        assert rebuild.poll() is None
        cluster.lose(holder)
        said = rebuild.communicate(timeout=600)[1].splitlines()
        assert rebuild.returncode == 0 or (len(said) == 1 and "run it again" in said[0]), said
        assert rebuild.returncode == 0 or _reindex(home).wait() == 0
    cluster.regain(holder)
    assert searching.answers > 4 and not searching.wrong
    assert engine.ids() == everything and engine.cursor() == cursor and engine._index() != before
    assert list(engine._writers.ask("GET", f"{engine._prefix}*")) == [engine._index()]
    engine.close()


def _reindex(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([*GONGKAI, "--home", str(home), "reindex"], cwd=ROOT, text=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _half_made(engine: opensearch.OpensearchEngine, before: str) -> int:
    """Waits until an index beside the one that is read has documents; the number of the node that takes them."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        stats = engine._writers.ask("GET", f"{engine._prefix}*/_stats/indexing")["indices"]
        if any(each["total"]["indexing"]["index_total"] for name, each in stats.items() if name != before):
            return _primary(engine, next(name for name in stats if name != before))
        time.sleep(0.05)
    raise AssertionError("nothing was written beside the index that is read")


def _primary(engine: opensearch.OpensearchEngine, name: str) -> int:
    shards = engine._writers.ask("GET", f"_cat/shards/{name}?format=json")
    return next(int(each["node"].removeprefix("Node ")) - 1 for each in shards if each["prirep"] == "p")
