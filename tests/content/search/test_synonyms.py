"""The synonym file and its reading."""

from __future__ import annotations

import pytest

from content.search import BadSynonyms, Query, load_synonyms, open_engine


def test_the_shipped_file_is_sound_and_rich():
    table = load_synonyms().table
    assert len(table) >= 150
    assert "最低生活保障" in table["低保"]
    assert not [word for word, others in table.items() if word in others and len(others) == 1]


def test_the_longest_word_wins_and_filler_is_empty(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("医保 = 医疗保险\n医保卡 = 社会保障卡、就医凭证 # 本县\n怎么办 =\n", encoding="utf-8")
    assert load_synonyms(path).split("医保卡怎么办") == [("医保卡", ("社会保障卡", "就医凭证")), ("怎么办", ())]


def test_a_bad_line_is_named(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("医保 = 医疗保险\n没有等号\n", encoding="utf-8")
    with pytest.raises(BadSynonyms, match=r"own\.txt:2"):
        load_synonyms(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "own.txt"
    with pytest.raises(BadSynonyms, match=r"own\.txt: No such file"):
        load_synonyms(path)
    path.write_bytes("医保 = 医疗保险".encode("gb18030"))
    with pytest.raises(BadSynonyms, match=r"own\.txt: it is not UTF-8"):
        load_synonyms(path)


def test_an_office_may_bring_its_own(engine, address, tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("掏腰包 = 收费\n", encoding="utf-8")
    own = open_engine(address, synonyms=path)
    assert [hit.id for hit in own.search(Query("掏腰包")).hits] == [6]
    own.close()
