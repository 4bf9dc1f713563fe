"""Differences of two texts: by words, paragraph by paragraph, and quick on texts that share nothing."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from content.differences import compare, compare_html, compare_words


def written(pieces) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces]


def test_a_word_is_changed_as_a_whole():
    assert written(compare_words("城关镇2026年第三季度公示", "城关镇2026年第四季度公示")) == [
        ("same", "城关镇2026年"), ("removed", "第三季度"), ("added", "第四季度"), ("same", "公示")]


def test_paragraphs_that_came_and_went():
    found = compare_html("<p>第一段不变。</p><p>这一段要删去。</p>", "<p>第一段不变。</p><p>Entirely new.</p>")
    assert [line.kind for line in found.lines] == ["same", "added", "removed"]
    assert (found.count("added"), found.count("removed"), found.changed) == (1, 1, True)


def test_a_table_row_is_one_line():
    table = "<table><tr><td>{}</td><td>王庄村</td></tr></table>"
    found = compare_html(table.format("3人"), table.format("4人"))
    assert [line.kind for line in found.lines] == ["changed"]
    assert "王庄村" in found.lines[0].pieces[-1].text
    laid_out = table.replace("<td>", "\n<td>").replace("</tr>", "\n</tr>")
    assert not compare_html(table.format("3人"), laid_out.format("3人")).changed


def test_nothing_of_the_markup_comes_through():
    found = compare_html("<p onclick='x'>甲<b>乙</b></p>", "<p>甲<i>乙</i></p>")
    assert not found.changed and written(found.lines[0].pieces) == [("same", "甲乙")]


lines = st.lists(st.text(alphabet="公开信息第一二三季度。\t12", min_size=1, max_size=12), max_size=6)


@settings(max_examples=60)
@given(lines, lines)
def test_both_texts_can_be_read_out_of_the_comparison(old, new):
    found = compare(old, new)
    assert "".join(piece.text for line in found.lines for piece in line.old) == "".join(old)
    assert "".join(piece.text for line in found.lines for piece in line.new) == "".join(new)


def test_long_texts_without_a_common_line_are_quick():
    start = time.monotonic()
    compare([f"第{n}户共{n}人已经登记造册" for n in range(1500)], [f"Item {n} was replaced" for n in range(1500)])
    assert time.monotonic() - start < 20
