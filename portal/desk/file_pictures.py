"""Looking at the pages and pictures of an attachment: opened by name, seen as the original has them, boxes drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther, HTTPServiceUnavailable
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import select

from content import attachments, journal
from content.documents import lock
from content.filing import Filed
from content.privacy import Decision
from content.privacy.renditions.model import Box, Picture, Refused, Source
from content.privacy.renditions.worker import run_page
from portal.desk import reading
from portal.desk.file_shown import shown
from portal.desk.files import DeskFile
from portal.desk.findings import CLASSES, panel
from portal.desk.page_images import Busy, PageImages
from portal.desk.words import Status
from portal.held import hold
from portal.i18n import _
from workflows.access import Permission
from workflows.manuscripts import may_settle

LOOKED = "attachment.look"
DRAWING = 60.0  # seconds that drawing one page may take: somebody waits for it
READ: Status = ("ok", _("已识别文字"))
UNREAD: Status = ("late", _("程序不能识别，要人看"))
SEEN: Status = ("info", _("您看过了"))
SIDES = {"left": _("左"), "top": _("上"), "right": _("右"), "bottom": _("下")}


@dataclass(frozen=True)
class Look:
    """A page or picture, numbered from 1; `opened` when this person has had it before his eyes."""

    number: int
    picture: Picture
    opened: bool

    @property
    def name(self) -> str:
        return self.picture.name

    @property
    def where(self) -> str:
        return self.picture.where

    @property
    def width(self) -> int:
        return self.picture.width

    @property
    def height(self) -> int:
        return self.picture.height

    @property
    def status(self) -> Status:
        return READ if self.picture.read else SEEN if self.opened else UNREAD


@dataclass(frozen=True)
class Shape:
    """A box on a picture, in percent of it; one that was drawn by hand has no number of a finding."""

    title: Any
    left: float
    top: float
    right: float
    bottom: float
    css: str
    number: int | None = None

    @property
    def drawn(self) -> bool:
        return self.number is None

    @property
    def width(self) -> float:
        return round(self.right - self.left, 3)

    @property
    def height(self) -> float:
        return round(self.bottom - self.top, 3)

    @property
    def covers(self) -> bool:
        return self.css != CLASSES[Decision.keep]

    @property
    def words(self) -> Any:
        """Where it is."""
        corners = {name: f"{getattr(self, name):.1f}" for name in SIDES}
        return _("左${left} 上${top} 右${right} 下${bottom}（%）", mapping=corners)

    @property
    def sides(self) -> str:
        return f"{self.left} {self.top} {self.right} {self.bottom}"


# -- which, and who has seen them ---------------------------------------------------------------------------------

def base(request: Request) -> str:
    """The address of the attachment that the request is about."""
    return f"/desk/document/{request.context.document.id}/files/{request.context.attachment.id}"


def listed(request: Request, at: Filed) -> list[Look]:
    """The pages and pictures of an attachment in their order."""
    pictures = at.inspection.pictures if at.inspection else ()
    marks = _looked_at(request, at) if pictures else set()
    return [Look(number, each, _mark(each) in marks) for number, each in enumerate(pictures, 1)]


def _looked_at(request: Request, at: Filed) -> set[str]:
    query = select(journal.Row).where(
        journal.Row.subject_kind == "attachment", journal.Row.subject_id == at.attachment.id,
        journal.Row.action == LOOKED, journal.Row.actor_id == request.identity.user_id)
    return {row.payload.get("picture", "") for row in request.db.scalars(query).unique()}


def _mark(picture: Picture) -> str:
    """What the journal calls it: the name of a part of a file may be somebody's."""
    return hashlib.sha256(picture.name.encode()).hexdigest()[:16]


def _asked(request: Request, at: Filed) -> tuple[Look, int]:
    """The picture of the address, and how many there are. Raises `HTTPNotFound`."""
    found, number = listed(request, at), int(request.matchdict["number"])
    if not 0 < number <= len(found):
        raise HTTPNotFound()
    return found[number - 1], len(found)


# -- the page -----------------------------------------------------------------------------------------------------

def page(request: Request, wrong: Any = "") -> Any:
    """`/desk/document/{id}/files/{file}/pictures/{number}`; its pictures are not known while a file is looked at."""
    document, at = request.context.document, request.context.filed
    if at.inspection is None:
        return HTTPSeeOther(base(request))
    look, total = _asked(request, at)
    beside = panel(request, document, document.head)
    return {"title": f"{look.where} - {at.attachment.name}", "document": document, "node": request.context.node,
            "heading": reading.shown_title(request, document), "picture": look, "total": total,
            "file": shown(request, document, [at], originals=True)[0], "opened": look.opened, "wrong": wrong,
            "typed": request.POST, "sides": SIDES.items(),
            "boxes": [*_found_in(at, look, beside), *_drawn_on(at, look)],
            "editable": may_settle(request.identity, document, request.tree)}


def _found_in(at: Filed, look: Look, beside: Any) -> Iterator[Shape]:
    """The findings that stand in the picture."""
    known = {each.found.key: each.found for each in beside.items}
    for key, finding in at.noted:
        if finding.picture == look.name and finding.box and key in known:
            found = known[key]
            yield Shape(found.title, *_percent(finding.box), CLASSES[found.decision].replace("hit", "box"),
                        found.number)


def _drawn_on(at: Filed, look: Look) -> Iterator[Shape]:
    for box in at.choices.boxes:
        if box.picture == look.name:
            yield Shape(_("手画的黑框"), *_percent(_sides_of(box)), "box-masked")


def _percent(sides: tuple[float, float, float, float]) -> tuple[float, ...]:
    return tuple(round(side * 100, 3) for side in sides)


# -- opening ------------------------------------------------------------------------------------------------------

def open_it(request: Request) -> HTTPSeeOther:
    """This person wants to see the original: noted before it is shown."""
    look, _total = _asked(request, request.context.filed)
    attachment = request.context.attachment
    journal.record(request.db, LOOKED, ("attachment", attachment.id), actor_id=request.identity.user_id,
                   picture=_mark(look.picture), number=look.number, sha256=attachment.sha256)
    return HTTPSeeOther(f"{base(request)}/pictures/{look.number}")


def image(request: Request) -> Response:
    """The picture as its original shows it, drawn in a process of its own; for who has opened it, and kept nowhere."""
    at = request.context.filed
    look, _total = _asked(request, at)
    if not look.opened:
        raise HTTPForbidden()
    images: PageImages = request.registry.settings["desk.pages"]
    try:
        png = images.get((at.attachment.sha256, look.name), partial(_drawn, request, at, look.name))
    except Busy:
        raise HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None
    except Refused:
        raise HTTPNotFound() from None
    return Response(png, content_type="image/png")


def _drawn(request: Request, at: Filed, name: str) -> bytes:
    source = Source(request.house.blobs.get(request.db, at.attachment.address), at.attachment.name)
    most = request.registry.settings["gongkai"].file_megabytes * attachments.MEGA
    choices = replace(at.choices, limits=replace(at.choices.limits, octets=most, seconds=DRAWING))
    request.db.rollback()  # no transaction stays open while another process works
    return run_page(source, name, choices)


# -- drawing ------------------------------------------------------------------------------------------------------

def draw(request: Request) -> Any:
    """Black out a part of the picture, its sides given in percent."""
    at = _changeable(request)
    look, _total = _asked(request, at)
    sides = _sides([request.POST.get(name, "") for name in SIDES])
    if sides is None:
        request.response.status_int = 422
        return page(request, wrong=_("四边都要填0到100的数，右边要大于左边，下边要大于上边"))
    _keep(request, [*at.choices.boxes, Box(look.name, *sides)])
    return HTTPSeeOther(f"{base(request)}/pictures/{look.number}")


def erase(request: Request) -> HTTPSeeOther:
    """Take a box away that was drawn by hand."""
    at = _changeable(request)
    look, _total = _asked(request, at)
    sides = _sides(request.POST.get("box", "").split())
    _keep(request, [each for each in at.choices.boxes
                    if each.picture != look.name or sides != tuple(round(side, 5) for side in _sides_of(each))])
    return HTTPSeeOther(f"{base(request)}/pictures/{look.number}")


def _sides_of(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def _sides(written: list[str]) -> tuple[float, ...] | None:
    """Four fractions of the picture from percentages; None where they make no rectangle."""
    try:
        sides = tuple(round(float(each.replace("％", "").replace("%", "")) / 100, 5) for each in written)
    except ValueError:
        return None
    if len(sides) != 4 or not all(0 <= each <= 1 for each in sides):
        return None
    return sides if sides[0] < sides[2] and sides[1] < sides[3] else None


def _changeable(request: Request) -> Filed:
    """The attachment, its document held, for somebody who may decide about it now. Raises `HTTPForbidden`."""
    document = request.context.document
    lock(request.db, document)
    if not may_settle(request.identity, document, request.tree):
        raise HTTPForbidden()
    return request.context.filed


def _keep(request: Request, boxes: list[Box]) -> None:
    try:
        attachments.choose(request.db, request.context.document, request.context.attachment, boxes=boxes,
                           actor_id=request.identity.user_id)
    except attachments.Unfit as problem:
        request.session.flash(("late", str(problem)))


def includeme(config: Configurator) -> None:
    hold(config, "desk.pages", lambda *_: PageImages())
    one = r"/desk/document/{id:\d{1,9}}/files/{file:\d{1,9}}/pictures/{number:\d{1,5}}"
    names = (("", page, "GET", Permission.READ_ORIGINALS), ("before.png", image, "GET", Permission.READ_ORIGINALS),
             ("open", open_it, "POST", Permission.READ_ORIGINALS), ("box", draw, "POST", Permission.SETTLE),
             ("erase", erase, "POST", Permission.SETTLE))
    for name, view, method, permission in names:
        route = f"desk.picture.{name or 'page'}"
        config.add_route(route, f"{one}/{name}".rstrip("/"), factory=DeskFile)
        renderer = "desk/file_picture.pt" if view in (page, draw) else None
        config.add_view(view, route_name=route, request_method=method, permission=permission, renderer=renderer)
