"""Which lines of a text are a table, and under which header each of its cells stands.

Cells are parted by tabs, pipes, commas, semicolons or wide gaps; HTML tables arrive here as lines with tabs.
"""

import re
from dataclasses import dataclass, field
from itertools import zip_longest

HEADER_WORDS = re.compile(
    r"身份|证件|公民|年份|人口|面积|金额|合计|数量|户主|姓名|名字|电话|手机|联系|住址|地址|住所|坐落|账号|账户|"
    r"卡号|一卡通|存折|出生|生日|护照|通行证|"
    r"车牌|号牌|邮箱|微信|qq|病|诊断|残疾|学籍|婚|宗教|血型|户籍|户口|门牌|编号|序号|受益人|申请人|"
    r"\bid\b|name|phone|mobile|tel|address|card|account|e-?mail|birth|passport|wechat|sfz|idcard|\bno\b"
)
PERSON_WORDS = re.compile(
    r"姓名|名字|户主|申请人|受益人|身份证|身份号|监护人|家长|学生|患者|考生|驾驶人|当事人|业主|村民|受助|农户|"
    r"被保险人|参保人|"
    r"持证人|本人|\bname\b|证件号"
)
_SPLITTERS = (
    re.compile(r"\t"), re.compile(r"\|"), re.compile(r","), re.compile(r";"),
    re.compile(r" {2,}|\u3000+"), re.compile(r" "),
)
_NAME = re.compile(r"[\u4e00-\u9fff·*]{2,5}")
_RULE = re.compile(r"[\s|:+=-]+")
_LONG_NUMBER = re.compile(r"\d[\dx\s-]{5,}")


@dataclass(frozen=True)
class Cell:
    """A data cell (or neighbouring cells under one header): offsets and the header above or beside it."""

    start: int
    end: int
    header: str


@dataclass
class Table:
    """A table's headers and filled cells; ``persons`` tells whether its lines are people."""

    headers: list[str]
    cells: list[Cell] = field(default_factory=list)

    @property
    def persons(self) -> bool:
        return any(PERSON_WORDS.search(header) for header in self.headers)


def _split(line: str, offset: int, splitter: re.Pattern) -> list[tuple[int, int]]:
    """Trimmed offsets of the cells of a line; quoted fields keep their separators."""
    bounds, last = [], 0
    for match in splitter.finditer(line):
        if line.count('"', last, match.start()) % 2 == 0:
            bounds.append((last, match.start()))
            last = match.end()
    bounds.append((last, len(line)))
    if splitter.pattern == r"\|":
        bounds = bounds[not line[:bounds[0][1]].strip():]
        bounds = bounds[:-1] if bounds and not line[bounds[-1][0]:].strip() else bounds
    return [_trim(line, offset, start, end) for start, end in bounds]


def _trim(line: str, offset: int, start: int, end: int) -> tuple[int, int]:
    while start < end and line[start] in " \"'\u3000\r\t":
        start += 1
    while end > start and line[end - 1] in " \"'\u3000\r\t":
        end -= 1
    return offset + start, offset + end


def _is_header(texts: list[str]) -> bool:
    filled = [text for text in texts if text]
    if len(filled) < 2 or any(len(text) > 24 or _LONG_NUMBER.search(text) or "。" in text for text in filled):
        return False
    return any(HEADER_WORDS.search(text) for text in filled)


def _is_list_header(texts: list[str], line: str) -> bool:
    """Commas also part sentences: such a header has three short cells at least and ends like no sentence."""
    return len(texts) >= 3 and all(0 < len(text) <= 14 for text in texts) and line.rstrip()[-1] not in ":;,。"


def _headers(texts: list[str]) -> list[str]:
    """Header texts; an empty one belongs to the header on its left (colspan)."""
    named, last = [], ""
    for text in texts:
        last = text or last
        named.append(last)
    return named


_NO_HEAD = re.compile(r"[\d\t|:。]")
_NUMBERED = re.compile(r"身份证|证件号|电话|手机|账号|卡号|一卡通|存折|护照")


def read_stacks(text: str) -> list[Table]:
    """Tables copied cell by cell, each on a line of its own: k headers, then k values for every person."""
    lines = [_trim(match[0], match.start(), 0, len(match[0])) for match in re.finditer(r"[^\n]+", text)]
    lines = [(start, end) for start, end in lines if start < end]
    heads = [end - start <= 14 and not _NO_HEAD.search(text, start, end) for start, end in lines]
    numbers = [place for place, span in enumerate(lines) if heads[place] and _NUMBERED.search(text, *span)]
    tables, done = [], 0
    for number in numbers:
        first = number
        while first > max(done, number - 16) and heads[first - 1]:
            first -= 1
        starts = sorted(range(first, number + 1), key=lambda start: not HEADER_WORDS.search(text, *lines[start]))
        for start in starts if number >= done else ():
            size = _stack_size(text, lines, heads, start)
            if size:
                table, done = _stack(text, lines, start, size)
                tables.append(table)
                break
    return tables


def _stack_size(text: str, lines: list[tuple[int, int]], heads: list[bool], first: int) -> int:
    """How many headers stand below one another, or 0: under a header of numbers there must be a number."""
    last = first
    while last < min(first + 16, len(lines)) and heads[last]:
        last += 1
    numbers = [place for place in range(first, last) if _NUMBERED.search(text, *lines[place])]
    for size in range(max(3, numbers[-1] - first + 1), last - first + 1):
        if numbers[-1] + size < len(lines) and all(
                _LONG_NUMBER.fullmatch(text, *lines[place + size]) for place in numbers):
            return size
    return 0


def _stack(text: str, lines: list[tuple[int, int]], first: int, size: int) -> tuple[Table, int]:
    headers = [text[start:end] for start, end in lines[first:first + size]]
    numbers = [place for place, header in enumerate(headers) if _NUMBERED.search(header)]
    table, row = Table(headers), first + size
    while any(_LONG_NUMBER.match(text, *span) for place in numbers for span in lines[row + place:row + place + 1]):
        table.cells += [Cell(*span, header) for span, header in zip(lines[row:row + size], headers, strict=False)]
        row += size
    return table, min(row, len(lines))


class _Reader:
    def __init__(self, text: str):
        self.text, self.tables = text, []
        self.table: Table | None = None
        self.splitter: re.Pattern | None = None
        self.fresh = False
        self.misses = 0
        self.side: Table | None = None
        self.side_end = 0

    def line(self, line: str, offset: int) -> None:
        if self.table is not None and self._row(line, offset):
            return
        for splitter in _SPLITTERS:
            if not splitter.search(line):
                continue
            spans = _split(line, offset, splitter)
            texts = [self.text[start:end] for start, end in spans]
            if _is_header(texts) and not self._at_left(texts, splitter) and (
                    splitter.pattern not in ",; " or _is_list_header(texts, line)):
                self.table, self.splitter, self.fresh, self.misses = Table(_headers(texts)), splitter, True, 0
                self.tables.append(self.table)
                return
            if self._names_its_line(texts, splitter):
                return self._sideways(spans, texts)

    def _sideways(self, spans: list[tuple[int, int]], texts: list[str]) -> None:
        """A line whose first cell names what the others hold; such lines in a row are one table."""
        if self.side is None or spans[0][0] > self.side_end + 300:
            self.side = Table([])
            self.tables.append(self.side)
        self.side_end = spans[-1][1]
        self.side.headers.append(texts[0])
        self.side.cells += [Cell(*span, texts[0]) for span in spans[1:] if span[0] < span[1]]

    @staticmethod
    def _names_its_line(texts: list[str], splitter: re.Pattern) -> bool:
        return (len(texts) > 2 and splitter.pattern in (r"\t", r"\|") and len(texts[0]) <= 12
                and bool(HEADER_WORDS.search(texts[0])))

    def _at_left(self, texts: list[str], splitter: re.Pattern) -> bool:
        """Headers at the left: a first line 姓名 with names alone, then lines of which only the first cell names."""
        if not self._names_its_line(texts, splitter) or any(map(HEADER_WORDS.search, texts[1:])):
            return False
        named = re.search(r"姓名|户主|申请人|学生", texts[0])
        return bool(self.side) or bool(named and all(map(_NAME.fullmatch, texts[1:])))

    def _row(self, line: str, offset: int) -> bool:
        """Take a line into the open table; False closes it or opens another."""
        if _RULE.fullmatch(line) or not line.strip():
            return self._missed()
        spans = _split(line, offset, self.splitter)
        texts = [self.text[start:end] for start, end in spans]
        if len(spans) < 2:
            return self._missed()
        if _is_header(texts):
            return self._second_header(texts)
        if self.splitter.pattern in ",; " and abs(len(spans) - len(self.table.headers)) > 1:
            return self._missed()
        if len(spans) > len(self.table.headers) + 2 or len(spans) * 2 < len(self.table.headers):
            return self._missed()
        self.fresh, self.misses = False, 0
        if self._names_its_line(texts, self.splitter) and not any(map(HEADER_WORDS.search, texts[1:])):
            self._sideways(spans, texts)
            return True
        self._take(spans, texts)
        return True

    def _missed(self) -> bool:
        self.misses += 1
        if self.misses > 2:
            self.table = None
        return False

    def _second_header(self, texts: list[str]) -> bool:
        if not self.fresh:
            self.table = None
            return False
        pairs = zip_longest(self.table.headers, texts, fillvalue="")
        self.table.headers[:] = [f"{above} {below}".strip() for above, below in pairs]
        self.fresh = False
        return True

    def _take(self, spans: list[tuple[int, int]], texts: list[str]) -> None:
        headers = self.table.headers
        previous: Cell | None = None
        for (start, end), header in zip(spans, headers, strict=False):
            if start == end:
                continue
            cell = Cell(start, end, header)
            if previous and previous.header == header and end - start <= 2:
                cell = Cell(previous.start, end, header)
                self.table.cells.pop()
            self.table.cells.append(cell)
            previous = cell


def read_tables(text: str) -> list[Table]:
    """The tables of a (lower-case) text, in order."""
    if not HEADER_WORDS.search(text) or "\n" not in text:
        return []
    reader, offset = _Reader(text), 0
    for line in text.split("\n"):
        if reader.table is not None or (len(line) < 600 and HEADER_WORDS.search(line)):
            reader.line(line, offset)
        offset += len(line) + 1
    return reader.tables + read_stacks(text)
