"""A push at the desk: its items with what readers will see of them, the steps to take, what became of it."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import select

from content import journal, outbox, pushes, wechat_figures
from content.documents import Live
from content.outbox import Delivery
from content.pushes import CHANNEL, DIGEST, KINDS, BadPush, Push, PushItem
from portal.desk import steps
from portal.desk.pushes._shared import URL, DeskPush, address, state_words
from portal.desk.words import names
from portal.forms import whole
from portal.i18n import _
from portal.wechat.articles import TooLong, convert
from portal.wechat.covers import cover
from portal.wechat.pushing import notes, octets_of
from portal.wording import sentence
from workflows.access import Permission
from workflows.pushing import lives

ONE = URL + r"/{id:\d{1,9}}"
RECALLS = {outbox.WAITING: ("warn", _("已撤回，正在从微信删除")), outbox.SENT: ("idle", _("已撤回，已从微信删除")),
           outbox.FAILED: ("late", _("已撤回，没有从微信删除"))}
NAME = 60  # characters of a WeChat name


def page(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/pushes/{id}`."""
    push, typed = request.context.push, more.get("typed", {})
    public = {live.document_id: live for live in lives(request.db, push)}
    read = wechat_figures.of_push(request.db, push)
    rows = [row for row in journal.history(request.db, "push", push.id) if isinstance(row, journal.Row)]
    people = names(request.db, [row.actor_id for row in rows])
    return {"title": _("微信推送 ${n}", mapping={"n": push.id}), "push": push, "url": address(push), "list_url": URL,
            "kind": KINDS[push.kind], "state": state_words(request, push), "public": public,
            "said": {document for (_push, document), said in pushes.titles(request.db, [push.id]).items() if said},
            "editable": push.state == "arranged", "digest": DIGEST, "limit": push.account.title_limit,
            "history": [(sentence(request, row), people.get(row.actor_id or 0, "系统"), row.at) for row in rows],
            "places": {document: place for place, document in enumerate(push.drafted, start=1)}, "read": read,
            "recalls": _recalls(request, push),
            "forms": steps.forms(request, push, typed, lambda ask: [], lambda ask: ""), "refused": (), "typed": {},
            "words": {}, **more}


def _recalls(request: Request, push: Push) -> dict[int, tuple[str, Any, str]]:
    """How far it is with what is called back, by document: a colour, words, what stands in the way; one query."""
    keys = {pushes.recall_key(push, item.document_id): item.document_id for item in push.items}
    return {keys[row.key]: (*RECALLS.get(row.state, RECALLS[outbox.WAITING]), row.problem)
            for row in request.db.scalars(select(Delivery).where(Delivery.key.in_(keys)))}


def move(request: Request) -> Any:
    push = request.context.push
    return steps.take(request, push, lambda ask: [], page, address(push))


def reword(request: Request) -> Any:
    """Titles, digests, order; an item whose place is empty is left out."""
    push, sent = request.context.push, request.POST
    words = {item.document_id: (_line(sent.get(f"title-{item.document_id}", "")),
                                _line(sent.get(f"digest-{item.document_id}", ""))) for item in push.items}
    places = {item.document_id: whole(sent.get(f"place-{item.document_id}", "")) for item in push.items}
    kept = sorted((number for number, place in places.items() if place), key=lambda number: places[number])
    try:
        pushes.reword(request.db, push, {number: words[number] for number in kept}, kept,
                      actor_id=request.identity.user_id)
    except BadPush as problem:
        request.response.status_int = 400
        return page(request, refused=(str(problem),), words=words)
    request.session.flash(("ok", request.localizer.translate(_("已保存"))))
    return HTTPSeeOther(address(push))


def _line(words: str) -> str:
    return " ".join(words.split())[:500]


def show(request: Request) -> Response:
    """Show it to one follower on his phone before it goes: his name is kept only until it has gone."""
    push, name = request.context.push, _line(request.POST.get("name", ""))[:NAME]
    if not name:
        return page(request, refused=(request.localizer.translate(_("请填写接收预览的微信号")),))
    outbox.post_private(request.db, request.house, CHANNEL, name, f"wechat-preview/{push.id}/{request.now.isoformat()}",
                        f"push/{push.id}", preview=push.id)
    request.session.flash(("ok", request.localizer.translate(_("预览已安排发送，请在手机上查看"))))
    return HTTPSeeOther(address(push))


# -- as on a phone ------------------------------------------------------------------------------------------------

def phone(request: Request) -> dict[str, Any]:
    """`/desk/pushes/{id}/phone`: what readers see, the list first, then each article."""
    push = request.context.push
    public = {live.document_id: live for live in lives(request.db, push)}
    articles = [(item, public[item.document_id], *_article(request, public[item.document_id]))
                for item in push.items if item.document_id in public]
    return {"title": _("手机上的样子"), "push": push, "url": address(push), "articles": articles}


def _article(request: Request, live: Live) -> tuple[str, str]:
    """The article without styles, which the page brings; or why WeChat would not take it."""
    unit = request.tree.departments.by_id[live.department_id].name
    try:
        return convert(live.rendition.body, _local(live), notes(live, unit), styled=False), ""
    except TooLong as problem:
        return "", str(problem)


def _local(live: Live) -> Any:
    """Where the portal itself shows a picture."""
    entries = {each["id"]: each for each in live.rendition.files if each.get("variants")}
    place = live.url.removesuffix(".html")
    return lambda number: f"{place}/files/{number}/{entries[number]['variants'][-1]['name']}" \
        if number in entries else ""


def shown_cover(request: Request) -> Response:
    """`/desk/pushes/{id}/cover/{document}.jpg`: the cover as it would be uploaded."""
    item, live = _item(request)
    picture = next((each for each in live.rendition.files if each.get("variants")), None)
    octets = octets_of(request.db, request.house, picture) if picture else None
    organ = request.registry.settings["gongkai"].site.organ
    return Response(body=cover(item.title, organ, octets), content_type="image/jpeg")


def _item(request: Request) -> tuple[PushItem, Live]:
    """The item of the address, as long as the public may read it. Raises `HTTPNotFound`."""
    push, number = request.context.push, int(request.matchdict["document"])
    live = next((each for each in lives(request.db, push) if each.document_id == number), None)
    item = next((each for each in push.items if each.document_id == number), None)
    if live is None or item is None:
        raise HTTPNotFound()
    return item, live


def export(request: Request) -> Response:
    """An article as HTML with its styles, to be pasted by hand where the account has no interface."""
    push, (item, live) = request.context.push, _item(request)
    unit = request.tree.departments.by_id[live.department_id].name
    try:
        made = convert(live.rendition.body, _local(live), notes(live, unit))
    except TooLong as problem:
        request.session.flash(("late", str(problem)))
        return HTTPSeeOther(address(push))
    response = Response(f'<!DOCTYPE html><meta charset="utf-8">{made}', content_type="text/html", charset="utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="push-{push.id}-{item.document_id}.html"'
    return response


def includeme(config: Configurator) -> None:
    may = {"permission": Permission.PUSH}
    for name, path in (("desk.push", ONE), ("desk.push.move", f"{ONE}/move"), ("desk.push.words", f"{ONE}/words"),
                       ("desk.push.show", f"{ONE}/show"), ("desk.push.phone", f"{ONE}/phone"),
                       ("desk.push.cover", ONE + r"/cover/{document:\d{1,9}}.jpg"),
                       ("desk.push.export", ONE + r"/export/{document:\d{1,9}}")):
        config.add_route(name, path, factory=DeskPush)
    one = {**may, "renderer": "desk/pushes/page.pt"}
    config.add_view(lambda request: page(request), route_name="desk.push", request_method="GET", **one)
    for name, view in (("move", move), ("words", reword), ("show", show)):
        config.add_view(view, route_name=f"desk.push.{name}", request_method="POST", **one)
    config.add_view(phone, route_name="desk.push.phone", request_method="GET", renderer="desk/pushes/phone.pt", **may)
    config.add_view(shown_cover, route_name="desk.push.cover", request_method="GET", **may)
    config.add_view(export, route_name="desk.push.export", request_method="GET", **may)


