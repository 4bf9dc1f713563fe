"""Judging: every rule of supervision looks at the portal as it stands on a day; nothing is written here.

A look within the day (`Scope`) asks only the rules that what happened could have moved, and those that can look at
some documents or columns alone get just these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from content.findings import RED, Finding
from content.house import House
from workflows.looking import Look, Scope
from workflows.rules import Found, Rule, all_rules, rule_of


@dataclass(frozen=True)
class Judged:
    """What a rule found."""

    rule: Rule
    found: Found


def judge(session: Session, house: House, day: dt.date, *, rules: Collection[str] | None = None,
          scope: Scope | None = None, told: Callable[[Rule], None] | None = None) -> list[Judged]:
    """What is wrong on `day` by every rule, or by some; reds first. `told` hears of each rule before it looks.

    Raises `LookupError` for an unknown rule.
    """
    full = Look(session, house, day)
    narrow = Look(session, house, day, scope) if scope is not None else full
    found = []
    for rule in asked(rules, scope):
        if told is not None:
            told(rule)
        found += [Judged(rule, each) for each in rule.find(narrow if rule.scoped else full)]
    return sorted(found, key=_order)


def asked(rules: Collection[str] | None, scope: Scope | None) -> list[Rule]:
    """The rules that a look asks: those named, or all; within the day those that something could have moved."""
    found = [rule_of(name) for name in (sorted(all_rules()) if rules is None else rules)]
    return found if scope is None else [rule for rule in found if rule.moved_by & scope.kinds]


def still(session: Session, house: House, finding: Finding, day: dt.date) -> Found | None:
    """What its rule says of a finding now; None when its cause is no longer there."""
    rule = rule_of(finding.rule)
    scope = None
    if rule.scoped and finding.subject_kind in ("document", "column"):
        numbers = frozenset({finding.subject_id})
        scope = Scope(rule.moved_by, documents=numbers if finding.subject_kind == "document" else frozenset(),
                      columns=numbers if finding.subject_kind == "column" else frozenset())
    identity = finding.subject_kind, finding.subject_id, finding.cycle
    return next((each.found for each in judge(session, house, day, rules=[rule.name], scope=scope)
                 if each.found.identity == identity), None)


def _order(each: Judged) -> tuple:
    return each.found.severity != RED, each.found.since, each.rule.name, each.found.subject, each.found.cycle
