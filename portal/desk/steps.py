"""Steps of a workflow as forms: each is made of what it asks (`workflows.asks`), and read back in the same shapes.

What may be chosen, and what is likely, depends on the subject: cases and findings each say it by two functions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from portal.desk.words import titled
from portal.forms import whole
from workflows import engine
from workflows.asks import ASKS, Ask
from workflows.definition import Transition
from workflows.engine import workflow_of
from workflows.moves import NotAllowed, Refused
from workflows.subjects import Subject

WHY = 2000  # characters of a reason
Options = list[tuple[str, str]]
Choices = Callable[[Ask], Options]  # what may be chosen; empty for a question that is no choice
Likely = Callable[[Ask], str]  # what stands in a field before anything was typed


@dataclass(frozen=True)
class Field:
    """One question of a form: `value` is what was typed, or what is likely; `options` of a choice."""

    ask: Ask
    id: str
    value: str
    options: Options


@dataclass(frozen=True)
class Form:
    """A step: `objections` are what still stands in its way, `why` the reason that was typed."""

    transition: Transition
    title: str
    objections: tuple[str, ...]
    fields: tuple[Field, ...]
    why: str
    open: bool


def forms(request: Request, subject: Subject, typed: Mapping[str, str], choices: Choices, likely: Likely) -> list[Form]:
    """Every step that the person may take now, the way forward first, filled with what was typed."""
    found = [_form(request, offer, typed, choices, likely) for offer in
             engine.offers(request.db, request.house, subject, request.identity, request.now)]
    return sorted(found, key=lambda form: form.transition.tone != "primary")


def _form(request: Request, offer: engine.Offer, typed: Mapping[str, str], choices: Choices, likely: Likely) -> Form:
    step = offer.transition
    mine = typed if typed.get("transition") == step.name else {}
    fields = tuple(_field(step, ASKS[name], mine, choices, likely) for name in step.asks)
    return Form(step, titled(request, step), offer.objections, fields, mine.get("why", ""), bool(mine))


def _field(step: Transition, ask: Ask, typed: Mapping[str, str], choices: Choices, likely: Likely) -> Field:
    value = typed.get(ask.name) if ask.name in typed else likely(ask)
    return Field(ask, f"{step.name}-{ask.name}", value, choices(ask))


# -- reading ----------------------------------------------------------------------------------------------------

def facts(step: Transition | None, sent: Mapping[str, str], choices: Choices) -> dict[str, Any]:
    """What was answered, in the shapes that the engine takes; what fits no shape stays as it was typed, and the
    engine says so."""
    return {name: read(ASKS[name], sent.get(name, ""), choices) for name in (step.asks if step else ())}


def read(ask: Ask, written: str, choices: Choices) -> Any:
    """One answer in its shape; None where nothing was typed."""
    written = written.strip()
    if not written:
        return None
    if ask.shape == "day":
        return _day(written)
    if ask.shape == "number":
        number = whole(written)
        return written if number is None else number
    if ask.shape in ("department", "person"):
        offered = {value for value, _words in choices(ask)}
        return int(written) if written in offered else written
    return " ".join(written.split()) if ask.shape == "line" else written


def _day(written: str) -> dt.date | str:
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        return written


# -- taking -----------------------------------------------------------------------------------------------------

def take(request: Request, subject: Subject, choices: Choices, page: Callable[..., dict[str, Any]], url: str) -> Any:
    """Take the step that was posted, then go to `url`. What the engine refuses is said on `page`, which gets
    `refused` and `typed`, so that nothing is lost."""
    sent = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    name = sent.get("transition", "")
    step = workflow_of(subject.workflow).find(name, subject.state)
    try:
        engine.fire(request.db, request.house, subject, name, request.identity, now=request.now,
                    why=sent.get("why", "").strip()[:WHY], **facts(step, sent, choices))
    except Refused as refused:
        request.response.status_int = 403 if isinstance(refused, NotAllowed) else 409
        return page(request, refused=refused.reasons, typed=sent)
    request.session.flash(("ok", titled(request, step) if request.language.code == "en" else step.done))
    return HTTPSeeOther(url)
