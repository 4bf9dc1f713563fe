"""What each paragraph of an official document is: its head, title, addressee, headings, signature, date, imprint.

The order is that of 党政机关公文格式 (GB/T 9704-2012): 份号、密级、紧急程度、发文机关标志、发文字号、签发人 |
标题、主送机关、正文、附件说明、署名、成文日期、附注、附件 | 抄送、印发 (版记).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from content.numbers import is_number
from content.word.dates import only_date, plain

HEAD = 20  # paragraphs within which the head of a document ends
LONGEST_TITLE = 100
LONGEST_HEADING = 40
_MARK = re.compile(r"\d{6}|特急|加急|特提|平急|签发人:.*")
_SIGNER = re.compile(r"签发人:.*$")
_ORGAN_MARK = re.compile(r".{4,60}文件")
_CHAPTER = re.compile(r"第[一二三四五六七八九十百\d]{1,4}[编章]\s*\S|[一二三四五六七八九十]{1,3}、\S")
_SECTION = re.compile(r"第[一二三四五六七八九十\d]{1,4}节\s*\S|[((][一二三四五六七八九十]{1,3}[))]\S")
_ANNEX = re.compile(r"附\s*[件表录]\s*[\d一二三四五六七八九十]{0,3}\s*[:.]?")
_IMPRINT = re.compile(r"(?:抄送|分送|抄报|主题词|校对|打印|共印|印数).{0,3}:.*|.{0,60}印发|共印\d+份。?")
_NUMBERED_TABLE = re.compile(r"表[\d一二三四五六七八九十]")
_SENTENCE = re.compile(r"[。;!?,:]")


class Role(Enum):
    """What a paragraph is."""

    MARK = "mark"  # 份号, 紧急程度, 签发人: of the paper, not of the text
    ORGAN = "organ"  # 发文机关标志
    NUMBER = "number"
    TITLE = "title"
    ADDRESSEE = "addressee"
    CHAPTER = "chapter"
    SECTION = "section"
    PART = "part"
    TEXT = "text"
    CENTRE = "centre"
    RIGHT = "right"
    CAPTION = "caption"
    SIGNATURE = "signature"
    DATE = "date"
    ANNEX = "annex"
    IMPRINT = "imprint"  # 版记


OUTSIDE = (Role.MARK, Role.ORGAN, Role.NUMBER, Role.TITLE, Role.IMPRINT)  # not part of the text on the page


@dataclass(frozen=True)
class Line:
    """A paragraph, or with `table` a table in its place. `size` is that of its largest text in points, 0 unknown."""

    text: str
    align: str = ""
    size: float = 0.0
    level: int = 0
    title: bool = False
    caption: bool = False
    strong: bool = False
    red: bool = False
    table: bool = False
    listed: bool = False


def roles(lines: Sequence[Line]) -> list[Role]:
    """The role of each line."""
    found: list[Role] = [_own_role(line) for line in lines]
    begin = _head(lines, found)
    _imprint(lines, found)
    _addressee(lines, found, begin)
    _signatures(lines, found, begin)
    _captions(lines, found)
    _annexes(lines, found)
    return found


def _own_role(line: Line) -> Role:
    """What a line is by itself."""
    text = plain(line.text)
    if line.table or not text:
        return Role.TEXT
    if line.caption:
        return Role.CAPTION
    if _ANNEX.fullmatch(text):
        return Role.ANNEX
    if line.level:
        return (Role.CHAPTER, Role.SECTION, Role.PART)[min(line.level, 3) - 1]
    heading = len(text) <= LONGEST_HEADING and not _SENTENCE.search(text) and not line.listed
    if heading and _CHAPTER.match(text) and (line.strong or line.align == "center"):
        return Role.CHAPTER
    if heading and _SECTION.match(text) and line.strong:
        return Role.SECTION
    return {"center": Role.CENTRE, "right": Role.RIGHT}.get(line.align, Role.TEXT)


# -- the head ---------------------------------------------------------------------------------------------------

def _head(lines: Sequence[Line], found: list[Role]) -> int:
    """Mark what stands before the text; returns where the text begins."""
    filled = [index for index, line in enumerate(lines[:HEAD]) if line.text.strip() or line.table]
    number = next((index for index in filled if _is_number_line(lines[index])), None)
    if number is not None:
        found[number] = Role.NUMBER
        above, below = filled[:filled.index(number)], filled[filled.index(number) + 1:]
        early = [index for index in above if _is_early_title(lines[index])]
        _title(lines, found, early)
        for index in (each for each in above if found[each] is not Role.TITLE):
            found[index] = Role.MARK if _MARK.fullmatch(plain(lines[index].text)) else Role.ORGAN
        if early:
            return below[0] if below else number + 1
        filled = below
    for index in list(filled):
        mark, organ = _MARK.fullmatch(plain(lines[index].text)), _is_organ_mark(lines[index])
        if not (mark or organ):
            break
        found[index] = Role.MARK if mark else Role.ORGAN
        filled.remove(index)
    return _title(lines, found, filled)


def _is_number_line(line: Line) -> bool:
    """Whether a line is the 文号, or this beside the name of the one who signed; not where it is only mentioned."""
    text = _SIGNER.sub("", plain(line.text)).strip("()")
    return not line.table and len(text) < LONGEST_HEADING and is_number(text)


def _is_early_title(line: Line) -> bool:
    """Whether a line above the 文号 is the title, as drafts without a printed head have it; no organ is 关于."""
    return "关于" in line.text and (line.title or _may_be_title(line))


def _is_organ_mark(line: Line) -> bool:
    return line.align == "center" and bool(_ORGAN_MARK.fullmatch(plain(line.text))) and (line.red or line.size >= 26)


def _title(lines: Sequence[Line], found: list[Role], filled: list[int]) -> int:
    """Mark the title among the first lines; returns where the text begins."""
    first = next((index for index in filled if lines[index].title), None)
    if first is None:
        first = filled[0] if filled and _may_be_title(lines[filled[0]]) else None
    if first is None:
        return filled[0] if filled else 0
    last = first
    for index in (each for each in filled if each > first):
        if index != last + 1 or not _goes_on(lines[first], lines[index]):
            break
        last = index
    found[first:last + 1] = [Role.TITLE] * (last + 1 - first)
    return last + 1


def _may_be_title(line: Line) -> bool:
    text = plain(line.text)
    return (not line.table and 1 < len(text) <= LONGEST_TITLE and not text.endswith(("。", ":", ";"))
            and (line.align == "center" or line.level == 1) and _NUMBERED_TABLE.match(text) is None)


def _goes_on(first: Line, line: Line) -> bool:
    """Whether a line is the next one of a title that is parted by hand."""
    text = plain(line.text)
    alike = (line.align, line.title, line.level) == (first.align, first.title, first.level)
    return (alike and not line.table and bool(text) and abs(line.size - first.size) < 2 and line.strong == first.strong
            and not text.startswith("(") and only_date(text) is None and _CHAPTER.match(text) is None)


def _addressee(lines: Sequence[Line], found: list[Role], begin: int) -> None:
    """主送机关 is the first line of the text, and ends with a colon."""
    for index in range(begin, len(lines)):
        text = plain(lines[index].text)
        if not text or (found[index] in (Role.CENTRE, Role.RIGHT) and text):
            continue
        if found[index] is Role.TEXT and text.endswith(":") and "。" not in text and len(text) <= 200:
            found[index] = Role.ADDRESSEE
        return


# -- the end ----------------------------------------------------------------------------------------------------

def _imprint(lines: Sequence[Line], found: list[Role]) -> None:
    """版记: what stands at the very end about copies and printing."""
    last = [index for index, line in enumerate(lines) if line.text.strip()]
    for index in last[-6:]:
        if found[index] is not Role.TITLE and _is_imprint(lines[index]):
            found[index] = Role.IMPRINT


def _is_imprint(line: Line) -> bool:
    parts = [plain(part) for part in re.split(r"[\t\n]+", line.text) if part.strip()]
    return len(line.text) < 400 and bool(parts) and _IMPRINT.fullmatch("".join(parts)) is not None


def _signatures(lines: Sequence[Line], found: list[Role], begin: int) -> None:
    """A date alone on its line, with the organs above it that sign."""
    for index in range(begin, len(lines)):
        if found[index] not in (Role.TEXT, Role.RIGHT, Role.CENTRE) or only_date(lines[index].text) is None:
            continue
        above = [each for each in range(begin, index) if lines[each].text.strip()]
        signed = 0
        while above and _may_sign(lines[above[-1]], found[above[-1]]):
            found[above.pop()] = Role.SIGNATURE
            signed += 1
        if signed or found[index] is Role.RIGHT:
            found[index] = Role.DATE


def _may_sign(line: Line, role: Role) -> bool:
    text = plain(line.text)
    return (role in (Role.TEXT, Role.RIGHT) and not line.table and not line.listed and 2 < len(text) <= 30
            and not _SENTENCE.search(text) and not text.startswith("附件")
            and re.search(r"[\d一二三四五六七八九十]、", text) is None)


def _annexes(lines: Sequence[Line], found: list[Role]) -> None:
    """What is centred right below 附件 is the title of the annex."""
    heads = False
    for index, line in enumerate(lines):
        if found[index] is Role.CENTRE and heads:
            found[index] = Role.CHAPTER
        elif line.text.strip() or line.table:
            heads = found[index] is Role.ANNEX


def _captions(lines: Sequence[Line], found: list[Role]) -> None:
    """A line right above a table that names it: 表1 …, or centred and short."""
    for index, line in enumerate(lines[1:], 1):
        above = lines[index - 1]
        text = plain(above.text)
        if not line.table or above.table or not text or len(text) > LONGEST_HEADING or _SENTENCE.search(text):
            continue
        if found[index - 1] is Role.CENTRE or (found[index - 1] is Role.TEXT and _NUMBERED_TABLE.match(text)):
            found[index - 1] = Role.CAPTION
