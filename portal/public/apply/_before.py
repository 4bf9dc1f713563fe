"""What somebody who is logged in gave the last time: how he is reached, taken into the form when he presses for it.

Only from what was filed from the account itself, by the same kind of applicant; numbers of papers are typed anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.request import Request

from content import cases
from content.cases import Case
from portal.i18n import _
from portal.public.apply._account import signed_in
from portal.public.apply._questions import CONTACT, NATURAL
from workflows.my_cases import last_filed

WORDS = _("填上我上次的联系方式")


def _last(request: Request, answers: Mapping[str, str]) -> Case | None:
    holder = signed_in(request)
    natural = answers.get("applicant_class") == NATURAL
    return last_filed(request.db, holder.id, natural=natural) if holder is not None else None


def has_contact(request: Request, answers: Mapping[str, str]) -> bool:
    return _last(request, answers) is not None


def contact(request: Request, answers: Mapping[str, str]) -> dict[str, str]:
    """Name, telephone, addresses as they were given the last time; nothing where there was none."""
    case = _last(request, answers)
    given = cases.contents(request.db, request.house, case)["applicant"] if case is not None else {}
    return {name: str(given[name]) for name in CONTACT if given.get(name)}
