"""Makes PDF files as people upload them, with a value in every place where a PDF can hold one."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.content.privacy.made import bank_card, id_number
from tests.content.privacy.renditions.make_picture import notice, scene

PAGE = (400, 260)  # points
STAYS = "Notice 2024-17"  # stands on the first page of every file with a hiding place
pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def written(draw: Callable[[Canvas], None] = lambda canvas: None, **more) -> bytes:
    """A file of a page or more: a line that stays, and what `draw` puts below."""
    into = io.BytesIO()
    canvas = Canvas(into, pagesize=PAGE, **more)
    canvas.setFont("Helvetica", 14)
    canvas.drawString(20, 230, STAYS)
    draw(canvas)
    canvas.save()
    return into.getvalue()


def text(*lines: str, font: str = "STSong-Light", size: int = 12) -> bytes:
    """A page of lines in Chinese and Latin letters."""
    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, size)
        for at, line in enumerate(lines):
            canvas.drawString(20, 200 - 2 * size * at, line)

    return written(draw)


def scan(*lines: str) -> bytes:
    """A page that is a picture of writing below one line of text."""
    image = notice(*lines, size=(1000, 500), height=30)
    return written(lambda canvas: canvas.drawImage(ImageReader(image), 0, 0, 400, 200))


def changed(data: bytes, change: Callable[[pikepdf.Pdf], None], **more) -> bytes:
    """The file with something put into it by pikepdf."""
    into = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(into, **more)
    return into.getvalue()


def _drawn(draw: Callable[[Canvas, str], None]) -> Callable[[str], bytes]:
    def make(value: str) -> bytes:
        def both(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 12)
            draw(canvas, value)

        return written(both)

    return make


def _put(change: Callable[[pikepdf.Pdf, str], None]) -> Callable[[str], bytes]:
    return lambda value: changed(written(), lambda pdf: change(pdf, value))


def _pieces(canvas: Canvas, value: str) -> None:
    """Each digit placed for itself, in no order."""
    for at in reversed(range(len(value))):
        canvas.drawString(60 + 7 * at, 150, value[at])


def _two_lines(canvas: Canvas, value: str) -> None:
    canvas.drawString(60, 150, "ID " + value[:9])
    canvas.drawString(60, 134, value[9:])


def _under_a_box(canvas: Canvas, value: str) -> None:
    canvas.drawString(60, 150, value)
    canvas.rect(55, 145, 200, 20, fill=1)


def _under_a_picture(canvas: Canvas, value: str) -> None:
    canvas.drawString(60, 150, value)
    canvas.drawImage(ImageReader(scene((200, 30))), 55, 140, 220, 30)


def _white(canvas: Canvas, value: str) -> None:
    canvas.setFillGray(1)
    canvas.drawString(60, 150, value)


def _nearly_white(canvas: Canvas, value: str) -> None:
    canvas.setFillGray(0.985)
    canvas.drawString(60, 150, value)


def _never_drawn(canvas: Canvas, value: str) -> None:
    line = canvas.beginText(60, 150)
    line.setTextRenderMode(3)
    line.textLine(value)
    canvas.drawText(line)


def _turned(canvas: Canvas, value: str) -> None:
    canvas.saveState()
    canvas.translate(300, 40)
    canvas.rotate(90)
    canvas.drawString(0, 0, value)
    canvas.restoreState()


def _form(canvas: Canvas, value: str) -> None:
    canvas.acroForm.textfield(name="number", value=value, x=60, y=120, width=300, height=24)


def _bookmark(canvas: Canvas, value: str) -> None:
    canvas.bookmarkPage("here")
    canvas.addOutlineEntry(value, "here")


def _note(pdf: pikepdf.Pdf, value: str, **more: pikepdf.Object) -> None:
    page = pdf.pages[0]
    page.Annots = pdf.make_indirect(Array([pdf.make_indirect(Dictionary(
        Type=Name.Annot, Rect=Array([60, 100, 260, 140]), Contents=String(value), **more))]))


def _free_text(pdf: pikepdf.Pdf, value: str) -> None:
    """A text box over the page, drawn by an appearance of its own."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    drawn = pdf.make_stream(f"BT /H 12 Tf 4 14 Td ({value}) Tj ET".encode(), Type=Name.XObject, Subtype=Name.Form,
                            BBox=Array([0, 0, 200, 40]), Resources=Dictionary(Font=Dictionary(H=font)))
    _note(pdf, value, Subtype=Name.FreeText, F=4, DA=String("/H 12 Tf"), AP=Dictionary(N=drawn))


def _hidden_layer(pdf: pikepdf.Pdf, value: str) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(value)))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer])))
    page = pdf.pages[0]
    page.Resources.Properties = Dictionary(L0=layer)
    page.contents_add(f"/OC /L0 BDC BT /F1 12 Tf 60 150 Td ({value}) Tj ET EMC".encode())


def _attached(pdf: pikepdf.Pdf, value: str) -> None:
    pdf.attachments["list.txt"] = pikepdf.AttachedFileSpec(pdf, f"编号 {value}".encode(), filename=f"{value}.txt")


def _script(pdf: pikepdf.Pdf, value: str) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{value}')"))


def _xmp(pdf: pikepdf.Pdf, value: str) -> None:
    with pdf.open_metadata() as metadata:
        metadata["dc:title"] = value


def _left_over(pdf: pikepdf.Pdf, value: str) -> None:
    """Reached by private data of a program only."""
    pdf.pages[0].PieceInfo = Dictionary(Program=Dictionary(Private=pdf.make_stream(value.encode())))


def _earlier_revision(value: str) -> bytes:
    """The page said something else before the last save, which only added to the file."""
    old = text(value, font="Helvetica")
    start = int(old.rpartition(b"startxref")[2].split()[0])
    with pikepdf.open(io.BytesIO(old)) as pdf:
        number, size = pdf.pages[0].Contents.objgen[0], int(pdf.trailer.Size)
        root = pdf.Root.objgen[0]
    inside = f"BT /F1 14 Tf 20 230 Td ({STAYS}) Tj ET".encode()
    new = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (number, len(inside), inside)
    xref = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        number, len(old), size, root, start, len(old) + len(new))
    return old + new + xref


def _outside_the_crop(value: str) -> bytes:
    def crop(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].CropBox = Array([0, 190, *PAGE])

    return changed(text("", "", "", value, font="Helvetica"), crop)


def _turned_page(value: str) -> bytes:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Rotate = 90

    return changed(text(f"编号 {value}"), turn)


PLACES: dict[str, Callable[[str], bytes]] = {
    "text": lambda value: text(f"身份证号 {value} 面积3.2亩"),
    "text of a Latin font": lambda value: text(value, font="Helvetica"),
    "digits in no order": _drawn(_pieces),
    "two lines": _drawn(_two_lines),
    "text running upwards": _drawn(_turned),
    "turned page": _turned_page,
    "under a black box": _drawn(_under_a_box),
    "under a picture": _drawn(_under_a_picture),
    "white on white": _drawn(_white),
    "nearly white": _drawn(_nearly_white),
    "never drawn": _drawn(_never_drawn),
    "outside of the page": _drawn(lambda canvas, value: canvas.drawString(60, -50, value)),
    "outside of the crop box": _outside_the_crop,
    "hidden layer": _put(_hidden_layer),
    "form field": _drawn(_form),
    "text box": _put(_free_text),
    "comment": _put(lambda pdf, value: _note(pdf, value, Subtype=Name.Text, T=String("张三"), F=4)),
    "hidden comment": _put(lambda pdf, value: _note(pdf, value, Subtype=Name.FreeText, F=2)),
    "link": _put(lambda pdf, value: _note(pdf, "", Subtype=Name.Link, A=Dictionary(
        S=Name.URI, URI=String(f"https://example.org/?id={value}")))),
    "bookmark": _drawn(_bookmark),
    "properties": lambda value: written(lambda canvas: (canvas.setTitle(value), canvas.setSubject(f"编号{value}"))),
    "metadata": _put(_xmp),
    "attachment": _put(_attached),
    "script": _put(_script),
    "private data": _put(_left_over),
    "earlier revision": _earlier_revision,
    "behind the end": lambda value: written() + value.encode(),
    "before the start": lambda value: value.encode() + b"\n" + written(),
}


def random_pdf(rng: Random) -> tuple[bytes, list[str]]:
    """Pages with planted values at random places, drawn in every way and hidden in one more, and those values."""
    planted: list[str] = []

    def value() -> str:
        planted.append(rng.choice([
            lambda: id_number(birth=f"19{rng.randint(30, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}",
                              serial=f"{rng.randint(0, 999):03d}"),
            lambda: f"1{rng.choice('3589')}{rng.randint(0, 10 ** 9 - 1):09d}",
            lambda: bank_card(f"62{rng.randint(1000, 9999)}{rng.randint(100000, 999999)}"),
        ])())
        return planted[-1]

    def row(canvas: Canvas, down: float) -> None:
        """A value in two pieces that follow one another, in some font and some shade of grey."""
        font, size = rng.choice([("STSong-Light", 12), ("Helvetica", 11), ("Courier", 9), ("Times-Roman", 16)])
        canvas.setFont(font, size)
        canvas.setFillGray(rng.choice([0, 0, 0, 0.4, 0.9, 1]))
        number, across = value(), 20 + 20 * rng.randint(0, 7)
        cut = rng.randint(0, len(number))
        canvas.drawString(across, down, number[:cut])
        canvas.drawString(across + pdfmetrics.stringWidth(number[:cut], font, size), down, number[cut:])

    def draw(canvas: Canvas) -> None:
        for page in range(rng.randint(1, 2)):
            if page:
                canvas.showPage()
            for at in range(rng.randint(1, 6)):
                row(canvas, 190 - 30 * at)

    return written(draw), planted
