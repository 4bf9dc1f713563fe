"""The names of WordprocessingML (ISO/IEC 29500) as lxml spells them, and the few questions that are asked of every
element."""

from __future__ import annotations

from lxml.etree import _Element

_OFFICE = "http://schemas.openxmlformats.org"
SPACES = {
    "w": f"{_OFFICE}/wordprocessingml/2006/main", "r": f"{_OFFICE}/officeDocument/2006/relationships",
    "a": f"{_OFFICE}/drawingml/2006/main", "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
    "pic": f"{_OFFICE}/drawingml/2006/picture", "m": f"{_OFFICE}/officeDocument/2006/math",
    "mc": f"{_OFFICE}/markup-compatibility/2006", "v": "urn:schemas-microsoft-com:vml",
    "rel": f"{_OFFICE}/package/2006/relationships", "ct": f"{_OFFICE}/package/2006/content-types",
}
STRICT = (  # the same under the names of the strict variant
    (b"http://purl.oclc.org/ooxml/officeDocument/math", SPACES["m"].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument", f"{_OFFICE}/officeDocument/2006".encode()),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", SPACES["w"].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing", SPACES["wp"].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/picture", SPACES["pic"].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/main", SPACES["a"].encode()),
)


def name(short: str) -> str:
    """`w:p` as lxml spells it."""
    prefix, _, local = short.partition(":")
    return f"{{{SPACES[prefix]}}}{local}"


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
