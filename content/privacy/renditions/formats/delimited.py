"""Tables as text (csv, tsv) and plain text: fields found where they stand, so that all the rest stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from content.privacy.renditions.detect import sniff
from content.privacy.renditions.formats._xlsx_numbers import spelled
from content.privacy.renditions.model import Built, Choices, Inspection, Refused, Source
from content.privacy.renditions.packs import damaged, too_large
from content.privacy.renditions.script import Script

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
                     "\U000e0000-\U000e007f]")
_DELIMITERS = ",\t;|"
_MEDIA = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".txt": "text/plain"}
_NUMBER = re.compile(r"[+\-=]?\s*[\d.,\s]*%?")
_QUOTED_WORDS = re.compile(r'="[^"]*"')
_LOOKED_AT = 200  # lines by which a table is told from prose


@dataclass(frozen=True)
class Text:
    """A text file: its encoding, the mark before it, what it says; `delimiter` is "" for prose."""

    encoding: str
    mark: bytes
    text: str
    unseen: int  # characters left out because nobody sees them
    delimiter: str


@dataclass(frozen=True)
class Field:
    """A field of a table, its offsets within the quotes if it has any, and its row and column from 1."""

    start: int
    end: int
    row: int
    column: int


def open_text(source: Source) -> Text:
    """The text of a file in whatever encoding it has. Raises `Refused` ("damaged")."""
    mark, encoding = next(((mark, code) for mark, code in _MARKS if source.data.startswith(mark)), (b"", ""))
    octets = source.data[len(mark):]
    for code in (encoding,) if encoding else ("utf-8", "gb18030"):
        try:
            whole = octets.decode(code)
        except UnicodeDecodeError:
            continue
        text = _UNSEEN.sub("", whole)
        return Text(code, mark, text, len(whole) - len(text), _delimiter(text, source.name))
    raise damaged("文字编码")


def _delimiter(text: str, name: str) -> str:
    """What parts the fields; "" when the lines do not have the same number of them."""
    if name.lower().endswith((".tsv", ".tab")):
        return "\t"
    lines = [line for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT] if line.strip()]
    best = max(_DELIMITERS, key=lambda each: sum(each in line for line in lines))
    if name.lower().endswith(".csv"):
        return best if any(best in line for line in lines) else ","
    counts = [len(list(_row_fields(line, best))) for line in lines]
    usual = max(set(counts), key=counts.count) if counts else 1
    steady = usual > 1 and counts.count(usual) * 10 >= len(counts) * 8 and len(counts) > 1
    return best if steady and (best in "\t|" or usual > 2 or name.lower().endswith((".csv", ".tab"))) else ""


def _row_fields(line: str, delimiter: str) -> Iterator[Field]:
    return (each for each in fields(line, delimiter) if each.row == 1)


def fields(text: str, delimiter: str) -> Iterator[Field]:
    """The fields of a table; quoted ones may hold delimiters and line ends, and doubled quotes."""
    pattern = re.compile(rf'"(?P<quoted>(?:[^"]|"")*)"(?=[{re.escape(delimiter)}\r\n]|\Z)'
                         rf"|(?P<plain>[^{re.escape(delimiter)}\r\n]*)")
    at, row, column = 0, 1, 1
    while at <= len(text):
        match = pattern.match(text, at)
        yield Field(*match.span("plain" if match["plain"] is not None else "quoted"), row, column)
        at = match.end()
        if text[at:at + 1] == delimiter and delimiter:
            at, column = at + 1, column + 1
        elif at < len(text):
            at += 2 if text.startswith("\r\n", at) else 1
            row, column = row + 1, 1
            if at == len(text):
                return
        else:
            return


def neutral(value: str) -> bool:
    """Whether a field is no formula that a spreadsheet would run when it opens the table."""
    bare = value.strip().replace('""', '"')
    if not bare or bare[0] not in "=+-@" or _NUMBER.fullmatch(bare) or _QUOTED_WORDS.fullmatch(bare):
        return True
    return bare[0] != "=" and not set(bare) & set("(|!")


class Delimited:
    """The format family."""

    name = "csv"

    def recognises(self, source: Source) -> bool:
        try:
            return sniff(source.data) == "text"
        except Refused:
            return False

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        text = open_text(source)
        script = _script(text, _fields(text, choices))
        hidden = (f"文件里有{text.unseen}个看不见的字符",) if text.unseen else ()
        return Inspection(self._kind(text), tuple(script.findings(choices)), hidden, _removed(text, choices),
                          secrets=script.secrets)

    def build(self, source: Source, choices: Choices) -> Built:
        text = open_text(source)
        found = _fields(text, choices)
        edits = _script(text, found).edits(choices)
        made = _rebuilt(text, found, edits)
        suffix = _suffix(text, source.name)
        return Built(text.mark + made.encode(text.encoding), self._kind(text), _MEDIA[suffix], suffix, made,
                     _removed(text, choices), made != text.text or bool(text.unseen))

    @staticmethod
    def _kind(text: Text) -> str:
        return "csv" if text.delimiter else "txt"


def _suffix(text: Text, name: str) -> str:
    given = "." + name.lower().rpartition(".")[2]
    return given if given in _MEDIA else {"": ".txt", "\t": ".tsv"}.get(text.delimiter, ".csv")


def _fields(text: Text, choices: Choices) -> list[Field]:
    """The fields of a table; of prose, its lines. Raises `Refused` ("large")."""
    found = []
    for each in fields(text.text, text.delimiter) if text.delimiter else _lines(text.text):
        found.append(each)
        if len(found) > choices.limits.cells:
            raise too_large("表格的单元格太多")
    return found


def _lines(text: str) -> Iterator[Field]:
    for row, match in enumerate(re.finditer(r"[^\n]*", text), 1):
        if match[0]:
            yield Field(*match.span(), row, 1)


def _script(text: Text, found: list[Field]) -> Script:
    """The fields by rows; prose as it stands."""
    script, row = Script(), 1
    for each in found:
        if each.row > row:
            script.gap("\n" * (each.row - row) if not text.delimiter else "\n")
            row = each.row
        elif each.column > 1:
            script.gap("\t")
        value = text.text[each.start:each.end]
        where = f"第{each.row}行第{each.column}列" if text.delimiter else f"第{each.row}行"
        script.add(spelled(re.sub(r"[\t\r\n]", " ", value)) if text.delimiter else value, each, where)
    return script


def _rebuilt(text: Text, found: list[Field], edits: dict) -> str:
    """The text with its edits, and formulas made words by the apostrophe that spreadsheets know."""
    parts, last = [], 0
    for each in found:
        value = edits.get(each, text.text[each.start:each.end])
        if text.delimiter and not neutral(value):
            value = f"'{value}"
        parts += [text.text[last:each.start], value]
        last = each.end
    return "".join([*parts, text.text[last:]])


def _removed(text: Text, choices: Choices) -> tuple[str, ...]:
    formulas = bool(text.delimiter) and any(not neutral(text.text[each.start:each.end])
                                            for each in _fields(text, choices))
    return tuple(code for code, there in (("metadata", True), ("formulas", formulas), ("hidden_text", text.unseen))
                 if there)


FORMAT = Delimited()
