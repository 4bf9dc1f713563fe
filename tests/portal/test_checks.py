"""The worker's checks, and the asking for links: politely, and never into our own network."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket

import httpx
import pytest
from sqlalchemy import select

from content import cursors, links
from content.base import now
from content.checks import Checked
from content.links import Link
from portal.checks import Checking, asking
from portal.checks.asking import PAUSE, Answer, Asker, is_open
from portal.checks.links import Links
from portal.instance import Instance

OPEN = "93.184.215.14"  # an address of the open internet


class Net:
    """A stand-in for the internet: names and what their servers answer; remembers what was asked."""

    def __init__(self, names: dict[str, list[str]], answers: dict[str, object]) -> None:
        self.names, self.answers = names, answers
        self.asked: list[tuple[str, str, str]] = []  # method, address that was called, url as the server sees it
        self.time = 0.0

    def resolve(self, host: str, port: int) -> list[str]:
        found = self.names.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        if not found:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server")
        return found

    def handle(self, request: httpx.Request) -> httpx.Response:
        url = f"{request.url.scheme}://{request.headers['host']}{request.url.raw_path.decode()}"
        self.asked.append((request.method, request.url.host, url))
        answer = self.answers.get(f"{request.method} {url}", self.answers.get(url, 404 if "robots" in url else 200))
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return httpx.Response(302, headers={"location": answer})
        return answer if isinstance(answer, httpx.Response) else httpx.Response(answer)

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def asker(self) -> Asker:
        return Asker("gongkai-linkcheck/1 (+http://localhost)", httpx.MockTransport(self.handle), self.resolve,
                     self.sleep, lambda: self.time)


def ask(url: str, names: dict[str, list[str]] | None = None, **answers: object) -> tuple[str | None, Net]:
    net = Net(names or {"a.example": [OPEN], "b.example": ["8.8.8.8"]}, answers.get("answers", {}))
    return net.asker().ask(url).problem, net


# -- where one may be led (SSRF) --------------------------------------------------------------------------------

@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2001:db8::1", "fec0::1",
    "not an address", ""])
def test_addresses_that_are_never_called(address):
    assert not is_open(address)


@pytest.mark.parametrize("address", [OPEN, "8.8.8.8", "2606:4700:4700::1111"])
def test_addresses_of_the_open_internet(address):
    assert is_open(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.8", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]",
                                  "[::ffff:10.0.0.1]", "169.254.169.254"])
def test_numbers_of_our_own_network_are_not_called_and_broken_for_the_public(host):
    problem, net = ask(f"http://{host}/", {each: ["127.0.0.1"] for each in (host, host.strip("[]"))})
    assert problem in ("指向内部网络，公众打不开", "地址写错了") and net.asked == []


@pytest.mark.parametrize("found", [["127.0.0.1"], ["10.0.0.1"], [OPEN, "192.168.0.1"], ["::1"]])
def test_names_that_lead_into_our_own_network_are_not_called(found):
    problem, net = ask("http://intranet.example/", {"intranet.example": found})
    assert problem is None and net.asked == []


@pytest.mark.parametrize("leads", ["http://127.0.0.1/", "http://inner.example/", "//inner.example/x",
                                   "http://2130706433/"])
def test_a_redirect_into_our_own_network_is_not_followed(leads):
    names = {"a.example": [OPEN], "inner.example": ["10.0.0.1"]}
    names |= {number: ["127.0.0.1"] for number in ("2130706433", "127.0.0.1")}
    _, net = ask("http://a.example/x", names, answers={"http://a.example/x": leads})
    assert {host for _, host, _ in net.asked} == {OPEN}


def test_the_address_that_was_looked_at_is_the_one_that_is_called():
    """A name that answers otherwise a moment later (DNS rebinding) leads nowhere else."""
    answers = iter(([OPEN], [OPEN], ["127.0.0.1"]))
    net = Net({}, {"http://a.example/x": "http://a.example/y"})
    net.resolve = lambda host, port: next(answers)
    assert net.asker().ask("http://a.example/x").problem is None
    assert {host for _, host, _ in net.asked} == {OPEN}


@pytest.mark.parametrize("url", ["ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "http://a.example:22/",
                                 "http://user:pass@a.example/", "javascript:alert(1)", "http:///x"])
def test_what_is_no_page_is_not_asked(url):
    problem, net = ask(url)
    assert problem is None and net.asked == []


@pytest.mark.parametrize(("url", "robots"), [
    ("http://a.example/x", "User-agent: *\nCrawl-delay: ²"), ("http://a.example/x", "User-agent: *\nDisallow: //["),
    ("http://xn--a/x", "")])
def test_what_no_library_reads_is_an_answer_and_stops_nobody(url, robots):
    """A stranger's robots.txt, or a link in one document, would end the asking for all others."""
    answers = {f"{url.rpartition('/')[0]}/robots.txt": httpx.Response(200, text=robots)}
    problem, _ = ask(url, {"a.example": [OPEN], "xn--a": [OPEN]}, answers=answers)
    assert problem is None


# -- what is broken ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("answers", "problem"), [
    ({}, ""), ({"http://a.example/x": 404}, "网页不存在（404）"), ({"http://a.example/x": 410}, "网页不存在（410）"),
    ({"http://a.example/x": 500}, "对方服务器出错（500）"), ({"http://a.example/x": 403}, ""),
    ({"http://a.example/x": 429}, ""), ({"HEAD http://a.example/x": 405}, ""), ({"HEAD http://a.example/x": 404}, ""),
    ({"http://a.example/x": httpx.ConnectError("no")}, "连接不上"),
    ({"http://a.example/x": httpx.ReadTimeout("no")}, "没有在限定的时间里应答"),
    ({"http://a.example/x": "http://b.example/y"}, ""),
    ({"http://a.example/x": "http://b.example/y", "http://b.example/y": 404}, "网页不存在（404）"),
    ({"http://a.example/x": "/x"}, "转来转去，打不开"),
    ({"http://a.example/x": "http://gone.example/"}, "域名不存在"),
    ({"http://a.example/robots.txt": httpx.Response(200, text="User-agent: *\nDisallow: /x")}, None),
    ({"http://a.example/robots.txt": 503}, None)])
def test_what_is_said_of_an_address(answers, problem):
    assert ask("http://a.example/x", answers=answers)[0] == problem


def test_redirects_without_end_are_given_up():
    answers = {f"http://a.example/{n}": f"/{n + 1}" for n in range(20)}
    problem, net = ask("http://a.example/0", answers=answers)
    assert problem == "转来转去，打不开" and len(net.asked) < 10


def test_a_host_is_asked_one_thing_at_a_time_with_a_pause_and_by_name():
    net = Net({"a.example": [OPEN]}, {})
    asker = net.asker()
    asker.ask("http://a.example/x")
    asker.ask("http://a.example/y")
    assert [url for _, _, url in net.asked] == [f"http://a.example/{each}" for each in ("robots.txt", "x", "y")]
    assert [method for method, _, _ in net.asked] == ["GET", "HEAD", "HEAD"] and net.time == 2 * PAUSE


def test_bodies_are_not_fetched():
    async def endless():
        raise AssertionError("the body was read")
        yield b""
    net = Net({"a.example": [OPEN]}, {"HEAD http://a.example/x": 405,
                                      "GET http://a.example/x": httpx.Response(200, content=endless())})
    assert net.asker().ask("http://a.example/x").problem == ""


def test_a_server_that_never_comes_to_an_end_is_given_up(monkeypatch):
    """Each octet comes in time and the answer never does: no limit of a single reading would see it."""
    async def drips(_request):
        await asyncio.Event().wait()
    monkeypatch.setattr(asking, "LONGEST", 0.1)
    asker = Asker("gongkai-linkcheck", httpx.MockTransport(drips), lambda host, port: [OPEN])
    assert asker.ask("http://a.example/x") == Answer("没有在限定的时间里应答", line=True)


# -- the worker's parts -----------------------------------------------------------------------------------------

@pytest.fixture
def instance(county):
    made = Instance.open(county.house.home)
    yield made
    made.close()


def publish(county, body: str) -> int:
    with county.house.database.writer.begin() as session:
        return county.publish(session, county.write(session, body=body)).id


def test_the_worker_checks_what_was_published_and_then_rests(county, instance):
    document_id = publish(county, "<p>截止目前</p>")
    checking = Checking(instance, "a")
    assert checking.run() > 0 and checking.run() == 0
    with county.house.database.reader() as session:
        assert session.get_one(Checked, (document_id, "words")).bad
    publish(county, "<p>其它</p>")
    checking.again = 0
    assert checking.run() > 0


def test_a_link_is_broken_after_failures_on_two_days_and_its_documents_are_told(county, instance):
    first, second = (publish(county, f'<p>{n}<a href="http://gone.example/x">x</a></p>') for n in "甲乙")
    net = Net({"a.example": [OPEN]}, {})
    checking, asking = Checking(instance, "a"), Links(instance, "a", net.asker())
    checking.run()
    assert asking.run() == 1 and asking.run() == 0
    assert _found(county, checking, first) == []
    day = now() + dt.timedelta(days=1, hours=1)
    assert asking.run(day) == 1
    for document_id in (first, second):
        assert _found(county, checking, document_id, day) == [{"url": "http://gone.example/x", "problem": "域名不存在"}]


def _found(county, checking, document_id, at=None):
    checking.again = 0
    while checking.run(at):
        pass
    with county.house.database.reader() as session:
        return session.get_one(Checked, (document_id, "links")).found


def test_nothing_counts_while_our_own_line_is_down(county, instance):
    publish(county, '<p><a href="http://a.example/x">x</a><a href="http://quiet.example/">y</a></p>')
    late = httpx.ConnectTimeout("no")
    net = Net({"a.example": [OPEN], "quiet.example": []},
              {"http://a.example/x": late, "http://a.example/robots.txt": late})
    Checking(instance, "a").run()
    assert Links(instance, "a", net.asker()).run() == 2
    with county.house.database.reader() as session:
        assert [link.failures for link in session.scalars(select(Link))] == [0, 0]


def test_our_own_addresses_are_looked_up_and_not_asked_for(county, instance):
    publish(county, '<p><a href="http://localhost:6543/tzgg/">x</a><a href="http://localhost:6543/mei/">y</a></p>')
    net = Net({}, {})
    Checking(instance, "a").run()
    assert Links(instance, "a", net.asker()).run() == 2 and net.asked == []
    with county.house.database.reader() as session:
        problems = {link.url[-5:]: link.problem for link in session.scalars(select(Link))}
        assert problems == {"tzgg/": "", "/mei/": "没有这个地址"}


def test_asking_can_be_switched_off_and_is_done_by_one_worker(county, instance):
    publish(county, '<p><a href="http://a.example/x">x</a></p>')
    Checking(instance, "a").run()
    net = Net({"a.example": [OPEN]}, {})
    with county.house.database.writer.begin() as session:
        assert cursors.lease(session, "links", "another", dt.timedelta(minutes=5))
    assert Links(instance, "a", net.asker()).run() == 0
    with county.house.database.writer.begin() as session:
        cursors.release(session, "links", "another")
    instance.settings.values["check_links"] = False
    assert Links(instance, "a", net.asker()).run() == 0 and net.asked == []
    with county.house.database.reader() as session:
        assert links.due(session, now(), 5)
