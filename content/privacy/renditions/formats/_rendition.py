"""One Office file on its way: copied, read as its reader would, edited by decisions, and written anew."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, replace

from content.privacy.renditions import detect
from content.privacy.renditions.formats._copying import XML_SPACE, Job
from content.privacy.renditions.formats._figures import Figures
from content.privacy.renditions.formats._left import findings as left_findings
from content.privacy.renditions.formats._left import left_behind
from content.privacy.renditions.formats._notes import Notes
from content.privacy.renditions.model import Built, Choices, Finding, Inspection, Refused, Source
from content.privacy.renditions.ooxml import Making, Package, tag, too_deep
from content.privacy.renditions.script import Script

_PASSES = 3  # of editing: what was cut out may bring together what stood around it


class Rendition(ABC):
    """What Word and PowerPoint files have in common. A subclass assembles the parts and reads them."""

    folder: str
    format: str
    media_type: str

    def __init__(self, source: Source, choices: Choices) -> None:
        package, making = Package(source, choices.limits), Making()
        notes = Notes(choices.keep_hidden)
        figures = Figures(package, making, choices, notes, self.folder)
        self.job = Job(package, making, notes, figures, choices, self.folder)
        self.choices = choices
        try:
            self.assemble()
            self.left = left_behind(self.job)
        except RecursionError:
            raise too_deep() from None

    @abstractmethod
    def assemble(self) -> None:
        """Copy what is shown into `job.making`."""

    @abstractmethod
    def read(self, script: Script, *, joined: bool) -> None:
        """All writing of the rendition in reading order; `joined` with nothing between what a tab or a line end
        within a table cell parts, for numbers that are set so."""

    def script(self, *, joined: bool = False) -> Script:
        script = Script()
        self.read(script, joined=joined)
        for element, name, where in self.job.shown_labels():
            script.add(element.get(name, ""), (element, name), where)
            script.gap("\n")
        return script

    def inspection(self) -> Inspection:
        script = self.script()
        secrets = [mark for each in (script, *self.left) for mark in each.secrets]
        found = [*self._findings(script), *self.job.figures.findings(), *left_findings(self.job, self.left)]
        notes = self.job.notes
        return Inspection(self.format, tuple(found), notes.hidden, tuple(notes.removed),
                          self.job.figures.pictures(), tuple(dict.fromkeys(secrets)))

    def _findings(self, script: Script) -> list[Finding]:
        """What is found in the writing as it stands, and then in what is read joined."""
        found = script.findings(self.choices)
        everything = replace(self.choices, decisions={}, mask_names=False)
        self.apply(script.edits(everything))
        return found + self.script(joined=True).findings(self.choices)

    def built(self) -> Built:
        changed = False
        for _ in range(_PASSES):
            edited = [self.apply(self.script(joined=joined).edits(self.choices)) for joined in (False, True)]
            changed |= any(edited)
            if not any(edited):
                break
        changed |= self.job.figures.fill()
        text = "\n".join([self._shown(), *self.job.figures.texts()])
        return Built(self.job.making.octets(), self.format, self.media_type, f".{self.format}", text,
                     tuple(self.job.notes.removed), changed or self.job.notes.changed)

    def _shown(self) -> str:
        """The writing that is seen, and what describes pictures to those who do not see them."""
        script = Script()
        self.read(script, joined=False)
        described = [element.get(name, "") for element, name, where in self.job.shown_labels()
                     if name in ("descr", "title", "alt")]
        return "\n".join([script.text, *described])

    @staticmethod
    def apply(edits: dict[Hashable, str]) -> bool:
        """Put new texts into the fresh trees; whether anything became another."""
        changed = False
        for (element, name), text in edits.items():
            if name == "sym":
                element.tag = tag("w:t")
                element.attrib.clear()
            old = element.get(name) if name and name != "sym" else element.text
            changed |= old != text
            if name and name != "sym":
                element.set(name, text)
            else:
                element.text = text
                if element.tag == tag("w:t"):
                    element.set(XML_SPACE, "preserve")
        return changed


@dataclass(frozen=True)
class Family:
    """A family of Office files: the kind that its octets tell, and what makes its renditions."""

    name: str
    rendition: type[Rendition]

    def recognises(self, source: Source) -> bool:
        try:
            return detect.sniff(source.data) == self.name
        except Refused:
            return False

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        return self.rendition(source, choices).inspection()

    def build(self, source: Source, choices: Choices) -> Built:
        return self.rendition(source, choices).built()
