"""Texts of many shapes: what stands in ⟦⟧ must be hidden, what stands in {{}} must stay (all of it made up)."""

import re
from pathlib import Path

import pytest

from content.privacy import mask_text, scan_text
from content.privacy.markup import pieces

ESCAPES = {"n": "\n", "t": "\t", "\\": "\\"}


def unescape(line: str) -> str:
    line = re.sub(r"\\u(200b|00ad)", lambda match: chr(int(match[1], 16)), line)
    return re.sub(r"\\([nt\\])", lambda match: ESCAPES[match[1]], line)


LINES = [
    line for name in ("shapes.txt", "shapes_county.txt")
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines()
]


def read_case(line: str) -> tuple[str, list[tuple[int, int]], list[str]]:
    text, hide, keep, opened = "", [], [], 0
    for part in re.split(r"(⟦|⟧|\{\{|\}\})", unescape(line)):
        if part in ("⟦", "{{"):
            opened = len(text)
        elif part == "⟧":
            hide.append((opened, len(text)))
        elif part == "}}":
            keep.append(text[opened:])
        else:
            text += part
    return text, hide, keep


@pytest.mark.parametrize("line", LINES, ids=range(1, len(LINES) + 1))
def test_hidden_and_kept(line):
    text, hide, keep = read_case(line)
    findings = scan_text(text)
    covered = {place for each in findings for place in range(each.start, each.end)}
    covered |= {place for piece in pieces(text) for place in range(piece.start, piece.end)}
    for start, end in hide:
        shown = [text[place] for place in range(start, end) if text[place].isalnum() and place not in covered]
        assert not shown, (text[start:end], shown)
    masked = mask_text(text, findings)
    assert [each for each in keep if each not in masked] == []
