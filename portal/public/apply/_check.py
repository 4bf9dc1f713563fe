"""The last page of the form: everything that was answered, what is already public, what is attached, and the button."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyramid.request import Request

from content.search import Query, SearchError
from portal.i18n import _
from portal.public.apply import _files, _ticket
from portal.public.apply._account import signed_in
from portal.public.apply._questions import CARRIERS, CITIZEN_OR, IDENTITIES, WAYS, Step, fields
from portal.public.apply._steps import CHECK, Asked
from portal.searching import Found, ask

SUGGESTED = 5
SHORTEST = 2  # letters of a question that is searched for
_SAID = {"applicant_class": CITIZEN_OR, "id_kind": IDENTITIES, "way": WAYS, "carrier": CARRIERS,
         "help": {"yes": _("请打电话帮我填")}}


def already_public(request: Request, words: str) -> tuple[Found, ...]:
    """What is published and may be just what is asked for; best first. Without an index an application goes on."""
    words = " ".join(words.split())[:100]
    if len(words) < SHORTEST:
        return ()
    try:
        return ask(request, Query(text=words, limit=SUGGESTED)).hits
    except SearchError:
        return ()


def rows(asked: Asked, step: Step) -> Iterator[tuple[Any, Any]]:
    """`(title, answer in words)` of what was answered on a page; what was left empty is left out."""
    for node in step.nodes(asked.answers, asked.units):
        value = asked.answers.get(node.name, "")
        if value:
            yield node.title, _in_words(asked, node.name, value)


def _in_words(asked: Asked, name: str, value: str) -> Any:
    if name == "organ":
        return next((unit.name for unit in asked.units if unit.code == value), value)
    return _SAID[name].get(value, value) if name in _SAID else value


def page(asked: Asked, problems: dict[str, Any] | None = None, ticket: _ticket.Ticket | None = None) -> dict[str, Any]:
    """The values of `public/apply_check.pt`. `problems`: field -> what is wrong, shown at the field and above."""
    request = asked.request
    words = asked.answers.get("description", "")
    return {"title": _("核对并提交"), "asked": asked, "marks": asked.marks(CHECK), "problems": problems or {},
            "number": len(asked.kind.steps) + 1, "count": len(asked.names),
            "parts": [(step, list(rows(asked, step))) for step in asked.kind.steps],
            "carried": [(name, asked.answers[name]) for name in fields() if asked.answers.get(name)],
            "found": already_public(request, words), "ticket": (ticket or _ticket.new(request)).written,
            "bits": _ticket.BITS, "holder": signed_in(request), "limits": _files,
            "breadcrumb": [(_("依申请公开"), "/apply"), (_("核对并提交"), "")]}
