"""Published pages follow: what is touched is written, nothing else; what was withdrawn is said nowhere."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from dataclasses import replace

import pytest
from factories import STATEMENT
from large_county import Large
from sqlalchemy.exc import OperationalError

from content import hosts, marks, places, published, tree, writing
from content.base import local_date, now
from content.documents import Document
from content.tree import Column
from portal import database
from portal.followers import published as followers_published
from portal.published import HELD, making, serving, withdrawing
from portal.published.store import every_path
from workflows import due


def in_time(pages, monkeypatch) -> list[str]:
    """A minute later; the addresses of what was written then."""
    with monkeypatch.context() as patched:
        patched.setattr(followers_published, "now", lambda: now() + dt.timedelta(minutes=1))
        return pages.follow()


def withdraw(pages, number: int) -> None:
    with pages.house.database.writer.begin() as session:
        pages.county.move(session, session.get_one(Document, number), "withdraw", "zhoumin", why="错了",
                          reason_kind="error")


def locked(*_args) -> None:
    raise OperationalError("", {}, Exception("the database is locked"))


def test_what_is_published_is_in_the_files_that_list_it(pages, monkeypatch):
    pages.follow()
    _number, url = pages.publish(path="zwgk/zcwj", title="关于供暖的通知")
    written = pages.follow()
    at_once = {
        url, "/", "/zwgk/", "/zwgk/zcwj/", "/catalogue/", "/feeds/latest.rss", "/feeds/latest.atom",
        "/feeds/latest.json", "/feeds/column/zwgk.rss", "/feeds/column/zwgk/zcwj.rss"}
    assert set(pages.says("关于供暖的通知")) == at_once
    assert len(written) <= 12 and pages.follow() == []
    in_time(pages, monkeypatch)
    start = url.removesuffix(".html")
    assert set(pages.says("关于供暖的通知")) - at_once == {f"{start}/card/", f"{start}/card.json", *(
        f"/feeds/{of}.{form}" for of in ("column/zwgk", "column/zwgk/zcwj") for form in ("atom", "json")), *(
        f"/feeds/department/{code}.{form}" for code in ("QY", "QY-mzj") for form in ("rss", "atom", "json"))}
    english = pages.press.stores["en"]
    assert {path for path in english.paths() if "关于供暖的通知" in english.read(path).decode()} == {"/", "/catalogue/"}
    assert 'lang="en"' in english.read("/departments").decode() and pages.follow() == []
    assert (pages.store.folder / "_errors" / "404.html").exists()


def test_no_view_that_is_published_asks_what_nobody_knows(pages, caplog):
    pages.publish()
    pages.follow()
    assert not [record.message for record in caplog.records if "is not published" in record.message]
    assert {"/", "/tzgg/", "/catalogue/", "/sitemap/", "/departments/", "/feeds/", "/sitemap.xml",
            "/sitemap/columns.xml", "/robots.txt", "/feeds/validity.rss"} <= set(pages.store.paths())


def test_a_page_says_nothing_of_its_visitor_or_the_day(pages):
    _number, url = pages.publish()
    pages.follow()
    for path in (url, "/", "/tzgg/"):
        text = pages.read(path)
        assert "csrf" not in text and "星期" not in text and "/desk" not in text


def test_a_withdrawal_takes_every_file_away_before_it_answers(pages, opened):
    number, url = pages.publish(title="关于旧桥维修的通知")
    _other, _url = pages.publish(title="另一件")
    pages.follow()
    assert len(pages.says("旧桥维修")) >= 6
    page = opened("zhoumin").get(f"/desk/document/{number}")
    button = page.html.find(attrs={"name": "transition", "value": "withdraw"})
    form = page.forms[page.html.find_all("form").index(button.find_parent("form"))]
    form["why"], form["reason_kind"] = "有个人信息", "privacy"
    form.submit(status=303)
    assert pages.says("旧桥维修") == [] and pages.store.read(url) is None
    pages.follow()
    assert pages.says("旧桥维修") == [] and "另一件" in pages.read("/tzgg/")
    assert pages.client.get(url, status=410)


def test_a_full_page_keeps_its_gap(pages):
    pages.settings.values["page_size"] = pages.app.registry.settings["gongkai"].values["page_size"] = 2
    ids = [pages.publish(title=f"第{number}件")[0] for number in range(5)]
    pages.follow()
    assert "第0件" in pages.read("/tzgg/1.html") and "第1件" in pages.read("/tzgg/1.html")
    before = pages.store.file_of("/tzgg/2.html").stat().st_mtime_ns
    with pages.house.database.writer.begin() as session:
        pages.county.move(session, session.get_one(Document, ids[1]), "withdraw", "zhoumin", why="错了",
                          reason_kind="error")
    pages.follow()
    assert "第0件" in pages.read("/tzgg/1.html") and "第1件" not in pages.read("/tzgg/1.html")
    assert pages.store.file_of("/tzgg/2.html").stat().st_mtime_ns == before
    assert pages.client.get("/tzgg/?page=2", status=301).location.endswith("/tzgg/2.html")
    assert pages.client.get("/tzgg/3.html", status=302).location.endswith("/tzgg/")
    pages.client.get("/tzgg/4.html", status=404)


def test_a_correction_a_move_and_a_renaming_reach_their_pages(pages):
    number, url = pages.publish(title="关于停水的通知", path="tzgg")
    pages.follow()
    with pages.house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        writing.relocate(session, document, pages.county.node(session, "zwgk/zcwj"), actor_id=None)
    pages.follow()
    assert "停水" not in pages.read("/tzgg/") and "停水" in pages.read("/zwgk/zcwj/")
    with pages.house.database.writer.begin() as session:
        tree.change(session, session.get_one(Column, pages.county.columns["zwgk/zcwj"]), actor_id=None,
                    name="县政府文件", slug="xzfwj")
    pages.follow()
    assert "县政府文件" in pages.read("/zwgk/xzfwj/") and "县政府文件" in pages.read(url)
    assert pages.store.read("/zwgk/zcwj/") is None and not pages.says("/zwgk/zcwj/")


def test_a_column_that_closes_to_the_public_takes_its_pages_along(pages):
    _number, url = pages.publish(title="关于停电的通知")
    pages.follow()
    with pages.house.database.writer.begin() as session:
        tree.change(session, session.get_one(Column, pages.county.columns["tzgg"]), actor_id=None, audience="internal")
    pages.follow()
    assert pages.says("停电") == [] and pages.store.read("/tzgg/") is None and pages.store.read(url) is None


def test_a_host_that_is_behind_is_named(pages):
    from content import journal
    from content.cursors import Cursor
    from portal.published.withdrawing import behind, forget

    with pages.house.database.writer.begin() as session:
        session.add(Cursor(name=hosts.own("published", "web-2"), position=1))
        session.flush()
        assert behind(session, pages.house.host, journal.latest(session)) == ["web-2"]
        assert forget(session, "web-2") and not behind(session, pages.house.host, journal.latest(session))


# -- what ends by time ----------------------------------------------------------------------------------------------

def answered_by(pages, path: str) -> str:
    """Who answers a visitor: `file`, or `application`."""
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path.encode().decode("latin-1")}
    found = pages.app.registry.settings[HELD].file(environ)
    if found is not None:
        os.close(found.handle)
    return "application" if found is None else "file"


def test_what_ends_is_no_file_past_its_last_day_whoever_works(pages, monkeypatch):
    today = local_date(now())
    _number, lasting = pages.publish(path="zwgk/zcwj", title="一直公开")
    _number, ending = pages.publish(title="低保对象公示", data={"ends": (today + dt.timedelta(days=2)).isoformat()})
    pages.follow()
    says = pages.says("低保对象公示")
    assert {ending, "/", "/tzgg/", "/catalogue/", "/feeds/latest.rss", "/feeds/column/tzgg.rss"} <= set(says)
    assert {answered_by(pages, path) for path in (*says, lasting)} == {"file"}
    for days in (1, 2, 3, 4, 40):  # nobody works any more
        monkeypatch.setattr(serving, "now", lambda days=days: now() + dt.timedelta(days=days))
        assert {answered_by(pages, path) for path in says} == {"file" if days < 3 else "application"}
        assert answered_by(pages, lasting) == answered_by(pages, "/zwgk/zcwj/") == "file"


def test_its_pages_are_made_anew_on_that_day_and_the_next_end_counts(pages, monkeypatch):
    today = local_date(now())
    days = [today + dt.timedelta(days=each) for each in (1, 5)]
    _number, first = pages.publish(title="第一件公示", data={"ends": days[0].isoformat()})
    _number, second = pages.publish(title="第二件公示", data={"ends": days[1].isoformat()})
    pages.follow()
    later = now() + dt.timedelta(days=2)
    for module in (making, followers_published, serving, database, marks):
        monkeypatch.setattr(module, "now", lambda: later)
    assert answered_by(pages, second) == "application"
    pages.follow()
    assert pages.says("第一件公示") == [] and pages.store.read(first) is None
    assert answered_by(pages, second) == answered_by(pages, "/tzgg/") == "file" and "第二件" in pages.read("/")
    monkeypatch.setattr(serving, "now", lambda: later + dt.timedelta(days=4))
    assert answered_by(pages, second) == answered_by(pages, "/tzgg/") == "application"


def test_a_correction_takes_the_old_text_away_before_it_answers(pages):
    number, url = pages.publish(title="关于停水的通知", body="<p>周一停水。</p>")
    pages.publish(title="别的")
    pages.follow()
    assert pages.says("周一停水")
    with pages.house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        pages.county.move(session, document, "revise", "zhangli", why="日期有误")
        writing.save(session, document, base_id=document.head_id, title="关于停水的更正通知",
                     body="<p>周二停水。</p>", data={}, actor_id=pages.county.users["zhangli"])
        pages.county.settle_all(session, document)
        for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                                ("clear", "helixin", {"statement": STATEMENT})):
            pages.county.move(session, document, name, by, **facts)
    assert pages.says("周一停水") and pages.store.read(url)  # nobody was told anything else yet
    with pages.house.database.writer.begin() as session:
        pages.county.move(session, session.get_one(Document, number), "sign", "wangjianguo")
    assert pages.says("周一停水") == [] and pages.store.read(url) is None and pages.store.read("/tzgg/") is None
    pages.follow()
    assert "周二停水" in pages.read(url) and "更正通知" in pages.read("/tzgg/") and "别的" in pages.read("/")


def test_what_another_host_withdrew_leaves_every_page_as_it_is_read(pages, monkeypatch):
    number, url = pages.publish(title="关于旧桥维修的通知")
    pages.follow()
    in_time(pages, monkeypatch)
    monkeypatch.setattr(withdrawing, "take_away", lambda *_: None)  # which took away its own files
    with pages.house.database.writer.begin() as session:
        pages.county.move(session, session.get_one(Document, number), "withdraw", "zhoumin", why="错了",
                          reason_kind="error")
    assert len(pages.says("旧桥维修")) > 12
    pages.follow()
    assert pages.says("旧桥维修") == [] and pages.store.read(url.replace(".html", "/card")) is None


def test_what_was_withdrawn_by_a_process_that_was_killed_goes_before_the_next_serves(pages, monkeypatch):
    number, url = pages.publish(title="关于旧桥维修的通知")
    pages.follow()
    with monkeypatch.context() as killed:
        killed.setattr(withdrawing, "take_away", lambda *_: None)
        withdraw(pages, number)
    assert pages.says("旧桥维修") and pages.store.read(url)
    withdrawing.make_up(pages.house, pages.settings)
    assert pages.says("旧桥维修") == [] and pages.store.read(url) is None
    pages.follow()
    assert "旧桥维修" not in pages.read("/") and pages.read("/tzgg/")


def test_what_came_along_from_another_host_goes_before_anybody_is_served(pages):
    number, url = pages.publish(title="关于旧桥维修的通知")
    pages.follow()
    here, attached = pages.house, "/doc/2026/1/files/2/w320.png"
    for store in pages.press.stores.values():
        store.write(attached, b"of which no row knows")
    withdrawing.make_up(here, pages.settings)
    assert pages.read(url) and pages.read(attached)  # the same host: nothing is looked through
    moved = replace(here, host_name="moved")
    withdrawing.make_up(moved, pages.settings)
    assert [*every_path(pages.press.stores)] == [] and (pages.store.folder / "_errors" / "404.html").exists()
    elsewhere = type(pages)(replace(pages.county, house=moved), pages.app, pages.settings)
    elsewhere.follow()
    assert elsewhere.says("旧桥维修") and not pages.read(attached)
    withdraw(elsewhere, number)
    elsewhere.follow()
    withdrawing.make_up(here, pages.settings)  # and back again, where much is known that is not there any more
    pages.follow()
    assert pages.says("旧桥维修") == [] and pages.read("/tzgg/") and pages.read("/feeds/latest.rss")


def test_a_home_of_before_its_host_was_noted_keeps_its_pages(pages):
    _number, url = pages.publish()
    pages.follow()
    (pages.house.home / "site.host").unlink()
    withdrawing.make_up(pages.house, pages.settings)
    assert pages.read(url) and (pages.house.home / "site.host").read_text() == pages.house.host


def test_files_go_whether_or_not_it_can_be_noted(pages, monkeypatch):
    number, url = pages.publish(title="关于旧桥维修的通知")
    pages.follow()
    with monkeypatch.context() as patched, pytest.raises(OperationalError):
        patched.setattr(published, "later", locked)
        withdraw(pages, number)
    assert pages.says("旧桥维修") == [] and pages.store.read(url) is None
    pages.follow()
    assert pages.read("/") and pages.read("/tzgg/")


def test_what_the_worker_takes_down_is_gone_when_it_has_done_so(pages):
    number, url = pages.publish(title="低保对象公示", data={"ends": local_date(now()).isoformat()})
    pages.follow()
    assert pages.says("低保对象公示")
    due.run(pages.house, now() + dt.timedelta(days=1))
    with pages.house.database.reader() as session:
        assert session.get_one(Document, number).state == "archived"
    assert pages.store.read(url) is None


class Killed(BaseException):
    """The process ends here: nothing after it is done, nothing before it is undone."""


def grow(pages, path: str, wanted: int) -> None:
    """So many documents in the lists of a column, beside those that were published there."""
    column = pages.county.columns[path]
    with pages.house.database.writer.begin() as session:
        large = Large(pages.county, session, local_date(now()), local_date(now()))
        for _number in range(wanted - places.last(session, column)):
            large.document(column, local_date(now()))
        large.flush()


@pytest.mark.parametrize("left", [1, 2])
def test_a_publication_writes_as_many_files_on_a_larger_site(pages, monkeypatch, left):
    """Also where it fills a page in every list that it is in (`left` 1): that page follows in time."""
    size, written = pages.settings.page_size, []
    pages.follow()
    for number in (30, 300):
        grow(pages, "zwgk/zcwj", -(-number // size) * size - left)
        pages.publish(path="zwgk/zcwj", title=f"{number}件以后的通知")
        written.append(pages.follow())
        assert {f"/{path}/{-(-number // size)}.html" for path in ("zwgk", "zwgk/zcwj")}.issubset(
            in_time(pages, monkeypatch)) == (left == 1)
    assert len(written[0]) == len(written[1]) <= 10


def test_a_follower_that_ends_at_any_file_goes_on_there(pages):
    number, url = pages.publish(title="关于旧桥维修的通知")
    write = pages.store.write
    for last in (0, 3, 7):
        left = iter(range(last))

        def ending(path, body, ends=None, left=left):
            if next(left, None) is None:
                raise Killed
            return write(path, body, ends)
        pages.store.write = ending
        with suppress(Killed):
            pages.follow()
        pages.store.write = write
        if last == 3:  # what it had in hand is not forgotten, whatever the journal's cursor says
            pages.follower.turn()
            assert "旧桥" in pages.read(url)
    pages.follow()
    assert "旧桥" in pages.read(url) and "旧桥" in pages.read("/tzgg/") and "旧桥" in pages.read("/")
    with pages.house.database.writer.begin() as session:
        pages.county.move(session, session.get_one(Document, number), "withdraw", "zhoumin", why="错了",
                          reason_kind="error")
    pages.follow()
    assert pages.says("旧桥") == []


def test_what_is_withdrawn_while_its_page_is_made_is_not_written(pages):
    number, url = pages.publish(title="关于旧桥维修的通知")
    pages.follow()
    make = pages.press.make

    def slowly(path):
        made = make(path)
        if path == url:
            pages.press.make = make
            with pages.house.database.writer.begin() as session:
                pages.county.move(session, session.get_one(Document, number), "withdraw", "zhoumin", why="错了",
                                  reason_kind="error")
            pages.store.remove(url)
        return made
    pages.press.make = slowly
    pages.press.bring([url, "/tzgg/"])
    assert pages.store.read(url) is None and "旧桥" not in pages.read("/tzgg/")
