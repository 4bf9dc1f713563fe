"""Spreadsheets (xlsx, xlsm and their templates): a new workbook of values, harmless formulas and plain look."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import cached_property

from content.privacy.kinds import Decision
from content.privacy.masks import mask_value
from content.privacy.renditions import pictures
from content.privacy.renditions.detect import sniff
from content.privacy.renditions.formats._xlsx_chart import rebuilt
from content.privacy.renditions.formats._xlsx_drawing import Placed, drawings
from content.privacy.renditions.formats._xlsx_formulas import Formulas
from content.privacy.renditions.formats._xlsx_look import Look
from content.privacy.renditions.formats._xlsx_read import load, no_sheets
from content.privacy.renditions.formats._xlsx_script import (
    Reader,
    Shown,
    by_shape,
    carried,
    readable,
    sheet_titles,
)
from content.privacy.renditions.formats._xlsx_sheet import SheetWriter
from content.privacy.renditions.formats._xlsx_view import View
from content.privacy.renditions.formats._xlsx_write import MEDIA_TYPE, Chart, sheet_names, write
from content.privacy.renditions.model import Built, Choices, Finding, Inspection, Picture, Refused, Source
from content.privacy.renditions.packs import Pack


class Workbook:
    """One workbook under certain choices."""

    def __init__(self, source: Source, choices: Choices) -> None:
        self.choices = choices
        self.book = load(Pack.open(source, choices.limits), choices.limits)
        self.look = Look(self.book.styles, self.book.theme)
        self.titles = sheet_titles(self.book)
        self.views = [View(sheet, self.look, title, choices.keep_hidden)
                      for sheet, title in zip(self.book.sheets, self.titles, strict=True)]
        if not any(view.shown for view in self.views):
            raise no_sheets()
        self.drawings = drawings(self.book, self.views, choices.limits)
        self.reader = Reader(self.book, self.look, self.views, choices.limits)
        self.beside, self.codes = carried(self.book, self.look, self.titles)

    @cached_property
    def shown(self) -> Shown:
        return self.reader.shown()

    @cached_property
    def everything(self) -> Shown | None:
        """All cells, when some are not shown: what stands in hidden columns counts for those beside them."""
        some_hidden = any(view.hidden or view.rows or view.columns or not view.shown for view in self.views)
        return self.reader.everything() if some_hidden else None

    @cached_property
    def found(self) -> list[Finding]:
        """What the cells hold, shown or dropped, each place told once."""
        found = self.shown.script.findings(self.choices)
        found += [finding for _, finding in by_shape(self.shown, found, self.views)]
        if self.everything is None:
            return found
        known = {(each.kind, each.normal, each.where) for each in found}
        more = self.everything.script.findings(self.choices)
        more += [finding for _, finding in by_shape(self.everything, [*found, *more], self.views)]
        return found + [each for each in more if (each.kind, each.normal, each.where) not in known]

    def pictures(self) -> tuple[list[Finding], list[Picture]]:
        found, seen = [], []
        for each in (placed for sheet in self.drawings.placed.values() for placed in sheet):
            findings, picture = pictures.inspect_picture(each.data, self.choices, each.name, each.where)
            found += findings
            seen.append(picture)
        return found, seen

    @cached_property
    def formulas(self) -> Formulas:
        masked = [(ref[1], ref[2]) for ref in self.edits if ref[0] == "cell"]
        return Formulas(self.views, masked, [ref[1] for ref in self.edits if ref[0] == "name"])

    @cached_property
    def charts(self) -> dict[int, list[Chart]]:
        """The charts that can be drawn anew, by sheet."""
        made = {at: [(frame, rebuilt(self.book.pack.xml(frame.part), self.formulas, at)) for frame in frames]
                for at, frames in self.drawings.charts.items()}
        return {at: [pair for pair in pairs if pair[1] is not None] for at, pairs in made.items()}

    @property
    def lost_charts(self) -> list[str]:
        return [frame.where for at, frames in self.drawings.charts.items() for frame in frames
                if frame not in [kept for kept, _ in self.charts[at]]]

    @property
    def hidden(self) -> tuple[str, ...]:
        lost = tuple(f"{each}：公开版中不保留" for each in dict.fromkeys((*self.drawings.lost, *self.lost_charts)))
        return tuple(sentence for view in self.views for sentence in view.hidden) + lost

    @property
    def removed(self) -> tuple[str, ...]:
        codes = self.codes | self.drawings.removed | ({"charts"} if self.lost_charts else set())
        if not self.choices.keep_hidden:
            codes |= {code for view in self.views for code in view.removed}
        return ("metadata", *sorted(codes - {"metadata"}))

    @cached_property
    def edits(self) -> dict[Hashable, str]:
        """New texts by ref, from both readings: what either cuts is cut."""
        edits = self.shown.script.edits(self.choices)
        if self.everything is not None:
            shown = {piece.ref: piece.text for piece in self.shown.script.pieces}
            for ref, text in self.everything.script.edits(self.choices).items():
                if ref in shown:
                    edits[ref] = _both(edits[ref], text, shown[ref]) if ref in edits else text
        for ref, finding in by_shape(self.shown, self.shown.script.findings(self.choices), self.views):
            decision = self.choices.decision(finding.kind, finding.normal)
            if decision is not Decision.keep and ref not in edits:
                style = self.choices.masks.get(finding.kind, "full")
                edits[ref] = mask_value(finding.value, finding.kind, style) if decision is Decision.mask else ""
        return edits


def _both(one: str, other: str, original: str) -> str:
    """Two edits of one text, both done."""
    if len(one) == len(other) == len(original):
        return "".join(mine if mine != was else theirs
                       for mine, theirs, was in zip(one, other, original, strict=True))
    return min(one, other, key=lambda text: sum(map(str.isalnum, text)))


class Spreadsheets:
    """The format family."""

    name = "xlsx"

    def recognises(self, source: Source) -> bool:
        try:
            return sniff(source.data) == "xlsx"
        except Refused:
            return False

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        work = Workbook(source, choices)
        found, seen = work.pictures()
        secrets = dict.fromkeys((*work.shown.script.secrets, *work.beside.secrets,
                                 *(work.everything.script.secrets if work.everything else ())))
        beside = [replace(each, dropped=True) for each in work.beside.findings(choices)]
        return Inspection(self.name, (*work.found, *found, *beside), work.hidden, work.removed, tuple(seen),
                          tuple(secrets))

    def build(self, source: Source, choices: Choices) -> Built:
        work = Workbook(source, choices)
        edits, altered = work.edits, []

        def cleaned(picture: Placed) -> tuple[bytes, str]:
            findings, _ = pictures.inspect_picture(picture.data, choices, picture.name, picture.where)
            altered.extend(each for each in findings if each.box
                           and choices.decision(each.kind, each.normal) is not Decision.keep)
            return pictures.clean_picture(picture.data, choices, picture.name)

        writer = SheetWriter(work.views, work.look, work.formulas, edits)
        names = sheet_names(work.views, edits)
        data, blank = write(work.book, work.views, work.look, writer, names, work.drawings.placed, work.charts,
                            cleaned)
        changed = bool(edits or blank or altered or choices.boxes or work.hidden
                       or {"headers", "objects"} & set(work.removed))
        return Built(data, self.name, MEDIA_TYPE, ".xlsx", readable(work.reader, work.views, edits, names),
                     (*work.removed, *(("formulas",) if blank else ())), changed)


FORMAT = Spreadsheets()
