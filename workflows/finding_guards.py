"""Guards of findings: the conditions that the definition of rectification names."""

from __future__ import annotations

from content import journal
from content.base import local_date
from workflows.finding_effects import REPAIR
from workflows.judging import still
from workflows.moves import Guard, Move
from workflows.rules import rule_of
from workflows.subjects import kind_of


def cause_is_gone(move: Move) -> list[str]:
    """What was found is no longer so, as its rule says now; a fact that nothing undoes is answered for instead."""
    finding = move.subject
    if rule_of(finding.rule).lasting or move.facts.get("asking"):
        return []
    found = still(move.session, move.house, finding, local_date(move.now))
    return [f"问题还在：{found.words}"] if found is not None else []


def not_own_repair(move: Move) -> list[str]:
    """Who reported that it was put right, or in whose right it was reported, does not verify it."""
    steps = [row for row in journal.told(move.session, "finding", move.subject.id) if row.action == "finding.report"]
    people = {move.actor.user_id, move.on_behalf_of}
    reported = {steps[-1].actor_id, steps[-1].payload.get("on_behalf_of")} - {None} if steps else set()
    return ["整改情况是您报送的，请由另一位核验"] if reported & people else []


def not_own_work(move: Move) -> list[str]:
    """Who answers for a column does not find that nothing is wrong with it."""
    place = kind_of(move.subject).place(move.subject, move.tree)
    own = place.holder(move.actor, REPAIR, move.tree)
    return ["这是您自己负责的工作，请由另一位监督员认定"] if own is not None and not move.actor.system else []


GUARDS: dict[str, Guard] = {guard.__name__: guard for guard in (cause_is_gone, not_own_repair, not_own_work)}
