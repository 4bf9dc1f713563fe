"""Knows what a PDF carries besides the pages one sees; all of it stays behind, because only pages are rebuilt."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

import pikepdf

from content.privacy.renditions.model import Choices, Finding
from content.privacy.renditions.script import Script

MOST_OBJECTS = 200_000
MOST_TEXT = 2_000_000  # characters that are looked through
_LONGEST = 200_000  # octets of one stream that are looked through
_DEPTH = 12
_ENDS = re.compile(rb"startxref")
_KINDS = {  # what an object with such a key or value is: code of what was removed, its name for people
    "attachments": "附件", "annotations": "批注", "bookmarks": "书签", "forms": "表单", "javascript": "脚本",
    "metadata": "文档属性", "xfa": "表单", "layers": "图层", "signatures": "电子签名", "thumbnail": "缩略图",
    "private": "软件私有数据", "structure": "结构信息", "links": "链接",
}
_TOLD = {
    "attachments": "PDF内嵌有附件，公开版不含；需要公开的请单独上传",
    "annotations": "PDF带有批注，公开版不含批注文字，只保留画在页面上的文本框、图章和标记",
    "revisions": "PDF保留有修改前的旧版本，公开版不含",
    "javascript": "PDF带有脚本，公开版不含",
    "layers": "PDF有图层，公开版只含打开时看得见的图层",
    "xfa": "PDF是动态表单（XFA），请核对公开版内容是否完整",
    "signatures": "PDF带有电子签名，公开版重新生成，不再带有签名",
}


@dataclass(frozen=True)
class Inside:
    """Texts with the code of the place they stand in, codes of what is there, sentences about what one must know."""

    texts: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def findings(self, choices: Choices) -> list[Finding]:
        """Personal data in it, which goes in any case."""
        script, places = Script(), {}
        for code, text in self.texts:
            places.setdefault(text, code)
        for at, (text, code) in enumerate(places.items()):
            script.add(text, at, _KINDS.get(code, "文件内部数据"), dropped=True)
            script.gap("\n")
        return script.findings(choices)


def inside(data: bytes) -> Inside:
    """What is found by walking every object of the file. A file that cannot be walked has nothing to tell; what it
    hides is left out all the same."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            texts = tuple(_bounded(_everything(pdf)))
            codes = dict.fromkeys(["metadata", *_codes(pdf, data), *(code for code, _ in texts if code)])
            return Inside(texts, tuple(codes), tuple(_sentences(codes)))
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError, RecursionError, OSError):
        return Inside(removed=("metadata",))


def _bounded(texts: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    size = 0
    for code, text in texts:
        size += len(text)
        if size > MOST_TEXT:
            return
        if text.strip():
            yield code, text


def _everything(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    if "/Info" in pdf.trailer:
        yield from _texts(pdf.trailer.Info, "metadata", 0)
    for drawn in islice(chain([pdf.trailer], pdf.objects), MOST_OBJECTS):
        yield from _texts(drawn, "", 0)


def _texts(drawn: pikepdf.Object, code: str, depth: int) -> Iterator[tuple[str, str]]:
    """The strings in an object; those of other indirect objects come with these."""
    if isinstance(drawn, pikepdf.String):
        yield code, str(drawn)
    elif isinstance(drawn, pikepdf.Stream):
        code = _code_of(drawn) or code
        yield from _stream(drawn, code)
        yield from _inner(drawn, code, depth)
    elif isinstance(drawn, pikepdf.Dictionary):
        yield from _inner(drawn, _code_of(drawn) or code, depth)
    elif isinstance(drawn, pikepdf.Array) and depth < _DEPTH:
        for each in drawn:
            if not getattr(each, "is_indirect", False):
                yield from _texts(each, code, depth + 1)


def _inner(drawn: pikepdf.Object, code: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth >= _DEPTH:
        return
    for key, each in drawn.items():
        if isinstance(each, pikepdf.Object) and not each.is_indirect and key != "/ID":
            yield from _texts(each, code, depth + 1)


def _stream(drawn: pikepdf.Stream, code: str) -> Iterator[tuple[str, str]]:
    """The text of attached files, XMP, XFA and scripts; drawing instructions and pictures are no text."""
    if code not in ("attachments", "metadata", "xfa", "javascript"):
        return
    try:
        octets = drawn.read_bytes()[:_LONGEST]
    except pikepdf.PdfError:
        return
    for codec in ("utf-8", "gb18030", "utf-16-le"):
        try:
            yield code, octets.decode(codec)
            return
        except UnicodeDecodeError:
            continue


def _code_of(drawn: pikepdf.Object) -> str:
    """What kind of hidden place a dictionary or stream is; empty when it is part of a page."""
    kind, subtype = str(drawn.get("/Type", "")), str(drawn.get("/Subtype", ""))
    keys = set(drawn.keys())
    if kind in ("/EmbeddedFile", "/Filespec", "/F") or "/EF" in keys:
        return "attachments"
    if "/JS" in keys:
        return "javascript"
    if kind == "/Sig" or "/ByteRange" in keys:
        return "signatures"
    if subtype == "/Link":
        return "links"
    if "/FT" in keys or subtype == "/Widget":
        return "forms"
    if kind == "/Annot" or (subtype and "/Rect" in keys):
        return "annotations"
    if kind == "/Outlines" or ("/Title" in keys and keys & {"/Parent", "/Dest", "/A"}):
        return "bookmarks"
    if kind in ("/OCG", "/OCMD"):
        return "layers"
    if kind in ("/StructElem", "/StructTreeRoot"):
        return "structure"
    return "metadata" if kind == "/Metadata" else ""


def _codes(pdf: pikepdf.Pdf, data: bytes) -> Iterator[str]:
    """What the file says at fixed places that it has."""
    root = pdf.Root
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        yield "xfa"
    if any("/PieceInfo" in page for page in pdf.pages) or "/PieceInfo" in root:
        yield "private"
    if any("/Thumb" in page for page in pdf.pages):
        yield "thumbnail"
    if len(_ENDS.findall(data)) > (2 if pdf.is_linearized else 1):
        yield "revisions"


def _sentences(codes: dict[str, None]) -> Iterator[str]:
    return (sentence for code, sentence in _TOLD.items() if code in codes)
