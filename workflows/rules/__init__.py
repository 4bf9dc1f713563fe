"""Rules of supervision (监督规则), one file each: from the state of the portal and a date to what is wrong.

A file of this folder gives `RULE`, a `Rule`, and is found by itself. `find` looks, by queries whose number does not
grow with the site, and yields a `Found` for each thing that is wrong; it writes nothing. Looking anew within one day
(`workflows.supervision`) asks only the rules that what happened could have moved (`moved_by`), and tells them about
which documents and columns (`Look.scope`).
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from content.collect import collect
from content.findings import RED, YELLOW
from workflows.looking import Look

SITE = ("site", 0)  # kind and number of the subject that is the portal itself


@dataclass(frozen=True)
class Threshold:
    """A number that an office may set otherwise: its default, its title, its unit, what it comes from."""

    default: int
    title: str
    unit: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Found:
    """Something that is wrong today.

    `kind` and `id` say about what row, `subject` how people call it. `cycle` is what makes the next one of its kind
    another finding: the day that was missed, the revision that was published. `since` is the first day on which it
    was of this severity, `due` the last day on which it was, or still is, well. `evidence` says where to look, in
    JSON, without personal data; `column_id` is where it lies, `department_id` who answers for it.
    """

    kind: str
    id: int
    subject: str
    department_id: int
    severity: str
    since: dt.date
    cycle: str
    words: str
    due: dt.date | None = None
    cycles_late: int = 0
    column_id: int | None = None
    evidence: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.severity not in (RED, YELLOW):
            raise ValueError(f"severity is {RED} or {YELLOW}, not {self.severity!r}")

    @property
    def identity(self) -> tuple[str, int, str]:
        return self.kind, self.id, self.cycle


@dataclass(frozen=True)
class Rule:
    """`about` is the kind of its subjects, `advice` what to do about a finding, `basis` where it is ordered.

    `moved_by` names the kinds of journal subjects that may change its findings within a day. `scoped`: it can look at
    some documents or columns alone. `lasting`: what it finds is a fact that nothing undoes (it was late); such a
    finding ends when somebody has answered for it, not when its cause is gone.
    """

    name: str
    title: str
    english: str
    about: str
    basis: str
    advice: str
    find: Callable[[Look], Iterable[Found]]
    moved_by: frozenset[str]
    thresholds: dict[str, Threshold] = field(default_factory=dict)
    scoped: bool = False
    lasting: bool = False

    def threshold(self, look: Look, name: str, day: dt.date | None = None) -> int:
        """A threshold as it holds on `day`, or on that of the look.

        What was too late when it happened is judged by the day on which it happened: a change does not undo it.
        """
        return look.setting(self.name, day).get(name, self.thresholds[name].default)


@lru_cache(maxsize=1)
def all_rules() -> dict[str, Rule]:
    """Every rule, by name."""
    return collect(sys.modules[__name__], "RULE")


def rule_of(name: str) -> Rule:
    """Raises `LookupError` for an unknown rule, naming the known ones."""
    try:
        return all_rules()[name]
    except KeyError:
        raise LookupError(f"no supervision rule {name!r}; there are {', '.join(sorted(all_rules()))}") from None
