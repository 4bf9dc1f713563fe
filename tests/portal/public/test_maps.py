"""The catalogue, the site maps, the directory, robots.txt and the health check."""

from __future__ import annotations

import csv
import io

from lxml import etree

from content.search import IndexAway
from portal.public import health

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def locations(answer) -> list[str]:
    return [each.text for each in etree.fromstring(answer.body).iter(LOC)]


def test_the_catalogue_has_what_article_12_asks_for(site):
    url = site.publish(title="供水通知", data={"summary": "说的是供水", "formed": "2026-11-01"})
    page = site.get("/catalogue")
    heads = [th.text for th in page.html.select("thead th")]
    assert heads == ["索引号", "名称", "内容概述", "生成日期", "发布机构"]
    row = page.html.select_one("tbody tr")
    assert "供水通知" in row.text and "说的是供水" in row.text and "2026年11月1日" in row.text
    assert row.a["href"] == url


def test_the_catalogue_is_narrowed_by_column_department_and_year_and_so_is_its_table(site):
    site.publish(title="供水通知")
    site.publish(title="一条动态", path="dtxw", type_name="news")
    column = site.county.columns["dtxw"]
    page = site.get(f"/catalogue?column={column}&department=&year=2026")
    assert "一条动态" in page.text and "供水通知" not in page.text
    table = next(a["href"] for a in page.html.find_all("a") if "catalogue.csv" in a.get("href", ""))
    rows = list(csv.reader(io.StringIO(site.get(table).body.decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["名称", "一条动态"]
    assert "没有符合条件的信息" in site.get("/catalogue?year=1999").text


def test_the_site_map_for_programs_leads_to_every_column_and_document(site):
    url = site.publish()
    index = locations(site.get("/sitemap.xml"))
    assert index == ["https://www.qingyuan.example/sitemap/columns.xml", f"https://www.qingyuan.example/sitemap/{url[5:9]}.xml"]
    assert "https://www.qingyuan.example/tzgg/" in locations(site.get("/sitemap/columns.xml"))
    assert locations(site.get(f"/sitemap/{url[5:9]}.xml")) == [f"https://www.qingyuan.example{url}"]


def test_robots_are_kept_from_the_desk_and_led_to_the_map(site):
    text = site.get("/robots.txt").text
    assert "Disallow: /desk" in text and "Sitemap: https://www.qingyuan.example/sitemap.xml" in text


def test_the_directory_has_office_phones(site):
    assert "0399-6660000" in site.get("/departments").text


def test_health_tells_how_far_the_index_is_behind(site):
    site.publish()
    before = site.get("/healthz").json
    assert before["status"] == "ok" and before["lag"] > 0 and before["documents"] == 0
    site.index()
    assert site.get("/healthz").json == {"status": "ok", "lag": 0, "documents": 1}


def test_health_says_when_the_database_does_not_answer(site, monkeypatch):
    def broken(session):
        raise OSError("gone")
    monkeypatch.setattr(health.journal, "latest", broken)
    assert site.app.get("/healthz", status=503).json == {"status": "failing"}


def test_health_says_when_the_index_does_not_answer(site, monkeypatch):
    def broken(_engine):
        raise IndexAway("gone")
    monkeypatch.setattr(type(site.engine), "count", broken)
    assert site.app.get("/healthz", status=503).json == {"status": "failing"}
