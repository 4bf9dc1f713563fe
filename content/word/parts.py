"""A Word package opened within bounds: its text, styles, numbering, notes, and where its relations lead."""

from __future__ import annotations

from lxml import etree

from content.privacy.renditions.detect import sniff
from content.privacy.renditions.model import Limits, Refused, Source
from content.privacy.renditions.office import TARGETS, modernise
from content.privacy.renditions.ooxml import Package, Relation

_MAIN = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
         "application/vnd.ms-word.document.macroEnabled.main+xml",
         "application/vnd.ms-word.template.macroEnabledTemplate.main+xml")
WPML = "application/vnd.openxmlformats-officedocument.wordprocessingml."


class Parts:
    """The parts of a Word package, one of an older kind turned into it first where LibreOffice is installed.

    Raises `Refused`: legacy, encrypted, damaged, misnamed, large.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        if len(source.data) > limits.octets:
            raise Refused("large", f"文件超过{limits.octets // 1024 // 1024}MB：请压缩图片或拆分后重新导入")
        self.package = Package(_modern(source, limits), limits)
        found = [part for part, kind in self.package.types.items() if kind in _MAIN]
        if len(found) != 1:
            raise _no_word()
        self.main = found[0]
        self.document = self.xml(self.main)
        self.relations = self.relations_of(self.main)

    def xml(self, member: str) -> etree._Element:
        """The root of a member, in the usual names even where it is written in the strict ones."""
        return self.package.root(member)

    def relations_of(self, member: str) -> dict[str, Relation]:
        """The relations of a part by their ids."""
        return self.package.relations(member)

    def related(self, kind: str) -> list[str]:
        """The members of a kind (styles, numbering, header, …) that the text leads to."""
        return list(dict.fromkeys(each.target for each in self.relations.values()
                                  if each.kind == kind and not each.external and each.target in self.package))

    def part(self, kind: str) -> etree._Element | None:
        """The one part of a kind."""
        found = self.related(kind)
        return self.xml(found[0]) if found else None


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
