"""Harvesting: two portals beside each other end equal, whatever happens there and whenever either stops."""

from __future__ import annotations

import io
import random
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx
import openpyxl
import pytest
from factories import STATEMENT, County, make_county, open_house
from PIL import Image
from sqlalchemy import select
from webtest import TestApp

from content import attachments, clearing, picture_intake, picturing, preparing, tree, writing
from content.documents import Document, Live, Relation, Revision
from content.harvests import Harvested
from content.people import Grant, Role
from content.picture_encoding import LIMITS, encoded
from content.preparing import Tools
from content.privacy import Decision
from content.privacy.renditions.cleaning import clean, inspect
from portal.harvest.fetching import Portal, Unreachable, origin_of
from portal.harvest.running import Harvester
from portal.settings import SETTINGS, Settings, Site
from portal.wiring import make_app
from workflows.access import SYSTEM
from workflows.engine import fire

TOOLS = Tools(inspect, clean, picturing.variants)
THERE = "http://town.example"


class Stopped(Exception):
    """The process was killed here."""


class Line(httpx.BaseTransport):
    """The way to the other portal; breaks when `left` questions were asked."""

    def __init__(self, app: object) -> None:
        def as_servers_do(environ, start):  # who gives WSGI the octets of a path, as PEP 3333 wants them
            environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
            return app(environ, start)
        self.inner, self.left, self.asked = httpx.WSGITransport(app=as_servers_do), 10**9, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.left -= 1
        self.asked += 1
        if self.left < 0:
            raise Stopped
        return self.inner.handle_request(request)


@dataclass
class Town:
    """The other portal: a small county of its own, whose people publish, correct, move and withdraw."""

    county: County
    line: Line
    urls: list[str] = field(default_factory=list)

    def publish(self, title: str, body: str = "<p>城关镇部分区域停水。</p>", file: bytes = b"",
                **values: object) -> int:
        house = self.county.house
        with house.database.writer.begin() as session:
            document = self.county.write(session, title=title, body=body, **values)
            if file:
                attachments.take(session, house, document, "表.xlsx", file, actor_id=document.owner_id)
            number = document.id
        while preparing.turn(house, "test", TOOLS):
            pass
        self.fire(number, "import")
        return number

    def fire(self, number: int, name: str, **facts: object) -> None:
        with self.county.house.database.writer.begin() as session:
            fire(session, self.county.house, session.get_one(Document, number), name, SYSTEM, **facts)

    def by(self, number: int, name: str, who: str, **facts: object) -> None:
        with self.county.house.database.writer.begin() as session:
            self.county.move(session, session.get_one(Document, number), name, who, **facts)

    def correct(self, number: int, body: str) -> None:
        self.by(number, "revise", "zhangli", why="数字有误")
        with self.county.house.database.writer.begin() as session:
            document = session.get_one(Document, number)
            writing.save(session, document, base_id=document.head_id, title=document.head.title, body=body,
                         data=document.head.data, actor_id=self.county.users["zhangli"])
        self.fire(number, "import")

    def withdraw(self, number: int, kind: str = "error") -> None:
        self.by(number, "withdraw", "zhoumin", why="金额有误", reason_kind=kind)

    def move(self, number: int, path: str) -> None:
        with self.county.house.database.writer.begin() as session:
            writing.relocate(session, session.get_one(Document, number), self.county.node(session, path),
                             actor_id=None)

    def shown(self) -> list[tuple]:
        """What its public reads."""
        with self.county.house.database.reader() as session:
            return _shown(session, select(Live).order_by(Live.document_id), self.county)


def _shown(session, query, county) -> list[tuple]:
    """Title, text, last step of the column's path, when, state, kind of reason, files, in order."""
    nodes = county.house.tree(session).by_id
    return sorted((live.title, live.rendition.text if live.rendition else "", nodes[live.column_id].slug
                   if live.rendition else "", live.published if live.rendition else None, live.state, live.reason_kind,
                   live.reason, tuple(each["name"] for each in live.rendition.files) if live.rendition else ())
                  for live in session.scalars(query))


@pytest.fixture
def town(tmp_path) -> Town:
    home = tmp_path / "town"
    home.mkdir()
    county = make_county(open_house(home))
    values = {each.name: each.default for each in SETTINGS} | {"api_rate": "100000/minute", "base_url": THERE}
    app = make_app(county.house, Settings(home, Site(id_code="4100000001", organ="清河镇人民政府"), values))
    yield Town(county, Line(app))
    county.house.database.dispose()


@pytest.fixture
def here(house, county):
    """A column of this portal with the columns of the town below it."""
    with house.database.writer.begin() as session:
        both = ["notice", "policy", "interpretation", "news"]
        root = tree.create(session, actor_id=None, name="乡镇公开", slug="xiangzhen", types=both,
                           department_id=county.departments["QY-zfb"])
        session.add(Grant(user_id=county.users["zhoumin"], role=Role.REVIEWER.value,
                          department_id=county.departments["QY-zfb"]))
        for slug, name in (("tzgg", "通知公告"), ("dtxw", "工作动态")):
            tree.create(session, actor_id=None, parent_id=root.id, name=name, slug=slug, types=both,
                        department_id=county.departments["QY-zfb"])
    return county


def harvester(here: County, town: Town, own: str = "4103990001") -> Harvester:
    portal = Portal(THERE, private=True, transport=town.line, resolve=lambda host, port: ["127.0.0.1"])
    return Harvester(here.house, portal, "xiangzhen", own, TOOLS)


def harvest(here: County, town: Town, own: str = "4103990001"):
    run = harvester(here, town, own)
    for _ in run.run():
        pass
    return run.outcome


def brought(here: County) -> list[tuple]:
    with here.house.database.reader() as session:
        return _shown(session, select(Live).join(Harvested, Harvested.document_id == Live.document_id), here)


def sheet(figure: int) -> bytes:
    book, into = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["镇", figure])
    book.save(into)
    return into.getvalue()


def test_what_is_disclosed_there_comes_here_with_its_provenance(town, here):
    number = town.publish("低保资金发放", file=sheet(12))
    outcome = harvest(here, town)
    assert (outcome.new, outcome.published, outcome.held, outcome.problems) == (1, 1, 0, [])
    assert brought(here) == town.shown()
    values = {each.name: each.default for each in SETTINGS}
    citizen = TestApp(make_app(here.house, Settings(here.house.home, Site(id_code="4103990001"), values)))
    with here.house.database.reader() as session:
        url, document_id = session.execute(select(Live.year, Live.document_id)).one()
        url = session.get_one(Live, document_id).url
    page = citizen.get(url).text
    assert "来源" in page and f'href="{THERE}/doc/' in page and "清源县民政局" in page
    told = citizen.get(f"/api/v1/documents/{document_id}").json["provenance"]
    assert told["chain"] == ["4100000001", "4103990001"] and told["address"].startswith(THERE)
    assert number


def test_pictures_and_files_are_kept_here_and_go_with_what_they_belong_to(town, here):
    """Nothing is shown from the other portal's address, and nothing of it is left after a withdrawal there."""
    house = town.county.house
    with house.database.writer.begin() as session:
        document = town.county.write(session, title="供水管道检修")
        number, owner = document.id, document.owner_id
        attachments.take(session, house, document, "名单.xlsx", sheet(12), actor_id=owner)
        attachments.take(session, house, document, "路段.csv", "路段,时间\n人民路,8时\n".encode(), actor_id=owner)
        kept = picture_intake.keep(session, house, document, encoded(picture(), LIMITS), "图.png", "路段图",
                                   actor_id=owner)
        writing.save(session, document, base_id=document.head_id, title=document.head.title, data=document.head.data,
                     body=f"<p>停水路段见图。</p>{picturing.tag(kept.id, '路段图')}", actor_id=owner)
    while preparing.turn(house, "test", TOOLS):
        pass
    look(town.county, "供水管道检修")
    town.fire(number, "import")
    assert harvest(here, town).problems == []
    look(here, "供水管道检修")
    assert harvest(here, town).problems == []
    citizen = TestApp(make_app(here.house, Settings(here.house.home, Site(id_code="4103990001"),
                                                    {each.name: each.default for each in SETTINGS})))
    with here.house.database.reader() as session:
        url = session.scalars(select(Live)).one().url
    page = citizen.get(url)
    shown = page.html.find("img", alt="路段图")["src"]
    files = {link["href"] for link in page.html.find_all("a", href=re.compile("/files/"))}
    assert shown.startswith(url.removesuffix(".html")) and citizen.get(shown).content_type.startswith("image/")
    assert {unquote(each).rpartition("/")[2] for each in files} == {"名单.xlsx", "路段.csv"}
    assert all(citizen.get(each).body for each in files)
    town.withdraw(number)
    assert harvest(here, town).withdrawn == 1
    for address in (url, shown, *files):
        assert citizen.get(address, status="*").status_int in (404, 410), address


def look(county: County, title: str) -> None:
    """What a person does where no program reads pictures: he looks, and lets go out what was held for him."""
    house = county.house
    with house.database.writer.begin() as session:
        document = session.scalars(select(Document).join(Revision, Document.head_id == Revision.id).where(
            Revision.title == title)).one()
        number = document.id
        for each in clearing.review(session, house, document, document.head).files:
            if each.unread:
                attachments.vouch(session, house, document, each.attachment, "看过，没有个人信息",
                                  actor_id=county.users["zhoumin"])
    while preparing.turn(house, "test", TOOLS):
        pass
    with house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        if document.state == "held":
            county.move(session, document, "accept", "zhoumin", statement=STATEMENT)


def picture() -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (400, 300), "steelblue").save(into, "PNG")
    return into.getvalue()


def test_corrections_moves_archives_and_withdrawals_are_followed(town, here):
    numbers = [town.publish(f"通知{each}") for each in range(4)]
    harvest(here, town)
    town.correct(numbers[0], "<p>更正：停水到18时。</p>")
    town.withdraw(numbers[2], "privacy")
    town.by(numbers[3], "archive", "zhangli")
    outcome = harvest(here, town)
    assert (outcome.changed, outcome.withdrawn, outcome.new) == (1, 1, 0)
    assert brought(here) == town.shown()
    again = harvest(here, town)
    assert again.seen == 0 and brought(here) == town.shown()


def test_a_move_there_is_a_move_here(town, here):
    number = town.publish("工作动态一则", path="tzgg")
    harvest(here, town)
    assert brought(here)[0][2] == "tzgg"
    town.move(number, "zwgk/zcwj")
    outcome = harvest(here, town)
    assert (outcome.moved, outcome.changed) == (1, 0) and brought(here)[0][2] == "xiangzhen"


def test_what_came_from_here_is_not_taken(town, here):
    town.publish("通知")
    assert (harvest(here, town, own="4100000001").loops, brought(here)) == (1, [])


def test_what_is_found_by_the_detectors_holds_the_item(town, here):
    with town.county.house.database.writer.begin() as session:  # what was kept there, by a person's decision
        document = town.county.write(session, title="通知", body="<p>联系人张三，手机13912345678。</p>")
        town.county.settle_all(session, document, Decision.keep, "本人同意公开")
        number = document.id
    town.fire(number, "import")
    outcome = harvest(here, town)
    assert (outcome.new, outcome.published, outcome.held) == (1, 0, 1) and brought(here) == []
    assert harvest(here, town).held == 1
    town.withdraw(number)
    assert (harvest(here, town).held, brought(here)) == (0, [])


def test_what_a_person_withdrew_here_does_not_come_back(town, here):
    number = town.publish("通知")
    harvest(here, town)
    with here.house.database.writer.begin() as session:
        document = session.scalars(select(Document).join(Harvested, Harvested.document_id == Document.id)).one()
        here.move(session, document, "withdraw", "helixin", why="涉及隐私", reason_kind="privacy")
    town.correct(number, "<p>更正。</p>")
    assert harvest(here, town).refused == 1
    assert [row[4] for row in brought(here)] == ["withdrawn"]


def test_a_portal_in_our_own_network_is_not_asked(here, town):
    portal = Portal("http://127.0.0.1:1", transport=town.line)
    with pytest.raises(Unreachable, match="harvest_private"):
        portal.get("/api/v1/changes")
    assert town.line.asked == 0


@pytest.mark.parametrize(("patience", "pauses"), [(60, 3), (3, 2), (0, 0)])
def test_who_does_not_answer_just_now_is_asked_again(patience, pauses):
    """Too busy, cut off, or asked too often (which says when it may be asked again), and then it answers."""
    slept, problems = [], [httpx.ReadTimeout("late"), 503, httpx.Response(429, headers={"Retry-After": "7"})]

    def answer(_request: httpx.Request) -> httpx.Response:
        problem = problems.pop(0) if problems else 200
        if isinstance(problem, Exception):
            raise problem
        return httpx.Response(problem, json={}) if isinstance(problem, int) else problem
    portal = Portal(THERE, private=True, transport=httpx.MockTransport(answer), patience=patience,
                    resolve=lambda host, port: ["127.0.0.1"], sleep=slept.append)
    if patience < 60:
        with pytest.raises(Unreachable, match=r"429|ReadTimeout"):
            portal.get("/api/v1/changes")
    else:
        assert portal.get("/api/v1/changes").status == 200 and slept[-1] == 7
    assert len(slept) == pauses and sum(slept) <= patience


@pytest.mark.parametrize("url", ["ftp://town.example", "town.example", "http://user@town.example", "http://a:b"])
def test_what_is_no_address_of_a_portal(url):
    with pytest.raises(ValueError):
        origin_of(url)


def hostile(value):
    """A portal that discloses one item, as it says it."""
    change = {"kind": "published", "id": 1, "url": "x", "document": {}, "reason": None, "reason_kind": None}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/changes"):
            return httpx.Response(200, json={"changes": [change], "cursor": "0" * 27, "end": True})
        return httpx.Response(200, json=value)
    return httpx.MockTransport(answer)


GIVEN = {"id": 1, "title": "通知", "type": "notice", "html": "<p>正文</p>", "metadata": {}, "issuer": "某镇",
         "files": [], "relations": [], "column": {"path": "tzgg"}, "published": "2026-11-01T00:00:00Z",
         "state": "public",
         "provenance": {"portal": "4", "organ": "某镇", "address": "http://a.example/1", "index_number": "1",
                        "chain": ["4"]}}


@pytest.mark.parametrize(("wrong", "taken"), [
    ({}, 1), ({"provenance": GIVEN["provenance"] | {"address": "javascript:alert(1)"}}, 0),
    ({"provenance": GIVEN["provenance"] | {"organ": "张三13912345678"}}, 0),
    ({"provenance": GIVEN["provenance"] | {"chain": [{}]}}, 0), ({"html": None}, 0), ({"published": "gestern"}, 0),
    ({"files": [{"size": 10**12, "sha256": "0", "name": "x", "role": "file"}]}, 0), ({"column": []}, 0),
    ({"type": "policy", "metadata": {"abolishes": 1}}, 1), ({"metadata": {"formed": "x"}, "type": "never"}, 1),
    ({"html": '<p onclick="x()">正文<script>x()</script><img src="http://a.example/x.png"></p>'}, 1),
])
def test_what_another_portal_says_is_not_believed(here, wrong, taken):
    portal = Portal(THERE, private=True, transport=hostile(GIVEN | wrong), resolve=lambda host, port: ["127.0.0.1"])
    run = Harvester(here.house, portal, "xiangzhen", "4103990001", TOOLS)
    list(run.run())
    assert (run.outcome.new, len(run.outcome.problems)) == (taken, 1 - taken)
    with here.house.database.reader() as session:
        assert session.scalars(select(Relation)).all() == []
        for revision in session.scalars(select(Revision)):
            assert not {"onclick", "script", "<img"} & set(re.findall(r"onclick|script|<img", revision.body))


def busy(town: Town, here: County, rounds: int, seed: int) -> int:
    """Things happen there, and the harvest is stopped at every other question; at the end both are equal."""
    chance, alive, stops = random.Random(seed), [], 0
    for number in range(rounds):
        what = chance.choice(["publish", "publish", "correct", "withdraw", "archive"])
        if what == "publish" or not alive:
            alive.append(town.publish(f"通知{number}", body=f"<p>第{number}次停水。</p>",
                                      file=sheet(number) if number % 5 == 0 else b""))
        elif what == "correct":
            town.correct(chance.choice(alive), f"<p>更正{number}。</p>")
        else:
            chosen = alive.pop(chance.randrange(len(alive)))
            town.withdraw(chosen, chance.choice(["error", "privacy"])) if what == "withdraw" else \
                town.by(chosen, "archive", "zhangli")
        town.line.left = chance.randrange(3)
        try:
            harvest(here, town)
        except Stopped:
            stops += 1
    town.line.left = 10**9
    harvest(here, town)
    there, copied = town.shown(), brought(here)  # what came and went between two looks was never here
    assert [row for row in copied if row[4] != "withdrawn"] == [row for row in there if row[4] != "withdrawn"] != []
    assert {row for row in copied if row[4] == "withdrawn"} <= {row for row in there if row[4] == "withdrawn"}
    return stops


def test_two_portals_end_equal_although_the_harvest_is_stopped(town, here):
    assert busy(town, here, rounds=12, seed=20261122) > 2


@pytest.mark.full
def test_two_portals_end_equal_after_very_much(town, here):
    assert busy(town, here, rounds=200, seed=6) > 30
