"""Workflow definitions: states and transitions as values, read from TOML and checked with clear errors.

A definition is a file that a clerk could read; the names of guards and effects in it are looked up in
`workflows.guards` and `workflows.effects`. What is wrong is said at start-up, not when somebody presses a button.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from content.documents import REASONS
from content.people import Role
from workflows import limits

_STATE_KEYS = {"title", "english", "days", "editable", "final", "public"}
_TRANSITION_KEYS = {"name", "title", "english", "from", "to", "roles", "guards", "effects", "reason", "kinds", "tone",
                    "done", "asks", "letter"}
TONES = ("primary", "plain", "danger")


class DefinitionError(ValueError):
    """A definition file is wrong; the message says which file, what and what to do."""


@dataclass(frozen=True)
class State:
    """`days`: working days within which somebody should move on from here; `editable`: the text may change;
    `public`: what the requester of a case is told that is going on, Chinese."""

    name: str
    title: str
    english: str
    days: int | None = None
    editable: bool = False
    final: bool = False
    public: str = ""


@dataclass(frozen=True)
class Transition:
    """`roles`: who may; in the file, `system` means the worker, `requester` whoever filed the case. `reason`: must be
    given, and is kept. `asks`: what else the person must say (`workflows.asks`); `letter`: the kind of letter that
    goes out with the step."""

    name: str
    title: str
    english: str
    sources: tuple[str, ...]
    target: str
    roles: frozenset[Role]
    system: bool
    guards: tuple[str, ...]
    effects: tuple[str, ...]
    reason: bool
    kinds: dict[str, frozenset[Role]]  # of reasons, one of which must be named (撤回原因); who may name each
    tone: str
    done: str  # what the desk says when it is done
    requester: bool = False
    asks: tuple[str, ...] = ()
    letter: str = ""


@dataclass(frozen=True)
class Workflow:
    name: str
    title: str
    english: str
    subject: str
    initial: str
    states: dict[str, State]
    transitions: tuple[Transition, ...]
    asks: tuple[str, ...] = ()  # what a requester is asked when the case is filed (`workflows.asks`)
    entered: tuple[str, ...] = ()  # what a clerk enters of one that came by post, by fax or in person

    def leaving(self, state: str) -> list[Transition]:
        """The transitions out of `state`, in the order of the file."""
        return [each for each in self.transitions if state in each.sources]

    def find(self, name: str, state: str) -> Transition | None:
        return next((each for each in self.leaving(state) if each.name == name), None)

    def path(self) -> list[State]:
        """The states of the ordinary way: from the initial one along the first transition out of each."""
        found, state = [], self.initial
        while state not in [each.name for each in found]:
            found.append(self.states[state])
            leading = [each for each in self.leaving(state) if each.tone == "primary"]
            onward = [each for each in leading if not each.system or state == self.initial]
            state = onward[0].target if onward else state
        return found


def load(path: Path, guards: Collection[str], effects: Collection[str], asks: Collection[str] = ()) -> Workflow:
    """Read and check one definition file."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise DefinitionError(f"{path.name}: not TOML: {problem}") from None
    try:
        states = {name: _state(path, name, table) for name, table in raw["states"].items()}
        transitions = tuple(_transition(path, table) for table in raw["transitions"])
        workflow = Workflow(raw["name"], raw["title"], raw["english"], raw["subject"], raw["initial"], states,
                            transitions, tuple(raw.get("asks", ())),
                            tuple(raw.get("entered", raw.get("asks", ()))))
        limits.read(raw.get("limit", {}))
    except KeyError as problem:
        raise DefinitionError(f"{path.name}: {problem} is missing") from None
    except ValueError as problem:
        raise DefinitionError(f"{path.name}: {problem}") from None
    _check(path, workflow, guards, effects, asks)
    return workflow


def _state(path: Path, name: str, table: dict[str, Any]) -> State:
    if unknown := table.keys() - _STATE_KEYS:
        raise DefinitionError(f"{path.name}: state {name!r} has unknown keys {', '.join(sorted(unknown))}")
    return State(name=name, **table)


def _transition(path: Path, table: dict[str, Any]) -> Transition:
    if unknown := table.keys() - _TRANSITION_KEYS:
        raise DefinitionError(f"{path.name}: transition {table.get('name')!r} has unknown keys "
                              f"{', '.join(sorted(unknown))}")
    names, kinds = table["roles"], table.get("kinds", {})
    return Transition(
        table["name"], table["title"], table["english"], tuple(table["from"]), table["to"],
        _roles(path, table, names), "system" in names, tuple(table.get("guards", ())),
        tuple(table.get("effects", ())), table.get("reason", False),
        {kind: _roles(path, table, allowed) for kind, allowed in kinds.items()}, table.get("tone", "plain"),
        table.get("done", f"{table['title']}：已办理"), "requester" in names, tuple(table.get("asks", ())),
        table.get("letter", ""))


def _roles(path: Path, table: dict[str, Any], names: list[str]) -> frozenset[Role]:
    try:
        return frozenset(Role(role) for role in names if role not in ("system", "requester"))
    except ValueError as problem:
        raise DefinitionError(f"{path.name}: transition {table['name']!r}: {problem}; roles are "
                              f"{', '.join(Role)}, system and requester") from None


def _check(path: Path, workflow: Workflow, guards: Collection[str], effects: Collection[str],
           asks: Collection[str]) -> None:
    names = set(workflow.states)
    if workflow.initial not in names:
        raise DefinitionError(f"{path.name}: the initial state {workflow.initial!r} is not a state")
    if lost := [name for name in (*workflow.asks, *workflow.entered) if name not in asks]:
        raise DefinitionError(f"{path.name}: asks names the question {lost[0]!r}; there are {', '.join(sorted(asks))}")
    seen: set[tuple[str, str]] = set()
    for transition in workflow.transitions:
        where = f"{path.name}: transition {transition.name!r}"
        for state in (*transition.sources, transition.target):
            if state not in names:
                raise DefinitionError(f"{where} names the state {state!r}, which is not defined")
        for known, used, what in ((guards, transition.guards, "guard"), (effects, transition.effects, "effect"),
                                  (asks, transition.asks, "question")):
            for name in used:
                if name not in known:
                    raise DefinitionError(f"{where} names the {what} {name!r}; there are {', '.join(sorted(known))}")
        if transition.tone not in TONES:
            raise DefinitionError(f"{where}: tone is one of {', '.join(TONES)}")
        if not transition.roles and not transition.system and not transition.requester:
            raise DefinitionError(f"{where} has no roles: nobody could ever take it")
        _check_kinds(where, transition)
        for source in transition.sources:
            if (transition.name, source) in seen:
                raise DefinitionError(f"{where} leaves {source!r} twice")
            seen.add((transition.name, source))
    _check_ways(path, workflow)


def _check_kinds(where: str, transition: Transition) -> None:
    for kind, roles in transition.kinds.items():
        if kind not in REASONS:
            raise DefinitionError(f"{where} names the kind of reason {kind!r}; there are {', '.join(REASONS)}")
        if not roles or roles - transition.roles:
            raise DefinitionError(f"{where}: who may name {kind!r} must be among its roles")


def _check_ways(path: Path, workflow: Workflow) -> None:
    reached, frontier = {workflow.initial}, [workflow.initial]
    while frontier:
        for transition in workflow.leaving(frontier.pop()):
            if transition.target not in reached:
                reached.add(transition.target)
                frontier.append(transition.target)
    if lost := set(workflow.states) - reached:
        raise DefinitionError(f"{path.name}: no way leads to {', '.join(sorted(lost))}")
    for state in workflow.states.values():
        if not state.final and not workflow.leaving(state.name):
            raise DefinitionError(f"{path.name}: no way leads out of {state.name!r}; say final = true if it is the end")
