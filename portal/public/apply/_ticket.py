"""Against floods, without a CAPTCHA: a ticket for each form, a rate that nobody honest reaches, and work beyond it.

Which and why: the first few applications from an address (`apply_rate`) pass without anything. Behind one address
there may be a village office or a school, so more are not refused but must show a proof of work: a number that the
browser's script finds in about a second while the person reads the last page, and that makes a thousand applications
cost hours. Without JavaScript the form comes back filled, and says in how many seconds it can be sent. So nobody is
locked out: the worst that happens to an honest person is a wait of minutes, and never is anything typed lost.

A ticket can be used once: a form that was sent twice is filed once. It is signed, and good for a day.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from pyramid.request import Request

from portal.limits import address

BITS = 17  # zero bits that the hash begins with: about 130,000 tries
GOOD_FOR = 24 * 3600  # seconds
_FORM = re.compile(r"([0-9a-f]{24})\.(\d{10})\.([0-9a-f]{64})")
_WORK = re.compile(r"\d{1,12}")


@dataclass(frozen=True)
class Ticket:
    """`number` is what is used once; `written` what the form carries."""

    number: str
    written: str


def _mac(request: Request, number: str, issued: str) -> str:
    key = request.house.keys.master.derive("apply ticket")
    return hmac.new(key, f"{number}.{issued}".encode(), hashlib.sha256).hexdigest()


def new(request: Request) -> Ticket:
    number, issued = secrets.token_hex(12), f"{int(request.now.timestamp()):010d}"
    return Ticket(number, f"{number}.{issued}.{_mac(request, number, issued)}")


def read(request: Request, written: str) -> Ticket | None:
    """The ticket that a form carried; None when it is not ours or too old."""
    found = _FORM.fullmatch(written)
    if found is None or not hmac.compare_digest(found[3], _mac(request, found[1], found[2])):
        return None
    return Ticket(found[1], written) if _age(request.now, int(found[2])) <= GOOD_FOR else None


def _age(moment: datetime, issued: int) -> float:
    return moment.timestamp() - issued


def worked(ticket: Ticket, work: str) -> bool:
    """Whether SHA-256 of `ticket:work` begins with so many zero bits."""
    if not _WORK.fullmatch(work):
        return False
    digest = hashlib.sha256(f"{ticket.written}:{work}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0


def wait(request: Request, ticket: Ticket) -> int:
    """Seconds until this form may be sent; 0 when it may be now, by the rate or by its work."""
    if worked(ticket, request.POST.get("work", "")):
        return 0
    return request.registry.settings["limits"].wait("apply", address(request.remote_addr))
