"""Presentations (pptx, pptm, potx, ppsx): the slides as they are shown, with what they are laid out on."""

from __future__ import annotations

from content.privacy.renditions.formats._copying import Element
from content.privacy.renditions.formats._paragraphs import read_drawn
from content.privacy.renditions.formats._rendition import Family, Rendition
from content.privacy.renditions.formats._slides import Plan, SlideCopier, read_slide
from content.privacy.renditions.ooxml import tag
from content.privacy.renditions.packs import damaged
from content.privacy.renditions.script import Script

_TYPE = "application/vnd.openxmlformats-officedocument.presentationml."
_THEME = "application/vnd.openxmlformats-officedocument.theme+xml"
_MAIN = "ppt/presentation.xml"
_OFF = ("0", "false", "off")
_COMMENTS = frozenset({"comments", "comment", "modernComments"})


class _Presentation(Rendition):
    """A presentation on its way."""

    folder, format = "ppt", "pptx"
    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

    def assemble(self) -> None:
        package = self.job.package
        self.main = package.main()
        if package.root(self.main).tag != tag("p:presentation"):
            raise damaged("文件结构")
        self.plan = Plan(**self._size())
        self.stories: list[tuple[SlideCopier, Element]] = []
        slides = self._choose()
        below = self._below(slides)
        self._copy(self.main, _MAIN, "演示文稿", "presentation.main")
        self.job.making.relate("", "officeDocument", _MAIN)
        for part, where in slides:
            self._placed(part, where, "slide", ("slideLayout",))
        for part, where, kind, upon in below:
            self._placed(part, where, kind, upon)
        self._table_styles()

    def _size(self) -> dict[str, int]:
        size = self.job.package.root(self.main).find(tag("p:sldSz"))
        given = {"width": size.get("cx", ""), "height": size.get("cy", "")} if size is not None else {}
        return {name: int(value) for name, value in given.items() if value.isascii() and value.isdigit()}

    def _choose(self) -> list[tuple[str, str]]:
        """The slides that come along, each with its place. Hidden ones 隐藏的幻灯片 only where that was chosen."""
        package, chosen = self.job.package, []
        relations = package.relations(self.main)
        for number, each in enumerate(package.root(self.main).iter(tag("p:sldId")), 1):
            relation = relations.get(each.get(tag("r:id"), ""))
            if relation is None or relation.external or relation.target not in package:
                raise damaged("文件结构")
            where = f"幻灯片{number}"
            if package.root(relation.target).get("show", "1") in _OFF and self.job.notes.hide("隐藏的幻灯片", where):
                continue
            chosen.append((relation.target, where))
            self.plan.names[relation.target] = f"ppt/slides/slide{len(chosen)}.xml"
        return chosen

    def _below(self, slides: list[tuple[str, str]]) -> list[tuple[str, str, str, tuple[str, ...]]]:
        """What the slides are laid out on, and their notes: part, place, kind, and the kinds it leads to itself."""
        package, found = self.job.package, {}
        for slide, where in slides:
            layout = package.find(slide, "slideLayout")
            master = package.find(layout, "slideMaster") if layout else ""
            if not master:
                raise damaged("文件结构")
            found.setdefault(layout, ("版式", "slideLayout", ("slideMaster",)))
            found.setdefault(master, ("母版", "slideMaster", ("theme",)))
            found.setdefault(package.find(master, "theme"), ("主题", "theme", ()))
            found |= self._notes(slide, where)
        found.pop("", None)
        for part, (_, kind, _) in found.items():
            number = sum(name.startswith(f"ppt/{kind}s/") for name in self.plan.names.values()) + 1
            self.plan.names[part] = f"ppt/{kind}s/{kind}{number}.xml"
        return [(part, *rest) for part, rest in found.items()]

    def _notes(self, slide: str, where: str) -> dict[str, tuple[str, str, tuple[str, ...]]]:
        """The notes of a slide 备注 with what they are laid out on, where hidden things are to be shown."""
        package = self.job.package
        if any(each.kind in _COMMENTS for each in package.relations(slide).values()):
            self.job.notes.leave("comments", "批注", where)
        notes = package.find(slide, "notesSlide")
        if not notes or not _has_words(package.root(notes)) or self.job.notes.hide("备注", where):
            return {}
        master = package.find(notes, "notesMaster")
        return {notes: (f"{where}的备注", "notesSlide", ("notesMaster", "slide")),
                master: ("备注母版", "notesMaster", ("theme",)),
                package.find(master, "theme") if master else "": ("主题", "theme", ())}

    def _copy(self, part: str, owner: str, where: str, kind: str) -> None:
        copier = SlideCopier(self.job, part, owner, where, self.plan)
        root = copier.root()
        self.job.making.add(owner, root, _THEME if kind == "theme" else f"{_TYPE}{kind}+xml")
        self.stories.append((copier, root))

    def _placed(self, part: str, where: str, kind: str, upon: tuple[str, ...]) -> None:
        """Copy a part and note what it is laid out on."""
        owner = self.plan.names[part]
        self._copy(part, owner, where, kind)
        for each in (*upon, *(("notesSlide",) if kind == "slide" else ())):
            target = self.job.package.find(part, each)
            if target in self.plan.names:
                self.job.making.relate(owner, each, self.plan.names[target])

    def _table_styles(self) -> None:
        part = self.job.package.find(self.main, "tableStyles")
        if part:
            owner = "ppt/tableStyles.xml"
            self.job.making.add(owner, SlideCopier(self.job, part, owner, "表格样式").root(), f"{_TYPE}tableStyles+xml")
            self.job.making.relate(_MAIN, "tableStyles", owner)

    def read(self, script: Script, *, joined: bool) -> None:
        for copier, root in self.stories:
            read_slide(script, root, copier.places, copier.story, joined=joined)
        for name, part in self.job.making.parts.items():
            if name.startswith("ppt/charts/"):
                read_drawn(script, part, "图表")


def _has_words(notes: Element) -> bool:
    """Whether notes say anything: their slide number does not count."""
    return any((each.text or "").strip() and each.getparent().tag != tag("a:fld") for each in notes.iter(tag("a:t")))


FORMAT = Family("pptx", _Presentation)
