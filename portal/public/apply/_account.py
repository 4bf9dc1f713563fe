"""Who is logged in with an account of his own (我的申请), and what of him is in his session.

The session cookie names the row, its epoch and a mark of it, and nobody's address. A session is that of a requester or
one of the staff, never both: each login begins a new one, and where somebody of the staff is known, no requester is.
"""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from content.applicants import Applicant
from portal.public.apply._known import KNOWN, RECEIPT
from portal.security import USER

APPLICANT = "applicant"
LOGIN, MINE = "/apply/account/login", "/apply/mine"
_CARRIED = (KNOWN, RECEIPT)  # what this browser has shown before, and may put into the account


def signed_in(request: Request) -> Applicant | None:
    """The account of this session; None when there is none, or its sessions were ended."""
    number, epoch, mark = request.session.get(APPLICANT) or (None, 0, "")
    if number is None or request.session.get(USER) is not None:
        return None
    found = request.db.get(Applicant, number)
    good = found is not None and found.epoch == epoch and found.email_hash[:16] == mark
    return found if good else None


def needed(request: Request) -> Applicant:
    """… or to the login: raises `HTTPSeeOther`."""
    found = signed_in(request)
    if found is None:
        raise HTTPSeeOther(LOGIN)
    return found


def sign_in(request: Request, applicant: Applicant) -> None:
    """Begin a new session for this account."""
    carried = {name: request.session[name] for name in _CARRIED if name in request.session}
    request.session.invalidate()
    request.session.update(carried)
    request.session[APPLICANT] = [applicant.id, applicant.epoch, applicant.email_hash[:16]]
