"""Knows the spellings of document numbers (发文字号) and brings them to one.

`机关代字〔年份〕序号号` after GB/T 9704-2012 7.2.5, with any brackets or none; and orders (令), which are counted
without a year: 国务院令第711号 = 国令第711号 = 国务院第711号令.
"""

from __future__ import annotations

import re
import unicodedata

from content.search.analysis import fold

_SPACE = re.compile(r"\s+")
_DIGITS = r"[0-9零〇一二三四五六七八九十百千]+"
_YEARLY = re.compile(
    r"([一-鿿]{1,20}?)[〔\[(【{﹝]?((?:19|20)\d{2})年?[〕\])】}﹞]?第?0*([1-9]\d{0,5})号?$"
)
_ORDERS = (
    re.compile(rf"(?!第)([一-鿿]{{1,30}}?)令第?({_DIGITS})号?$"),
    re.compile(rf"(?!第)([一-鿿]{{1,30}}?)第?({_DIGITS})号令$"),
)
_ISSUERS = {"国": "国务院"}
_CHINESE = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def number_form(text: str) -> str:
    """The one spelling of the document number `text` is, such as `国令第0711号` → `国务院令第711号`; else ''."""
    plain = _SPACE.sub("", fold(unicodedata.normalize("NFC", text)))
    if yearly := _YEARLY.fullmatch(plain):
        return "{}〔{}〕{}号".format(*yearly.groups())
    for order in _ORDERS:
        if match := order.fullmatch(plain):
            return f"{_issuer(match[1])}令第{_value(match[2])}号"
    return ""


def _issuer(name: str) -> str:
    return _ISSUERS.get(name) or name.removeprefix("中华人民共和国") or name


def _value(digits: str) -> int:
    """711, 〇七一一 and 七百一十一 alike."""
    if digits.isdigit() and digits.isascii():
        return int(digits)
    if not set(digits) & set(_UNITS):
        return int("".join(str(_CHINESE.get(char, char)) for char in digits))
    return _counted(digits)


def _counted(digits: str) -> int:
    total, last = 0, 0
    for char in digits:
        if char in _UNITS:
            total, last = total + (last or 1) * _UNITS[char], 0
        else:
            last = int(_CHINESE.get(char, char if char.isdigit() else 0))
    return total + last
