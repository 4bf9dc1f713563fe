"""How long there is for the answer to a case: by the definition of its type, or by what a column promises.

A definition says `[limit]`: `working_days`, `what` was received (Chinese), and `promised = true` where a column whose
promise is of the kind 收到后答复 goes before (县长信箱: 来信几个工作日内答复). Without it the limit is that of Art. 33.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from content.tree import Tree
from workflows.clocks import STATUTE, Limit

DEFINITIONS = Path(__file__).parent / "definitions"
PROMISE = "reply"  # the type of such a column's rule
_KEYS = {"working_days", "what", "promised"}


@dataclass(frozen=True)
class Rule:
    """The limit of a type of case; `promised` where a column may say otherwise."""

    limit: Limit = STATUTE
    promised: bool = False


def read(table: Mapping[str, Any]) -> Rule:
    """The rule of a definition's `[limit]`. Raises `ValueError`, which says what is wrong."""
    if unknown := table.keys() - _KEYS:
        raise ValueError(f"limit has unknown keys {', '.join(sorted(unknown))}")
    days = table.get("working_days", STATUTE.days)
    if not isinstance(days, int) or not 0 < days <= 366:
        raise ValueError(f"limit: working_days is a number from 1 to 366, not {days!r}")
    return Rule(Limit(days, str(table.get("what", STATUTE.what))), bool(table.get("promised", False)))


@lru_cache(maxsize=64)
def rule_of(workflow: str) -> Rule:
    """By the name of the workflow, which is that of its file."""
    path = DEFINITIONS / f"{workflow}.toml"
    return read(tomllib.loads(path.read_text(encoding="utf-8")).get("limit", {})) if path.exists() else Rule()


def promised(rule: Rule, office_id: int, tree: Tree) -> Limit:
    """The limit for a case that was filed with this office: of the columns that promise, that of the nearest above."""
    days: dict[int, int] = {}
    for node in tree.walk():
        if node.rule.get("type") == PROMISE:
            days.setdefault(node.department_id, node.rule["working_days"])
    nearest = next((days[unit] for unit in tree.departments.chain(office_id) if unit in days), rule.limit.days)
    return replace(rule.limit, days=nearest)
