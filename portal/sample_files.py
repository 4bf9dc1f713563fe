"""The sample county's attachments and pictures: made at planting, uploaded by the editors, cleaned like all others."""

from __future__ import annotations

import gzip
import io
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import openpyxl
from PIL import Image, ImageDraw, ImageFont

from content import picturing, preparing
from content.house import House
from content.preparing import Tools
from content.privacy.renditions.model import Choices, Source
from content.privacy.renditions.worker import run_clean, run_inspect

OWNER = "sample"
SIZE, LEFT, TOP, STEP, BAR = (1280, 720), 300, 150, 180, 52  # pixels
INK, OLD, NEW = "#14222a", "#b8c2c7", "#0b4f5a"


def rows() -> dict[str, list[dict[str, Any]]]:
    """`{key of the document: its files, in order}`."""
    text = (files("content.sample") / "data" / "attached.jsonl").read_text(encoding="utf-8")
    found = defaultdict(list)
    for line in text.splitlines():
        row = json.loads(line)
        found[row["document"]].append(row)
    return dict(found)


def prepare(house: House) -> None:
    """Look at what was uploaded and make what the public gets of it, as the worker does; but that nobody waits for
    pictures of our own to be read, which takes the most time: the sample's reviewer states that he looked."""
    tools = Tools(_unread(run_inspect), _unread(run_clean), picturing.variants)
    while preparing.turn(house, OWNER, tools):
        pass


def _unread(verb: Callable[[Source, Choices], Any]) -> Callable[[Source, Choices], Any]:
    return lambda source, choices: verb(source, replace(choices, ocr=False))


def make(row: dict[str, Any]) -> bytes:
    """A row of the data as a file: with `bars` a chart, else a workbook."""
    return _chart(row) if "bars" in row else _workbook(row)


def _workbook(row: dict[str, Any]) -> bytes:
    """With its column `hidden` hidden, and an author."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = row["sheet"]
    for values in row["rows"]:
        sheet.append(values)
    for letter in "ABCDEF":
        sheet.column_dimensions[letter].width = 22
    sheet.column_dimensions[row["hidden"]].hidden = True
    book.properties.creator = "县民政局"
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def _chart(row: dict[str, Any]) -> bytes:
    """Two bars a row, the old figure and the new one."""
    image = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(image)
    large, small = _font(44), _font(32)
    draw.text((SIZE[0] / 2, 70), row["title"], INK, large, anchor="mm")
    scale = (SIZE[0] - LEFT - 120) / max(new for _label, _old, new in row["bars"])
    for number, (label, old, new) in enumerate(row["bars"]):
        top = TOP + number * STEP
        draw.text((LEFT - 30, top + BAR), label, INK, small, anchor="rm")
        for line, (figure, colour) in enumerate(((old, OLD), (new, NEW))):
            right, at = LEFT + figure * scale, top + line * BAR
            draw.rectangle((LEFT, at, right, at + BAR - 6), colour)
            draw.text((right + 16, at + BAR / 2 - 3), str(figure), INK, small, anchor="lm")
    into = io.BytesIO()
    image.save(into, "PNG")
    return into.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    packed = (files("themes") / "fonts" / "NotoSerifSC-Regular.ttf.gz").read_bytes()
    return ImageFont.truetype(io.BytesIO(gzip.decompress(packed)), size)
