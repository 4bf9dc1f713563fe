"""Folding, grams and words."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.search.analysis import bigrams, fold, fold_with_offsets, normalise, phrase_terms, terms


@pytest.mark.parametrize(("written", "folded"), [
    ("優化營商環境條例", "优化营商环境条例"),
    ("ＡＢｃ１２３（试行）", "abc123(试行)"),
    ("清\u200b源\ufeff县", "清源县"),
    ("㎡①", "m21"),
    ("乾隆 乾燥", "干隆 干燥"),
])
def test_fold(written, folded):
    assert fold(written) == folded


def test_layout_does_not_part_chinese_but_latin_words():
    assert normalise("第 15 条\n　规定 Open  Data") == "第15条规定open data"


@given(st.text(alphabet="公開信息㎡①ＡｂC \u200b\n〔2026〕號", max_size=30))
@settings(max_examples=60)
def test_offsets_point_at_the_character_that_was_folded(text):
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text) and len(offsets) == len(folded)
    assert all(folded[at] in fold(text[offset]) for at, offset in enumerate(offsets))


def test_grams_keep_latin_words_and_numbers_whole():
    assert bigrams("第15条,ok") == Counter(["第", "条", "第1", "5条", "15", "ok"])


def test_words_of_three_characters_are_terms():
    assert terms("住房公积金管理")["公积金"] == 1


@given(st.text(alphabet="公开信息2019ab,。 《》\n", min_size=1, max_size=40), st.data())
@settings(max_examples=150)
def test_a_text_has_every_term_of_each_phrase_in_it(text, data):
    normal = normalise(text)
    start = data.draw(st.integers(0, len(normal)))
    phrase = normal[start : data.draw(st.integers(start, len(normal)))]
    needed = phrase_terms(phrase)
    if any(char.isalnum() and not char.isascii() for char in phrase):
        assert needed <= terms(normal).keys()
