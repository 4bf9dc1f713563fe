"""The search page: exact numbers, facets, filters that can be taken away again, advice when nothing fits."""

from __future__ import annotations

from content.search import IndexAway
from portal.limits import Limits


def hits(page) -> list[str]:
    return [a.text for a in page.html.select(".hits .hit-h a")]


def test_a_word_is_found_and_marked(site):
    site.publish(title="关于供水检修的通知")
    site.publish(title="市场检查", body="<p>与水无关。</p>")
    site.index()
    page = site.get("/search?q=供水检修")
    assert hits(page) == ["关于供水检修的通知"] and page.html.select(".hits mark")
    assert page.html.find("input", {"name": "q"})["value"] == "供水检修"


def test_a_document_asked_for_by_its_number_stands_in_a_panel(site):
    site.publish(title="高龄津贴办法", path="zwgk/zcwj", type_name="policy",
                 data={"number": "清政办〔2026〕12号", "validity": "有效"})
    site.index()
    page = site.get("/search?q=清政办[2026]012号")
    assert page.html.select_one(".hit-exact h2").text == "高龄津贴办法"
    assert "清政办〔2026〕12号" in page.html.select_one(".hit-exact").text and hits(page) == []


def test_facets_narrow_and_chips_widen_again(site):
    site.publish(title="供水的通知")
    site.publish(title="供水的新闻", path="dtxw", type_name="news")
    site.index()
    page = site.get("/search?q=供水")
    facet = next(a for a in page.html.select(".facets a") if "工作动态" in a.text)
    narrowed = site.get(facet["href"])
    assert hits(narrowed) == ["供水的新闻"]
    assert len(hits(site.get(narrowed.html.select_one(".chip")["href"]))) == 2


def test_without_words_everything_is_listed_newest_first_and_paged(site):
    for number in range(12):
        site.publish(title=f"通知{number}")
    site.index()
    assert len(hits(site.get("/search"))) == 10 and len(hits(site.get("/search?page=2"))) == 2
    site.get("/search?page=3", status=404)


def test_nothing_found_gives_advice(site):
    site.publish()
    site.index()
    page = site.get("/search?q=量子纠缠")
    assert "没有找到" in page.text and "按栏目找" in page.text


def test_a_typing_error_is_answered_with_what_was_meant(site):
    for number in range(3):
        site.publish(title=f"高龄津贴发放通知{number}")
    site.index()
    suggestion = site.get("/search?q=高龄津帖").html.select_one(".suggest a")
    assert suggestion.text == "高龄津贴"
    assert len(hits(site.get(suggestion["href"]))) == 3


def test_searching_too_often_is_slowed_down(site, monkeypatch):
    monkeypatch.setitem(site.registry.settings, "limits", Limits({"search": "2/minute"}))
    site.get("/search")
    site.get("/search")
    assert site.get("/search", status=429).headers["Retry-After"]


def test_without_the_index_it_says_so_and_all_else_is_there(site, monkeypatch):
    url = site.publish(title="关于供水检修的通知")

    def away(query):
        raise IndexAway("no server answers")
    monkeypatch.setattr(site.engine, "search", away)
    page = site.get("/search?q=供水", status=503)
    assert page.html.find("h1").text == "搜索暂时不能用" and page.headers["Retry-After"]
    assert "供水检修" in site.get(url).text and site.get("/")
