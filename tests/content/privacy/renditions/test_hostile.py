"""Hostile files, each in the process that works on files: refused or cleaned, in bounded time and memory."""

import io
import random
import struct
import time
import zipfile
import zlib

import pikepdf
import pytest

from content.privacy.renditions.model import Choices, Limits, Refused, Source
from content.privacy.renditions.sandbox import call
from content.privacy.renditions.worker import run_clean
from tests.content.privacy.renditions.make_csv import random_csv
from tests.content.privacy.renditions.make_docx import docx, paragraph, random_docx, run
from tests.content.privacy.renditions.make_ofd import random_ofd
from tests.content.privacy.renditions.make_pdf import random_pdf
from tests.content.privacy.renditions.make_picture import random_picture
from tests.content.privacy.renditions.make_pptx import random_pptx
from tests.content.privacy.renditions.make_xlsx import random_xlsx
from tests.content.privacy.renditions.make_zip import archive, random_zip
from tests.content.privacy.renditions.test_packs import LAUGHS

pytestmark = pytest.mark.nodatabase
LIMITS = Limits(seconds=12)
MAKERS = {"csv": random_csv, "docx": random_docx, "ofd": random_ofd, "pdf": random_pdf, "picture": random_picture,
          "pptx": random_pptx, "xlsx": random_xlsx, "zip": random_zip}


def _with(part: str, inside: bytes) -> bytes:
    """A Word file one part of which is something else."""
    with zipfile.ZipFile(io.BytesIO(docx(paragraph(run("公示"))))) as file:
        return archive({**{name: file.read(name) for name in file.namelist()}, part: inside})


def _bomb(depth: int = 4) -> bytes:
    data = archive({"公示.txt": b"0" * 20_000_000})
    for _ in range(depth):
        data = archive({f"{at}.zip": data for at in range(8)})
    return data


def _huge_picture(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of 3.6 thousand million pixels in some kilobytes."""
    def chunk(kind: bytes, inside: bytes) -> bytes:
        return struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9_000_000))) + chunk(
        b"IEND", b"")


def _pdf(change) -> bytes:
    file, into = pikepdf.new(), io.BytesIO()
    file.add_blank_page()
    change(file)
    file.save(into)
    return into.getvalue()


def _tree_in_a_loop(file: pikepdf.Pdf) -> None:
    file.Root.Pages.Kids.append(file.Root.Pages)
    file.Root.Pages.Count = 1_000_000


def _drawing_in_a_loop(file: pikepdf.Pdf) -> None:
    form = file.make_stream(b"/F Do /F Do /F Do", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
                            BBox=[0, 0, 9, 9])
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    file.pages[0].Contents = file.make_stream(b"/F Do")
    file.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))


def _endless_page(file: pikepdf.Pdf) -> None:
    file.pages[0].MediaBox = [0, 0, 1e7, 1e7]


HOSTILE = {
    "bomb in bombs": ("a.zip", _bomb),
    "laughs": ("a.docx", lambda: _with("word/document.xml", LAUGHS.encode())),
    "deep": ("a.docx", lambda: _with("word/document.xml", b"<a>" * 200_000)),
    "huge picture": ("a.png", _huge_picture),
    "tree in a loop": ("a.pdf", lambda: _pdf(_tree_in_a_loop)),
    "drawing in a loop": ("a.pdf", lambda: _pdf(_drawing_in_a_loop)),
    "endless page": ("a.pdf", lambda: _pdf(_endless_page)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_it_ends_soon_and_tells_nothing(kind):
    name, make = HOSTILE[kind]
    begun = time.monotonic()
    try:
        made = run_clean(Source(make(), name), Choices(ocr=False, limits=LIMITS))
    except Refused as refused:
        assert "：" in refused.reason
    else:
        assert "loop" in kind or "page" in kind  # what can be drawn in the end is drawn
        assert made.verified
    assert time.monotonic() - begun < LIMITS.seconds + 20


def outcomes(name: str, seeds: range) -> None:
    """Damaged copies of a file of this format, in one process: it must live to the end."""
    data, _ = MAKERS[name](random.Random(1))
    request = {"seeds": list(seeds), "name": "" if name == "picture" else f"a.{name}"}
    answer, _ = call("tests.content.privacy.renditions.culprits:broken", request, data, Limits(seconds=600))
    assert sum(answer["outcomes"].values()) == len(seeds)
    assert answer["slowest"] < 30
    assert set(answer["outcomes"]) <= {"cleaned", "unchanged", "damaged", "misnamed", "unknown", "encrypted", "large",
                                       "unclean", "stumbled", "statement"}


@pytest.mark.parametrize("name", MAKERS)
def test_damaged_files_are_refused_or_cleaned(name):
    outcomes(name, range(6))


@pytest.mark.full
@pytest.mark.parametrize("name", MAKERS)
def test_many_damaged_files_are_refused_or_cleaned(name):
    outcomes(name, range(6, 206))
