"""Who has shown number and query code, for as long as his session lasts; and the receipt that is handed over once.

The session cookie is signed but can be read: it holds the number of the row and a mark of the code that was shown, or
for the receipt what is sealed. A new code ends what the old one opened.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from content.cases import Case
from content.keys import KeyProblem

KNOWN, RECEIPT = "case", "receipt"
STATUS = "/apply/status"


def let_in(request: Request, case: Case) -> None:
    request.session[KNOWN] = [case.id, case.code_hash[:16]]


def let_out(request: Request) -> None:
    request.session.pop(KNOWN, None)
    request.session.pop(RECEIPT, None)


def known(request: Request) -> Case | None:
    """The case that this browser may look at."""
    number, mark = request.session.get(KNOWN) or (None, "")
    case = request.db.get(Case, number) if number is not None else None
    return case if case is not None and case.erased is None and mark and case.code_hash[:16] == mark else None


def needed(request: Request) -> Case:
    """… or back to the form that asks for number and code: raises `HTTPSeeOther`."""
    case = known(request)
    if case is None:
        raise HTTPSeeOther(STATUS)
    return case


# -- the receipt --------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Receipt:
    """What is shown once; `renewed`: the code takes the place of one that was lost."""

    case: Case
    code: str
    renewed: bool


def hand_over(request: Request, case: Case, code: str, *, renewed: bool = False) -> None:
    """Keep number and code for the receipt page, sealed, in this browser alone."""
    sealed = request.house.keys.seal(request.db, json.dumps([case.id, code, renewed]).encode())
    request.session[RECEIPT] = base64.b64encode(sealed).decode()
    let_in(request, case)


def handed_over(request: Request) -> Receipt | None:
    """The case and its code, until the person says that he has kept them, or the session ends."""
    try:
        sealed = base64.b64decode(request.session.get(RECEIPT, ""))
        held = json.loads(request.house.keys.open(request.db, sealed)) if sealed else (None, "", False)
        case_id, code, renewed = held
    except (ValueError, KeyProblem):
        return None
    case: Any = request.db.get(Case, case_id) if case_id is not None else None
    return Receipt(case, code, renewed) if case is not None and case.erased is None else None
