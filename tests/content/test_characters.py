"""To what characters fold and how they are read: the files say what the libraries say that they are made from."""

from __future__ import annotations

import random
import unicodedata

import pytest

from content import characters

pytestmark = pytest.mark.nodatabase


@pytest.fixture(scope="module")
def made():
    """What the files are made by."""
    pytest.importorskip("opencc")
    pytest.importorskip("pypinyin")
    from content.characters import __main__

    return __main__


def test_folding_is_as_unicode_and_opencc_say(made):
    told = made.folding()
    if unicodedata.unidata_version == made.UNICODE:
        assert told == characters.folding()
    assert characters.folding().items() <= told.items()  # what a character is does not change, but others come


def test_characters_and_phrases_are_read_as_by_pypinyin(made):
    heard, some = characters.readings(), random.Random(7)
    phrases = made.phrases()
    assert len(made.characters()) == sum(map(bool, heard.numbers)) and set(phrases) >= heard.odd.keys()
    assert sum(known.count(" ") - 1 for _, known in heard.phrases.values()) == len(phrases)
    for one in (*some.sample(made.characters(), 2000), *some.sample(phrases, 2000), *some.sample(list(heard.odd), 500)):
        assert [syllable for _, said in heard.parts(one) for syllable in said] == made.read(one), one


def test_phrases_are_as_long_as_they_can_be_and_what_has_no_reading_stays_whole():
    assert list(characters.readings().parts("2026年，银行行长")) == [
        ("2026", ()), ("年", ("nian",)), ("，", ()), ("银行", ("yin", "hang")), ("行长", ("hang", "zhang"))]
