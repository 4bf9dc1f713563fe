"""The last look at a finished rendition, by other means than it was made by: a hit, and it does not go out.

Looked for is every value that was cut out, in whatever notation and wherever in the file; anything that detectors
find and nobody decided to keep; positions in pictures; and, where pictures can be read, what they show.
"""

from __future__ import annotations

import contextlib
import io
import time
import warnings
import zipfile
from collections.abc import Iterable, Iterator

import pikepdf
import pypdfium2
from PIL import ExifTags, Image, ImageOps

from content import privacy
from content.privacy.kinds import KINDS, Decision
from content.privacy.renditions import ocr, pictures
from content.privacy.renditions.model import Built, Choices, Finding
from content.privacy.renditions.reopening import PICTURES, Passage, parts, passages
from content.privacy.renditions.script import scan
from content.privacy.renditions.traces import Values, compact

_LEGIBLE = frozenset(("ID_CARD", "MOBILE", "BANK_CARD", "PASSPORT"))
_SHARE = 0.25  # of the seconds of a file that looking at its pictures again may take
_PASS = 20.0  # seconds of one reading
_DPI, _READABLE = 150, 1600  # of pages; pixels of the longer side of smaller pictures
_ID_BIRTH = 14  # region and birth date: what these digits of an identity number tell is already too much


def verify(findings: Iterable[Finding], built: Built, choices: Choices) -> list[str]:
    """What is wrong with a rendition, one Chinese sentence each; none of them tells a value.

    `findings` are those of the original, with the choices that it was built by.
    """
    findings = list(findings)
    try:
        found = list(passages(built.data))
    except (zipfile.BadZipFile, pikepdf.PdfError, OSError, ValueError) as problem:
        return [f"公开版打不开（{type(problem).__name__}）"]
    problems = [*_left_over(findings, built, found, choices), *_new(findings, built, found, choices),
                *_positions(built.data)]
    if choices.ocr and ocr.available():
        problems += _seen(findings, built, choices)
    return list(dict.fromkeys(problems))


def forbidden(findings: Iterable[Finding], choices: Choices) -> list[str]:
    """Every form of a value that must stand nowhere: as written, normal, and the beginning of an identity number."""
    cut = [each for each in findings if choices.decision(each.kind, each.normal) is not Decision.keep]
    kept = {each.normal for each in findings} - {each.normal for each in cut}
    forms = dict.fromkeys(form for each in cut for form in (each.normal, each.value) if form not in kept)
    forms |= dict.fromkeys(each.normal[:_ID_BIRTH + 1] for each in cut
                           if each.kind == "ID_CARD" and len(each.normal) == 18)
    return [*forms, *choices.everywhere]


def _left_over(findings: list[Finding], built: Built, found: list[Passage], choices: Choices) -> Iterator[str]:
    values = Values(forbidden(findings, choices))
    if values:
        for passage in (Passage("文字", built.text), *found):
            if any(True for _ in values.within(compact(passage.text))):
                yield f"公开版{_place(passage.where)}里仍能找到应当去掉的内容"


def _new(findings: list[Finding], built: Built, found: list[Passage], choices: Choices) -> Iterator[str]:
    """What detectors find in it. The text that the rendition says it shows is judged in its context; what a generic
    reader finds besides, without its context, counts where that text does not have it."""
    kept = {(each.kind, each.normal) for each in findings
            if choices.decision(each.kind, each.normal) is Decision.keep}
    shown = compact(built.text)
    for passage in (Passage("", built.text, flows=True), *(each for each in found if each.flows)):
        for each in scan(passage.text, choices):
            vouched = passage.where and compact(each.value) in shown
            if (each.kind, each.normal) not in kept and not vouched:
                yield f"公开版{_place(passage.where)}里仍有{KINDS[each.kind].zh}：{each.why}"


def _positions(data: bytes) -> Iterator[str]:
    """Pictures that say where or by whom they were taken."""
    for where, octets in parts(data):
        if octets.startswith(PICTURES) and _tells_origin(octets):
            yield f"公开版{_place(where)}里的图片仍带有拍摄信息"


def _tells_origin(octets: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(octets)) as image:
                exif = image.getexif()
                return bool(exif.get_ifd(ExifTags.IFD.GPSInfo)) or ExifTags.Base.Artist in exif
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return False  # an inner stream of a PDF that only begins like a picture


def _seen(findings: list[Finding], built: Built, choices: Choices) -> Iterator[str]:
    """What can be read in its pictures and pages, as long as there is time: those first where something was found."""
    values, shown = Values(forbidden(findings, choices)), compact(built.text)
    kept = {each.normal for each in findings if choices.decision(each.kind, each.normal) is Decision.keep}
    until = time.monotonic() + choices.limits.seconds * _SHARE
    for where, image in _images(built, findings, choices):
        if time.monotonic() > until:
            return
        for text in _read(image):
            found = [each for each in scan(text, choices) if each.certain and each.kind in _LEGIBLE]
            new = any(each.normal not in kept and compact(each.value) not in shown for each in found)
            if new or any(True for _ in values.within(compact(text))):
                yield f"公开版{_place(where)}的图片里仍能读出应当去掉的内容"


def _read(image: Image.Image) -> Iterator[str]:
    """What is written in a picture, read without the preparations by which its writing was looked for."""
    import pytesseract

    grey = image.convert("L")
    if max(grey.size) < _READABLE:
        grey = ImageOps.contain(grey, (_READABLE, _READABLE))
    for language, mode in (("eng", 11), ("chi_sim", 6)):
        with contextlib.suppress(RuntimeError, pytesseract.TesseractError):  # too slow, or nothing to be read
            yield pytesseract.image_to_string(grey, lang=language, config=f"--psm {mode} --dpi 150", timeout=_PASS)


def _images(built: Built, findings: list[Finding], choices: Choices) -> Iterator[tuple[str, Image.Image]]:
    """The pictures of a rendition, and its pages as they are shown."""
    for where, octets in parts(built.data, inside_pdf=False):
        if octets.startswith(b"%PDF"):
            first = {each.picture.rpartition("/")[2] for each in findings}
            with pypdfium2.PdfDocument(octets) as document:
                for number in sorted(range(len(document)), key=lambda at: (f"page {at + 1}" not in first, at)):
                    yield f"{where}第{number + 1}页", document[number].render(scale=_DPI / 72).to_pil()
        elif octets.startswith(PICTURES):
            yield where, pictures.open_picture(octets, choices.limits).image


def _place(where: str) -> str:
    """Where in the file, without what the name of a part may tell."""
    named = where.strip("/")
    return f"的“{privacy.mask_text(named, privacy.scan_text(named))}”部分" if named else ""
