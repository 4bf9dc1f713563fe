"""Paper: PDF pages in the look of an official document, their Chinese font inside; for cards, letters and reports.

A document is a list of pieces (`heading`, `paragraph`, `facts`, `table`, `marked`), which `pdf` lays out on A4 with the
margins of GB/T 9704-2012, its organ above and page numbers below. Words are words: no markup in them is obeyed.
"""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

import themes
from content.base import SHANGHAI

FONT = "NotoSerifSC"
_FILE = Path(themes.__file__).parent / "fonts" / "NotoSerifSC-Regular.ttf.gz"
TOP, BOTTOM, LEFT, RIGHT = 37 * mm, 30 * mm, 28 * mm, 26 * mm
WIDTH = A4[0] - LEFT - RIGHT
_INK, _SOFT, _LINE, _WASH = HexColor("#14222a"), HexColor("#4d5b63"), HexColor("#b8c2c7"), HexColor("#eef2f3")
_style = partial(ParagraphStyle, fontName=FONT, textColor=_INK, wordWrap="CJK", allowWidows=1)
_STYLES = {
    "title": _style("title", fontSize=20, leading=28, alignment=TA_CENTER, spaceAfter=4 * mm),
    "h1": _style("h1", fontSize=13.5, leading=20, spaceBefore=6 * mm, spaceAfter=2 * mm),
    "h2": _style("h2", fontSize=11.5, leading=17, spaceBefore=3 * mm, spaceAfter=1 * mm),
    "body": _style("body", fontSize=10.5, leading=17),
    "cell": _style("cell", fontSize=9, leading=13.5),
    "head": _style("head", fontSize=9, leading=13.5, textColor=_SOFT),
    "small": _style("small", fontSize=8, leading=12, textColor=_SOFT),
}


@lru_cache(maxsize=1)
def fonts() -> None:
    """The font, read once for each process; whoever measures or draws letters by himself calls this first."""
    pdfmetrics.registerFont(TTFont(FONT, BytesIO(gzip.decompress(_FILE.read_bytes()))))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT, italic=FONT, boldItalic=FONT)


# -- pieces -------------------------------------------------------------------------------------------------------

def _words(text: Any, style: str) -> Paragraph:
    fonts()
    return Paragraph("<br/>".join(escape(line) for line in str(text).splitlines()), _STYLES[style])


def title(text: str) -> Flowable:
    return _words(text, "title")


def heading(text: str, level: int = 1) -> Flowable:
    """A heading of level 1 or 2; it stays with the beginning of what follows."""
    return _words(text, f"h{level}")


def paragraph(text: str, *, small: bool = False) -> Flowable:
    """Lines stay lines."""
    return _words(text, "small" if small else "body")


def gap(millimetres: float = 4) -> Flowable:
    return Spacer(0, millimetres * mm)


def facts(rows: Iterable[tuple[str, Any]], label: float = 34) -> Flowable:
    """Labels (`label` mm wide) with their values; those without a value are left out."""
    cells = [[_words(name, "head"), _words(value, "cell")] for name, value in rows if value not in (None, "")]
    return _grid(cells, [label * mm, WIDTH - label * mm])


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], shares: Sequence[float]) -> Flowable:
    """`shares` are the columns' parts of the width; the header is said again on every page."""
    cells = [[_words(name, "head") for name in header],
             *([_words(value, "cell") for value in row] for row in rows)]
    made = _grid(cells, [WIDTH * share / sum(shares) for share in shares], repeatRows=1)
    made.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, 0), _WASH)]))
    return made


def _grid(cells: list[list[Paragraph]], widths: list[float], **more: Any) -> Table:
    return Table(cells or [[""] * len(widths)], colWidths=widths, style=TableStyle([
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("GRID", (0, 0), (-1, -1), 0.4, _LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)]),
        splitInRow=1, **more)


class Square(Flowable):
    """A QR code, drawn as squares."""

    def __init__(self, text: str, size: float) -> None:
        super().__init__()
        self.matrix = [list(row) for row in segno.make(text, error="m").matrix_iter(border=1)]
        self.width = self.height = size

    def draw(self) -> None:
        step = self.width / len(self.matrix)
        self.canv.setFillColor(_INK)
        for y, row in enumerate(self.matrix):
            for x, dark in enumerate(row):
                if dark:
                    self.canv.rect(x * step, self.height - (y + 1) * step, step, step, stroke=0, fill=1)


def marked(text: str, address: str, size: float = 24) -> Flowable:
    """Words with the QR code of an address (`size` mm) at their right."""
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, 0), 0),
                        ("RIGHTPADDING", (-1, 0), (-1, 0), 0)])
    return Table([[_words(text, "small"), Square(address, size * mm)]], style=style,
                 colWidths=[WIDTH - (size + 2) * mm, (size + 2) * mm])


# -- the whole ----------------------------------------------------------------------------------------------------

def _kept(pieces: Iterable[Flowable]) -> list[Flowable]:
    """No heading alone at the end of a page; what follows it may well go on to the next."""
    found: list[Flowable] = []
    for piece in pieces:
        if getattr(piece, "style", None) in (_STYLES["h1"], _STYLES["h2"]):
            found.append(CondPageBreak(30 * mm))
        found.append(piece)
    return found


class _Counting(Canvas):
    """Writes `第1页 共3页` on each page once it is known how many there are."""

    def __init__(self, *args: Any, organ: str = "", note: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self._organ, self._note, self._pages = organ, note, []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._margins(number, len(self._pages))
            super().showPage()
        super().save()

    def _margins(self, number: int, count: int) -> None:
        self.setFont(FONT, 9)
        self.setFillColor(_SOFT)
        self.drawString(LEFT, A4[1] - TOP + 8 * mm, self._organ)
        self.setStrokeColor(_LINE)
        self.line(LEFT, A4[1] - TOP + 6 * mm, A4[0] - RIGHT, A4[1] - TOP + 6 * mm)
        self.drawString(LEFT, BOTTOM - 10 * mm, self._note)
        self.drawRightString(A4[0] - RIGHT, BOTTOM - 10 * mm, f"第{number}页　共{count}页")


def pdf(name: str, pieces: Iterable[Flowable], *, organ: str, note: str = "", language: str = "zh-CN",
        at: dt.datetime | None = None) -> bytes:
    """The pages. `name` is the document's title in its metadata; `note` stands at the foot of each page.

    With `at` the same pieces give the same octets, and the moment stands at the foot.
    """
    fonts()
    buffer = BytesIO()
    made = BaseDocTemplate(buffer, pagesize=A4, title=name, author=organ, subject=name, creator="gongkai",
                           lang=language, invariant=at is not None)
    frame = Frame(LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    made.addPageTemplates(PageTemplate("page", [frame]))
    if at is not None:
        note = f"{note}　{at.astimezone(SHANGHAI):%Y年%m月%d日 %H:%M}制成".strip()
    made.build(_kept(pieces), canvasmaker=partial(_Counting, organ=organ, note=note))
    return buffer.getvalue()
