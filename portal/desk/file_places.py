"""Where personal data stands in an attachment: the words of the original beside those that the public reads."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from content import filing, privacy
from content.clearing import Found
from content.filing import Filed
from content.privacy import Decision
from content.privacy.renditions.model import Finding
from portal.desk.findings import CLASSES, Panel, whole_words


@dataclass(frozen=True)
class Place:
    """One place; `number` is that of the finding in the panel, `picture` that of the picture or page showing it."""

    number: int | None
    where: str
    picture: int  # 0 for none
    before: str
    value: str
    behind: str
    afterwards: str
    css: str
    dropped: bool  # the public copy leaves the whole place out, so that nobody decides about it


@dataclass(frozen=True)
class Side:
    """What is needed to put both sides of a place: the decisions, the masks of the column, what else must be hidden."""

    at: Filed
    originals: bool
    found: dict[str, Found]
    masks: dict[str, str]
    pictures: dict[str, int]  # name -> number
    values: frozenset[str]  # of everything found in the file
    cut: re.Pattern[str] | None

    @classmethod
    def of(cls, at: Filed, beside: Panel, masks: dict[str, str], pictures: dict[str, int]) -> Side:
        found = {each.found.key: each.found for each in beside.items}
        values = frozenset(each.value for each in (at.inspection.findings if at.inspection else ()) if each.value)
        kept = {each.value for each in found.values() if each.decision is Decision.keep}
        return cls(at, beside.originals, found, masks, pictures if beside.originals else {}, values,
                   _finder(values - kept))

    def places(self) -> list[Place]:
        """What stays in sight first, then what lies in places that the public copy leaves out."""
        left_out = self.at.inspection.findings if self.at.inspection else ()
        return [*(self._place(found, self.found.get(key)) for key, found in self.at.noted),
                *(self._place(found, None) for found in left_out if found.dropped)]

    def _place(self, found: Finding, known: Found | None) -> Place:
        decision = known.decision if known else None
        masked = privacy.mask_value(found.value, found.kind, self.masks.get(found.kind, "full"))
        put = {Decision.keep: found.value, Decision.delete: ""}.get(decision, masked)
        before, behind = whole_words(found.around, self.values) if self.originals else ("", "")
        css = "hit-masked" if found.dropped else CLASSES[decision]
        return Place(known.number if known else None, self._where(found), self.pictures.get(found.picture, 0), before,
                     found.value if self.originals else masked, behind,
                     f"{self._hidden(before)}{put}{self._hidden(behind)}", css, found.dropped)

    def _where(self, found: Finding) -> str:
        return found.where if self.originals else filing.label(found.where, self.at.choices.known_public)

    def _hidden(self, words: str) -> str:
        return self.cut.sub(lambda value: "*" * len(value[0]), words) if self.cut else words


def _finder(values: Collection[str]) -> re.Pattern[str] | None:
    """Finds what the public does not read: the words beside one value may hold another."""
    return re.compile("|".join(map(re.escape, sorted(values, key=len, reverse=True)))) if values else None
