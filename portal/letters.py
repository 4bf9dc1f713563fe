"""How a letter (文书) looks: the same words as a part of a page and as PDF, laid out like an official letter.

A letter is the plain data that was frozen when it was issued (`workflows.letters.Letter.plain`); nothing is added to
it but the query code, which is kept nowhere and stands on the receipt of the moment. Letters are Chinese in every
language. The layout is the letter form of GB/T 9704-2012 (10.1 信函格式): the organ in red above a double line, the
number at the right, 28 characters a line, the signature over the date with room for the seal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from io import BytesIO
from typing import Any

import segno
from markupsafe import Markup, escape
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table
from reportlab.platypus.tables import TableStyle

from portal import paper
from portal.paper import BOTTOM, FONT, LEFT, RIGHT, TOP, WIDTH
from portal.rendering import templates

SIZE = WIDTH / 28  # 三号: 28 characters a line
_RED, _INK, _SOFT, _LINE = (HexColor(code) for code in ("#a81c16", "#14222a", "#4d5b63", "#b8c2c7"))
_HEAD_END = 62 * mm  # from the upper edge: what follows head and number begins here
_BROAD = 170 * mm  # the double lines
_style = partial(ParagraphStyle, fontName=FONT, fontSize=SIZE, leading=28, textColor=_INK, wordWrap="CJK",
                 allowWidows=1)
_FLUSH = _style("flush")
_BODY = _style("body", firstLineIndent=2 * SIZE)
_TITLE = _style("title", fontSize=22, leading=34, alignment=TA_CENTER, spaceAfter=7 * mm)
_MORE = _style("more", leftIndent=5 * SIZE)
_MIDDLE = _style("middle", alignment=TA_CENTER)
_CODE = _style("code", spaceBefore=6 * mm)
_SMALL = _style("small", fontSize=9, leading=14, textColor=_SOFT, alignment=TA_CENTER)
_CELL = _style("cell", fontSize=12, leading=20)
SEAL = "（印章）"
BESIDE = "扫码打开办理进度页面，填写受理编号和查询码即可查询。查询码请妥善保管，不要告诉他人。"


def lines(letter: Mapping[str, Any]) -> Iterator[str]:
    """The paragraphs as they are set: words of several lines are several paragraphs."""
    for paragraph in letter["paragraphs"]:
        yield from (line.strip() for line in str(paragraph).splitlines() if line.strip())


def enclosures(letter: Mapping[str, Any]) -> list[str]:
    """附件说明: one is not numbered, several are, each below the first."""
    names = letter.get("enclosures") or []
    numbered = [f"{number}. {name}" for number, name in enumerate(names, 1)] if len(names) > 1 else list(names)
    return [f"附件：{line}" if number == 0 else line for number, line in enumerate(numbered)]


# -- on a page ----------------------------------------------------------------------------------------------------

def html(letter: Mapping[str, Any], *, address: str = "", code: str = "", theme: str = "default") -> Markup:
    """The letter as a part of a page, which links `letter.css`; its title is an `h2`.

    With `address` (of the status page, without number and code) the QR code of a receipt stands below it.
    """
    square = segno.make(address, error="m").svg_inline(scale=3, border=1, omitsize=True, svgclass=None,
                                                       lineclass=None) if address else ""
    page = templates(theme)["public/letter.pt"]
    return Markup(page(letter=letter, lines=list(lines(letter)), enclosures=enclosures(letter), seal=SEAL,
                       contact=letter.get("contact", ""), rows=letter.get("rows") or (), square=Markup(square),
                       code=_told(code), beside=BESIDE))


def _told(code: str) -> str:
    return f"查询码：{code}" if code else ""


# -- on paper -----------------------------------------------------------------------------------------------------

def pdf(letter: Mapping[str, Any], *, address: str = "", code: str = "") -> bytes:
    """The letter on A4; the same letter always gives the same octets. `address` and `code` as for `html`."""
    paper.fonts()
    buffer = BytesIO()
    made = BaseDocTemplate(buffer, pagesize=A4, title=f"{letter['title']} {letter['number']}".strip(),
                           author=letter["organ"], subject=letter["title"], creator="gongkai", lang="zh-CN",
                           invariant=True)
    first = Frame(LEFT, BOTTOM, WIDTH, A4[1] - _HEAD_END - BOTTOM, 0, 0, 0, 0)
    later = Frame(LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    made.addPageTemplates([
        PageTemplate("first", [first], onPage=lambda canvas, _made: _head(canvas, letter),
                     autoNextPageTemplate="later"),
        PageTemplate("later", [later], onPage=lambda canvas, _made: _page_number(canvas))])
    made.build(list(_pieces(letter, address, code)))
    return buffer.getvalue()


def _words(text: Any, style: ParagraphStyle) -> Paragraph:
    return Paragraph("<br/>".join(escape(line) for line in str(text).splitlines()), style)


def _pieces(letter: Mapping[str, Any], address: str, code: str) -> Iterator[Flowable]:
    yield _words(letter["title"], _TITLE)
    if letter["to"]:
        yield _words(f"{letter['to']}：", _FLUSH)
    for line in lines(letter):
        yield _words(line, _BODY)
    if letter.get("rows"):
        yield _grid(letter["rows"])
    if letter.get("enclosures"):
        yield Spacer(0, 28)
        yield from (_words(line, _MORE if number else _BODY) for number, line in enumerate(enclosures(letter)))
    yield _signed(letter)
    if letter.get("contact"):
        yield _words(f"（{letter['contact']}）", _BODY)
    if code:
        yield _words(_told(code), _CODE)
    if address:
        yield Spacer(0, 4 * mm)
        yield paper.marked(BESIDE, address)


def _grid(rows: list[list[str]]) -> Table:
    cells = [[_words(name, _CELL), _words(value, _CELL)] for name, value in rows]
    return Table(cells, colWidths=[WIDTH * 0.3, WIDTH * 0.7], splitInRow=1, spaceBefore=4 * mm, style=TableStyle([
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 6), ("BOTTOMPADDING", (0, 0), (-1, -1), 8)]))


def _signed(letter: Mapping[str, Any]) -> Flowable:
    """Organ over date, the date four characters from the right edge, with room for the seal (GB/T 9704, 7.3.5.1)."""
    organ, day = (stringWidth(letter[name], FONT, SIZE) for name in ("organ", "day"))
    broad = min(max(organ, day) + 1, WIDTH)
    indent = max(0, min(4 * SIZE - max(0, organ - day) / 2, WIDTH - broad))
    cells = [["", _words(letter["organ"], _MIDDLE), ""], ["", _words(letter["day"], _MIDDLE), ""],
             ["", _words(SEAL, _SMALL), ""]]
    block = Table(cells, colWidths=[WIDTH - broad - indent, broad, indent], style=TableStyle([
        ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)]))
    return KeepTogether([Spacer(0, 2 * 28), block])


def _head(canvas: Canvas, letter: Mapping[str, Any]) -> None:
    """发文机关标志, the red double lines above and below, and the number."""
    size = min(30, WIDTH / max(len(letter["organ"]), 1))
    canvas.setFillColor(_RED)
    canvas.setFont(FONT, size)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 41 * mm, letter["organ"])
    canvas.setStrokeColor(_RED)
    left, right, above, below = (A4[0] - _BROAD) / 2, (A4[0] + _BROAD) / 2, A4[1] - 46 * mm, 20 * mm
    for height, broad in ((above, 2), (above - 3, 0.6), (below, 2), (below + 3, 0.6)):
        canvas.setLineWidth(broad)
        canvas.line(left, height, right, height)
    canvas.setFillColor(_INK)
    canvas.setFont(FONT, SIZE)
    canvas.drawRightString(A4[0] - RIGHT, above - 9 * mm, letter["number"])


def _page_number(canvas: Canvas) -> None:
    """From the second page on: the first page of a letter has none."""
    canvas.setFillColor(_INK)
    canvas.setFont(FONT, 14)
    canvas.drawCentredString(A4[0] / 2, BOTTOM - 10 * mm, f"— {canvas.getPageNumber()} —")
