"""Knows birth dates 出生日期 of persons: a full date beside or under the word for being born."""

import re
from collections.abc import Iterator

from content.privacy.detectors._labelled import Detector, Labelled
from content.privacy.page import Hit, Page

_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_FULL = (
    r"(?<!\d)(?:1[89]|20)\d\d\s?(?:年|[-/.])\s?(?:1?十?\d{1,2}|十\d?)\s?(?:月|[-/.])\s?(?:\d?十?\d{1,2}|"
    r"\d?十)(?:\s?日)?(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)\d\d年\d{1,2}月\d{1,2}日"
    r"|[〇零○一二三四五六七八九]{4}年[正一二三四五六七八九十]{1,3}月[初一二三四五六七八九十廿卅]{1,3}日"
    rf"|{_MONTHS}\s?\d{{1,2}}(?:st|nd|rd|th)?,?\s?(?:19|20)\d\d|\d{{1,2}}(?:st|nd|rd|"
    rf"th)?\s(?:of\s)?{_MONTHS},?\s?(?:19|20)\d\d"
    r"|(?<!\d)\d{1,2}[-/]\d{1,2}[-/](?:19|20)\d\d(?!\d)"
)
_MONTH_ONLY = r"(?<!\d)(?:19|20)\d\d\s?(?:年|[-/.])\s?(?:0?[1-9]|1[0-2])(?:\s?月)?(?![\d月])"
_BORN_AFTER = re.compile(rf"(?:{_FULL})\s?(?:出?生(?=[,。;)\s]|于|人|$)|出世|born)")
_WHY = "出生日期，属于个人信息。"
_CADRE = re.compile(r"职务|任职|学历|拟任|职级")

_beside = Labelled(
    "BIRTH_DATE", _WHY, r"出生(?:日期|年月日|年月|时间|于|在)?(?!,)|生日|(?<![发产])生于|生辰|birth ?(?:date|day)|"
    r"date of birth|dob|born(?: on| in)?|birth|csrq", _FULL,
    headers=r"出生|生日|birth|dob|csrq",
)
_months = Labelled(
    "BIRTH_DATE", "出生年月，可与姓名一起识别个人。", r"(?!)", _MONTH_ONLY, certain=False, weight=1,
    headers=r"出生|生日|birth",
    column=lambda table, header: not any(_CADRE.search(each) for each in table.headers),
)


def _find(page: Page) -> Iterator[Hit]:
    yield from _beside(page)
    yield from _months(page)
    for match in _BORN_AFTER.finditer(page.values):
        end = match.start() + re.match(_FULL, match[0]).end()
        yield Hit(match.start(), end, "BIRTH_DATE", _WHY, True, 3)


DETECTOR = Detector("birth_date", _find, ("生", "birth", "born", "dob", "csrq"))
