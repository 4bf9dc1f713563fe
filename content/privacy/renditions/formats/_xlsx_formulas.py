"""Which formulas may stay: plain arithmetic over cells that are seen unmasked; and what the others gave."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import column_index_from_string, get_column_letter

from content.privacy.renditions.formats._xlsx_read import COLUMNS, ROWS, Area, Place, places_in
from content.privacy.renditions.formats._xlsx_view import View

FUNCTIONS = frozenset(str.split(
    "SUM SUMIF SUMIFS SUMPRODUCT SUBTOTAL AVERAGE AVERAGEIF AVERAGEIFS COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS MAX "
    "MIN MAXIFS MINIFS LARGE SMALL MEDIAN MODE RANK PRODUCT QUOTIENT MOD ABS INT TRUNC ROUND ROUNDUP ROUNDDOWN CEILING "
    "FLOOR POWER SQRT EXP LN LOG LOG10 STDEV STDEVP VAR VARP IF IFS IFERROR IFNA AND OR NOT XOR ISBLANK ISNUMBER "
    "ISTEXT ISERROR ISNA SEARCH LEN LEFT RIGHT ROW ROWS COLUMN COLUMNS MATCH INDEX VLOOKUP HLOOKUP LOOKUP CHOOSE DATE "
    "YEAR MONTH DAY WEEKDAY TODAY NOW EDATE EOMONTH DATEDIF DAYS NETWORKDAYS WORKDAY TIME HOUR MINUTE SECOND"
))
_WORDS = 8  # characters of text in a formula that can name nobody
_DIGITS = re.compile(r"\d{7}")
_REFERENCE = re.compile(
    r"(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<bare>[^'!\[\]:]+))!)?"
    r"(?P<first>\$?[A-Za-z]{1,3}\$?\d{1,7}|\$?[A-Za-z]{1,3}|\$?\d{1,7})"
    r"(?::(?P<last>\$?[A-Za-z]{1,3}\$?\d{1,7}|\$?[A-Za-z]{1,3}|\$?\d{1,7}))?")
_CORNER = re.compile(r"(\$?)([A-Za-z]*)(\$?)(\d*)")
_TOTAL = re.compile(r"(SUM|AVERAGE|COUNT|MAX|MIN)\(([^()]*)\)")
_TOTALS = {"SUM": sum, "AVERAGE": lambda numbers: sum(numbers) / len(numbers), "COUNT": len, "MAX": max, "MIN": min}


class Formulas:
    """The formulas of a workbook under its views. `changed` are the places, by sheet, whose content was masked, and
    `renamed` the sheets whose name was."""

    def __init__(self, views: list[View], changed: Iterable[tuple[int, Place]], renamed: Iterable[int]) -> None:
        self._views, self._renamed = views, set(renamed)
        self._sheets = {view.sheet.name.casefold(): at for at, view in enumerate(views)}
        self._gone: list[dict[int, list[int]]] = [defaultdict(list) for _ in views]
        for at, (row, column) in sorted({*changed, *_unseen(views)}):
            self._gone[at][column].append(row)

    def carried(self, formula: str, sheet: int) -> str | None:
        """A formula with its references led to where cells stand now; None when it must not stay."""
        try:
            tokens = Tokenizer(f"={formula}").items
        except (TokenizerError, IndexError, ValueError):
            return None
        parts = [self._token(token, sheet) for token in tokens]
        words = "".join(token.value.strip('"') for token in tokens if token.subtype == Token.TEXT)
        numbers = "".join(token.value for token in tokens if token.subtype == Token.NUMBER)
        depth = sum({Token.OPEN: 1, Token.CLOSE: -1}.get(token.subtype, 0) for token in tokens)
        if None in parts or depth or len(words) > _WORDS or sum(map(str.isdigit, words + numbers)) > _WORDS:
            return None
        return "".join(parts)

    def _token(self, token: Token, sheet: int) -> str | None:
        if token.type == Token.OPERAND:
            if token.subtype == Token.RANGE:
                return self._reference(token.value, sheet)
            return token.value if token.subtype != Token.ERROR and not _DIGITS.search(token.value) else None
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            return token.value if token.value[:-1].upper() in FUNCTIONS else None
        if token.type == Token.OP_IN:
            return token.value if token.value not in ("&", ":", " ") else None
        if token.type == Token.WSPACE:
            return ""
        return token.value if token.type in (Token.FUNC, Token.PAREN, Token.SEP, Token.OP_PRE, Token.OP_POST) else None

    def _reference(self, text: str, sheet: int) -> str | None:
        match = _REFERENCE.fullmatch(text)
        if not match:
            return None
        named = (match["quoted"] or match["bare"] or "").replace("''", "'")
        at = self._sheets.get(named.casefold()) if named else sheet
        area = _area(match["first"], match["last"]) if at is not None else None
        if area is None or not self._open(at, area):
            return None
        before = f"{text.rpartition('!')[0]}!" if named else ""
        corners = [self._corner(corner, at) for corner in (match["first"], match["last"]) if corner]
        return before + ":".join(corners)

    def _open(self, at: int, area: Area) -> bool:
        """Whether all of an area is seen, unmasked, under the name it had."""
        view = self._views[at]
        if not view.shown or at in self._renamed or not _within(view, area):
            return False
        for column, rows in self._gone[at].items():
            if area.left <= column <= area.right:
                first = bisect_left(rows, area.top)
                if first < len(rows) and rows[first] <= area.bottom:
                    return False
        return True

    def _corner(self, corner: str, at: int) -> str:
        fixed, letters, held, row = _CORNER.fullmatch(corner).groups()
        view = self._views[at]
        column = get_column_letter(view.column(column_index_from_string(letters.upper()))) if letters else ""
        return f"{fixed}{column}{held}{view.row(int(row)) if row else ''}"

    def result(self, formula: str, sheet: int) -> str | None:
        """What a plain total over one area gives, as a number is written; None for anything else.

        For files whose formulas were never computed: a total whose rows are left out would be lost with them.
        """
        match = _TOTAL.fullmatch(formula.strip())
        reference = _REFERENCE.fullmatch(match[2].strip()) if match else None
        if reference is None or reference["quoted"] or reference["bare"]:
            return None
        area, cells = _area(reference["first"], reference["last"]), self._views[sheet].sheet.cells
        if area is None:
            return None
        within = [cell for place in places_in(area, cells) if (cell := cells.get(place)) is not None]
        if any(cell.computed for cell in within):
            return None
        numbers = [Decimal(cell.value) for cell in within if cell.kind == "n"]
        return f"{_TOTALS[match[1]](numbers):f}" if numbers else "0"


def _unseen(views: list[View]) -> Iterator[tuple[int, Place]]:
    for at, view in enumerate(views):
        for place in view.lost | (set() if view.keep_hidden else view.unseen | {each for each, _ in view.unseen_runs}):
            yield at, place


def _within(view: View, area: Area) -> bool:
    """Whether nothing of an area is left out."""
    return (bisect_left(view.rows, area.top) == bisect_right(view.rows, area.bottom)
            and bisect_left(view.columns, area.left) == bisect_right(view.columns, area.right))


def _area(first: str, last: str | None) -> Area | None:
    """The area between two corners; a corner without a row or column stands for all of them."""
    corners = [_CORNER.fullmatch(corner).groups() for corner in (first, last or first)]
    rows = [int(row) for *_, row in corners if row]
    columns = [column_index_from_string(letters.upper()) for _, letters, _, _ in corners if letters]
    if len(rows) % 2 or len(columns) % 2 or (not last and not (rows and columns)):
        return None
    top, bottom = (min(rows), max(rows)) if rows else (1, ROWS)
    left, right = (min(columns), max(columns)) if columns else (1, COLUMNS)
    return Area(top, left, bottom, right) if top > 0 and bottom <= ROWS and right <= COLUMNS else None
