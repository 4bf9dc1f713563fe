"""Fields of Word 域: what they show stays, what they are made of goes; page numbers alone go on counting."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from content.privacy.renditions.ooxml import tag, tags

_COUNTING = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)"
                       r"(?:\s+\\[*#]\s*\"?[A-Za-z0-9]{1,16}\"?)*\s*", re.ASCII)
_DRAWN = re.compile(r"\s*EQ\b(.*)", re.DOTALL)
_BUTTON = re.compile(r"\s*(?:MACROBUTTON|GOTOBUTTON)\s+\S+\s+(.*)", re.DOTALL)
_SWITCH = re.compile(r"\\\*\s*\w+|\\\*?\s*\"[^\"]*\"|\\[a-z]+\s*\d*", re.IGNORECASE)
_SHOWN = tags("w:t w:tab w:br w:sym w:noBreakHyphen w:drawing w:pict w:object m:t")
_TICKED, _EMPTY = "\u2611", "\u2610"


@dataclass
class Fields:
    """What is to be done with the pieces of the fields of one part."""

    kept: set[etree._Element] = field(default_factory=set)  # pieces of fields that go on counting
    coded: set[etree._Element] = field(default_factory=set)  # what stands within the code of a field: never shown
    instead: dict[etree._Element, str] = field(default_factory=dict)  # what a field without a result shows, at its end

    @property
    def any(self) -> bool:
        return bool(self.coded or self.instead)


@dataclass
class _Field:
    begin: etree._Element
    marks: list[etree._Element]
    codes: list[etree._Element] = field(default_factory=list)
    within: list[etree._Element] = field(default_factory=list)  # what stands where the code stands
    nested: bool = False
    showing: bool = False  # past its separator

    @property
    def code(self) -> str:
        return "".join(each.text or "" for each in self.codes)


def counting(code: str) -> bool:
    """Whether a field's code only counts pages."""
    return bool(_COUNTING.fullmatch(code))


def read_fields(root: etree._Element) -> Fields:
    """The fields of a part. One that never ends hides nothing: what stands in it is read as text."""
    found, open_ones = Fields(), []
    for element in root.iter(etree.Element):
        if element.tag == tag("w:fldChar"):
            _mark(element, open_ones, found)
        elif element.tag == tag("w:instrText") and open_ones:
            open_ones[-1].codes.append(element)
        elif element.tag in _SHOWN:
            hiding = next((each for each in open_ones if not each.showing), None)
            if hiding:
                hiding.within.append(element)
    return found


def _mark(element: etree._Element, open_ones: list[_Field], found: Fields) -> None:
    kind = element.get(tag("w:fldCharType"))
    if kind == "begin":
        for each in open_ones:
            each.nested = True
        open_ones.append(_Field(element, [element]))
    elif open_ones and kind == "separate":
        open_ones[-1].marks.append(element)
        open_ones[-1].showing = True
    elif open_ones and kind == "end":
        open_ones[-1].marks.append(element)
        _settle(open_ones.pop(), element, found)


def _settle(one: _Field, end: etree._Element, found: Fields) -> None:
    if counting(one.code) and not one.nested:
        found.kept |= {*one.marks, *one.codes}
        return
    found.coded |= {*one.codes, *one.within}
    shown = _form_value(one.begin) or ("" if one.showing else _drawn(one.code))
    if shown:
        found.instead[end] = shown


def _drawn(code: str) -> str:
    """What a field shows right from its code: characters set over each other, the words of a button."""
    if button := _BUTTON.fullmatch(code):
        return button[1].strip()
    if drawn := _DRAWN.fullmatch(code):
        return re.sub(r"[(),;]|\s", "", _SWITCH.sub("", drawn[1]))
    return ""


def _form_value(begin: etree._Element) -> str:
    """What a check box or a list of a form shows; a text field shows its result."""
    box = begin.find(f".//{tag('w:checkBox')}")
    if box is not None:
        state = box.find(tag("w:checked"))
        state = box.find(tag("w:default")) if state is None else state
        ticked = state is not None and state.get(tag("w:val"), "1") not in ("0", "false", "off")
        return _TICKED if ticked else _EMPTY
    entries = begin.findall(f".//{tag('w:ddList')}/{tag('w:listEntry')}")
    chosen = begin.find(f".//{tag('w:ddList')}/{tag('w:result')}")
    place = chosen.get(tag("w:val"), "0") if chosen is not None else "0"
    if entries and place.isascii() and place.isdigit() and int(place) < len(entries):
        return entries[int(place)].get(tag("w:val"), "")
    return ""
