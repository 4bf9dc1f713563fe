"""Tables as text and prose: cut field by field, all the rest as it was, in the encoding that it had."""

from __future__ import annotations

import csv
import random

import pytest

from content.privacy.kinds import Decision
from content.privacy.renditions.formats.delimited import FORMAT, neutral
from content.privacy.renditions.model import Choices, Limits, Refused, Source
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions import make_csv as make
from tests.content.privacy.renditions.judge import traces

pytestmark = pytest.mark.nodatabase
ID = id_number()
ROWS = [["姓名", "身份证号", "金额"], ["唐桂兰", ID, 300], ["邓丽华", ID, 300.5], ["合计", "", 600.5]]


def built(data: bytes, name: str = "名单.csv", **choices):
    return FORMAT.build(Source(data, name), Choices(**choices))


@pytest.mark.parametrize("encoding", make.ENCODINGS)
@pytest.mark.parametrize(("delimiter", "quoting"), [
    (",", csv.QUOTE_MINIMAL), ("\t", csv.QUOTE_ALL), (";", csv.QUOTE_ALL), ("|", csv.QUOTE_MINIMAL)])
def test_masked_and_otherwise_the_same(encoding, delimiter, quoting):
    data = make.table(ROWS, encoding, delimiter, quoting)
    assert FORMAT.recognises(Source(data))
    made = built(data)
    assert made.data == data.decode(encoding).replace(ID, "*" * 18).encode(encoding)
    assert made.changed and FORMAT.inspect(Source(data, "名单.csv"), Choices()).findings[0].where == "第2行第2列"


def test_fields_with_quotes_delimiters_and_lines():
    data = make.table([["姓名", "备注"], ["唐,桂兰", '说明 "附件"\n电话 13812345678']])
    made = built(data)
    assert not traces(made.data, ["13812345678"])
    assert list(csv.reader(made.data.decode().splitlines()))[1] == ["唐,桂兰", '说明 "附件" 电话 ***********']


def test_numbers_as_programs_write_them():
    data = make.table([["姓名", "证件号", "手机", "金额"], ["甲", "4.103991990030712e+17", "13812345678.0", "300.0"]])
    assert built(data).data.decode().splitlines()[1] == f"甲,{'*' * 18},{'*' * 11},300.0"


def test_nothing_personal_stays_octet_for_octet():
    data = make.table([["企业", "项目编号", "统一社会信用代码", "注册资本"],
                       ["清源县第1公司", "QYZB-1", "914103993135677514", 13812345678]], "gb18030")
    made = built(data)
    assert made.data == data and not made.changed and made.removed == ("metadata",)
    prose = "关于召开会议的通知\r\n\r\n各乡镇：\r\n    请参加。".encode("gb18030")
    assert built(prose, "通知.txt").data == prose and built(prose, "通知.txt").format == "txt"


def test_prose_is_cut_where_it_stands():
    made = built("各乡镇：\n  请找张三（电话13812345678）。\n".encode(), "通知.txt")
    assert made.data.decode() == "各乡镇：\n  请找张三（电话***********）。\n" and made.suffix == ".txt"
    assert built("13\u200b812345678".encode(), "通知.txt").removed == ("metadata", "hidden_text")


@pytest.mark.parametrize(("value", "harmless"), [
    ("=cmd|' /C calc'!A0", False), ("@SUM(1+1)*cmd|' /C calc'!A0", False), ("-2+3+cmd|' /C calc'!A0", False),
    ('=HYPERLINK(""http://x"")', False), ("=A1", False), ("-5", True), ("+3.5%", True), ('=""001""', True), ("-", True),
    ("+新增", True), ("@张三", True), ("乙", True),
])
def test_formulas_become_words(value, harmless):
    assert neutral(value) is harmless
    made = built(f"项目,数\n甲,{value}\n".encode())
    assert (f"\n甲,'{value}\n" in made.data.decode()) is not harmless and ("formulas" in made.removed) is not harmless


def test_decisions_and_bounds():
    data = make.table(ROWS)
    assert built(data, decisions={("ID_CARD", ID): Decision.keep}).data == data
    assert f"{ID[:6]}********{ID[-4:]}" in built(data, masks={"ID_CARD": "partial"}).text
    with pytest.raises(Refused) as refused:
        built(data, limits=Limits(cells=5))
    assert refused.value.code == "large"


def test_a_sample_of_random_tables():
    for seed in range(20):
        data, planted = make.random_csv(random.Random(seed))
        assert not traces(built(data).data, planted), seed
