"""What a visitor asks for costs as many questions to the database on a large site as on a small one, at any depth.

Every view that the public may get is listed here; one that is not listed fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from introspection import views
from pyramid.security import NO_PERMISSION_REQUIRED
from slips import SLIPS
from webtest import TestApp

from content import attachments, preparing
from content.base import local_date, now
from content.documents import Document
from portal.security import READ
from workflows.access import SYSTEM
from workflows.engine import fire

FEW, MORE = 11, 14  # documents, of which a page of a column shows ten; those that come later
DEEP = ("yi", "er", "san", "si")  # columns below one another
# route, or context and name of a view -> addresses; `document` stands for that of a document, `oldest` for that of the
# page of the column with the oldest
VIEWS = {
    "Root": ("/",), "ColumnContext": ("/tzgg/", "/zwgk/", "/tzgg/?q=通知", "/zwgk/zcwj/"), "ListPage": ("oldest",),
    "ColumnContext list.csv": ("/tzgg/list.csv",), "DocumentContext": ("document.html",),
    "document.card": ("document/card",), "document.card.json": ("document/card.json",), "file": ("file",),
    "catalogue": ("/catalogue", "/catalogue?year={year}"), "catalogue.csv": ("/catalogue.csv",),
    "search": ("/search", "/search?q=通知", "/search?q=通知&page=2"), "sitemap": ("/sitemap",),
    "departments": ("/departments",), "sitemap.xml": ("/sitemap.xml",),
    "sitemap.part": ("/sitemap/columns.xml", "/sitemap/{year}.xml"), "robots.txt": ("/robots.txt",),
    "health": ("/health",), "display": ("/display", "/display?page=2"),
    # From the first of these to the last the visitor has a touch screen.
    "kiosk": ("/kiosk",), "kiosk.columns": ("/kiosk/columns",), "kiosk.take": ("take",),
    "kiosk.leave": ("/kiosk/leave",),
    "feeds": ("/feeds",), "feeds.opml": ("/feeds/columns.opml",), "feed.search": ("/search.rss?q=通知",),
    "feed.latest": tuple(f"/feeds/latest.{form}" for form in ("rss", "atom", "json")),
    "feed.column": ("/feeds/column/tzgg.rss", "/feeds/column/zwgk.atom"), "feed.topic": ("/feeds/topic/1.rss",),
    "feed.department": ("/feeds/department/QY-mzj.rss",), "feed.validity": ("/feeds/validity.rss",),
    "api": ("/api",), "api.openapi": ("/api/v1/openapi.json",), "api.changes": ("/api/v1/changes",),
    "api.documents": ("/api/v1/documents", "/api/v1/documents?limit=100"), "api.document": ("/api/v1/documents/{id}",),
    "api.documents.table": ("/api/v1/documents.csv",), "api.columns": ("/api/v1/columns",),
    "api.columns.table": ("/api/v1/columns.csv",), "api.departments": ("/api/v1/departments",),
    "api.departments.table": ("/api/v1/departments.csv",), "api.statistics": ("/api/v1/statistics",),
    "subscribe": ("/subscribe", "/subscribe?q=低保"), "subscribe.sent": ("/subscribe/sent",),
    "report": ("/report-error?page=/tzgg/",), "report.received": ("/report-error/received",),
    "statistics": ("/apply/statistics?year={year}",), "apply": ("/apply",), "apply.form": ("/apply/form",),
    "apply.new": ("/apply/new",), "apply.recover": ("/apply/recover",), "apply.status": ("/apply/status",),
    "apply.withdraw": ("/apply/status/withdraw",), "apply.account": ("/apply/account",),
    "apply.account.login": ("/apply/account/login",), "apply.account.new": ("/apply/account/new",),
    "apply.account.sent": ("/apply/account/sent",), "opinion.received": ("/opinion/received",),
    "login": ("/login",), "lang": ("/lang/zh",), "variant": ("/variant/normal",), "healthz": ("/healthz",),
}
ELSEWHERE = {
    "apply.mine": "tests/portal/public/test_my_requests.py",
    "readyz": "asks whether the database and the worker are there", "metrics": "for the operators; tests/portal",
    "__static/": "files", "wechat": "answers a challenge of WeChat with its own signature",
    # found by its key: one case, one letter, one token; how many others there are is not asked
    "apply.receipt": "one case", "apply.receipt.pdf": "one case", "apply.letter": "one letter",
    "apply.letter.pdf": "one letter", "apply.file": "one file", "apply.account.link": "one token",
    "apply.account.close": "one account", "opinion": "one token", "subscribe.link": "one token",
    "subscribe.end": "one token",
}


def test_every_view_of_the_public_is_listed(site):
    listed = VIEWS.keys() | ELSEWHERE.keys()
    open_to_all = {view["route_name"] or f"{view['context'].__name__} {view['name']}".strip()
                   for view, permission in views(site)
                   if permission in (READ, NO_PERMISSION_REQUIRED) and view["request_methods"] != "POST"}
    assert open_to_all <= listed, f"list it here: {open_to_all - listed}"


@pytest.fixture
def county_of_some_size(site):
    """A site with some documents, a file, an application that is looked at; its address and number and the file's."""
    publish(site, "tzgg", FEW)
    house, county = site.county.house, site.county
    with house.database.writer.begin() as session:
        document = county.write(session, title="附有名单的通知")
        number = attachments.take(session, house, document, "名单.txt", "高龄津贴名单".encode(),
                                  actor_id=county.users["zhangli"]).id
        case, code = county.apply(session)
        facts = case.number, code
    while preparing.turn(house, "tests", SLIPS):
        pass
    with house.database.writer.begin() as session:
        document = session.get_one(Document, document.id)
        fire(session, house, document, "import", SYSTEM)
        base = document.live.url.removesuffix(".html")
        found = {"document": base, "file": f"{base}/files/{number}/名单.txt", "id": document.id}
    form = next(each for each in site.get("/apply/status").forms.values() if each.action.endswith("/status"))
    form["number"], form["code"] = facts
    form.submit(status=303)
    return found


def publish(site, path: str, count: int) -> None:
    with site.county.house.database.writer.begin() as session:
        for number in range(count):
            document = site.county.write(session, path=path, title=f"关于停水的通知{number}")
            session.flush()
            fire(session, site.county.house, document, "import", SYSTEM)


def addresses(site, known) -> Iterator[tuple[str, str]]:
    """`(what is listed, its address)`"""
    links = site.get("/tzgg/").html.select(".pagination a[href]")
    oldest = next(link["href"] for link in links if re.search(r"\b1(\.html)?$", link["href"]))
    screen = TestApp(site.app.app)
    screen.get("/kiosk")
    take = screen.get("/feeds/latest.rss", status=303).location.removeprefix("http://localhost")
    for listed in (each for paths in VIEWS.values() for each in paths):
        if listed.startswith("document"):
            yield listed, known["document"] + listed.removeprefix("document")
        else:
            yield listed, {"oldest": oldest, "take": take, "file": known["file"]}.get(
                listed, listed.format(year=local_date(now()).year, id=known["id"]))


def asked(site, known) -> dict[str, int]:
    """How many questions each address costs, one after the other."""
    return {listed: site.queries(address) for listed, address in addresses(site, known)}


def test_a_larger_and_deeper_site_asks_no_more(site, county_of_some_size):
    known = county_of_some_size
    site.index()
    asked(site, known)  # templates, and what is looked up once in a process
    publish(site, "tzgg", 1)
    few = asked(site, known)
    parent = "tzgg"
    publish(site, "tzgg", MORE)
    with site.county.house.database.writer.begin() as session:
        for _each in range(3):
            site.county.apply(session)
    for slug in DEEP:
        site.column(slug, f"栏目{slug}", parent=parent)
        parent = f"{parent}/{slug}"
        publish(site, parent, 2)
    site.index()
    assert asked(site, known) == few
    assert max(few.values()) <= 30, few
    deep = f"/{parent}/"
    document = site.get(deep).html.select_one(".doc-list a")["href"]
    assert site.queries(deep) == site.queries("/tzgg/")
    assert site.queries(document) == site.queries(f"{known['document']}.html")
