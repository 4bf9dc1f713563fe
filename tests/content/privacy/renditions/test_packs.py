"""Packages: what they say of themselves is not believed; and what a file is, is seen by what it holds."""

import io
import random
import struct
import zipfile

import pytest

from content.privacy.renditions.compound import MAGIC
from content.privacy.renditions.detect import format_of, sniff, split_name
from content.privacy.renditions.model import Limits, Refused, Source
from content.privacy.renditions.packs import Pack, parse_xml, write_pack
from tests.content.privacy.renditions.make_docx import docx, paragraph, run
from tests.content.privacy.renditions.make_ofd import ofd, text
from tests.content.privacy.renditions.make_picture import octets, scene
from tests.content.privacy.renditions.make_zip import archive

pytestmark = pytest.mark.nodatabase
NOTICE = docx(paragraph(run("甲")))
PLAIN = archive({"a.txt": b"a" * 1000, "b.txt": b"b"})


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Refused) as refused:
        pack = Pack.open(Source(data), limits or Limits())
        for name in pack:
            pack.read(name)
    return refused.value.code


def _flagged(data: bytes, flag: int) -> bytes:
    """The archive with a bit set in the flags of its first local header."""
    return data[:6] + struct.pack("<H", flag | struct.unpack("<H", data[6:8])[0]) + data[8:]


def _twice(name: str, other: str) -> bytes:
    return archive({name: b"1", other: b"2"})


def _overlapping() -> bytes:
    """Two entries of the directory that lead to the same octets."""
    data = archive({"a": b"x" * 5000, "b": b"y"})
    where = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    return data[:where + 42] + struct.pack("<I", 0) + data[where + 46:]


@pytest.mark.parametrize(("data", "code"), [
    (b"", "damaged"), (b"PK\x03\x04", "damaged"), (b"junk" + PLAIN, "damaged"), (PLAIN[:-30], "damaged"),
    (PLAIN[:40] + b"?" + PLAIN[41:], "damaged"), (_flagged(PLAIN, 1), "encrypted"), (_overlapping(), "damaged"),
    (_twice("a", "A"), "damaged"),
    *((archive({name: b""}), "damaged") for name in ("../a", "/a", "a/../../b", "a\\b", "c:/a", "a//b", "a/./b")),
    (archive({"bomb": b"\0" * 30_000_000}), "large"),
    (archive({str(number): b"" for number in range(5_001)}), "large"),
], ids=lambda each: each if isinstance(each, str) else "")
def test_a_package_that_does_not_hold_together_is_refused(data, code):
    assert refusal(data) == code


def test_what_unfolds_counts_together():
    data = archive({str(number): random.Random(number).randbytes(40_000) for number in range(30)})
    assert refusal(data, Limits(expanded=1_000_000)) == "large"


def test_names_without_a_mark_are_read_as_gbk():
    data = archive({"名单.txt": b"1"}).replace("名单".encode(), "名单一".encode("gbk"))
    for at in (6, data.index(b"PK\x01\x02") + 8):
        data = data[:at] + b"\0\0" + data[at + 2:]
    assert Pack.open(Source(data), Limits()).names == ("名单一.txt",)


def test_a_package_is_written_the_same_every_time():
    members = {"[Content_Types].xml": b"<a/>", "名单.xml": b"<b/>", "empty": b""}
    made = write_pack(members)
    assert made == write_pack(members.items())
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert [each.date_time for each in file.infolist()] == [(1980, 1, 1, 0, 0, 0)] * 3
        assert {each.filename: file.read(each) for each in file.infolist()} == members


LAUGHS = ("<!DOCTYPE a [<!ENTITY a '" + "ha" * 50 + "'>" + "".join(
    f"<!ENTITY {chr(98 + at)} '{f'&{chr(97 + at)};' * 10}'>" for at in range(9)) + "]><a>&j;</a>")


@pytest.mark.parametrize("data", [
    LAUGHS.encode(), LAUGHS.encode("utf-16"), b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    b'<?xml version="1.0" encoding="UTF-7"?>+ADw-+ACE-DOCTYPE a +AFs-+AF0-+AD4-+ADw-a/+AD4-', b"<a>", b"",
    b"\xff\xfe\0", b"<a>" * 300 + b"</a>" * 300,
])
def test_xml_with_tricks_is_refused(data):
    with pytest.raises(Refused):
        parse_xml(data)


def test_what_parts_a_text_in_xml_is_gone():
    assert parse_xml(b"<a>1<!-- x -->3<?y z?>8<![CDATA[0]]></a>").text == "1380"


@pytest.mark.parametrize(("name", "data", "code"), [
    ("名单.xlsx", b"<html>", "misnamed"), ("名单.xlsx", b"MZ\x90\0", "misnamed"), ("a.exe", b"MZ\x90\0", "unknown"),
    ("照片.jpg", octets(scene()), "misnamed"), ("名单.csv", b"", "damaged"), ("a", b"\0\1\2", "unknown"),
    ("a.svg", b"<svg/>", "unknown"), ("a.xlsx", NOTICE, "misnamed"),
    ("a.7z", b"7z\xbc\xaf\x27\x1c\0\4", "unknown"), ("a.zip", b"PK\x05\x06" + b"\0" * 18, "damaged"),
    ("a.doc", MAGIC + b"\0" * 600, "damaged"),
])
def test_a_file_that_is_not_what_it_is_called_is_refused(name, data, code):
    with pytest.raises(Refused) as refused:
        format_of(Source(data, name))
    assert refused.value.code == code
    assert "：" in refused.value.reason  # what is wrong, and what to do


@pytest.mark.parametrize(("name", "data", "kind"), [
    ("通知.docx", NOTICE, "docx"), ("通知.docm", NOTICE, "docx"), ("公示.ofd", ofd(text("甲")), "ofd"),
    ("照片.PNG", octets(scene()), "picture"), ("无结尾", octets(scene()), "picture"), ("a.zip", PLAIN, "zip"),
    ("清民〔2024〕3.2号", PLAIN, "zip"),
])
def test_a_file_is_what_it_holds(name, data, kind):
    assert format_of(Source(data, name)).name == kind


def test_too_large_and_too_deep():
    for source, code in ((Source(b"a" * 100), "large"), (Source(b"a", depth=9), "nested")):
        with pytest.raises(Refused) as refused:
            format_of(source, Limits(octets=99))
        assert refused.value.code == code


@pytest.mark.parametrize(("name", "parts"), [("名单.xlsx", ("名单", ".xlsx")), ("2024.3.15名单", ("2024.3.15名单", "")),
                                             (".xlsx", (".xlsx", "")), ("a.tar.gz", ("a.tar", ".gz")),
                                             ("a.13800", ("a.13800", "")), ("无", ("无", ""))])
def test_names_are_split_at_their_ending(name, parts):
    assert split_name(name) == parts


def test_an_encrypted_office_file_is_told_by_its_container():
    assert sniff(_container("EncryptedPackage")) == "encrypted"
    assert sniff(_container("WordDocument")) == "doc"
    assert sniff(_container("Workbook")) == "xls"
    assert sniff(_container("PowerPoint Document")) == "ppt"
    assert sniff(_container("Package")) == "unknown"


def _container(stream: str) -> bytes:
    """An OLE file with one small stream."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    head = MAGIC + b"\0" * 16 + struct.pack(
        "<HHHHHHIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, 1, 1, 0, 4096, end, 0, end, 0)
    table = struct.pack("<128I", 0xFFFFFFFD, end, *[free] * 126)
    return head + struct.pack("<109I", 0, *[free] * 108) + table + _entry("Root Entry", 5, 1) + _entry(stream, 2) + (
        b"\0" * 256)


def _entry(name: str, kind: int, child: int = 0xFFFFFFFF) -> bytes:
    wide = name.encode("utf-16-le") + b"\0\0"
    return wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child) + (
        b"\0" * 36 + struct.pack("<IIQ", 0, 0, 0))[:48]
