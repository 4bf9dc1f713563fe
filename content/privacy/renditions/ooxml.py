"""Office Open XML packages (ECMA-376): parts and relationships read, and a fresh one written."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote

from lxml import etree

from content.privacy.renditions.model import Limits, Refused, Source
from content.privacy.renditions.packs import Pack, damaged, write_pack, write_xml

_TRANSITIONAL = "http://schemas.openxmlformats.org/"
_STRICT = "http://purl.oclc.org/ooxml/"
NAMESPACES = {
    "w": _TRANSITIONAL + "wordprocessingml/2006/main",
    "p": _TRANSITIONAL + "presentationml/2006/main",
    "a": _TRANSITIONAL + "drawingml/2006/main",
    "c": _TRANSITIONAL + "drawingml/2006/chart",
    "dgm": _TRANSITIONAL + "drawingml/2006/diagram",
    "pic": _TRANSITIONAL + "drawingml/2006/picture",
    "wp": _TRANSITIONAL + "drawingml/2006/wordprocessingDrawing",
    "r": _TRANSITIONAL + "officeDocument/2006/relationships",
    "m": _TRANSITIONAL + "officeDocument/2006/math",
    "mc": _TRANSITIONAL + "markup-compatibility/2006",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "wpc": "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas",
    "dsp": "http://schemas.microsoft.com/office/drawing/2008/diagram",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
}
PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
RELATION = NAMESPACES["r"] + "/"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_STRICT_NAMES = {  # ISO/IEC 29500 Strict -> Transitional
    _STRICT + "wordprocessingml/main": NAMESPACES["w"], _STRICT + "presentationml/main": NAMESPACES["p"],
    _STRICT + "drawingml/main": NAMESPACES["a"], _STRICT + "drawingml/chart": NAMESPACES["c"],
    _STRICT + "drawingml/diagram": NAMESPACES["dgm"], _STRICT + "drawingml/picture": NAMESPACES["pic"],
    _STRICT + "drawingml/wordprocessingDrawing": NAMESPACES["wp"],
    _STRICT + "officeDocument/relationships": NAMESPACES["r"], _STRICT + "officeDocument/math": NAMESPACES["m"],
}


@cache
def tag(name: str) -> str:
    """`{namespace}local` for `w:p`."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def tags(names: str) -> frozenset[str]:
    """The tags of names parted by spaces."""
    return frozenset(tag(name) for name in names.split())


def short(element: etree._Element) -> str:
    """`w:p` for an element; empty for a namespace that is not known here."""
    name = etree.QName(element)
    prefix = PREFIXES.get(name.namespace or "")
    return f"{prefix}:{name.localname}" if prefix else ""


@dataclass(frozen=True)
class Relation:
    """What a part refers to: `kind` is the last word of the relationship's type, `target` a part or an address."""

    kind: str
    target: str
    external: bool


class Package:
    """A package as it came in. Part names are found whatever their capitals."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.pack = Pack.open(source, limits)
        self._names = {name.casefold(): name for name in self.pack.names}
        self._roots: dict[str, etree._Element] = {}
        self._relations: dict[str, dict[str, Relation]] = {}
        self.types = self._content_types()

    def _content_types(self) -> dict[str, str]:
        """Content type by part name."""
        defaults, overrides = {}, {}
        if "[Content_Types].xml" not in self.pack:
            raise damaged("文件结构")
        for each in self.pack.xml("[Content_Types].xml"):
            kind = each.get("ContentType", "")
            if each.get("PartName"):
                overrides[each.get("PartName").lstrip("/").casefold()] = kind
            else:
                defaults[each.get("Extension", "").casefold()] = kind
        return {name: overrides.get(name.casefold(), defaults.get(name.rpartition(".")[2].casefold(), ""))
                for name in self.pack.names}

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._names

    def octets(self, part: str) -> bytes:
        return self.pack.read(self._names[part.casefold()])

    def root(self, part: str) -> etree._Element:
        """The XML of a part, in the transitional namespaces; the same tree every time."""
        name = self._names.get(part.casefold())
        if name is None:
            raise damaged("文件结构")
        if name not in self._roots:
            self._roots[name] = _transitional(self.pack.xml(name))
        return self._roots[name]

    def relations(self, part: str) -> dict[str, Relation]:
        """By id, what `part` refers to; the whole package's own for an empty name."""
        if part not in self._relations:
            self._relations[part] = dict(self._read_relations(part))
        return self._relations[part]

    def _read_relations(self, part: str) -> Iterator[tuple[str, Relation]]:
        folder, name = posixpath.split(part)
        stored = posixpath.join(folder, "_rels", f"{name}.rels")
        if stored not in self:
            return
        for each in self.pack.xml(self._names[stored.casefold()]):
            kind = each.get("Type", "").rpartition("/")[2]
            target, external = each.get("Target", ""), each.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target).partition("#")[0]))[1:]
                target = self._names.get(target.casefold(), target)
            yield each.get("Id", ""), Relation(kind, target, external)

    def find(self, part: str, kind: str) -> str:
        """The part of that kind that `part` refers to, or an empty string."""
        return next((each.target for each in self.relations(part).values()
                     if each.kind == kind and not each.external and each.target in self), "")

    def main(self) -> str:
        found = self.find("", "officeDocument")
        if not found:
            raise damaged("文件结构")
        return found


def _transitional(root: etree._Element) -> etree._Element:
    """Elements and attributes of ISO Strict renamed to the namespaces that everybody writes."""
    if not any(str(uri).startswith(_STRICT) for uri in root.nsmap.values()):
        return root
    for element in root.iter(etree.Element):
        element.tag = _renamed(element.tag)
        for name, value in list(element.attrib.items()):
            if _renamed(name) != name:
                del element.attrib[name]
                element.set(_renamed(name), value)
    return root


def _renamed(name: str) -> str:
    uri, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    return f"{{{_STRICT_NAMES[uri]}}}{local}" if uri in _STRICT_NAMES else name


@dataclass
class Making:
    """A package being made: parts with their types, and who refers to whom."""

    parts: dict[str, bytes | etree._Element] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    _relations: dict[str, dict[tuple[str, str, bool], str]] = field(default_factory=dict)

    def add(self, name: str, content: bytes | etree._Element, content_type: str) -> str:
        self.parts[name], self.types[name] = content, content_type
        return name

    def relate(self, owner: str, kind: str, target: str, *, external: bool = False) -> str:
        """The id under which `owner` refers to `target`; the same for the same."""
        known = self._relations.setdefault(owner, {})
        return known.setdefault((kind, target, external), f"rId{len(known) + 1}")

    def rename(self, old: str, new: str, content: bytes, content_type: str) -> None:
        """A part gets its content and, by that, its name."""
        del self.parts[old], self.types[old]
        self.add(new, content, content_type)
        for known in self._relations.values():
            for kind, target, external in [each for each in known if each[1] == old and not each[2]]:
                known[kind, new, external] = known.pop((kind, target, external))

    def octets(self) -> bytes:
        """The package, its parts in a fixed order."""
        members = {"[Content_Types].xml": write_xml(self._types_root())}
        for owner in sorted({"", *self.parts} & set(self._relations)):
            folder, name = posixpath.split(owner)
            members[posixpath.join(folder, "_rels", f"{name}.rels")] = write_xml(self._relations_root(owner))
        for name, content in self.parts.items():
            members[name] = content if isinstance(content, bytes) else write_xml(content)
        return write_pack(members)

    def _types_root(self) -> etree._Element:
        root = etree.Element(f"{{{TYPES}}}Types", nsmap={None: TYPES})
        for extension, kind in (("rels", _RELATIONS_TYPE), ("xml", "application/xml")):
            etree.SubElement(root, f"{{{TYPES}}}Default", Extension=extension, ContentType=kind)
        for name, kind in self.types.items():
            etree.SubElement(root, f"{{{TYPES}}}Override", PartName=f"/{name}", ContentType=kind)
        return root

    def _relations_root(self, owner: str) -> etree._Element:
        root = etree.Element(f"{{{RELATIONS}}}Relationships", nsmap={None: RELATIONS})
        for (kind, target, external), name in self._relations[owner].items():
            each = etree.SubElement(root, f"{{{RELATIONS}}}Relationship", Id=name, Type=RELATION + kind,
                                    Target=target if external else f"/{target}")
            if external:
                each.set("TargetMode", "External")
        return root


def too_deep() -> Refused:
    """The refusal of parts nested beyond reason."""
    return Refused("nested", "文件里的内容嵌套层数过多，无法检查：请用原来的软件打开，简化后另存一份重新上传")
