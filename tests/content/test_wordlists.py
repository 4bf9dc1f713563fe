"""The shipped list of wrong words, and what makes an entry no hit."""

from __future__ import annotations

import pytest

from content.wordlists import KINDS, BadEntry, Matcher, Word, mark, read_lines, shipped

RIGHT = """截至2026年10月底，低保对象已经核定。报名截止2026年11月30日，截止日期见附件。初步署名的单位负责工作部署。
按排名先后安排；折股分给成员；自己经营的，凭账户登录平台。预防犯罪教育、水源涵养植被、紧凑和谐的布局、全部份额、成份股指数。
股份内部、月份内，爱好象棋的群众，摆渡假期不停运，国家俱乐部，解决择校问题，投资询价，标签定位，支付本息，究竟争什么。
所谓“台湾总统”不予承认；台湾国民党；港澳台地区；朝鲜族群众；思维族群；充满清香；减少民众负担；伤残废止的决定。"""


def test_the_list_is_long_enough_and_sure():
    words = shipped()
    assert len(words) >= 300 and {word.kind for word in words.values()} == set(KINDS)
    matcher = Matcher(words.values())
    assert [(word.wrong, hit.word.wrong) for word in words.values() for hit in matcher.find(word.right)] == []
    assert [word for word in words.values() if [hit.word for hit in matcher.find(f"现{word.wrong}。")] != [word]] == []
    assert [(word.wrong, each) for word in words.values() for each in word.unless
            if word.wrong in each and matcher.find(f"有{each}。")] == []


def test_right_text_is_not_hit():
    assert [hit.word.wrong for hit in Matcher(shipped().values()).find(RIGHT)] == []


@pytest.mark.parametrize(("text", "hits"), [
    ("截止目前，布署完毕", ["截止目前", "布署"]), ("截止到目前", ["截止到目前"]),
    ("其它、部份、帐号", ["其它", "部份", "帐号"]), ("截止2026年10月", ["截止20"]),
    ("台湾“总统”", ["台湾“总统”"]), ("中国、日本和台湾等国家", ["台湾等国家"]), ("残废人补贴", ["残废人"])])
def test_wrong_text_is_hit(text, hits):
    assert [hit.word.wrong for hit in Matcher(shipped().values()).find(text)] == hits


@pytest.mark.parametrize(("unless", "text", "count"), [
    ((), "甲乙甲乙", 2), (("丙甲乙",), "丙甲乙甲乙", 1), (("丙",), "丙“甲乙”", 0), (("丙",), "丙丁甲乙", 1),
    (("丙",), "甲乙》丙", 0), (("甲乙丙",), "甲乙", 1), (("丙甲乙丁甲乙",), "丙甲乙丁甲乙", 0)])
def test_exceptions(unless, text, count):
    assert len(Matcher([Word("甲乙", unless=unless)]).find(text)) == count


def test_lines_of_a_table():
    table = [["错误或者禁用的写法", "正确写法", "类别", "例外"], ["布署", "部署", "错别字", "发布署、宣布署"], [""],
             ["其它"]]
    assert list(read_lines(table)) == [Word("布署", "部署", "wrong", ("发布署", "宣布署")), Word("其它")]
    for row in (["长" * 61], ["词"], ["布署", "布署"], ["布署", "部署", "没有这类"]):
        with pytest.raises(BadEntry, match="第2行"):
            list(read_lines([["其它"], row]))
    assert mark([Word("布署")]) != mark([Word("布署", kind="form")])
