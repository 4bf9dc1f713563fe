"""The small Word file that is made of the visible text: a handful of elements that the converter knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree
from lxml.etree import _Element

from content.privacy.renditions.ooxml import NAMESPACES, RELATIONS, TYPES
from content.privacy.renditions.packs import write_pack, write_xml
from content.word.names import name
from content.word.parts import WPML
from content.word.styles import Face

_MAP = {prefix: NAMESPACES[prefix] for prefix in ("w", "r", "a", "wp", "pic")}
_CONTENT_TYPES = (f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
                  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                  '<Default Extension="png" ContentType="image/png"/>'
                  f'<Override PartName="/word/document.xml" ContentType="{WPML}document.main+xml"/></Types>')
_OFFICE = NAMESPACES["r"]
_TOP = (f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
        'Target="word/document.xml"/></Relationships>')


def make(short: str, *children: _Element | None, **attributes: str) -> _Element:
    """`make("w:jc", val="center")`: an element with attributes of its own name space."""
    space = short.partition(":")[0]
    element = etree.Element(name(short), {name(f"{space}:{key}"): text for key, text in attributes.items()}, _MAP)
    element.extend([each for each in children if each is not None])
    return element


def run(content: _Element, face: Face, more: Mapping[str, str] | None = None) -> _Element:
    """A run with one thing in it; `more` are properties that are passed on, such as `vertAlign`."""
    switches = [make("w:b") if face.bold else None, make("w:i") if face.italic else None]
    others = [make(f"w:{key}", val=text) for key, text in (more or {}).items()]
    return make("w:r", make("w:rPr", *switches, *others), content)


def text(words: str) -> _Element:
    element = make("w:t")
    element.text = words
    return element


def paragraph(nodes: Iterable[_Element], style: str = "") -> _Element:
    return make("w:p", make("w:pPr", make("w:pStyle", val=style) if style else None), *nodes)


def picture(number: int, alt: str) -> _Element:
    """A run that shows picture `number`; its file holds the number alone."""
    shown = make("wp:docPr")
    shown.set("descr", alt)
    blip = make("a:blip")
    blip.set(name("r:embed"), f"picture{number}")
    graphic = make("a:graphic", make("a:graphicData", make("pic:pic", make("pic:blipFill", blip))))
    return make("w:r", make("w:drawing", make("wp:inline", shown, graphic)))


def link(target: str, nodes: Iterable[_Element]) -> _Element:
    """A link; `target` is the id of its relation."""
    element = make("w:hyperlink", *nodes)
    element.set(name("r:id"), target)
    return element


def package(blocks: Iterable[_Element], notes: Mapping[str, list[_Element]], links: Iterable[str],
            pictures: Iterable[int]) -> bytes:
    """The file: its text, `notes` by kind (footnotes, endnotes), addresses that are linked to, numbers of pictures."""
    pictures = list(pictures)
    relations = [("hyperlink", f"link{number}", address) for number, address in enumerate(links)]
    relations += [("image", f"picture{number}", f"media/{number}.png") for number in pictures]
    relations += [(kind, kind, f"{kind}.xml") for kind in notes]
    members = {"[Content_Types].xml": _CONTENT_TYPES.encode(), "_rels/.rels": _TOP.encode(),
               "word/document.xml": write_xml(make("w:document", make("w:body", *blocks))),
               "word/_rels/document.xml.rels": write_xml(_relations(relations))}
    members |= {f"word/{kind}.xml": write_xml(make(f"w:{kind}", *found)) for kind, found in notes.items()}
    members |= {f"word/media/{number}.png": str(number).encode() for number in pictures}
    return write_pack(members)


def _relations(rows: Iterable[tuple[str, str, str]]) -> _Element:
    root = etree.Element(f"{{{RELATIONS}}}Relationships", None, {None: RELATIONS})
    for kind, key, target in rows:
        each = etree.SubElement(root, f"{{{RELATIONS}}}Relationship", Id=key, Type=f"{_OFFICE}/{kind}", Target=target)
        if kind == "hyperlink":
            each.set("TargetMode", "External")
    return root
