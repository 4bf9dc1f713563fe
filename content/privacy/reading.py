"""A reading: text as a person would read it, each character knowing where in the source it stands.

Entities, URL escapes and \\u escapes are decoded, characters nobody sees are dropped, inline tags vanish and
tables become lines with tabs; offsets always lead back to the source.
"""

import re
import unicodedata
from functools import cache, cached_property
from html import unescape

from content.privacy.markup import BLOCK, INLINE, PUBLISHED, SILENT, Piece, pieces, span_count

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffd\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
    "\U000e0000-\U000e01ef\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
)
_SPREAD_LABELS = (
    "姓名 电话 手机 联系电话 身份证 身份证号 身份证号码 证件号码 住址 家庭住址 地址 出生 出生日期 账号 护照 邮箱 "
    "微信 户主 性别 病历号"
)
_ODD = re.compile(
    "|".join(r"[ \u3000]{1,6}".join(word) for word in sorted(_SPREAD_LABELS.split(), key=len, reverse=True))
    + r"|&(?:#(?=[0-9])0*+[0-9]{0,7}|#[xX]0*+[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});?"
    r"|(?:%(?:25)*+[0-9A-Fa-f]{2})++|\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}"
    r"|\\0{2,4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])|\\[nrt](?![A-Za-z])|[" + INVISIBLE + "]++"
)
_ESCAPE = re.compile(r"%(?:25)*+([0-9A-Fa-f]{2})")
_SINGLE_ESCAPES = frozenset(" -_.+:;#@=&/,|\t\n\"'0123456789")
_TABLE_PARTS = frozenset(str.split(
    "table thead tbody tfoot tr td th caption colgroup col"
))
_WIDEST = 400  # columns of a table that rowspan is followed in
_TRADITIONAL = dict(zip(
    "證電話機號碼護帳戶銀車聯絡係繫郵門單樓縣鎮鄉個歲診斷醫視聽語開庫臺國廣場區層棟號帐",
    "证电话机号码护账户银车联络系系邮门单楼县镇乡个岁诊断医视听语开库台国广场区层栋号账", strict=True,
))
NUMERALS = dict(zip("〇零○◯一二三四五六七八九壹贰貳叁參弎肆伍陆陸柒捌玖幺",
                    "000012345678912233345667891", strict=True))


@cache
def _character_table() -> dict[int, str]:
    """Every character that is a digit or has one compatible character, mapped to it (one to one)."""
    table = {ord(old): new for old, new in _TRADITIONAL.items()}
    for code in (*range(0xA0, 0x3400), *range(0xA600, 0xAC00), *range(0xF900, 0x20000)):
        char = chr(code)
        digit = unicodedata.digit(char, None)
        plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", char)
        if len(plain) == 1 and plain != char:
            table[code] = plain
    table.update(zip(map(ord, "〡〢〣〤〥〦〧〨〩"), "123456789", strict=True))
    table.update((0xF000 + code, chr(code)) for code in range(0x20, 0x7F))  # as Office keeps symbol fonts
    table.update(dict.fromkeys(map(ord, "×✕хХχΧⅹⅩ"), "x"))
    table.update(dict.fromkeys(map(ord, "‐‑‒–—―−﹣－⁃"), "-"))
    return table


_NUMERAL_TABLE = {ord(old): new for old, new in NUMERALS.items()}


class Reading:
    """Text to search, and for each of its characters the source offsets it came from.

    ``plain`` has compatible characters folded to ASCII; ``digits`` also has Chinese numerals as digits. Both
    have the same length. ``source(start, end)`` gives source offsets for a slice.
    """

    def __init__(self, text: str, starts: list[int] | None = None, ends: list[int] | None = None):
        self.plain = text if text.isascii() else text.translate(_character_table())
        self._starts, self._ends = starts, ends

    @cached_property
    def digits(self) -> str:
        return self.plain.translate(_NUMERAL_TABLE)

    def source(self, start: int, end: int) -> tuple[int, int]:
        if self._starts is None:
            return start, end
        return self._starts[start], self._ends[end - 1]

    def within(self, outer: "Reading") -> "Reading":
        """This reading of another reading's plain text, with offsets into that one's source."""
        if self._starts is None:
            return outer
        size = len(outer.plain)
        begins = [outer.source(place, place + 1)[0] for place in range(size)] + [outer.source(size - 1, size)[1]]
        ends = [0] + [outer.source(place, place + 1)[1] for place in range(size)]
        starts = [begins[place] for place in self._starts]
        pairs = zip(starts, self._starts, self._ends, strict=True)
        return Reading(self.plain, starts, [ends[end] if end > begin else start for start, begin, end in pairs])

    def places(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """(source start, source end, character) for every character of a slice."""
        return [(*self.source(index, index + 1), self.plain[index]) for index in range(start, end)]


class Turned(Reading):
    """A reading in which some of the text runs against its source."""

    def source(self, start: int, end: int) -> tuple[int, int]:
        return min(self._starts[start:end]), max(self._ends[start:end])


class _Writer:
    def __init__(self, source: str):
        self.source, self.text, self.starts, self.ends = source, [], [], []

    def raw(self, start: int, end: int) -> None:
        self.text.append(self.source[start:end])
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))

    def put(self, text: str, start: int, end: int) -> None:
        self.text.append(text)
        self.starts.extend([start] * len(text))
        self.ends.extend([end] * len(text))

    def decoded(self, start: int, end: int) -> None:
        """Source text with its escapes and invisible characters resolved."""
        last = start
        for match in _ODD.finditer(self.source, start, end):
            self.raw(last, match.start())
            self._odd(match)
            last = match.end()
        self.raw(last, end)

    def _odd(self, match: re.Match) -> None:
        found, start, end = match[0], match.start(), match.end()
        if found[0] == "&":
            self._entity(found, start, end)
        elif found[0] == "%":
            self._percent(found, start)
        elif found[0] > "\u4e00":
            for offset, char in enumerate(found):
                if not char.isspace():
                    self.raw(start + offset, start + offset + 1)
        elif found[0] == "\\":
            code = 10 if len(found) == 2 else int(found.strip("\\uUx{}"), 16)
            self.put(chr(code) if code < 0x110000 else " ", start, end)

    def _entity(self, found: str, start: int, end: int) -> None:
        char = unescape(found)
        if char == found:
            self.raw(start, end)
        elif not re.fullmatch(f"[{INVISIBLE}]+", char):
            self.put(" " if char == "\t" else char, start, end)

    def _percent(self, found: str, start: int) -> None:
        """URL escapes, even escaped twice; a lone one only if it can hardly be a percentage."""
        octets = [(match.start(), match.end(), int(match[1], 16)) for match in _ESCAPE.finditer(found)]
        try:
            text = bytes(octet for *_, octet in octets).decode("utf-8")
        except UnicodeDecodeError:
            return self.raw(start, start + len(found))
        if len(octets) == 1 and text not in _SINGLE_ESCAPES:
            return self.raw(start, start + len(found))
        index = 0
        for char in text:
            width = len(char.encode())
            if not re.match(f"[{INVISIBLE}]", char):
                self.put(char, start + octets[index][0], start + octets[index + width - 1][1])
            index += width

    def reading(self) -> Reading:
        return Reading("".join(self.text), self.starts, self.ends)


def read(source: str, start: int = 0, end: int | None = None) -> Reading:
    """A reading of text whose tags, if any, are left standing."""
    end = len(source) if end is None else end
    if start == 0 and end == len(source) and not _ODD.search(source):
        return Reading(source)
    writer = _Writer(source)
    writer.decoded(start, end)
    return writer.reading()


class _Grid:
    """Keeps the columns of one HTML table in line across colspan and rowspan."""

    def __init__(self):
        self.column, self.held, self.in_cell, self.rows = 0, {}, False, 0

    def new_row(self) -> str:
        if self.rows:
            self.held = {column: rows - (column >= self.column) for column, rows in self.held.items() if rows > 0}
        self.rows, self.column, self.in_cell = self.rows + 1, 0, False
        return "\n"

    def new_cell(self, columns: int, rows: int) -> str:
        lead = "\t" if self.column else ""
        while self.column < _WIDEST and self.held.get(self.column, 0) > 0:
            self.held[self.column] -= 1
            self.column += 1
            lead += "\t"
        if rows > 1 and self.column < _WIDEST:
            self.held.update(dict.fromkeys(range(self.column, self.column + columns), rows - 1))
        self.column += columns
        self.in_cell = True
        return lead

    def after(self, columns: int) -> str:
        return "\t" * (columns - 1)


class _Flow:
    """Writes the visible text of markup: inline tags vanish, blocks break lines, tables keep columns.

    ``published`` leaves of the tags what the sanitiser leaves: other tags vanish, scripts and the like with all
    they hold, and what stood on either side of them is joined.
    """

    def __init__(self, html: str, published: bool = False):
        self.html, self.writer, self.grids, self.pending = html, _Writer(html), [], ""
        self.published = published

    def run(self) -> Reading:
        last = 0
        for piece in pieces(self.html):
            if piece.start < last:
                continue
            self._text(last, piece.start)
            mark = self._mark(piece)
            if mark:
                self.writer.put(mark, piece.start, piece.start)
            last = self._resume(piece) if self.published else piece.end
        self._text(last, len(self.html))
        return self.writer.reading()

    def _resume(self, piece: Piece) -> int:
        """Where the text goes on after a piece; script, style and CDATA take what they hold with them."""
        if piece.name == "cdata":
            return self.html.find(">", piece.start) + 1 or len(self.html)
        if piece.name not in SILENT or piece.closes:
            return piece.end
        end = self._closing(piece.name).search(self.html, piece.end)
        return end.start() if end else len(self.html)

    @staticmethod
    @cache
    def _closing(name: str) -> re.Pattern:
        return re.compile(rf"</{name}[\s/>]", re.IGNORECASE)

    def _text(self, start: int, end: int) -> None:
        """Inside a table line breaks of the source mean nothing; elsewhere they are kept."""
        if not self.grids:
            return self.writer.decoded(start, end)
        if not self.grids[-1].in_cell and self.html[start:end].isspace():
            return
        last = start
        for match in re.finditer(r"[\n\r\t]", self.html[start:end]):
            self.writer.decoded(last, start + match.start())
            last = start + match.end()
            self.writer.put(" ", last - 1, last)
        self.writer.decoded(last, end)

    def _mark(self, piece: Piece) -> str:
        if piece.name in INLINE or piece.name in ("!", "cdata") or (self.published and self._lost(piece)):
            return ""
        if piece.name in _TABLE_PARTS:
            return self._table(piece)
        inside = bool(self.grids) and self.grids[-1].in_cell
        return " " if inside else "\n"

    def _lost(self, piece: Piece) -> bool:
        """Whether the sanitiser drops the tag: none of its list, or a part of a table outside a table."""
        if piece.name in _TABLE_PARTS - {"table"}:
            return not self.grids
        return piece.name not in PUBLISHED

    def _table(self, piece: Piece) -> str:
        if piece.name == "table":
            return self._open_or_close(piece)
        if not self.grids:
            self.grids.append(_Grid())
        grid = self.grids[-1]
        if piece.name == "tr" and not piece.closes:
            return grid.new_row()
        if piece.name in ("td", "th"):
            return self._cell(grid, piece)
        return ""

    def _open_or_close(self, piece: Piece) -> str:
        if not piece.closes:
            self.grids.append(_Grid())
        elif self.grids:
            self.grids.pop()
        return "\n"

    def _cell(self, grid: _Grid, piece: Piece) -> str:
        if piece.closes:
            grid.in_cell = False
            mark, self.pending = self.pending, ""
            return mark
        columns = span_count(self.html, piece, "colspan")
        self.pending = grid.after(columns)
        return grid.new_cell(columns, span_count(self.html, piece, "rowspan"))


def read_markup(html: str, published: bool = False) -> Reading:
    """A reading of the visible text of HTML or XML, as written or as the sanitiser will leave it."""
    return _Flow(html, published).run()


def has_markup(text: str) -> bool:
    """Whether text holds a tag that a browser or an XML reader would take for one."""
    return "<" in text and any(piece.name in INLINE or piece.name in BLOCK or piece.closes
                              or text.startswith("<!--", piece.start) for piece in pieces(text))
