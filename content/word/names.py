"""The names of WordprocessingML (ISO/IEC 29500) as lxml spells them, and the few questions that are asked of every
element."""

from __future__ import annotations

from lxml.etree import _Element

from content.privacy.renditions.ooxml import tag as name


def child(element: _Element | None, *path: str) -> _Element | None:
    """The first child along a path of names such as `w:pPr`, `w:jc`."""
    for step in path:
        element = None if element is None else element.find(name(step))
    return element


def value(element: _Element | None, *path: str, of: str = "w:val") -> str:
    """An attribute of the child at `path`; empty where there is none."""
    found = child(element, *path)
    return "" if found is None else found.get(name(of), "")


def is_on(element: _Element | None) -> bool | None:
    """What a switch such as `w:b` says: None where it is not there."""
    return None if element is None else element.get(name("w:val"), "true") not in ("0", "false", "off", "none")


def number(written: str, otherwise: int = 0) -> int:
    """A whole number as an attribute carries it."""
    digits = written.removeprefix("-")
    return int(written) if digits.isascii() and digits.isdigit() and len(digits) < 10 else otherwise
