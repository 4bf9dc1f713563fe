"""Spellings of 文号."""

from __future__ import annotations

import pytest

from content.search.numbers import number_form


@pytest.mark.parametrize("written", [
    "清政办〔2026〕12号", "清政办[2026]12号", "清政办（2026）12号", "清政办【2026】 12 号", "清政办(2026)012号",
    "清政办﹝２０２６﹞第12号", "清政办2026 12号", "清政辦〔2026〕12號", "清政办2026年12号",
])
def test_yearly_numbers(written):
    assert number_form(written) == "清政办〔2026〕12号"


@pytest.mark.parametrize("written", [
    "国务院令第711号", "国令第711号", "国务院第711号令", "国务院令711号", "中华人民共和国国务院令 第 711 号",
    "国务院令第0711号", "国务院令第七百一十一号", "國務院令第７１１號", "国务院令第七一一号",
])
def test_orders(written):
    assert number_form(written) == "国务院令第711号"


@pytest.mark.parametrize("written", ["", "政府信息公开条例", "2019年", "第711号令", "信访", "5号"])
def test_other_text_is_no_number(written):
    assert number_form(written) == ""
