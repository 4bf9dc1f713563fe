"""A finished rendition opened again with other means than it was made by: every part, as octets, as XML, as PDF.

It knows no Office and no layout: whatever a generic reader can get out of a file comes out here.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from lxml import etree
from pdfminer.high_level import extract_text
from pdfminer.pdfparser import PDFSyntaxError
from pdfminer.psparser import PSException

from content.privacy.renditions.packs import name_of

PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
CODECS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_DEPTH = 6
_OBJECT_DEPTH = 8
_PRINTABLE = re.compile(rb"[\x20-\x7e]{8,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e]\0){8,}")
_INLINE = frozenset(str.split("r t rPh ins hyperlink smartTag TextCode fld sdt sdtContent tab br span a"))
_CELLS, _ROWS = frozenset(("tc", "c", "table-cell")), frozenset(("tr", "row", "table-row"))
_FIGURES = re.compile(r"[\d\s.,+\-eEMLCQBAS%#]*")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_LONG_FIGURE = re.compile(r"(?<![\d.])\d{11,}(?![\d.])")
_FLOAT = re.compile(r"(?<![\w.])\d(?:\.\d{3,})?[eE]\+?\d{1,2}(?!\w)|(?<![\w.])\d{10,17}\.\d+(?!\w)")


@dataclass(frozen=True)
class Passage:
    """Text got out of a part. `flows` where it stands as a reader sees it, so that detectors may judge it; else it
    is raw or joined, good only for looking for known values."""

    where: str
    text: str
    flows: bool = False


def parts(data: bytes, where: str = "", depth: int = _DEPTH, inside_pdf: bool = True) -> Iterator[tuple[str, bytes]]:
    """A file and everything packed in it, also the streams of PDF. Raises what its readers raise when it is broken."""
    yield where, data
    if depth and data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            for info in file.infolist():
                yield from parts(file.read(info), f"{where}/{name_of(info)}", depth - 1, inside_pdf)
    elif depth and inside_pdf and data.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(data)) as file:
            for octets in _streams(file):
                yield from parts(octets, f"{where}/stream", depth - 1)


def passages(data: bytes) -> Iterator[Passage]:
    """Everything that can be read in a file."""
    for where, octets in parts(data):
        yield Passage(where, where, flows=True)
        if octets.startswith(b"%PDF"):
            yield from _pdf(where, octets)
        elif octets.startswith(b"PK\x03\x04"):
            yield Passage(where, "\n".join(_directory(octets)))
        elif octets.startswith(PICTURES) or (root := _root(octets)) is None:
            yield from _raw(where, octets)
        else:
            yield Passage(where, octets.decode("utf-8", "replace"))
            yield from _xml(where, root)


def _raw(where: str, octets: bytes) -> Iterator[Passage]:
    """Plain text in the encodings it may have; of anything else the stretches of letters and digits."""
    if octets.startswith(PICTURES) or b"\0" in octets:
        yield Passage(where, "\n".join(run.decode("ascii") for run in _PRINTABLE.findall(octets)))
        yield Passage(where, "\n".join(run[::2].decode("ascii") for run in _WIDE.findall(octets)))
    if len(octets) < 1 << 22 and not octets.startswith(PICTURES):
        yield from (Passage(where, octets.decode(codec, "ignore")) for codec in CODECS)


def _root(octets: bytes) -> etree._Element | None:
    """The root where octets are XML; it is our own, so it may be as large as it is."""
    if b"<" not in octets[:64]:
        return None
    try:
        return etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _xml(where: str, root: etree._Element) -> Iterator[Passage]:
    values = [value for each in root.iter(etree.Element) for value in each.attrib.values()]
    yield Passage(where, _flow(root), flows=True)
    yield Passage(where, "".join(root.itertext()))
    yield Passage(where, "\n".join(value for value in values if _telling(value)), flows=True)
    yield Passage(where, "".join(values))
    numbers = [match[0] for text in (*root.itertext(), *values) for match in _FLOAT.finditer(text)]
    yield Passage(where, "\n".join(form for number in numbers for form in _written(number)))


def _flow(root: etree._Element) -> str:
    """The text of XML as it is likely to be read: cells parted by tabs, rows and paragraphs by line ends."""
    found: list[str] = []
    for event, each in etree.iterwalk(root, events=("start", "end")):
        name = etree.QName(each).localname if isinstance(each.tag, str) else ""
        if event == "start":
            found.append(each.text or "" if name else "")
            continue
        if name in _CELLS:
            found.append("\t")
        elif name not in _INLINE or name == "br":
            inside = name not in _ROWS and _in_cell(each)
            found.append(" " if inside else "\n")
        elif name == "tab":
            found.append("\t")
        found.append(each.tail or "")
    return re.sub(r"[ ]*\t(?:[ \n]*\n)?", "\t", re.sub(r"\n+", "\n", "".join(found)))


def _in_cell(each: etree._Element) -> bool:
    return any(etree.QName(above).localname in _CELLS for above in each.iterancestors())


def _telling(value: str) -> bool:
    """Whether an attribute may hold somebody's data: no coordinates, sizes, colours or identifiers of parts."""
    if _GUID.fullmatch(value):
        return False
    return not _FIGURES.fullmatch(value) or bool(_LONG_FIGURE.search(value))


def _written(number: str) -> Iterator[str]:
    """A number of a spreadsheet in the notations in which it may be shown."""
    value = float(number)
    yield from (f"{value:.0f}", f"{value:.15g}", f"{float(f'{value:.15g}'):.0f}")


def _directory(octets: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(octets)) as file:
        yield file.comment.decode("utf-8", "ignore")
        for info in file.infolist():
            yield from (info.comment.decode("utf-8", "ignore"), info.extra.decode("utf-8", "ignore"))


def _pdf(where: str, octets: bytes) -> Iterator[Passage]:
    try:
        yield Passage(f"{where}文字层", extract_text(io.BytesIO(octets)), flows=True)
    except (PDFSyntaxError, PSException, ValueError, KeyError, TypeError, zlib.error):
        yield Passage(where, "")  # what is damaged is said by who opens it for good
    with pikepdf.open(io.BytesIO(octets)) as file:
        seen: set[tuple[int, int]] = set()
        words = list(_strings(file.trailer, seen, _OBJECT_DEPTH))
        for each in file.objects:
            words += _strings(each, seen, _OBJECT_DEPTH)
        yield Passage(where, "\n".join(words))


def _streams(file: pikepdf.Pdf) -> Iterator[bytes]:
    for each in file.objects:
        if isinstance(each, pikepdf.Stream):
            try:  # points of pictures are looked at as pictures
                pixels = each.get("/Subtype") == pikepdf.Name.Image
                yield each.read_raw_bytes() if pixels else each.read_bytes()
            except pikepdf.PdfError:  # a picture's own coding: its octets are the picture
                yield each.read_raw_bytes()


def _strings(thing: object, seen: set[tuple[int, int]], depth: int) -> Iterator[str]:
    """The strings below an object; those that are objects of their own come by themselves."""
    if isinstance(thing, pikepdf.String):
        yield str(thing)
    elif depth and isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for value in thing.values() if isinstance(thing, pikepdf.Dictionary) else thing.stream_dict.values():
            yield from _strings(value, seen, depth - 1)
    elif depth and isinstance(thing, pikepdf.Array):
        if thing.is_indirect and thing.objgen in seen:
            return
        seen.add(thing.objgen if thing.is_indirect else (-1, -1))
        for value in thing:
            yield from _strings(value, seen, depth - 1)
