"""Knows licence plates 车牌 of ordinary and new-energy vehicles."""

import re
from collections.abc import Iterator

from content.privacy.detectors._labelled import Detector
from content.privacy.page import Hit, Page

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_GAP = r"[\s·•.\-_]{0,2}"
_PLATE = re.compile(
    rf"[{_PROVINCES}]{_GAP}[A-HJ-NP-Za-hj-np-z]{_GAP}"
    rf"(?:[A-HJKa-hjk]{_GAP}[A-HJ-NP-Za-hj-np-z0-9](?:{_GAP}[0-9]){{4}}|[0-9](?:{_GAP}[0-9]){{4}}{_GAP}[A-HJKa-hjk]"
    rf"|"
    rf"[A-HJ-NP-Za-hj-np-z0-9](?:{_GAP}[A-HJ-NP-Za-hj-np-z0-9]){{3}}{_GAP}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])(?![A-Za-z0-9])"
)
_LABEL = re.compile(r"车牌|号牌|车号|plate|驾驶|车辆")
_EQUIPMENT = re.compile(r"\(\d\d\)")  # registration of special equipment 特种设备使用登记证: 梯11豫C01234(25)
_WHY = "机动车号牌，可关联到车主个人。"


def _find(page: Page) -> Iterator[Hit]:
    for match in _PLATE.finditer(page.plain):
        digits = sum(char.isdigit() for char in match[0])
        if digits < 2 and not _LABEL.search(page.before(match.start(), 10)):
            continue
        if not digits or _EQUIPMENT.match(page.after(match.end(), 4)):
            continue
        if not page.other_number(*match.span()) and "\n" not in match[0]:
            yield Hit(*match.span(), "PLATE", _WHY, True, 5)


DETECTOR = Detector("plate", _find)
