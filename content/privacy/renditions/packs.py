"""Packed files (ZIP: Office, OFD, archives) read within bounds, their XML parsed without tricks, and written anew.

Nothing that a package says of itself is believed: names, sizes and offsets are compared, octets are counted while
they are inflated.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NoReturn

from lxml import etree

from content.privacy.renditions.model import Limits, Refused, Source

RATIO = 250  # a package may unfold to so many times its size …
FREE = 16 * 1024 * 1024  # … and this much anyway
XML_OCTETS = 64 * 1024 * 1024  # of one XML part
_CHUNK = 1 << 16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER = 30
_ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000
_UTF8_FLAG = 0x800
_FORBIDDEN_NAME = re.compile(r"(?:^|/)\.\.?(?:/|$)|^/|//|\\|^[A-Za-z]:|[\x00-\x1f\x7f]")
_DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"))
_DAY = (1980, 1, 1, 0, 0, 0)
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError,
                IndexError, KeyError, OverflowError)


def damaged(what: str = "文件内容") -> Refused:
    """The refusal of a file that cannot be read whole."""
    return Refused("damaged", f"{what}已损坏或不完整，无法读取：请用原来的软件打开，另存一份后重新上传")


def too_large(what: str) -> Refused:
    """The refusal of a file that asks too much of us."""
    return Refused("large", f"{what}：请拆分成几个文件，或者去掉不需要公开的内容后重新上传")


class Pack:
    """The members of a package. Raises `Refused`: encrypted, damaged, large."""

    def __init__(self, infos: Mapping[str, zipfile.ZipInfo], folders: tuple[str, ...], file: zipfile.ZipFile,
                 limits: Limits, room: int) -> None:
        self._infos, self._file, self._limits, self._room = infos, file, limits, room
        self.folders = folders

    @classmethod
    def open(cls, source: Source, limits: Limits) -> Pack:
        """The package in `source`, its directory checked; members are inflated when they are read."""
        if not source.data.startswith(b"PK\x03\x04"):
            raise damaged("压缩结构")
        try:
            file = zipfile.ZipFile(io.BytesIO(source.data))
            entries = file.infolist()
        except _READ_ERRORS:
            raise damaged("压缩结构") from None
        if len(entries) > limits.members:
            raise too_large(f"文件里打包了{len(entries)}个文件，超过{limits.members}个的上限")
        _check_places(entries, source.data)
        infos, folders = _named(entries)
        room = min(limits.expanded, len(source.data) * RATIO + FREE)
        return cls(infos, folders, file, limits, room)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members that are files, in the order of the directory."""
        return tuple(self._infos)

    @property
    def room(self) -> int:
        """How many octets may still be inflated."""
        return self._room

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def read(self, name: str) -> bytes:
        """The octets of a member; its checksum is compared. `KeyError` when there is none of that name."""
        info = self._infos[name]
        parts, size = [], 0
        try:
            with self._file.open(info) as member:
                while chunk := member.read(_CHUNK):
                    size += len(chunk)
                    if size > self._room:
                        raise too_large("文件解压后过大，像是压缩炸弹")
                    parts.append(chunk)
        except _READ_ERRORS:
            raise damaged("打包的内容") from None
        self._room -= size
        return b"".join(parts)

    def xml(self, name: str) -> etree._Element:
        """The root of a member that is XML."""
        return parse_xml(self.read(name))


def _check_places(entries: list[zipfile.ZipInfo], data: bytes) -> None:
    """Nothing before the first member, no member within another, each with the local header that it claims."""
    spans = sorted((_span(entry, data) for entry in entries), key=lambda each: each[0])
    if spans and spans[0][0] != 0:
        raise damaged("压缩结构")
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise damaged("压缩结构")
    if spans and spans[-1][1] > len(data):
        raise damaged("压缩结构")


def _span(entry: zipfile.ZipInfo, data: bytes) -> tuple[int, int]:
    """Where a member begins and ends, from its local header."""
    start = entry.header_offset
    header = data[start:start + _LOCAL_HEADER] if start >= 0 else b""
    if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise damaged("压缩结构")
    flags, method = int.from_bytes(header[6:8], "little"), int.from_bytes(header[8:10], "little")
    if (flags | entry.flag_bits) & _ENCRYPTED_FLAGS:
        _refuse_encrypted()
    if method != entry.compress_type or method not in _METHODS:
        raise damaged("压缩结构")
    rest = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return start, start + _LOCAL_HEADER + rest + entry.compress_size


def _refuse_encrypted() -> NoReturn:
    raise Refused("encrypted", "文件加了密码，无法检查里面的内容：请取消密码后重新上传")


def _named(entries: list[zipfile.ZipInfo]) -> tuple[dict[str, zipfile.ZipInfo], tuple[str, ...]]:
    """Members by name, and folders; names that lead elsewhere or stand twice are refused."""
    files: dict[str, zipfile.ZipInfo] = {}
    folders, seen = [], set()
    for entry in entries:
        name = name_of(entry)
        if _FORBIDDEN_NAME.search(name) or not name.strip("/") or stat.S_ISLNK(entry.external_attr >> 16):
            raise Refused("damaged", "压缩包里有指向别处的文件名（如“..”或绝对路径），不安全：请重新打包后上传")
        if name.rstrip("/").casefold() in seen:
            raise Refused("damaged", "压缩包里有重名的文件，无法判断哪一个有效：请重新打包后上传")
        seen.add(name.rstrip("/").casefold())
        if name.endswith("/"):
            folders.append(name)
        else:
            files[name] = entry
    return files, tuple(folders)


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of a member. Without the mark for UTF-8 it is UTF-8 or GBK all the same, hardly ever code page 437."""
    given = entry.orig_filename
    if entry.flag_bits & _UTF8_FLAG:
        return given
    try:
        raw = given.encode("cp437")
    except UnicodeEncodeError:
        return given
    for code in ("utf-8", "gb18030"):
        try:
            return raw.decode(code)
        except UnicodeDecodeError:
            continue
    return given


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML part, without comments and processing instructions: what they part is joined.

    A document type is refused (entities), nothing is fetched, depth is bounded (256) by the parser.
    """
    if len(data) > XML_OCTETS:
        raise too_large("文件里有一个部分过大")
    if any(mark in data for mark in _DOCTYPE):
        raise damaged("文件里的XML")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                             remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise damaged("文件里的XML") from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise damaged("文件里的XML")
    return root


def write_xml(root: etree._Element) -> bytes:
    """A part as UTF-8 with its declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def write_pack(members: Mapping[str, bytes] | Iterable[tuple[str, bytes]], folders: Iterable[str] = ()) -> bytes:
    """A package of these members in this order: the same octets every time, no dates, no comments, no extra fields."""
    pairs = members.items() if isinstance(members, Mapping) else members
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, data in (*((folder, b"") for folder in folders), *pairs):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.create_system, entry.external_attr = 0, 0
            entry.compress_type = zipfile.ZIP_DEFLATED if data else zipfile.ZIP_STORED
            file.writestr(entry, data)
    return made.getvalue()
