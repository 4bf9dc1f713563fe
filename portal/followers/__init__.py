"""Followers of this portal, one file each, found by themselves: what is derived from the journal.

A file gives `FOLLOWER`, a `Maker`: the follower's name, and how it is made of an open instance. What a follower must
keep to is said in `workflows.followers`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from content.collect import collect
from portal.instance import Instance
from workflows.followers import Follower

RETIRED = ("pages",)  # the cursors of followers that there were once; `Worker` takes them away


@dataclass(frozen=True)
class Maker:
    """A follower's name and how it is made."""

    name: str
    make: Callable[[Instance], Follower]


def followers_of(instance: Instance) -> list[Follower]:
    """Every follower, made for `instance`."""
    return [maker.make(instance) for maker in collect(sys.modules[__name__], "FOLLOWER").values()]
