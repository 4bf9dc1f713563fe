"""Automatic numbers of Word (一、（一）1. 第一条) written out: who cites an article cites its number, so it is text."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml.etree import _Element

from content.word.names import child, is_on, name, number, value

BULLET = "•"
_DIGITS = "零一二三四五六七八九"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def counted(n: int) -> str:
    """12 as 十二; to 9999."""
    if n >= 10000:
        return str(n)
    parts, zero = [], False
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit:
            parts.append("零" * zero + _DIGITS[digit] + word)
        zero = bool(parts) and not digit
    return re.sub(r"^一十", "十", "".join(parts))


def _roman(n: int) -> str:
    written = ""
    for unit, word in _ROMAN:
        times, n = divmod(n, unit)
        written += word * min(times, 9)
    return written


def _letters(n: int) -> str:
    return chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 % 9 + 1) if n > 0 else ""


def _of(row: str) -> Callable[[int], str]:
    return lambda n: row[n - 1] if 0 < n <= len(row) else str(n)


def _spelt(n: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(n))


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str, "decimalZero": lambda n: f"{n:02d}",
    "decimalFullWidth": lambda n: str(n).translate({ord("0") + i: ord("０") + i for i in range(10)}),
    "decimalEnclosedCircle": _of(_CIRCLES), "decimalEnclosedCircleChinese": _of(_CIRCLES),
    "chineseCounting": counted, "chineseCountingThousand": counted, "japaneseCounting": counted,
    "taiwaneseCounting": counted, "taiwaneseCountingThousand": counted, "ideographDigital": _spelt,
    "taiwaneseDigital": _spelt, "japaneseDigitalTenThousand": _spelt, "ideographTraditional": _of(_STEMS),
    "ideographZodiac": _of(_BRANCHES), "upperRoman": _roman, "lowerRoman": lambda n: _roman(n).lower(),
    "upperLetter": lambda n: _letters(n).upper(), "lowerLetter": _letters, "none": lambda n: "",
}


class Numbering:
    """Counts the lists of a file while its paragraphs are read in order; `root` is its part `numbering`."""

    def __init__(self, root: _Element | None) -> None:
        found = [] if root is None else root.findall(name("w:num"))
        self._lists = {each.get(name("w:numId"), ""): each for each in found}
        kinds = [] if root is None else root.findall(name("w:abstractNum"))
        self._kinds = {each.get(name("w:abstractNumId"), ""): each for each in kinds}
        self._linked = {value(each, "w:styleLink"): each for each in kinds if value(each, "w:styleLink")}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def label(self, number_id: str, depth: int) -> str:
        """The number of the next paragraph of this list; `BULLET`, or empty where it shows none."""
        levels = self._levels(number_id)
        depth = min(max(depth, 0), 8)
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._count(number_id, depth, levels)
        if value(level, "w:numFmt") == "bullet":
            return BULLET
        legal = is_on(child(level, "w:isLgl")) or False

        def written(match: re.Match) -> str:
            index = int(match[1]) - 1
            other = levels.get(index)
            form = "decimal" if legal else value(other, "w:numFmt") or "decimal"
            return _FORMATS.get(form, str)(counts[index] if counts[index] is not None else _start(other))

        label = re.sub(r"%([1-9])", written, value(level, "w:lvlText"))
        between = "" if not label or value(level, "w:suff") == "nothing" or not label[-1].isascii() else " "
        return label + between

    def _kind(self, number_id: str) -> tuple[str, _Element | None]:
        """Lists of one kind go on counting one another."""
        key = value(self._lists.get(number_id), "w:abstractNumId")
        kind = self._kinds.get(key)
        link = value(kind, "w:numStyleLink")
        return key, self._linked.get(link, kind) if link else kind

    def _levels(self, number_id: str) -> dict[int, _Element]:
        _, kind = self._kind(number_id)
        levels = {} if kind is None else {_depth(each): each for each in kind.findall(name("w:lvl"))}
        for change in self._changes(number_id):
            own = child(change, "w:lvl")
            if own is not None:
                levels[_depth(change)] = own
        return levels

    def _changes(self, number_id: str) -> list[_Element]:
        found = self._lists.get(number_id)
        return [] if found is None else found.findall(name("w:lvlOverride"))

    def _count(self, number_id: str, depth: int, levels: dict[int, _Element]) -> list[int | None]:
        counts = self._counts.setdefault(self._kind(number_id)[0], [None] * 9)
        restart = next((value(each, "w:startOverride") for each in self._changes(number_id)
                        if _depth(each) == depth and value(each, "w:startOverride")), "")
        if restart and (number_id, depth) not in self._begun:
            self._begun.add((number_id, depth))
            counts[depth] = number(restart, 1)
        else:
            before = counts[depth]
            counts[depth] = _start(levels.get(depth)) if before is None else before + 1
        counts[depth + 1:] = [None] * (8 - depth)
        return counts


def _depth(element: _Element) -> int:
    return number(element.get(name("w:ilvl"), "0"))


def _start(level: _Element | None) -> int:
    return number(value(level, "w:start"), 1) if value(level, "w:start") else 1
