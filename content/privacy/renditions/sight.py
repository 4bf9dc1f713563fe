"""Knows how characters with places on a picture or page are read as text, and what of them must be covered."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from content.privacy.kinds import Decision
from content.privacy.renditions.boxes import Area, hull, mostly_in, shared, size_of, turned
from content.privacy.renditions.model import Choices, Finding
from content.privacy.renditions.ocr import Word
from content.privacy.renditions.script import Script, scan

_WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003ffff]")
_LIKE = str.maketrans("OoQDlI|iZzSsBgq", "000011112255899")
_LONG = re.compile(r"(?<![0-9A-Za-z./〔\[-])[0-9OoQDlI|ZzSsBgq][0-9OoQDlI|ZzSsBgq ]{8,24}[0-9OoQDlI|ZzSsBgqXx]"
                   r"(?![0-9A-Za-z./〕\]-])")
_OTHER = re.compile(r"(?:代码|编号|许可证号|登记证?号|税号|文号|项目号|批号|单号|发票号|序列号|条码)[^\n]{0,6}$")
_WHY = "图片中的一长串数字，可能是没有认准的证件号、卡号或手机号，请核对。"


@dataclass(frozen=True)
class Glyph:
    """One character and its place."""

    text: str
    box: Area


@dataclass(frozen=True)
class Sheet:
    """The characters of one page or picture. `given` is the order in which the file has them, with the text that
    stands between (line ends), where it has one; the order of rows, with tabs at wide gaps, is always read too."""

    glyphs: tuple[Glyph, ...]
    given: tuple[int | str, ...] = ()
    turn: int = 0  # quarter turns against the clock after which the rows are level
    extent: tuple[float, float] = (0, 0)  # width and height of the picture, where it has to be turned
    read_from: int | None = None  # index from which characters come from OCR: their long numbers count by length

    @cached_property
    def rows(self) -> list[list[int]]:
        """The characters by rows from top to bottom, each from left to right."""
        return rows_of(self._level)

    @cached_property
    def _level(self) -> list[Glyph]:
        """The characters as they stand when the picture is turned so that rows are level."""
        return [Glyph(each.text, turned(each.box, self.turn, self.extent)) for each in self.glyphs]

    @property
    def text(self) -> str:
        return self._script(self._by_rows(), "").text

    def _orders(self) -> Iterator[Sequence[int | str]]:
        yield tuple(self._by_rows())
        if self.given:
            yield self.given

    def _by_rows(self) -> Iterator[int | str]:
        for row in self.rows:
            last = None
            for at in row:
                if last is not None:
                    yield gap_between(self._level[last], self._level[at])
                yield at
                last = at
            yield "\n"

    def _script(self, order: Iterable[int | str], where: str) -> Script:
        script = Script()
        for each in order:
            if isinstance(each, str):
                script.gap(each)
            else:
                script.add(self.glyphs[each].text, each, where)
        return script

    def findings(self, choices: Choices, where: str) -> list[tuple[Finding, frozenset[int]]]:
        """What is found, with the characters that make it up; each place once."""
        found: list[tuple[Finding, frozenset[int]]] = []
        for order in self._orders():
            script = self._script(order, where)
            known = zip(script.findings(choices), ((each.start, each.end) for each in scan(script.text, choices)),
                        strict=True)
            for finding, span in [*known, *self._guessed(script, choices, where)]:
                touched = self._whole(_touched(script, *span))
                if touched and not any(len(touched & other) > len(touched) / 2 for _, other in found):
                    found.append((finding, touched))
        return found

    def cut(self, choices: Choices) -> dict[int, str]:
        """What is shown of each character that must be covered, by its index; empty where nothing is."""
        shown: dict[int, str] = {}
        for order in self._orders():
            script = self._script(order, "")
            edits = script.edits(choices)
            shown |= dict.fromkeys(self._whole(edits), "") | edits
            for finding, span in self._guessed(script, choices, ""):
                if choices.decision(finding.kind, finding.normal) is not Decision.keep:
                    shown |= dict.fromkeys(self._whole(_touched(script, *span)), "*")
        return {at: put for at, put in shown.items() if self._was_read(at) or put != self.glyphs[at].text}

    def _guessed(self, script: Script, choices: Choices, where: str) -> Iterator[tuple[Finding, tuple[int, int]]]:
        """Numbers of the length of papers and cards that no detector knows: OCR may have misread a digit."""
        if self.read_from is None:
            return
        text, known = script.text, scan(script.text, choices)
        for match in _LONG.finditer(text):
            number = _as_number(match[0])
            before = text[max(0, match.start() - 12):match.start()]
            if number and not _OTHER.search(before) and any(map(self._was_read, _touched(script, *match.span()))) \
                    and not any(each.start < match.end() and match.start() < each.end for each in known):
                kind = "MOBILE" if len(number) < 13 else "BANK_CARD" if len(number) in (16, 19, 20) else "ID_CARD"
                yield Finding(kind, match[0], number, False, _WHY, where), match.span()

    def _whole(self, touched: Iterable[int]) -> frozenset[int]:
        """Characters with those letters and digits of OCR that stand right beside them: it may have read a number
        with a digit too many or too few."""
        whole = set(touched)
        todo = [at for at in whole if self._was_read(at)]
        while todo:
            for beside in self._beside.get(todo.pop(), ()):
                if beside not in whole:
                    whole.add(beside)
                    todo.append(beside)
        return frozenset(whole)

    @cached_property
    def _beside(self) -> dict[int, list[int]]:
        """For each letter or digit of OCR those that follow or precede it without a gap."""
        beside: dict[int, list[int]] = {}
        for row in self.rows if self.read_from is not None else ():
            for left, right in pairwise(row):
                if all(self._was_read(at) and self.glyphs[at].text.isascii() and self.glyphs[at].text.isalnum()
                       for at in (left, right)) and not gap_between(self._level[left], self._level[right]):
                    beside.setdefault(left, []).append(right)
                    beside.setdefault(right, []).append(left)
        return beside

    def stretches(self) -> Iterator[tuple[str, Area]]:
        """Rows parted where cells of a table are: their text and their places."""
        for row in self.rows:
            text, boxes = "", []
            for before, at in pairwise([None, *row]):
                gap = "" if before is None else gap_between(self._level[before], self._level[at])
                if gap == "\t":
                    yield text, turned(hull(boxes), -self.turn, self._extent_turned)
                    text, boxes = "", []
                text += gap.strip("\t") + self.glyphs[at].text
                boxes.append(self._level[at].box)
            yield text, turned(hull(boxes), -self.turn, self._extent_turned)

    def _was_read(self, at: int) -> bool:
        return self.read_from is not None and at >= self.read_from

    def boxes(self, indexes: Iterable[int]) -> list[Area]:
        """The places of characters, neighbours in a row united, with a margin for what sticks out."""
        wanted = set(indexes)
        return [turned(_with_margin(hull(run)), -self.turn, self._extent_turned)
                for row in self.rows for run in self._runs(row, wanted)]

    @property
    def _extent_turned(self) -> tuple[float, float]:
        return self.extent[::-1] if self.turn % 2 else self.extent

    def _runs(self, row: list[int], wanted: set[int]) -> Iterator[list[Area]]:
        run: list[Area] = []
        for at in row:
            box = self._level[at].box
            apart = at not in wanted or (run and box[0] - run[-1][2] > run[-1][3] - run[-1][1])
            if apart and run:
                yield run
                run = []
            if at in wanted:
                run.append(box)
        if run:
            yield run


def _touched(script: Script, start: int, end: int) -> Iterator[int]:
    """Which characters a stretch of the script's text is made of."""
    at = bisect_left(script.pieces, start, key=lambda piece: piece.end - 1)
    while at < len(script.pieces) and script.pieces[at].start < end:
        yield script.pieces[at].ref
        at += 1


def _as_number(text: str) -> str:
    """What OCR may have read of a number of a person, with letters taken for the digits they look like; or nothing."""
    compact = re.sub(r"\s", "", text)
    number = compact.translate(_LIKE).upper()
    mobile = 10 <= len(number) <= 12 and number[0] == "1" and number[1] in "3456789"
    digits = sum(char.isdigit() for char in compact)
    return number if (mobile or 14 <= len(number) <= 20) and digits > 0.6 * len(compact) else ""


def _with_margin(box: Area) -> Area:
    left, top, right, bottom = box
    room = max(1.0, 0.14 * min(bottom - top, right - left))
    return left - room, top - room, right + room, bottom + room


def rows_of(glyphs: Sequence[Glyph]) -> list[list[int]]:
    """Indexes of characters by rows: two share a row when they overlap by half of the lower one's height."""
    rows: list[tuple[float, float, list[int]]] = []
    for at in sorted(range(len(glyphs)), key=lambda each: (glyphs[each].box[1], glyphs[each].box[0])):
        _, top, _, bottom = glyphs[at].box
        for nearby in range(len(rows) - 1, max(-1, len(rows) - 9), -1):
            first, last, row = rows[nearby]
            if min(bottom, last) - max(top, first) >= 0.5 * max(0.01, min(bottom - top, last - first)):
                row.append(at)
                break
        else:
            rows.append((top, bottom, [at]))
    return [sorted(row, key=lambda each: glyphs[each].box[0]) for _, _, row in rows]


def is_wide(char: str) -> bool:
    """Whether a character is as wide as a Chinese one."""
    return bool(_WIDE.match(char))


def gap_between(left: Glyph, right: Glyph) -> str:
    """What stands between two neighbours of a row: nothing, a space, or a tab as between cells of a table."""
    size = max(left.box[3] - left.box[1], right.box[3] - right.box[1], 0.01)
    gap = (right.box[0] - left.box[2]) / size
    if gap > 1.2:
        return "\t"
    wide = is_wide(left.text) and is_wide(right.text)
    return " " if gap > (0.7 if wide else 0.18) else ""


def glyphs_of(text: str, box: Area) -> list[Glyph]:
    """A word's characters, each with its share of the word's box; a Chinese one is twice as wide."""
    widths = [2 if is_wide(char) else 1 for char in text]
    left, top, right, bottom = box
    upright = bottom - top > 2 * (right - left) and len(text) > 2
    start, size = (top, bottom - top) if upright else (left, right - left)
    glyphs, at = [], 0
    for char, width in zip(text, widths, strict=True):
        first, last = start + size * at / sum(widths), start + size * (at + width) / sum(widths)
        glyphs.append(Glyph(char, (left, first, right, last) if upright else (first, top, last, bottom)))
        at += width
    return glyphs


@dataclass(frozen=True)
class Judged:
    """Findings with their places, and what must be covered by the choices made; places in units of the sheets."""

    found: tuple[tuple[Finding, tuple[Area, ...]], ...]
    covered: tuple[Area, ...]

    def touches(self, box: Area) -> bool:
        """Whether something at this place must be covered."""
        return any(shared(box, other) > 0.1 * min(size_of(box), size_of(other)) for other in self.covered)


def judge(sheets: Iterable[Sheet], choices: Choices, where: str,
          more: Iterable[tuple[Finding, Area]] = ()) -> Judged:
    """Several readings of one picture, best first, taken together: what any of them finds counts, each place once.

    What was decided to be kept is not covered because another reading misread it.
    """
    sheets = list(sheets)
    found: list[tuple[Finding, tuple[Area, ...]]] = [(finding, (box,)) for finding, box in more]
    covered = [box for finding, box in more if not _kept(finding, choices)]
    for sheet in sheets:
        for finding, touched in sheet.findings(choices, where):
            boxes = tuple(sheet.boxes(touched))
            if not any(mostly_in(hull(boxes), others) for _, others in found):
                found.append((finding, boxes))
    kept = [box for finding, boxes in found if _kept(finding, choices) for box in boxes]
    covered += [box for sheet in sheets for box in sheet.boxes(sheet.cut(choices)) if not mostly_in(box, kept)]
    return Judged(tuple(found), tuple(covered))


def _kept(finding: Finding, choices: Choices) -> bool:
    return choices.decision(finding.kind, finding.normal) is Decision.keep


def sheet_of(words: Iterable[Word], size: tuple[float, float], before: Iterable[Glyph] = ()) -> Sheet:
    """The words of one pass of OCR over a picture of that size as a sheet, behind characters that are known."""
    words, before = list(words), tuple(before)
    turn = words[0].turn if words else 0
    extent = size[::-1] if turn % 2 else size
    read = [Glyph(glyph.text, turned(glyph.box, -turn, extent)) for word in words
            for glyph in glyphs_of(word.text, turned(word.box, turn, size))]
    return Sheet((*before, *read), turn=turn, extent=size, read_from=len(before))


def in_place(finding: Finding, picture: str, box: Area, size: tuple[float, float]) -> Finding:
    """The finding with the picture it stands in and its box as fractions of that picture's size."""
    width, height = size
    left, top, right, bottom = box
    share = (max(0.0, left / width), max(0.0, top / height), min(1.0, right / width), min(1.0, bottom / height))
    return replace(finding, picture=picture, box=tuple(round(each, 5) for each in share))
