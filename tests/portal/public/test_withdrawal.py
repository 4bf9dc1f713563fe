"""A withdrawal, as the public sees it: nothing is left anywhere, whatever the index, caches and copies still hold."""

from __future__ import annotations

import re

import feedparser
import pytest
from slips import SLIPS
from sqlalchemy import select

from content import attachments, outbox, preparing, writing
from content.base import local_date, now
from content.documents import Document, Live
from content.outbox import Delivery
from workflows.access import SYSTEM
from workflows.engine import fire

TITLE, BODY, FILE = "城关镇特困供养对象名单公示", "供养对象赵钱孙等三户", "名册附表"
TRACES = ("特困", "名单公示", "赵钱孙", "名册", "供养")


@pytest.fixture
def listed(site):
    """A notice with a file, everywhere where a document can be, indexed; its address and that of its file."""
    house, county = site.county.house, site.county
    with house.database.writer.begin() as session:
        document = county.write(session, title=TITLE, body=f"<p>{BODY}。</p>", data={"summary": f"{BODY}概述"})
        file = attachments.take(session, house, document, f"{FILE}.txt", b"1", actor_id=county.users["zhangli"]).id
    while preparing.turn(house, "tests", SLIPS):
        pass
    with house.database.writer.begin() as session:
        document = session.get_one(Document, document.id)
        fire(session, house, document, "import", SYSTEM)
        url = document.live.url
    site.index()
    return url, f"{url.removesuffix('.html')}/files/{file}/{FILE}.txt"


def places(url: str, file: str, unit: int) -> list[str]:
    base = url.removesuffix(".html")
    year = url.split("/")[2]
    return [url, f"{base}/card", f"{base}/card.json", file, "/", "/tzgg/", "/tzgg/list.csv", "/tzgg/?q=特困",
            "/catalogue", f"/catalogue?department={unit}", "/catalogue.csv", "/search?q=特困供养", "/search?q=特困攻养",
            "/search?q=名册附表", "/search.rss?q=特困供养", "/search.atom?q=特困供养", "/feeds/latest.rss",
            "/feeds/latest.atom", "/feeds/column/tzgg.rss", "/feeds/column/tzgg.atom", "/feeds/department/QY-mzj.rss",
            "/sitemap", f"/sitemap/{year}.xml"]


def said(page) -> str:
    """What a page says, without the words that were asked for and are said back."""
    text = re.sub(r"</?mark>", "", page.text)
    for asked in ("特困供养", "特困攻养", "名册附表", "特困"):
        text = text.replace(f'value="{asked}"', "").replace(f"“{asked}”", "").replace(f"q={asked}", "")
    return text


def test_before_it_is_there_and_afterwards_nowhere(site, listed):
    url, file = listed
    paths = places(url, file, site.county.departments["QY-mzj"])
    tags = {path: site.get(path).headers.get("ETag") for path in paths}
    there = [path for path in paths if any(word in said(site.get(path)) for word in TRACES)]
    assert set(paths) - set(there) <= {file, "/search?q=名册附表", "/sitemap", f"/sitemap/{url.split('/')[2]}.xml"}
    site.fire(url, "withdraw", why=f"名单含{BODY}", reason_kind="privacy")
    for path in paths:
        page = site.get(path, status="*", headers={"If-None-Match": tags[path]} if tags[path] else {})
        assert page.status_int != 304, path
        assert not any(word in said(page) for word in TRACES), path
        assert page.status_int == (410 if path in paths[:4] else 404 if path.endswith(".xml") else 200), path
        assert site.app.head(page.request.path_qs, status="*").body == b"", path
    found = site.get("/search?q=特困供养")
    assert "共0条" in found.text and "您是不是要找" not in site.get("/search?q=特困攻养").text
    assert not found.html.select(".facets a")


def test_the_tombstone_names_number_day_and_kind_of_reason(site):
    url = site.publish(path="zwgk/zcwj", type_name="policy", title="旧办法", data={
        "number": "清政办〔2023〕33号", "genre": "通知", "topic": "其他", "formed": "2023-05-01", "validity": "有效"})
    site.fire(url, "withdraw", why="数字有误，来电13812345678", reason_kind="error")
    page = site.get(url, status=410)
    facts = {line.dt.text: line.dd.text for line in page.html.select(".facts div")}
    today = local_date(now())
    assert facts["原标题"] == "旧办法" and facts["文号"] == "清政办〔2023〕33号" and facts["撤回原因"] == "信息有误"
    assert facts["撤回日期"] == f"{today.year}年{today.month}月{today.day}日" and facts["索引号"]
    assert "数字有误" in facts["撤回说明"] and "13812345678" not in page.text


@pytest.mark.parametrize("kind", ["privacy", "secrecy"])
def test_for_privacy_and_secrecy_neither_title_nor_reason_stays(site, kind):
    url = site.publish(title="旧名单")
    site.fire(url, "withdraw", "helixin", why="写了李四的病情", reason_kind=kind)
    page = site.get(url, status=410)
    assert "旧名单" not in page.text and "李四" not in page.text and "撤回说明" not in page.text
    with site.county.house.database.reader() as session:
        live = session.scalars(select(Live)).one()
        assert (live.title, live.reason, live.reason_kind) == ("", "", kind)


def test_atom_says_that_an_entry_is_deleted_and_rss_leaves_it_out(site):
    url = site.publish(title="旧公示")
    kept = site.publish(title="仍在的通知")
    site.fire(url, "withdraw", why="x", reason_kind="privacy")
    for feed in ("latest", "column/tzgg", "department/QY-mzj"):
        atom = site.get(f"/feeds/{feed}.atom")
        gone = atom.xml.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
        assert [each.get("ref") for each in gone] == [f"https://www.qingyuan.example{url}"] and gone[0].get("when")
        assert [each.link for each in feedparser.parse(atom.body).entries] == [f"https://www.qingyuan.example{kept}"]
        assert url not in site.get(f"/feeds/{feed}.rss").text
    assert not site.get("/feeds/department/QY-zfb.atom").xml.findall("{*}deleted-entry")


def test_what_was_pushed_is_called_back_and_what_waits_is_cancelled(site):
    url = site.publish(title="旧公示")
    with site.county.house.database.writer.begin() as session:
        document = site.document(session, url)
        for name in ("waiting", "sent", "under way"):
            outbox.post(session, "mail", f"{name[0]}@qingyuan.example", name, document_id=document.id, subject="旧公示")
        rows = {each.key: each for each in session.scalars(select(Delivery))}
        outbox.sent(rows["sent"])
        rows["under way"].lease_owner = "one"
    site.fire(url, "withdraw", why="x", reason_kind="privacy")
    with site.county.house.database.writer.begin() as session:
        rows = {each.key: each for each in outbox.of_document(session, site.document(session, url).id)}
        assert {name: rows[name].state for name in ("waiting", "sent", "under way")} == {
            "waiting": "cancelled", "sent": "sent", "under way": "cancelled"}
        assert {key for key in rows if key.startswith("recall/")} == {"recall/sent", "recall/under way"}
        assert "旧公示" not in str(rows["recall/sent"].message)
        assert rows["recall/sent"].receiver == "s@qingyuan.example"
        outbox.failed(rows["under way"], "no route")
        assert rows["under way"].state == "cancelled"
        number = site.document(session, url).id
    site.log_in("zhoumin")
    page = site.get(f"/desk/document/{number}")
    states = [[cell.text.strip() for cell in line.find_all("td")] for line in page.html.select("#traces ~ table tr, "
              "section[aria-labelledby=traces] tbody tr")]
    assert ["w@qingyuan.example", "没有发出，已取消", ""] in states
    assert ["s@qingyuan.example", "已发出", "撤回通知等待发送"] in states


def test_a_correction_is_told_of_with_its_day_and_its_parts(site):
    url = site.publish(title="供水通知", body="<p>十一月停水。</p>")
    assert "更正记录" not in site.get(url).text
    with site.county.house.database.writer.begin() as session:
        document, zhangli = site.document(session, url), site.county.users["zhangli"]
        site.county.move(session, document, "revise", "zhangli", why="内部的理由")
        writing.save(session, document, base_id=document.head_id, actor_id=zhangli, title="供水通知",
                     body="<p>十二月停水。</p>", data={"correction": "月份写错，致电13812345678核对"})
        site.county.publish(session, document)
    page = site.get(url)
    told = page.html.find("ol", class_="corrections").text
    assert "正文：月份写错" in told and "13812345678" not in page.text and "内部的理由" not in page.text
    assert "月份写错" in page.html.select_one(".doc-banner").text
    assert "更正说明" not in [line.dt.text for line in page.html.select(".doc-meta div")]


def test_the_public_card_is_a_page_of_its_own(site):
    url = site.publish(title="供水通知")
    page = site.get(url)
    card = site.get(page.html.find("a", class_="more", href=re.compile("card$"))["href"])
    assert "供水通知" in card.text and "本卡的SHA-256" in card.text
    assert site.get(f"{url.removesuffix('.html')}/card.json").json["evidence"]["head"] in card.text
    site.get("/doc/2026/999/card", status=404)
