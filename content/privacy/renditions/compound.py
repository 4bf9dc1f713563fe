"""Files of the old Office in OLE containers: which streams lie at the root, and whether they are encrypted."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from content.privacy.renditions.packs import damaged

MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_END = 0xFFFFFFFA  # and above: no sector
_NONE = 0xFFFFFFFF
_ENTRY = 128
_STREAM, _STORAGE, _ROOT = 2, 1, 5
_FILEPASS = 0x2F


class Compound:
    """The directory of an OLE file. Raises `Refused` ("damaged")."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        try:
            self._sector = 1 << struct.unpack_from("<H", data, 30)[0]
            if not 128 <= self._sector <= 4096:
                raise damaged()
            self._table = self._fat()
            directory = b"".join(self._chain(struct.unpack_from("<I", data, 48)[0]))
            self._entries = [directory[at:at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
            self.streams = dict(self._below_root())
        except (struct.error, IndexError, UnicodeDecodeError):
            raise damaged() from None

    def _fat(self) -> list[int]:
        heads = [head for head in struct.unpack_from("<109I", self.data, 76) if head < _END]
        return [number for head in heads for (number,) in struct.iter_unpack("<I", self._read(head))]

    def _read(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        return self.data[start:start + self._sector].ljust(self._sector, b"\0")

    def _chain(self, number: int) -> Iterator[bytes]:
        seen = set()
        while number < min(_END, len(self._table)) and number not in seen:
            seen.add(number)
            yield self._read(number)
            number = self._table[number]

    def _below_root(self) -> Iterator[tuple[str, bytes]]:
        """Name and directory entry of everything that lies directly under the root."""
        if not self._entries or self._entries[0][66] != _ROOT:
            raise damaged()
        waiting, seen = [struct.unpack_from("<I", self._entries[0], 76)[0]], set()
        while waiting:
            number = waiting.pop()
            if number == _NONE or number in seen or number >= len(self._entries):
                continue
            seen.add(number)
            entry = self._entries[number]
            size = max(0, min(struct.unpack_from("<H", entry, 64)[0], 64) - 2)
            yield entry[:size].decode("utf-16-le", "replace"), entry
            waiting += struct.unpack_from("<II", entry, 68)

    def opening(self, name: str) -> bytes:
        """The first sector of a stream; empty where there is none, or it is a small one (< 4096 octets)."""
        entry = self.streams.get(name)
        if entry is None or struct.unpack_from("<I", entry, 120)[0] < 4096:
            return b""
        return next(self._chain(struct.unpack_from("<I", entry, 116)[0]), b"")

    @property
    def kind(self) -> str:
        """doc, xls, ppt, encrypted, or unknown."""
        if self.streams.keys() & {"EncryptedPackage", "EncryptionInfo"}:
            return "encrypted"
        if "WordDocument" in self.streams:
            flags = self.opening("WordDocument")[10:12]
            return "encrypted" if flags and int.from_bytes(flags, "little") & 0x100 else "doc"
        for book in ("Workbook", "Book"):
            if book in self.streams:
                return "encrypted" if _has_password(self.opening(book)) else "xls"
        return "ppt" if "PowerPoint Document" in self.streams else "unknown"


def _has_password(book: bytes) -> bool:
    """Whether a record FILEPASS stands among the first records of a workbook."""
    at = 0
    while at + 4 <= len(book):
        code, size = struct.unpack_from("<HH", book, at)
        if code == _FILEPASS:
            return True
        at += 4 + size
    return False
