"""A move: one firing of a transition, as guards look at it and effects change it; and how it is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from content.house import House
from content.tree import Node, Tree
from workflows.access import Identity
from workflows.definition import Transition, Workflow


class Refused(Exception):
    """A transition was refused; `reasons` are sentences for the person, in Chinese."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("；".join(reasons))
        self.reasons = reasons


class NotAllowed(Refused):
    """The person may not do this here."""


@dataclass
class Move:
    """One firing: what guards look at and effects change. `facts` is what the person said beside the reason."""

    session: Session
    house: House
    tree: Tree
    subject: Any  # a document or a case
    node: Node | None  # where a document lies; a case lies in no column
    workflow: Workflow
    transition: Transition
    actor: Identity
    on_behalf_of: int | None
    now: dt.datetime
    why: str
    facts: dict[str, Any]
    notes: dict[str, Any] = field(default_factory=dict)  # what effects want in the journal
    before: str = ""  # the state that it was in

    @property
    def actor_id(self) -> int | None:
        """Who is named in the journal: nobody where the system or a requester acts."""
        return None if self.actor.system or self.actor.requester else self.actor.user_id


Guard = Callable[[Move], list[str]]  # sentences that say what stands in the way; none when nothing does
Effect = Callable[[Move], None]
