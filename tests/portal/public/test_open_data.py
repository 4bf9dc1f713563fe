"""The open-data API: what the gate lets through, by cursors that hold; errors as RFC 9457 says; no query too many."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from content import tree
from content.base import local_date, now
from content.tree import Column
from content.types import all_types
from portal.api.asking import description
from workflows.access import SYSTEM
from workflows.engine import fire

LIST = "/api/v1/documents"


def pages(site, url):
    """Every document of a list, by the addresses that each page gives."""
    found = []
    while url:
        page = site.get(url.removeprefix("https://www.qingyuan.example")).json
        found += page["documents"]
        url = page["next"]
    return found


def test_a_list_is_paged_while_things_are_published(site):
    for number in range(5):
        site.publish(title=f"通知{number}")
    first = site.get(f"{LIST}?limit=2").json
    assert [each["title"] for each in first["documents"]] == ["通知4", "通知3"] and first["total"] == 5
    site.publish(title="刚公开的通知")
    rest = pages(site, first["next"])
    assert [each["title"] for each in rest] == ["通知2", "通知1", "通知0"]


def test_what_narrows_a_list(site):
    site.publish(title="低保通知", body="<p>低保标准调整。</p>")
    site.publish(title="工作动态", path="dtxw", type_name="news")
    site.index()
    columns = site.county.columns
    for query, titles in ((f"column={columns['tzgg']}", ["低保通知"]),
                          ("type=news", ["工作动态"]), ("q=低保", ["低保通知"]),
                          (f"column={columns['zwgk']}", []), (f"department={site.county.departments['QY-scj']}", []),
                          (f"year={local_date(now()).year}", ["工作动态", "低保通知"]),
                          ("q=低保&type=news", []), ("updated_since=2099-01-01T00:00:00Z", [])):
        assert [each["title"] for each in site.get(f"{LIST}?{query}").json["documents"]] == titles, query


def test_only_what_the_public_may_read(site):
    site.publish(title="内部通报", path="nbgk")
    url = site.publish(title="错的通知")
    number = site.get(LIST).json["documents"][0]["id"]
    site.fire(url, "withdraw", why="金额有误", reason_kind="privacy")
    assert site.get(LIST).json["documents"] == []
    gone = site.get(f"{LIST}/{number}", status=410)
    assert gone.content_type == "application/problem+json" and "错的通知" not in gone.text and "金额" not in gone.text
    assert "内部通报" not in site.get("/api/v1/changes").text + site.get(f"{LIST}.csv").text
    for inner in range(number - 1, number):
        site.get(f"{LIST}/{inner}", status=404)


def test_one_document_with_everything_that_belongs_to_it(site):
    policy = site.publish(title="低保办法", path="zwgk/zcwj", type_name="policy", data={
        "number": "清政办〔2026〕12号", "genre": "通知", "topic": "其他", "formed": "2026-11-01",
        "validity": "有效"})
    with site.county.house.database.reader() as session:
        policy_id = site.document(session, policy).id
    site.publish(title="低保办法解读", type_name="interpretation", data={"interprets": policy_id, "form": "text"})
    found = site.get(f"{LIST}/{policy_id}").json
    assert found["number"] == "清政办〔2026〕12号" and found["metadata"]["genre"] == "通知" and "停水" in found["text"]
    assert [(each["kind"], each["direction"], each["title"]) for each in found["relations"]] == [
        ("interprets", "from", "低保办法解读")]
    assert found["provenance"]["chain"] == [site.get("/api/v1/changes").json["portal"]]
    assert found["url"].endswith(policy)


def test_tables(site):
    site.publish(title="=1+1")
    rows = list(csv.reader(io.StringIO(site.get(f"{LIST}.csv").body.decode("utf-8-sig"))))
    assert len(rows) == 2 and rows[1][2] == "'=1+1"
    assert site.get(LIST, headers={"Accept": "text/csv"}).content_type == "text/csv"
    book = openpyxl.load_workbook(io.BytesIO(site.get(f"{LIST}.xlsx?type=notice").body))
    assert book.active.max_row == 2
    assert "通知公告" in site.get("/api/v1/columns.csv").text and "内部公开" not in site.get("/api/v1/columns").text


def test_a_long_table_says_where_the_rest_is(site, monkeypatch):
    monkeypatch.setattr("portal.api.documents.ROWS", 2)
    for number in range(3):
        site.publish(title=f"通知{number}")
    first = site.get(f"{LIST}.csv")
    assert "通知2" in first.text and "通知0" not in first.text
    rest = site.get(first.headers["Link"].partition(">")[0].removeprefix("<https://www.qingyuan.example"))
    assert "通知0" in rest.text and "通知1" not in rest.text and "Link" not in rest.headers


def test_who_has_it_already_is_told_so(site):
    site.publish()
    for url in (LIST, "/api/v1/columns", "/api/v1/changes", "/api/v1/statistics", "/api/v1/openapi.json"):
        answer = site.get(url)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert site.get(url, status=304, headers={"If-None-Match": answer.headers["ETag"]}).body == b""
        assert site.app.head(url).headers["ETag"] == answer.headers["ETag"]
    before = site.get(LIST).headers["ETag"]
    site.publish(title="又一篇")
    assert "又一篇" in site.get(LIST, headers={"If-None-Match": before}).text


@pytest.mark.parametrize(("url", "status", "said"), [
    (f"{LIST}?cursr=1", 400, "cursr"), (f"{LIST}?limit=0", 400, "limit"), (f"{LIST}?limit=1&limit=2", 400, "limit"),
    (f"{LIST}?cursor=zz", 400, "cursor"), (f"{LIST}?updated_since=2026-01-01", 400, "updated_since"),
    (f"{LIST}?column=99999", 404, ""), (f"{LIST}/999999999", 404, ""), ("/api/v1/nothing", 404, ""),
    ("/api/v1/changes?cursor=" + "0" * 18 + "1" + "f" * 8, 409, "从头"),
])
def test_errors_are_problems(site, url, status, said):
    answer = site.get(url, status=status)
    assert answer.content_type == "application/problem+json" and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json["status"] == status and said in answer.json.get("detail", "")



def test_other_methods_and_questions_of_browsers(site):
    assert site.app.post(LIST, status=405).headers["Allow"] == "GET, HEAD, OPTIONS"
    answer = site.app.options(LIST, status=204)
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]


def test_too_often(site):
    limits = site.registry.settings["limits"]
    limits._rates["api"] = limits._rates["api"].__class__(2)
    assert [site.app.get(LIST, status="*").status_int for _ in range(3)] == [200, 200, 429]
    assert int(site.app.get(LIST, status=429).headers["Retry-After"]) > 0


def test_the_number_of_queries_does_not_grow(site):
    site.publish()
    urls = (LIST, "/api/v1/changes", "/api/v1/columns", "/api/v1/statistics")
    for url in urls:
        site.get(url)
    few = [site.queries(url) for url in urls]
    for number in range(8):
        site.publish(title=f"通知{number}")
    for url in urls:
        site.get(url)
    assert [site.queries(url) for url in urls] == few and max(few) <= 10


def test_the_description_says_what_there_is(site):
    told = site.get("/api/v1/openapi.json").json
    assert told["openapi"].startswith("3.1") and told["components"]["parameters"]["type"]["schema"]["enum"] == sorted(
        all_types())
    page = site.get("/api").text
    assert all(path in page for path in description()["paths"])


# -- what changed -------------------------------------------------------------------------------------------------

def read(site, cursor="", limit=100):
    """`(kinds and ids, cursor)` of everything behind a cursor."""
    found, end = [], False
    while not end:
        part = site.get(f"/api/v1/changes?limit={limit}" + (f"&cursor={cursor}" if cursor else "")).json
        found += [(each["kind"], each["id"]) for each in part["changes"]]
        cursor, end = part["cursor"], part["end"]
    return found, cursor


def test_changes_come_in_order_and_once(site):
    urls = [site.publish(title=f"通知{number}") for number in range(3)]
    found, cursor = read(site, limit=1)
    assert [kind for kind, _id in found] == ["published"] * 3 and read(site, cursor) == ([], cursor)
    ids = [number for _kind, number in found]
    house, county = site.county.house, site.county
    with house.database.writer.begin() as session:
        county.move(session, site.document(session, urls[0]), "revise", "zhangli", why="数字有误")
    assert read(site, cursor)[0] == []  # nothing of it is public yet
    with house.database.writer.begin() as session:
        fire(session, house, site.document(session, urls[0]), "import", SYSTEM)
    site.fire(urls[1], "withdraw", why="有误", reason_kind="error")
    site.fire(urls[2], "archive", by="zhangli")
    assert read(site, cursor)[0] == [("corrected", ids[0]), ("withdrawn", ids[1]), ("archived", ids[2])]
    assert [kind for kind, _id in read(site)[0]] == ["published", "withdrawn", "published"]


def test_a_column_that_moves_or_closes_tells_of_everything_in_it(site):
    for number in range(3):
        site.publish(title=f"通知{number}")
    ids, cursor = [each for _kind, each in read(site)[0]], read(site)[1]
    for values, kind in (({"slug": "gonggao"}, "moved"), ({"audience": "internal"}, "closed"),
                         ({"audience": "public"}, "moved")):
        with site.county.house.database.writer.begin() as session:
            column = session.get_one(Column, site.county.columns["tzgg"])
            tree.change(session, column, actor_id=None, **values)
        found, cursor = read(site, cursor, limit=2)
        assert found == [(kind, each) for each in sorted(ids)]
