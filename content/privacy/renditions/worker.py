"""The verbs of renditions for whoever calls from outside: each runs in a process of its own with limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from content.privacy.kinds import Decision
from content.privacy.renditions.detect import check_size
from content.privacy.renditions.model import (
    Box,
    Built,
    Choices,
    Cleaned,
    Finding,
    Inspection,
    Limits,
    Picture,
    Source,
)
from content.privacy.renditions.sandbox import call

_ANSWERS = f"{__name__}:answer"


def run_inspect(source: Source, choices: Choices) -> Inspection:
    """`cleaning.inspect` in a child process. Raises `Refused`, also slow, large and damaged."""
    answer, _ = _ask("inspect", source, choices)
    return read_inspection(answer["inspection"])


def run_clean(source: Source, choices: Choices, unattended: bool = False) -> Cleaned:
    """`cleaning.clean` in a child process: see there. Raises `Refused`, also slow, large and damaged."""
    answer, octets = _ask("clean", source, choices, unattended=unattended)
    built = Built(octets, **{**answer["built"], "removed": tuple(answer["built"]["removed"])})
    return Cleaned(built, read_inspection(answer["inspection"]), answer["name"])


def run_page(source: Source, name: str, choices: Choices) -> bytes:
    """A picture or a page of a file as its original shows it, as PNG; `name` as `Picture.name` gives it."""
    return _ask("page", source, choices, picture=name)[1]


def _ask(verb: str, source: Source, choices: Choices, **more: Any) -> tuple[dict[str, Any], bytes]:
    request = {"verb": verb, "name": source.name, "depth": source.depth, "choices": write_choices(choices), **more}
    check_size(source, choices.limits)
    return call(_ANSWERS, request, source.data, choices.limits)


# -- plain data -------------------------------------------------------------------------------------------------

def write_choices(choices: Choices) -> dict[str, Any]:
    """Choices as JSON."""
    return {**{each.name: getattr(choices, each.name) for each in fields(choices)},
            "decisions": [[*key, str(decision)] for key, decision in choices.decisions.items()],
            "masks": dict(choices.masks), "everywhere": dict(choices.everywhere),
            "known_public": sorted(choices.known_public), "boxes": [asdict(each) for each in choices.boxes],
            "limits": asdict(choices.limits)}


def read_choices(given: Mapping[str, Any]) -> Choices:
    """Choices from JSON."""
    decisions = {(kind, normal): Decision(word) for kind, normal, word in given["decisions"]}
    return Choices(**{**given, "decisions": decisions, "known_public": frozenset(given["known_public"]),
                      "boxes": tuple(Box(**each) for each in given["boxes"]), "limits": Limits(**given["limits"])})


def write_inspection(inspection: Inspection) -> dict[str, Any]:
    """An inspection as JSON; it holds the personal data that was found."""
    return asdict(inspection)


def read_inspection(given: Mapping[str, Any]) -> Inspection:
    """An inspection from JSON."""
    findings = tuple(Finding(**{**each, "box": tuple(each["box"]) if each["box"] else None,
                                "around": tuple(each["around"])}) for each in given["findings"])
    return Inspection(given["format"], findings, tuple(given["hidden"]), tuple(given["removed"]),
                      tuple(Picture(**each) for each in given["pictures"]), tuple(given["secrets"]))


# -- in the child -----------------------------------------------------------------------------------------------

def answer(request: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Do in this process what a `run_…` of another asked for."""
    from content.privacy.renditions import cleaning, showing  # whoever only asks needs no library of any format

    source, choices = Source(data, request["name"], request["depth"]), read_choices(request["choices"])
    if request["verb"] == "inspect":
        return {"inspection": write_inspection(cleaning.inspect(source, choices))}, b""
    if request["verb"] == "page":
        return {}, showing.page(source, request["picture"], choices)
    made = cleaning.clean(source, choices, unattended=request["unattended"])
    built = asdict(replace(made.built, data=b""))
    del built["data"]
    return {"inspection": write_inspection(made.inspection), "built": built, "name": made.name}, made.built.data
