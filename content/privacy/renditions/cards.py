"""Knows photographs of cards that show a person 居民身份证, 银行卡: found by their printed labels, covered whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from content.privacy.renditions.boxes import Area, hull
from content.privacy.renditions.model import Finding
from content.privacy.renditions.ocr import Word
from content.privacy.renditions.sight import Sheet, sheet_of

_FRONT = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码", "公民身份号")
_BACK = ("居民身份证", "签发机关", "有效期限")
_BANK = re.compile(r"银联|UnionPay|借记卡|储蓄卡|信用卡|VALID\s*THRU|MONTH\s*/\s*YEAR|VISA|MasterCard", re.IGNORECASE)
_WHY = "图片中有居民身份证，整张属于个人身份信息。"
SHAPE = 1.586  # width of a card by its height
LETTERS = 0.085  # height of its letters, as OCR measures lines, by its height at most
PRINTED = 0.8  # share of its height between the first and the last label
MARGIN = 0.1  # of its width and height, from the labels to its edge


@dataclass(frozen=True)
class Card:
    """A card in a picture and its place, in pixels."""

    finding: Finding
    box: Area


@dataclass(frozen=True)
class Cards:
    """The cards that could be placed; `lost` when there are signs of one that could not."""

    placed: tuple[Card, ...] = ()
    lost: bool = False


def cards(words: Iterable[Word], size: tuple[int, int], picture: str, where: str) -> Cards:
    """The cards whose labels were read in a picture of that size."""
    sheet = sheet_of(words, size)
    lines = [_Line(sheet, row) for row in sheet.rows]
    front = [line for line in lines if line.label in _FRONT]
    back = [line for line in lines if any(label in line.text for label in _BACK)]
    numbered = any(line.label.startswith("公民身份号") for line in front)
    if numbered and len(front) >= 3:
        return Cards((_card(front, picture, where),))
    if len(back) >= 2:
        return Cards((_card(back, picture, where),))
    return Cards(lost=numbered or bool(back) or any(_BANK.search(line.text) for line in lines))


class _Line:
    """A row of characters: its text without gaps, the label it begins with, its place."""

    def __init__(self, sheet: Sheet, row: list[int]) -> None:
        self.text = "".join(sheet.glyphs[at].text for at in row)
        self.label = next((label for label in _FRONT if self.text.startswith(label)), "")
        self.box = hull(sheet.glyphs[at].box for at in row)


def _card(lines: list[_Line], picture: str, where: str) -> Card:
    """The card around its labels, estimated from them generously: 85.6 by 54 mm."""
    left, top, right, bottom = hull(line.box for line in lines)
    letters = sorted(line.box[3] - line.box[1] for line in lines)[len(lines) // 2]
    height = max((bottom - top) / PRINTED, letters / LETTERS)
    width = max(height * SHAPE, (right - left) * (1 + 2 * MARGIN))
    numbered = any(line.label.startswith("公民身份号") for line in lines)
    above = top - MARGIN * height if not numbered else min(top, bottom - height) - MARGIN * height
    box = left - MARGIN * width, above, left - MARGIN * width + width * (1 + MARGIN), bottom + MARGIN * 1.5 * height
    finding = Finding("ID_CARD", "居民身份证", f"居民身份证图片 {picture}", True, _WHY, where)
    return Card(finding, (box[0], box[1], max(box[2], right + MARGIN * width), box[3]))
