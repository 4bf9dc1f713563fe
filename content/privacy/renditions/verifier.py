"""The last look at a finished rendition, by other means than it was made by: a hit, and it does not go out.

Looked for is every value that was cut out, in whatever notation and wherever in the file; anything that detectors
find and nobody decided to keep; positions in pictures; and, where pictures can be read, what they show.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator

import pikepdf
from PIL import ExifTags, Image

from content.privacy.kinds import KINDS, Decision
from content.privacy.renditions.model import Built, Choices, Finding
from content.privacy.renditions.reopening import PICTURES, Passage, parts, passages
from content.privacy.renditions.script import scan
from content.privacy.renditions.traces import Values, compact

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
    problems = [*_left_over(findings, built, found, choices), *_new(findings, built, found, choices)]
    return list(dict.fromkeys((*problems, *_positions(built.data))))


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


def _place(where: str) -> str:
    return f"的“{where.strip('/')}”部分" if where.strip("/") else ""
