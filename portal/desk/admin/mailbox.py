"""示例信箱: what a demonstration would send by mail, so that its links can be followed. Closed everywhere else.

It opens what lies sealed and names citizens, which is why only an instance that says of itself that it is a
demonstration (`demo`, written by `gongkai init --sample`) has it. Of the HTML part what a page may hold is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import nh3
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from content import outbox, subscriptions
from content.outbox import Delivery
from portal.channels.mail import mail_of
from portal.channels.subscriptions import Sender
from portal.delivering import NotDeliverable
from portal.desk.navigation import RECORDS, Entry
from portal.forms import whole
from portal.i18n import _
from portal.traversal import Desk
from workflows.access import Permission

URL = "/desk/mailbox"
SIZE = 20
MAIL = "mail"
HEADERS = ("From", "To", "Subject", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")
TAGS = {"p", "div", "a", "strong", "em", "ul", "ol", "li", "br"}  # a heading is shown as a line: the page has its own
_ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")


@dataclass(frozen=True)
class Letter:
    """A mail as it would go; `message` is None, and `why` says so, when nothing would."""

    row: Delivery
    message: EmailMessage | None
    why: str = ""


def opened(request: Request, row: Delivery) -> Letter:
    """The mail of a delivery, composed as it is when it goes."""
    settings = request.registry.settings["gongkai"]
    mail, parcel = mail_of(settings), outbox.opened(request.db, request.house, row)
    try:
        if row.channel == MAIL:
            return Letter(row, mail.compose(parcel))
        message = Sender(request.house, mail, settings).compose(parcel)[1]
    except NotDeliverable as problem:
        return Letter(row, None, str(problem))
    return Letter(row, message, "" if message is not None else request.localizer.translate(_("信息都已撤下，不会发出")))


def _asked(request: Request, limit: int, before: int | None) -> list[Delivery]:
    if not request.registry.settings["gongkai"].demo:
        raise HTTPNotFound()
    return outbox.unsent(request.db, (MAIL, subscriptions.CHANNEL), before, limit)


def listing(request: Request) -> dict[str, Any]:
    """`/desk/mailbox?before=`."""
    rows = _asked(request, SIZE + 1, whole(request.GET.get("before", "")))
    return {"title": _("示例信箱"), "letters": [opened(request, row) for row in rows[:SIZE]], "url": URL,
            "older": f"{URL}?before={rows[SIZE - 1].id}" if len(rows) > SIZE else ""}


def page(request: Request) -> dict[str, Any]:
    """`/desk/mailbox/{number}`: headers, text, and the HTML part where there is one; links lead to this portal."""
    number = whole(request.matchdict["number"]) or 0
    row = next((each for each in _asked(request, 1, number + 1) if each.id == number), None)
    if row is None:
        raise HTTPNotFound()
    letter = opened(request, row)
    if letter.message is None:
        return {"title": _("示例信箱"), "letter": letter, "headers": [], "text": [], "html": "", "list_url": URL}
    base = request.registry.settings["gongkai"].base_url.rstrip("/")
    text, html = (letter.message.get_body((kind,)) for kind in ("plain", "html"))
    return {"title": letter.message["Subject"], "letter": letter, "list_url": URL,
            "headers": [(name, str(letter.message[name])) for name in HEADERS if letter.message[name]],
            "text": linked(text.get_content(), base), "html": shown(html.get_content(), base) if html else ""}


def linked(text: str, base: str) -> list[tuple[str, str]]:
    """`(words, address or "")` in order; an address of this portal leads to where the reader is."""
    return [(part, part.removeprefix(base) if at % 2 else "") for at, part in enumerate(_ADDRESS.split(text))]


def shown(html: str, base: str) -> str:
    """The part of a mail's HTML that a page may hold: no styles, scripts, pictures or forms."""
    inside = re.sub(r"(?s)<head\b.*?</head>", "", html).replace("<h1", "<p").replace("</h1>", "</p>")
    cleaned = nh3.clean(inside, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"},
                        link_rel="noopener noreferrer")
    return cleaned.replace(f'href="{base}/', 'href="/')


def includeme(config: Configurator) -> None:
    permission = Permission.MANAGE_DELIVERIES
    if config.registry.settings["gongkai"].demo:
        config.add_desk_entry(Entry(RECORDS, _("示例信箱"), URL, "letter", permission, 81))
    config.add_route("desk.mailbox", URL, factory=Desk)
    config.add_route("desk.mailbox.letter", f"{URL}/{{number:\\d{{1,9}}}}", factory=Desk)
    config.add_view(listing, route_name="desk.mailbox", request_method="GET", permission=permission,
                    renderer="desk/admin/mailbox.pt")
    config.add_view(page, route_name="desk.mailbox.letter", request_method="GET", permission=permission,
                    renderer="desk/admin/mailbox_letter.pt")
