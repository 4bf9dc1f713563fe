"""The compressed copies beside a page, for web servers that send them as they are: `.gz`, and `.br` where it can be.

How one is made, and whether one is that of a page; which pages have any, and writing them, is for the store.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

try:
    import brotli
except ImportError:  # an option, found by itself
    brotli = None

COPIES = (".br", ".gz")


def copy_of(file: Path, end: str) -> Path:
    """The compressed copy of a page; `end` is one of `COPIES`."""
    return file.with_name(file.name + end)


def means(copy: str, content: bytes, body: bytes) -> bool:
    """Whether `content`, that of the file `copy`, is this page compressed."""
    try:
        return _EXPANDERS[copy[-3:]](content) == body
    except (OSError, EOFError, ValueError, zlib.error, RuntimeError):
        return False


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _brotli(body: bytes) -> bytes:
    """The window need not be larger than the page: making it ready is a part of the cost."""
    return brotli.compress(body, mode=brotli.MODE_TEXT, quality=5, lgwin=min(max(len(body).bit_length(), 10), 22))


COMPRESSORS = {".gz": _gzip} if brotli is None else {".gz": _gzip, ".br": _brotli}
"""How each copy that this machine can make is made."""
_EXPANDERS = {".gz": gzip.decompress} if brotli is None else {".gz": gzip.decompress, ".br": brotli.decompress}
