"""Word documents (docx, docm, dotx, dotm): text, tables, headers, notes, boxes and pictures, as they are seen."""

from __future__ import annotations

from lxml import etree

from content.privacy.renditions.formats._copying import Element
from content.privacy.renditions.formats._looks import Looks, said
from content.privacy.renditions.formats._paragraphs import WordReader, read_drawn
from content.privacy.renditions.formats._rendition import Family, Rendition
from content.privacy.renditions.formats._word import WordCopier
from content.privacy.renditions.model import Refused
from content.privacy.renditions.ooxml import tag
from content.privacy.renditions.script import Script

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MAIN = "word/document.xml"
_OFF = ("0", "false", "off")
_FORMS = (("styles", "styles"), ("numbering", "numbering"), ("settings", "settings"), ("fontTable", "fontTable"))
_HEADINGS = {tag("w:headerReference"): ("header", "页眉"), tag("w:footerReference"): ("footer", "页脚")}
_NOTES = (("footnotes", "w:footnoteReference", "脚注"), ("endnotes", "w:endnoteReference", "尾注"))


class _Document(Rendition):
    """A Word document on its way."""

    folder, format = "word", "docx"
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def assemble(self) -> None:
        package = self.job.package
        self.main = package.main()
        if package.root(self.main).tag != tag("w:document"):
            raise Refused("damaged", "文件结构已损坏，无法读取：请用Word或WPS打开，另存一份后重新上传")
        styles = package.find(self.main, "styles")
        self.looks = Looks.of(package.root(styles) if styles else None, self._page_colour())
        self.stories: list[tuple[WordCopier, Element]] = []
        body = self._story(self.main, _MAIN, "正文", f"{_TYPE}document.main+xml")
        self.job.making.relate("", "officeDocument", _MAIN)
        self._headings(body)
        for kind, reference, where in _NOTES:
            self._notes(kind, reference, where)
        self._forms()

    def _page_colour(self) -> str:
        background = self.job.package.root(self.main).find(tag("w:background"))
        colour = background.get(tag("w:color"), "") if background is not None else ""
        return colour if len(colour) == 6 and self._setting("w:displayBackgroundShape") else ""

    def _setting(self, name: str) -> bool:
        settings = self.job.package.find(self.main, "settings")
        value = said(self.job.package.root(settings), name) if settings else None
        return value is not None and value not in _OFF

    def _shown_headings(self) -> frozenset[str]:
        """Kinds of headers that are shown: those of first and even pages only where a setting says so."""
        sections = self.job.package.root(self.main).iter(tag("w:sectPr"))
        first = any(said(each, "w:titlePg") not in (None, *_OFF) for each in sections)
        even = self._setting("w:evenAndOddHeaders")
        return frozenset({"default", *(["first"] if first else []), *(["even"] if even else [])})

    def _story(self, part: str, owner: str, where: str, content_type: str) -> WordCopier:
        """Copy a part with text."""
        copier = WordCopier(self.job, part, owner, where, self.looks, self._shown_headings())
        root = copier.root()
        self.job.making.add(owner, root, content_type)
        self.stories.append((copier, root))
        return copier

    def _headings(self, body: WordCopier) -> None:
        made: dict[str, str] = {}
        for part, reference in body.headings:
            kind, where = _HEADINGS[reference.tag]
            if part not in made:
                made[part] = f"word/{kind}{len(made) + 1}.xml"
                self._story(part, made[part], where, f"{_TYPE}{kind}+xml")
            reference.set(tag("r:id"), self.job.making.relate(_MAIN, kind, made[part]))

    def _notes(self, kind: str, reference: str, where: str) -> None:
        """Footnotes 脚注 or endnotes 尾注: those that the text refers to, and the rules above them."""
        part = self.job.package.find(self.main, kind)
        if not part:
            return
        copier = self._story(part, f"word/{kind}.xml", where, f"{_TYPE}{kind}+xml")
        root, wanted = self.stories[-1][1], {each.get(tag("w:id")) for each in self.stories[0][1].iter(tag(reference))}
        for note in list(root):
            if note.get(tag("w:id")) not in wanted and note.get(tag("w:type"), "normal") == "normal":
                self.job.taken -= _sources(copier, note)
                root.remove(note)
        self.job.making.relate(_MAIN, kind, f"word/{kind}.xml")

    def _forms(self) -> None:
        """How it looks: styles, numbering, fonts, theme, and those settings that change what is seen."""
        for kind, root in _FORMS:
            part = self.job.package.find(self.main, kind)
            if part and etree.QName(self.job.package.root(part)).localname in (root, "fonts"):
                owner = f"word/{kind}.xml"
                copier = WordCopier(self.job, part, owner, "样式与设置", self.looks)
                self.job.making.add(owner, copier.root(), f"{_TYPE}{kind}+xml")
                self.job.making.relate(_MAIN, kind, owner)
        part = self.job.package.find(self.main, "theme")
        if part:
            owner = "word/theme/theme1.xml"
            self.job.making.add(owner, WordCopier(self.job, part, owner, "主题", self.looks).root(),
                                "application/vnd.openxmlformats-officedocument.theme+xml")
            self.job.making.relate(_MAIN, "theme", owner)

    def read(self, script: Script, *, joined: bool) -> None:
        for copier, root in self.stories:
            reader = WordReader(script, copier.places, copier.story, joined=joined)
            reader.story(root)
        for name, part in self.job.making.parts.items():
            if name.startswith("word/charts/"):
                read_drawn(script, part, "图表")


def _sources(copier: WordCopier, made: Element) -> set[Element]:
    """The sources of the writing in a part of the fresh tree that is taken out again."""
    number = made.get(tag("w:id"))
    source = copier.job.package.root(copier.part)
    return {each for note in source if note.get(tag("w:id")) == number for each in note.iter(etree.Element)}


FORMAT = Family("docx", _Document)
