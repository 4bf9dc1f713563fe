"""Judges a published file: whether any of some strings can be got out of it in any way, and what has been lost.

It knows nothing of `content.privacy`: raw octets in several encodings, every packed part, XML without its tags and
its attributes, numbers however they are stored, text layers, streams, annotations and attachments of PDF, metadata of
pictures, and, where Tesseract is installed, what can be read in them.

    assert not traces(data, ["110101199003070011"])     # ["110101199003070011 in xl/sharedStrings.xml: text", …]
    assert not lost(data, ["清民〔2024〕17号"])           # those that no reader finds any more
    assert not seen(data, ["110101199003070011"])       # by OCR of its pictures and pages; [] without Tesseract
"""

from __future__ import annotations

import io
import re
import shutil
import struct
import sys
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator

import pikepdf
import pypdfium2
from lxml import etree
from pdfminer.high_level import extract_text
from PIL import Image
from PIL.ExifTags import GPSTAGS, TAGS

OCR = shutil.which("tesseract") is not None
CODECS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "latin-1")
DEPTH = 5
_FLOAT = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")

_UNSEEN = re.compile("[\\s" + "".join(char for char in map(chr, range(sys.maxunicode + 1))
                                       if unicodedata.category(char) in ("Cc", "Cf") and char != "-") + "]+")
_PRINTED, _WIDE = re.compile(rb"[\x20-\x7e]{6,}"), re.compile(rb"(?:[\x20-\x7e]\0){6,}")

Text = tuple[str, str]  # where, and what can be read there


def traces(data: bytes, values: Iterable[str]) -> list[str]:
    """`value in place` for every value that can be got out of a file. Short values (< 6) are asked of no raw octets."""
    wanted = {value: tight(value) for value in values}
    found = [f"{value} in {place}: octets" for place, octets in parts(data) for value in wanted
             if any(pattern in octets for pattern in _binary(value))]
    for place, text in texts(data):
        forms = (tight(text), re.sub(r"[\W_]+", "", tight(text)))
        raw = place.endswith(CODECS)
        found += [f"{value} in {place}" for value, form in wanted.items()
                  if not (raw and len(form) < 6) and any(form in each or bare(form) in forms[1] for each in forms)]
    return list(dict.fromkeys(found))


def lost(data: bytes, strings: Iterable[str]) -> list[str]:
    """Those strings that stand nowhere in a file as a reader finds them."""
    plain = tuple(f"{place} {codec}" for place, octets in parts(data) if _is_plain(octets) for codec in CODECS)
    stock = [tight(text) for place, text in texts(data) if not place.endswith(CODECS) or place in plain]
    return [each for each in strings if not any(tight(each) in text for text in stock)]


def seen(data: bytes, values: Iterable[str], size: int = 8) -> list[str]:
    """Those values of which OCR reads `size` characters in a row in any picture or page."""
    if not OCR:
        return []
    stock = [bare(words) for _, image in images(data) for words in _words(image)]
    return [value for value in values
            if any(bare(value)[at:at + size] in words for words in stock
                   for at in range(max(1, len(bare(value)) - size + 1)))]


def legible(image: Image.Image, box: tuple[float, float, float, float], value: str, size: int = 4) -> bool:
    """Whether OCR reads `size` characters in a row of a value within a box (pixels) of a picture."""
    if not OCR:
        return False
    cut = image.crop(tuple(round(each) for each in box)).convert("L")
    cut = cut.resize((cut.width * 3, cut.height * 3))
    return any(bare(value)[at:at + size] in bare(words) for words in _words(cut, "--psm 7", "--psm 6")
               for at in range(len(bare(value)) - size + 1))


def tight(text: str) -> str:
    """NFKC, without white space and what nobody sees, capitals."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def bare(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]+", "", tight(text))


def parts(data: bytes, place: str = "", depth: int = DEPTH) -> Iterator[tuple[str, bytes]]:
    """A file and everything that is packed in it, unpacked."""
    yield place, data
    if depth and b"PK\x03\x04" in data[:4]:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            for info in file.infolist():
                yield from parts(file.read(info), f"{place}/{info.filename}", depth - 1)
    elif depth and data.startswith(b"%PDF"):
        for number, octets in enumerate(_streams(data)):
            yield from parts(octets, f"{place}/stream {number}", depth - 1)


def texts(data: bytes) -> Iterator[Text]:
    """Everything that can be read in a file, part by part."""
    for place, octets in parts(data):
        yield f"{place}: name", place
        yield from _raw(place, octets)
        if octets.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
            yield from _xml(place, octets)
        elif octets.startswith(b"%PDF"):
            yield f"{place}: text layer", extract_text(io.BytesIO(octets))
            yield f"{place}: objects", "\n".join(_strings(octets))
        elif octets.startswith(_PICTURES):
            yield f"{place}: picture", "\n".join(_about(octets))
        if octets.startswith(b"PK\x03\x04"):
            yield f"{place}: directory", "\n".join(_directory(octets))


def images(data: bytes) -> Iterator[tuple[str, Image.Image]]:
    """Every picture in a file, and every page of a PDF as it is shown (150 dpi)."""
    for place, octets in parts(data):
        if octets.startswith(b"%PDF"):
            document = pypdfium2.PdfDocument(octets)
            for number in range(len(document)):
                yield f"{place} page {number + 1}", document[number].render(scale=150 / 72).to_pil()
        elif octets.startswith(_PICTURES):
            with Image.open(io.BytesIO(octets)) as image:
                yield place, image.convert("RGB")


def metadata(data: bytes) -> str:
    """What a picture says of itself: EXIF, text chunks, comments."""
    return "\n".join(_about(data))


def _is_plain(data: bytes) -> bool:
    return not data.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", *_PICTURES))


def _raw(place: str, octets: bytes) -> Iterator[Text]:
    """Octets as text; where they are none, the stretches of letters in them."""
    if {0, 254, 255} & set(octets[:100_000]) and not octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield f"{place} latin-1", "\n".join(run.decode() for run in _PRINTED.findall(octets))
        yield f"{place} utf-16-le", "\n".join(run[::2].decode() for run in _WIDE.findall(octets))
        return
    for codec in CODECS:
        yield f"{place} {codec}", octets.decode(codec, "ignore")
        if codec.startswith("utf-16"):
            yield f"{place} odd {codec}", octets[1:].decode(codec, "ignore")


def _xml(place: str, octets: bytes) -> Iterator[Text]:
    try:
        root = etree.fromstring(octets, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return
    pieces = [text for text in root.itertext() if text]
    attributes = [value for each in root.iter() if isinstance(each.tag, str) for value in each.attrib.values()]
    yield f"{place}: text", "".join(pieces)
    yield f"{place}: attributes", "\n".join(attributes)
    yield f"{place}: attributes joined", "".join(attributes)
    yield f"{place}: remarks", "\n".join(each.text or "" for each in root.iter(etree.Comment, etree.PI))
    numbers = [match[0] for each in (*pieces, *attributes) for match in _FLOAT.finditer(each) if len(match[0]) < 40]
    yield f"{place}: numbers", "\n".join(form for number in numbers for form in _numeric(number))


def _numeric(number: str) -> Iterator[str]:
    """A number in the notations in which it may be shown."""
    value = float(number)
    if abs(value) < 1e22:
        yield from (repr(value), f"{value:.0f}", f"{value:.15g}", f"{value:.12g}", str(int(value)))


def _binary(value: str) -> Iterator[bytes]:
    """A value as it stands in octets, and a number as spreadsheets of old keep it: a double."""
    if len(value) >= 6:
        yield from (value.encode(codec) for codec in CODECS[:-1])
    if re.fullmatch(r"\d{9,18}", value):
        yield struct.pack("<d", float(value))
        yield struct.pack(">d", float(value))


def _directory(octets: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(octets)) as file:
        yield file.comment.decode("utf-8", "ignore")
        for info in file.infolist():
            yield from (info.filename, info.comment.decode("utf-8", "ignore"), info.extra.decode("latin-1"))
            if not info.flag_bits & 0x800:
                yield info.filename.encode("cp437", "ignore").decode("gb18030", "ignore")


def _streams(data: bytes) -> Iterator[bytes]:
    """Every stream of a PDF, inflated, also those that no page shows."""
    with pikepdf.open(io.BytesIO(data)) as file:
        for each in file.objects:
            if isinstance(each, pikepdf.Stream):
                try:
                    yield each.read_bytes()
                except pikepdf.PdfError:
                    yield each.read_raw_bytes()


def _strings(data: bytes) -> Iterator[str]:
    with pikepdf.open(io.BytesIO(data)) as file:
        for each in (*file.objects, file.trailer):
            yield from _walk(each, 6)


def _walk(thing: object, depth: int) -> Iterator[str]:
    if depth and isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
        for name, value in thing.items():
            yield name
            yield from _walk(value, depth - 1)
    elif depth and isinstance(thing, pikepdf.Array):
        for value in thing:
            yield from _walk(value, depth - 1)
    elif isinstance(thing, pikepdf.String | pikepdf.Name):
        yield str(thing)


def _about(octets: bytes) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(octets)) as image:
            exif = image.getexif()
            named = ((_tag(key, 0), value) for key, value in exif.items())
            for key, value in (*image.info.items(), *named):
                yield f"{key}: {value.decode('utf-8', 'ignore') if isinstance(value, bytes) else value}"
            for number in (0x8769, 0x8825, 0xA005):
                for key, value in exif.get_ifd(number).items():
                    yield f"{_tag(key, number)}: {value}"


def _tag(key: int, number: int) -> str:
    return str((GPSTAGS if number == 0x8825 else TAGS).get(key, key))


def _words(image: Image.Image, *modes: str) -> Iterator[str]:
    import pytesseract

    larger = image.convert("L")
    if larger.width < 1600:
        larger = larger.resize((larger.width * 2, larger.height * 2))
    for mode in modes or ("--psm 6", "--psm 11"):
        yield pytesseract.image_to_string(larger, lang="chi_sim+eng", config=mode)
        yield pytesseract.image_to_string(larger, lang="eng", config=mode)
