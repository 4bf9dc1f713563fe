"""Charts drawn anew over cells that are seen unmasked; what they had cached of other cells is left behind."""

from __future__ import annotations

import re

from lxml import etree

from content import privacy
from content.privacy.renditions.formats._xlsx_allow import harmless, local
from content.privacy.renditions.formats._xlsx_drawing import ART, CHART
from content.privacy.renditions.formats._xlsx_formulas import Formulas

_STRICT = {"http://purl.oclc.org/ooxml/drawingml/chart": CHART, "http://purl.oclc.org/ooxml/drawingml/main": ART}
_LEFT_OUT = frozenset(str.split(
    "extLst externalData userShapes pivotSource pivotFmts printSettings protection clrMapOvr hlinkClick hlinkHover "
    "blip blipFill strCache numCache multiLvlStrCache latin ea cs sym numFmt date1904 lang style AlternateContent"
))
_NEVER = frozenset(("strLit", "numLit", "pivotSource"))  # numbers and words that stand in no cell
_SHOWN = ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
_BEHIND_SHOWN = ("separator", "showLeaderLines", "leaderLines")
_AXES = ("axId", "crossAx")
_REFERENCE = re.compile(r"\(?(?P<areas>[^()]+)\)?")
_TEXTS = 2_000  # characters of titles and labels


def rebuilt(source: etree._Element, formulas: Formulas, sheet: int) -> etree._Element | None:
    """The chart as a new part; None when it shows anything that is not seen in the cells of the rendition."""
    names = {local(each) for each in source.iter() if isinstance(each.tag, str)}
    words = "\n".join(_paragraphs(source))
    if names & _NEVER or len(words) > _TEXTS or privacy.scan_text(words):
        return None
    made = _copied(source, formulas, sheet)
    _number_axes(source, made)
    references = list(made.iter(f"{{{CHART}}}f"))
    return made if references and all(each.text for each in references) else None


def _number_axes(source: etree._Element, made: etree._Element) -> None:
    """Axes get numbers of ours: those of the original may be long."""
    given = [each.get("val", "") for each in source.iter() if local(each) in _AXES]
    numbers = {value: str(nth) for nth, value in enumerate(dict.fromkeys(given), 1)}
    copies = [each for each in made.iter() if local(each) in _AXES]
    for each, value in zip(copies, given, strict=False):
        each.set("val", numbers[value])


def _paragraphs(source: etree._Element) -> list[str]:
    return ["".join(run.text or "" for run in each.iter() if local(run) == "t")
            for each in source.iter() if local(each) == "p"] + [_title(each) for each in source.iter()]


def _title(element: etree._Element) -> str:
    """The name of a series that stands in no cell."""
    own = local(element) == "v" and element.getparent() is not None and local(element.getparent()) == "tx"
    return (element.text or "") if own else ""


def _copied(source: etree._Element, formulas: Formulas, sheet: int) -> etree._Element:
    """A copy of elements of charts and of their art, with harmless attributes and texts looked through."""
    space = _space(source)
    values = {name: value for name, given in source.attrib.items() if (value := harmless(given)) is not None}
    made = etree.Element(f"{{{space}}}{local(source)}", {
        name: value for name, value in values.items() if not name.startswith("{")}, nsmap={"c": CHART, "a": ART})
    if (space, local(source)) == (ART, "t"):
        made.text = source.text
    elif title := _title(source):
        made.text = title
    elif (space, local(source)) == (CHART, "f"):
        made.text = _carried(source.text or "", formulas, sheet)
    for each in source:
        if _space(each) in (CHART, ART) and local(each) not in _LEFT_OUT:
            made.append(_copied(each, formulas, sheet))
    if local(made) == "dLbls":
        _labels(made)
    return made


def _labels(made: etree._Element) -> None:
    """What is not asked for in labels is not shown: programs differ in what they take for granted."""
    if any(local(each) == "delete" for each in made):
        return
    asked = {local(each): each.get("val", "1") for each in made if local(each) in _SHOWN}
    after = [each for each in made if local(each) in _BEHIND_SHOWN]
    for each in [each for each in made if local(each) in (*_SHOWN, *_BEHIND_SHOWN)]:
        made.remove(each)
    for name in _SHOWN:
        etree.SubElement(made, f"{{{CHART}}}{name}", val=asked.get(name, "0"))
    made.extend(after)


def _space(element: etree._Element) -> str:
    space = element.tag.rpartition("}")[0][1:] if isinstance(element.tag, str) else ""
    return _STRICT.get(space, space)


def _carried(text: str, formulas: Formulas, sheet: int) -> str:
    """The areas that a series is drawn from, each led to where it stands now; "" when one is not seen whole."""
    match = _REFERENCE.fullmatch(text)
    parts = [formulas.carried(each, sheet) for each in (match["areas"] if match else "?").split(",")]
    return "" if None in parts or not all(parts) else f"({','.join(parts)})" if len(parts) > 1 else parts[0]
