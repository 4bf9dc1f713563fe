"""What a citizen types and what is found."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.search import Query, UnknownEngine, open_engine
from content.search.analysis import normalise
from content.search.model import FACETS
from tests.content.search.texts import BUREAU, ENTRIES, FINANCE, entry


def found(engine, text, **filters):
    return [hit.id for hit in engine.search(Query(text, **filters)).hits]


@pytest.mark.parametrize(("typed", "first"), [
    ("中华人民共和国政府信息公开条例", 5),
    ("財政預算", 3),
    ("ｗｔｏ规则", 6),
    ("准确地公开政府信息", 1),
    ("用于民生", 3),
    ("访", 4),
    ("低保", 2),
    ("低保怎么申请", 2),
    ("xinfanggongzuotiaoli", 4),
    ("xin fang gong zuo", 4),
    ("wyfwsf", 6),
    ("信坊工作条例", 4),
    ("最底生活保障标准", 2),
    ("物业服物收费管理规定", 6),
    ("清政办[2026]012号", 1),
    ("国令第711号", 5),
    ("QY001/2026-00012", 1),
    ("5G", 6),
])
def test_first_hit(shared_engine, typed, first):
    assert found(shared_engine, typed)[0] == first


def test_title_weighs_more_than_body(shared_engine):
    assert found(shared_engine, "信访条例")[0] == 4
    assert found(shared_engine, "预算")[0] == 3


def test_whole_title_comes_before_longer_ones(engine):
    engine.update([entry(20, "信访工作条例"), entry(21, "信访工作条例释义", "信访工作条例 " * 30)])
    assert found(engine, "信访工作条例")[0] == 20


@pytest.mark.parametrize("one", ENTRIES, ids=lambda one: str(one.id))
def test_every_phrase_of_every_text_is_found(shared_engine, one):
    normal = normalise(one.text)
    for size in (1, 2, 3, 5, 9):
        for start in range(0, len(normal) - size, 3):
            phrase = normal[start : start + size].strip()
            if any("一" <= char <= "鿿" for char in phrase) and '"' not in phrase:
                assert one.id in found(shared_engine, f'"{phrase}"', limit=100), phrase


def test_quotes_mean_the_exact_phrase(shared_engine):
    assert found(shared_engine, "“公开政府信息”") == [1]
    assert found(shared_engine, '"信息政府公开"') == []
    assert set(found(shared_engine, "政府 信息 公开")) == {1, 5}


def test_minus_excludes(shared_engine):
    assert found(shared_engine, "政府信息公开条例 -国务院令") == found(shared_engine, "政府信息公开条例")
    assert found(shared_engine, "政府信息公开条例 -办公室") == [5]


def test_a_word_unknown_to_the_segmenter_is_not_taken_apart(engine):
    engine.update([entry(22, "网约车管理办法"), entry(23, "车辆管理", "约定的网点停放车辆")])
    assert found(engine, "网约车") == [22]


def test_words_that_nobody_has_together_still_find_something_near(shared_engine):
    assert 4 in found(shared_engine, "信访条例宣传 火星")


def test_did_you_mean(shared_engine):
    assert shared_engine.search(Query("信坊工作条例")).suggestion == "信访工作条例"
    assert shared_engine.search(Query("最底生活保障")).suggestion == "最低生活保障"
    assert shared_engine.search(Query("信访工作条例")).suggestion is None
    assert shared_engine.search(Query("用于民生")).suggestion is None


def test_exact_number(shared_engine):
    results = shared_engine.search(Query("国务院第七百一十一号令"))
    assert results.exact == 5 and results.hits[0].id == 5
    assert shared_engine.search(Query("政府信息公开")).exact is None


def test_a_number_among_words(shared_engine):
    assert shared_engine.search(Query("国令第711号 政府信息公开条例")).exact == 5


@pytest.mark.parametrize(("filters", "ids"), [
    ({"column": FINANCE}, {3}), ({"department": BUREAU}, {2}), ({"year": 2026}, {1, 2, 6}),
    ({"type": "policy"}, {1, 5}), ({"validity": "失效"}, {4}), ({"column": 99}, set()),
    ({"date_from": date(2024, 5, 6), "date_to": date(2025, 12, 31)}, {3, 4}),
])
def test_filters(shared_engine, filters, ids):
    results = shared_engine.search(Query(**filters))
    assert {hit.id for hit in results.hits} == ids and results.total == len(ids)


def test_facets_count_all_that_was_found_not_the_page(shared_engine):
    results = shared_engine.search(Query("公开", limit=1))
    assert len(results.hits) == 1 and results.total == 3
    assert set(results.facets) == set(FACETS)
    assert results.facets["column"] == [(1, 3), (FINANCE, 1)]
    assert dict(results.facets["type"]) == {"policy": 2, "budget": 1}
    assert dict(results.facets["year"]) == {2026: 1, 2025: 1, 2019: 1}


def test_sort_by_date(shared_engine):
    days = [hit.date for hit in shared_engine.search(Query("公开", sort="date")).hits]
    assert days == sorted(days, reverse=True) and len(days) == 3


def test_pages_are_bounded_and_do_not_overlap(shared_engine):
    four = found(shared_engine, "", limit=4)
    assert found(shared_engine, "", limit=2) + found(shared_engine, "", limit=2, offset=2) == four
    assert found(shared_engine, "", offset=-5, limit=-1) == []
    assert len(found(shared_engine, "", limit=10**9)) == len(ENTRIES)


def test_highlights_are_marked_and_all_else_escaped(shared_engine):
    hit = shared_engine.search(Query("预算支出")).hits[0]
    assert "<mark>预算支出</mark>" in hit.snippet_html
    assert "<script" not in hit.snippet_html and "&lt;script&gt;" in hit.snippet_html


def test_a_title_and_a_query_of_markup_stay_text(engine):
    engine.update([entry(30, "<b onclick=1>关于&标题</b>", "正文")])
    hit = engine.search(Query("<b onclick=1>关于")).hits[0]
    assert hit.id == 30
    assert "<b" not in hit.title_html.replace("<mark>", "") and "&lt;" in hit.title_html


def test_marks_in_text_of_other_width_and_script(engine):
    engine.update([entry(31, "㎡计价之規定", "每１０㎡按\u200b平方\n米計算，①類地區除外")])
    hit = engine.search(Query("按平方米计算")).hits[0]
    assert "<mark>按\u200b平方 米計算</mark>" in hit.snippet_html


@given(st.text(max_size=60))
@settings(max_examples=40)
def test_nothing_typed_breaks_it(shared_engine, typed):
    results = shared_engine.search(Query(typed))
    assert results.total >= len(results.hits)


@pytest.mark.parametrize("typed", [
    '"', '""', '-', '- -', '"-"', "*", "公*", "a OR b AND NOT (", "title:公开", "[a TO z]", "\x00", "~", "公开~2^9",
    "%_';--", "公" * 5000, "“”", "〔〕", "　",
])
def test_operators_are_text(shared_engine, typed):
    assert shared_engine.search(Query(typed)).total <= len(ENTRIES)


def test_an_unknown_engine_is_named():
    with pytest.raises(UnknownEngine, match=r"opnsearch.*whoosh"):
        open_engine("opnsearch://localhost/x")

