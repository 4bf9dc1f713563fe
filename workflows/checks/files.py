"""Published files: each is where it should be, is the one that was verified, and opens as what it is called."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from typing import Any

import pikepdf
from PIL import Image

from content.documents import FileRendition
from content.house import House
from content.keys import KeyProblem
from content.privacy.renditions.detect import SUFFIXES, sniff, split_name
from content.privacy.renditions.model import Refused
from workflows.checks import Check, Shown, in_days

AGAIN = 30  # days after which files are read again: disks die by themselves
_PICTURES = frozenset({"jpg", "png", "gif", "bmp", "tif", "webp"})
_PACKED = frozenset({"xlsx", "docx", "pptx", "ofd", "zip"})


def mark(house: House, session: Any) -> str:
    return "1"


def look(shown: Shown) -> list[dict[str, Any]]:
    """`{"file", "problem"}` for each file that the public cannot open."""
    found = []
    for entry in shown.rendition.files:
        for each in (entry, *entry.get("variants", ())):
            problem = _problem(shown, shown.files.get(each["file"]))
            if problem:
                found.append({"file": entry["name"], "id": entry["id"], "problem": problem})
                break  # one sentence for a picture with all its sizes
    return found


def _problem(shown: Shown, made: FileRendition | None) -> str:
    if made is None or made.address is None:
        return "公开版不见了"
    try:
        data = shown.house.blobs.get(shown.session, made.address)
    except (OSError, KeyProblem):
        return "公开版不见了或者读不出来"
    if hashlib.sha256(data).hexdigest() != made.sha256:
        return "公开版和核验过的不是同一个文件"
    return _unopened(data, made.name)


def _unopened(data: bytes, name: str) -> str:
    """Why a file does not open as its name says; "" when it does."""
    try:
        kind = sniff(data)
    except Refused:
        return "文件打不开"
    suffix = split_name(name)[1][1:].lower()
    if suffix and suffix not in SUFFIXES.get(kind, "").split():
        return f"文件名以“.{suffix}”结尾，内容却不是"
    try:
        _open(data, kind)
    except (pikepdf.PdfError, zipfile.BadZipFile, OSError, ValueError, SyntaxError, RuntimeError):
        return "文件打不开"
    return ""


def _open(data: bytes, kind: str) -> None:
    """Raises what its reader raises when it is broken."""
    if kind == "pdf":
        with pikepdf.open(io.BytesIO(data)) as file:
            if not file.pages:
                raise ValueError("a PDF without pages")
    elif kind in _PACKED:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if (broken := file.testzip()) is not None:
                raise zipfile.BadZipFile(broken)
    elif kind in _PICTURES:
        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()


def again(shown: Shown) -> dt.datetime | None:
    """Only what has files is read again."""
    return in_days(shown, AGAIN) if shown.rendition.files else None


CHECK = Check("files", "附件打不开", mark, look, again)
