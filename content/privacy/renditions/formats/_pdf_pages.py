"""Knows a PDF's pages as a viewer shows them: their picture, and their characters with places and whether seen.

Coordinates are pixels of the rendered page, from its upper left corner, with rotation and crop box applied.
"""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from content.privacy.renditions.boxes import Area
from content.privacy.renditions.model import Limits, Refused

DPI = 200
LEAST_DPI = 72  # with fewer no writing is legible
PAGE_PIXELS = 16_000_000
CONTRAST = 24  # steps of 255 that a character must differ from its ground to be seen
COMMENTS = frozenset((raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_FILEATTACHMENT, raw.FPDF_ANNOT_LINK,
                      raw.FPDF_ANNOT_SOUND, raw.FPDF_ANNOT_MOVIE, raw.FPDF_ANNOT_SCREEN, raw.FPDF_ANNOT_RICHMEDIA,
                      raw.FPDF_ANNOT_THREED, raw.FPDF_ANNOT_REDACT, raw.FPDF_ANNOT_CARET))
_NESTED = 8
_MANY_OBJECTS = 100_000
_DAMAGED = "PDF已损坏，无法打开：请用原软件重新导出后上传"


@dataclass(frozen=True)
class Char:
    """A character of the text layer. `seen` when its place shows something drawn that can be it; `turn` tells by how
    many quarters, against the clock, the page must be turned for its line to be level."""

    text: str
    box: Area
    seen: bool
    turn: int


@dataclass(frozen=True)
class Page:
    """A page: number from 1, size in points, picture (mode RGB), characters; `given` is their order in the file
    with what parts them; `comments` tells whether annotations that are comments were left out."""

    number: int
    size: tuple[float, float]
    image: Image.Image
    chars: tuple[Char, ...]
    given: tuple[int | str, ...]
    comments: bool

    @property
    def name(self) -> str:
        return f"page {self.number}"

    @property
    def where(self) -> str:
        return f"第{self.number}页"


def open_pdf(data: bytes, limits: Limits) -> pdfium.PdfDocument:
    """The document, repaired where that is possible. Raises `Refused`: encrypted, damaged, large."""
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        pdf = pdfium.PdfDocument(_repaired(data, error))
    if not len(pdf):
        raise Refused("damaged", _DAMAGED)
    if len(pdf) > limits.pages:
        raise Refused("large", f"PDF超过{limits.pages}页：请拆分后上传")
    pdf.init_forms()
    return pdf


def _repaired(data: bytes, error: pdfium.PdfiumError) -> bytes:
    if error.err_code == raw.FPDF_ERR_PASSWORD:
        raise Refused("encrypted", "PDF设有打开密码：请去掉密码后上传") from error
    try:
        with pikepdf.open(io.BytesIO(data)) as found:
            into = io.BytesIO()
            found.save(into)
        pdfium.PdfDocument(into.getvalue()).close()
    except (pikepdf.PdfError, pikepdf.PasswordError, pdfium.PdfiumError, ValueError, RuntimeError) as worse:
        raise Refused("damaged", _DAMAGED) from worse
    return into.getvalue()


def pages(pdf: pdfium.PdfDocument, limits: Limits) -> Iterator[Page]:
    """The pages in order, one at a time."""
    for index in range(len(pdf)):
        try:
            yield _page(pdf, index, limits)
        except pdfium.PdfiumError as error:
            raise Refused("damaged", f"第{index + 1}页无法显示：请用原软件重新导出后上传") from error


def _page(pdf: pdfium.PdfDocument, index: int, limits: Limits) -> Page:
    comments = _flattened(pdf, index)
    page = pdf[index]
    try:
        width, height = page.get_size()
        image = page.render(scale=_dpi(width, height, index, limits) / 72, may_draw_forms=False, draw_annots=False,
                            no_smoothpath=False).to_pil().convert("RGB")
        chars, given = _Text(page, image).read()
        return Page(index + 1, (width, height), image, chars, given, comments)
    finally:
        page.close()


def _dpi(width: float, height: float, index: int, limits: Limits) -> float:
    """How finely a page is rendered; posters more coarsely, and not at all where nothing could be read."""
    inches = max(width * height, 1) / 72 ** 2
    dpi = min(DPI, (min(limits.pixels, PAGE_PIXELS) / inches) ** 0.5, 20_000 * 72 / max(width, height, 1))
    if dpi < LEAST_DPI or min(width, height) < 1:
        raise Refused("large", f"第{index + 1}页的幅面无法处理：请改为常用纸张后上传")
    return dpi


def _flattened(pdf: pdfium.PdfDocument, index: int) -> bool:
    """Draw form fields, stamps and text boxes into the page; take comments out. Whether there were comments."""
    page, comments = pdf[index], False
    try:
        for at in reversed(range(raw.FPDFPage_GetAnnotCount(page))):
            annotation = raw.FPDFPage_GetAnnot(page, at)
            kind = raw.FPDFAnnot_GetSubtype(annotation) if annotation else raw.FPDF_ANNOT_UNKNOWN
            if annotation:
                raw.FPDFPage_CloseAnnot(annotation)
            if kind in COMMENTS:
                comments |= kind not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP)
                raw.FPDFPage_RemoveAnnot(page, at)
        if raw.FPDFPage_GetAnnotCount(page):
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    finally:
        page.close()
    return comments


class _Text:
    """Reads the characters of one page."""

    def __init__(self, page: pdfium.PdfPage, image: Image.Image) -> None:
        self.page, self.image, self.grey = page, image, image.convert("L")
        self.layer, self.rotation = page.get_textpage(), page.get_rotation() // 90
        self.order, self.pictures = _drawn(page.raw, self._box)

    def read(self) -> tuple[tuple[Char, ...], tuple[int | str, ...]]:
        chars: list[Char] = []
        given: list[int | str] = []
        for at in range(raw.FPDFText_CountChars(self.layer)):
            code = raw.FPDFText_GetUnicode(self.layer, at)
            text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
            if text.isspace() or raw.FPDFText_IsGenerated(self.layer, at) == 1:
                given.append("\n" if text in "\r\n" else " ")
            else:
                given.append(len(chars))
                chars.append(self._char(at, text))
        self.layer.close()
        return tuple(chars), tuple(given)

    def _char(self, at: int, text: str) -> Char:
        tight, loose = self._boxes(at)
        unknown = raw.FPDFText_HasUnicodeMapError(self.layer, at) == 1 or not text.isprintable() or text == "\ufffd"
        angle = raw.FPDFText_GetCharAngle(self.layer, at)  # radians, against the clock, on the page before its turn
        turn = (self.rotation - round(angle / (math.pi / 2))) % 4 if angle >= 0 else 0
        return Char(text, loose, not unknown and not self._under(at, tight) and self._shows(tight), turn)

    def _boxes(self, at: int) -> tuple[Area, Area]:
        """The box of the drawn character and the box of its whole cell, which takes in the other."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        raw.FPDFText_GetCharBox(self.layer, at, left, right, bottom, top)
        tight = self._box(left.value, bottom.value, right.value, top.value)
        cell = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(self.layer, at, cell):
            return tight, tight
        loose = self._box(cell.left, cell.bottom, cell.right, cell.top)
        return tight, (min(tight[0], loose[0]), min(tight[1], loose[1]), max(tight[2], loose[2]),
                       max(tight[3], loose[3]))

    def _box(self, *corners: float) -> Area:
        """A rectangle of the page's own space, two opposite corners, on the rendered picture."""
        across, down = ctypes.c_int(), ctypes.c_int()
        points = []
        for x, y in (corners[:2], corners[2:]):
            raw.FPDF_PageToDevice(self.page, 0, 0, self.image.width, self.image.height, 0, x, y, across, down)
            points.append((across.value, down.value))
        (x0, y0), (x1, y1) = points
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _under(self, at: int, box: Area) -> bool:
        """Whether it is an invisible layer over a scan, or a picture was laid over it later."""
        drawn = raw.FPDFText_GetTextObject(self.layer, at)
        if not drawn:
            return False
        if raw.FPDFTextObj_GetTextRenderMode(drawn) in (raw.FPDF_TEXTRENDERMODE_INVISIBLE,
                                                        raw.FPDF_TEXTRENDERMODE_CLIP):
            return True
        turn = self.order.get(ctypes.addressof(drawn.contents), 0)
        across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(later > turn and left <= across <= right and top <= down <= bottom
                   for later, (left, top, right, bottom) in self.pictures)

    def _shows(self, box: Area) -> bool:
        """Whether something is drawn there: a contrast within, or a solid shape on another ground."""
        width, height = self.grey.size
        left, top, right, bottom = (round(each) for each in box)
        if max(right - left, bottom - top) < 2 or right <= 0 or bottom <= 0 or left >= width or top >= height:
            return False
        low, high = self._steps(left, top, right + 1, bottom + 1)
        if high - low > CONTRAST:
            return True
        sides = (left - 3, top, left - 1, bottom + 1), (right + 2, top, right + 4, bottom + 1), (
            left, top - 3, right + 1, top - 1), (left, bottom + 2, right + 1, bottom + 4)
        return all(self._steps(*side)[0] - high > CONTRAST or low - self._steps(*side)[1] > CONTRAST for side in sides)

    def _steps(self, left: int, top: int, right: int, bottom: int) -> tuple[int, int]:
        width, height = self.grey.size
        left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
        return self.grey.crop((left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height))
                              ).getextrema()


def _drawn(page: raw.FPDF_PAGE, place) -> tuple[dict[int, int], list[tuple[int, Area]]]:
    """For each object its turn in being drawn, by address; the turns and places of pictures."""
    order: dict[int, int] = {}
    pictures: list[tuple[int, Area]] = []

    def visit(drawn: raw.FPDF_PAGEOBJECT, matrix: pdfium.PdfMatrix, depth: int) -> None:
        if not drawn or len(order) > _MANY_OBJECTS:
            return
        order[ctypes.addressof(drawn.contents)] = turn = len(order) + 1
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < _NESTED:
            inner = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(drawn, inner)
            placed = pdfium.PdfMatrix.from_raw(inner).multiply(matrix)
            for at in range(raw.FPDFFormObj_CountObjects(drawn)):
                visit(raw.FPDFFormObj_GetObject(drawn, at), placed, depth + 1)
        elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            left, bottom, right, top = (ctypes.c_float() for _ in range(4))
            raw.FPDFPageObj_GetBounds(drawn, left, bottom, right, top)
            pictures.append((turn, place(*matrix.on_rect(left.value, bottom.value, right.value, top.value))))

    for at in range(raw.FPDFPage_CountObjects(page)):
        visit(raw.FPDFPage_GetObject(page, at), pdfium.PdfMatrix(), 0)
    return order, pictures
