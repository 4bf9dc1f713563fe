"""A Word package opened within bounds: its text, styles, numbering, notes, and where its relations lead."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from lxml import etree

from content.privacy.renditions.detect import sniff
from content.privacy.renditions.model import Limits, Refused, Source
from content.privacy.renditions.office import TARGETS, modernise
from content.privacy.renditions.packs import Pack, damaged, parse_xml
from content.word.names import STRICT, name

_MAIN = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
         "application/vnd.ms-word.document.macroEnabled.main+xml",
         "application/vnd.ms-word.template.macroEnabledTemplate.main+xml")
WPML = "application/vnd.openxmlformats-officedocument.wordprocessingml."


@dataclass(frozen=True)
class Relation:
    """Where a relation of a part leads: the name of a member, or an address outside when `external`."""

    kind: str  # the last word of its type: image, hyperlink, header, …
    target: str
    external: bool


class Parts:
    """The parts of a Word package, one of an older kind turned into it first where LibreOffice is installed.

    Raises `Refused`: legacy, encrypted, damaged, misnamed, large.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        if len(source.data) > limits.octets:
            raise Refused("large", f"文件超过{limits.octets // 1024 // 1024}MB：请压缩图片或拆分后重新导入")
        source = _modern(source, limits)
        self.pack = Pack.open(source, limits)
        self.types = self._types()
        found = [part for part, kind in self.types.items() if kind in _MAIN]
        if len(found) != 1 or found[0] not in self.pack:
            raise _no_word()
        self.main = found[0]
        self.document = self.xml(self.main)
        self.relations = self.relations_of(self.main)

    def _types(self) -> dict[str, str]:
        """The content type of each member that has one of its own."""
        if "[Content_Types].xml" not in self.pack:
            raise damaged("Word文件的结构")
        found = self.xml("[Content_Types].xml")
        return {each.get("PartName", "").lstrip("/"): each.get("ContentType", "")
                for each in found.iterfind(name("ct:Override"))}

    def xml(self, member: str) -> etree._Element:
        """The root of a member, in the usual names even where it is written in the strict ones."""
        data = self.pack.read(member)
        for strict, usual in STRICT if b"purl.oclc.org/ooxml" in data else ():
            data = data.replace(strict, usual)
        return parse_xml(data)

    def relations_of(self, member: str) -> dict[str, Relation]:
        """The relations of a part by their ids."""
        folder, _, file = member.rpartition("/")
        rels = posixpath.join(folder, "_rels", f"{file}.rels")
        if rels not in self.pack:
            return {}
        found = self.xml(rels).iterfind(name("rel:Relationship"))
        return {each.get("Id", ""): _relation(each, folder) for each in found}

    def related(self, kind: str) -> list[str]:
        """The members of a kind (styles, numbering, header, …) that the text leads to."""
        return list(dict.fromkeys(each.target for each in self.relations.values()
                                  if each.kind == kind and not each.external and each.target in self.pack))

    def part(self, kind: str) -> etree._Element | None:
        """The one part of a kind."""
        found = self.related(kind)
        return self.xml(found[0]) if found else None


def _relation(element: etree._Element, folder: str) -> Relation:
    target, external = element.get("Target", ""), element.get("TargetMode") == "External"
    if not external:
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relation(element.get("Type", "").rpartition("/")[2], target, external)


def _modern(source: Source, limits: Limits) -> Source:
    """The file as .docx. Raises `Refused` with a way out for what is none, by its octets."""
    kind = sniff(source.data)
    if kind == "encrypted":
        raise Refused("encrypted", "文件加了密码，无法导入：请取消密码后另存一份再导入")
    if TARGETS.get(kind) == "docx":
        return Source(modernise(source.data, kind, limits), source.name)
    if not source.data.startswith(b"PK"):
        raise _no_word()
    return source


def _no_word() -> Refused:
    return Refused("misnamed", "这不是Word文档（.docx）：请用Word或WPS打开后另存为.docx再导入")
