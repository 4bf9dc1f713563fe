"""XML copied by what is allowed: elements and attributes that are named, values that can carry no message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = re.compile(r"(?!.*\d{5})[A-Za-z][A-Za-z0-9]{0,40}")
_COLOUR = re.compile(r"[0-9A-Fa-f]{8}")
_ROUND = re.compile(r"-?\d{1,4}00000")  # angles and measures of drawings
_NUMBER = re.compile(r"[+-]?\d{1,6}(?:\.\d{1,20})?(?:[eE]-?\d{1,3})?")


@dataclass(frozen=True)
class Tag:
    """What an element may have: attributes by name, children by name."""

    attributes: str = ""  # parted by blanks
    children: Mapping[str, Tag] = field(default_factory=dict)


def local(element: etree._Element) -> str:
    """The name of an element without its namespace: transitional and strict files differ in that alone."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child of that name."""
    return next((each for each in element if local(each) == name), None) if element is not None else None


def children(element: etree._Element | None, name: str) -> list[etree._Element]:
    """All children of that name."""
    return [each for each in element if local(each) == name] if element is not None else []


def relation(element: etree._Element, name: str = "id") -> str:
    """An attribute that names a relation (r:id, r:embed); "" when there is none."""
    return next((value for key, value in element.attrib.items()
                 if key.startswith("{") and key.rpartition("}")[2] == name), "")


def new(name: str, /, **attributes: object) -> etree._Element:
    """An element of the main namespace; attributes that are None are left out."""
    given = {key: str(value) for key, value in attributes.items() if value is not None}
    return etree.Element(f"{{{MAIN}}}{name}", given, nsmap={None: MAIN})


def under(parent: etree._Element, name: str, /, **attributes: object) -> etree._Element:
    """A new last child of the main namespace."""
    given = {key: str(value) for key, value in attributes.items() if value is not None}
    return etree.SubElement(parent, f"{{{MAIN}}}{name}", given)


def true(element: etree._Element | None, name: str) -> bool:
    """Whether an attribute says yes."""
    return element is not None and element.get(name, "") in ("1", "true", "on")


def harmless(value: str) -> str | None:
    """An attribute as it may go out: a word, a colour, or a number of few places; None for anything else."""
    if _WORD.fullmatch(value) or _COLOUR.fullmatch(value) or _ROUND.fullmatch(value):
        return value
    if _NUMBER.fullmatch(value):
        return f"{round(float(value), 4):g}" if set(value) & set(".eE") else value
    return None


def copied(element: etree._Element, tag: Tag, name: str = "") -> etree._Element:
    """A new element with what `tag` allows of `element`; text never."""
    made = new(name or local(element), **attributes(element, tag.attributes))
    for each in element:
        allowed = tag.children.get(local(each))
        if allowed is not None:
            made.append(copied(each, allowed))
    return made


def attributes(element: etree._Element, names: str) -> dict[str, str]:
    """The named attributes, those that are harmless."""
    given = {name: harmless(element.get(name, "?")) for name in names.split()}
    return {name: value for name, value in given.items() if value is not None}
