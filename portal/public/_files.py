"""The files of a document as lists name them: what they are called, of what kind, how large, where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from content.documents import Live
from content.filing import FILE
from portal.i18n import _
from portal.sizes import size_words

KINDS = {"xlsx": _("Excel表格"), "xlsm": _("Excel表格"), "xls": _("Excel表格"), "csv": _("CSV表格"),
         "docx": _("Word文档"), "doc": _("Word文档"), "pptx": _("PowerPoint演示文稿"), "ppt": _("PowerPoint演示文稿"),
         "pdf": "PDF", "ofd": _("OFD文件"),
         "zip": _("压缩包"), "jpg": _("图片"), "jpeg": _("图片"), "png": _("图片"), "webp": _("图片"), "gif": _("图片")}


@dataclass(frozen=True)
class Listed:
    """A file in a list; `size` in words, `kind` to be translated; `changed` when it is a cleaned copy."""

    url: str
    title: str
    suffix: str
    kind: Any
    size: str
    octets: int
    media_type: str
    changed: bool


def listed(live: Live) -> list[Listed]:
    """The files of a live document, in order, without the pictures of its text."""
    return [_listed(live, each) for each in live.rendition.files if each["role"] == FILE]


def _listed(live: Live, entry: Mapping[str, Any]) -> Listed:
    title, _dot, suffix = entry["name"].rpartition(".")
    return Listed(url(live, entry, entry["name"]), title or entry["name"], suffix.upper(),
                  KINDS.get(suffix.lower(), _("文件")), size_words(entry["size"]), entry["size"], entry["media_type"],
                  entry["changed"])


def url(live: Live, entry: Mapping[str, Any], name: str) -> str:
    """The address of a file, below that of its document."""
    return f"{live.url.removesuffix('.html')}/files/{entry['id']}/{quote(name)}"
