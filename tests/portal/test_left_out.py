"""What is left out of a rendition is said in words, whatever format leaves it out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from content.privacy import renditions
from content.privacy.renditions.formats import _left, _pdf_inside, _xlsx_script, ofd
from portal.left_out import OTHER, TITLES, words

pytestmark = pytest.mark.nodatabase
_CODE = re.compile(r'(?:\.leave|\bremoved\.(?:add|setdefault))\("(\w+)"|"(hidden_text)"')


def codes() -> set[str]:
    """Those that the formats name right where they leave something out, and those of their tables."""
    found = {code for path in Path(renditions.__file__).parent.rglob("*.py")
             for match in _CODE.finditer(path.read_text(encoding="utf-8")) for code in match.groups() if code}
    tables = [code for _pattern, code, _where in _left._PARTS]
    tables += [code for _pattern, code, _called in _xlsx_script.PARTS]
    tables += [code for code, _called in (*_xlsx_script.PIECES.values(), *ofd._DROPPED.values())]
    return (found | set(tables) | set(_pdf_inside._KINDS)) - {""}


def test_every_code_has_a_word():
    assert len(codes()) > 40
    assert codes() <= set(TITLES)


def test_each_thing_is_said_once():
    assert words(["comments", "annotations", "never heard of"]) == [TITLES["comments"], OTHER]
