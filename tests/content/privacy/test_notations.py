"""A number is found however it is written, and nothing outside a finding changes."""

import random
import time
from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.privacy import mask_text, scan_text
from content.privacy.checks import id_check_char

SPOKEN, FORMAL = "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"


def _map(alphabet: str):
    return lambda number: "".join(alphabet[int(char)] if char.isdigit() else char for char in number)


def _block(zero: int):
    return lambda number: "".join(chr(zero + int(char)) if char.isdigit() else char for char in number)


NOTATIONS = {
    "plain": str,
    "full width": lambda number: "".join(chr(ord(char) + 0xFEE0) for char in number),
    "spaced": " ".join,
    "hyphens": lambda number: "-".join((number[:6], number[6:14], number[14:])),
    "dots": lambda number: ".".join((number[:6], number[6:14], number[14:])),
    "line break": lambda number: number[:8] + "\n" + number[8:],
    "zero width": "\u200b".join,
    "soft hyphen": "\u00ad".join,
    "combining": lambda number: "".join(char + "\u0332" for char in number),
    "spoken": _map(SPOKEN),
    "formal": _map(FORMAL),
    "arabic-indic": _block(0x660),
    "devanagari": _block(0x966),
    "mathematical": _block(0x1D7CE),
    "entities": lambda number: "".join(f"&#{ord(char)};" for char in number),
    "hex entities": lambda number: "".join(f"&#x{ord(char):x};" for char in number),
    "split by tags": lambda number: f"{number[:6]}<b>{number[6:10]}</b><span class='x'>{number[10:]}</span>",
    "split by a comment": lambda number: f"{number[:6]}<!-- x -->{number[6:]}",
    "url": lambda number: "".join(f"%{ord(char):02X}" for char in number),
    "url twice": lambda number: "".join(f"%25{ord(char):02X}" for char in number),
    "json escapes": lambda number: "".join(f"\\u{ord(char):04x}" for char in number),
    "one to a cell": lambda number: "".join(f"<td>{char}</td>" for char in number),
    "one to a tab": "\t".join,
    "csv cells": ",".join,
    "typed in a symbol font": _block(0xF030),
    "file name": lambda number: f"张三_{number}_表.xlsx",
    "slug": lambda number: f"shenqing-{number[:6]}-{number[6:14]}-{number[14:]}-2",
}
HOSTILE = ["1", "1 ", "138 ", "19900101", "&#4", "%31", '<a "', "住址：村3组", "a@", "一三八", "\u200b1", "<td>1"]
SHAPED = {"hyphens", "dots", "line break", "slug", "csv cells", "one to a tab"}
FRAMES = ("身份证号：{}。", "The ID is {}, thanks.", "{}", "户主李四（{}）领取补助500元。",
          "<p>{}</p>", "name=x;id={};y=1", "张三,{},备注")


@st.composite
def id_numbers(draw):
    region = draw(st.sampled_from(["110199", "410399", "320599", "650199"]))
    birth = draw(st.dates(date(1930, 1, 1), date(2020, 12, 31)))
    first = f"{region}{birth:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first + id_check_char(first)


@pytest.mark.parametrize("name", NOTATIONS)
@settings(max_examples=15)
@given(number=id_numbers(), frame=st.sampled_from(FRAMES))
def test_an_identity_number_is_found_in_every_notation(name, number, frame):
    text = frame.format(NOTATIONS[name](number))
    assert number in {each.normal for each in scan_text(text)}


@pytest.mark.full
@pytest.mark.parametrize("name", NOTATIONS)
@settings(max_examples=400)
@given(number=id_numbers(), frame=st.sampled_from(FRAMES))
def test_an_identity_number_is_found_in_every_notation_many_times(name, number, frame):
    assert number in {each.normal for each in scan_text(frame.format(NOTATIONS[name](number)))}


@settings(max_examples=60)
@given(before=st.text(max_size=40), number=id_numbers(), after=st.text(max_size=40))
def test_offsets_lead_back_to_the_source(before, number, after):
    text = f"{before}\n身份证号：{number}\n{after}"
    findings = scan_text(text)
    rest, last = [], 0
    for each in findings:
        assert text[each.start:each.end] == each.value and each.start >= last
        rest.append(text[last:each.start])
        last = each.end
    masked = mask_text(text, findings)
    assert number not in masked
    assert masked.startswith(rest[0])
    assert masked.endswith(text[last:])


@pytest.mark.parametrize("write", ["手机：{}", "电话 {}", "Tel: {}", "联系方式（{}）"])
@pytest.mark.parametrize("name", sorted(set(NOTATIONS) - SHAPED))
def test_a_mobile_number_is_found_in_every_notation(name, write):
    number = "13" + "".join(random.Random(name).choices("0123456789", k=9))
    assert number in {each.normal for each in scan_text(write.format(NOTATIONS[name](number)))}


def test_what_is_shown_from_right_to_left_is_read_as_it_is_shown():
    number = "41039919900307121" + id_check_char("41039919900307121")
    text = f"张三\u202e{number[::-1]}\u202c，村民"
    assert [(each.normal, text[each.start:each.end]) for each in scan_text(text)] == [(number, number[::-1])]


def test_a_whole_url_encoded_label_is_read():
    assert [each.kind for each in scan_text("https://x.cn/?q=" + quote("手机13800138000"))] == ["MOBILE"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_take_bounded_time(hostile):
    began = time.perf_counter()
    scan_text(hostile * (40_000 // len(hostile)))
    assert time.perf_counter() - began < 5
