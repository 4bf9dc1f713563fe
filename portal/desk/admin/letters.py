"""文书模板: the words of the letters that go out in cases; for the system administrator.

A template is edited as plain text, one paragraph a line, with placeholders such as `${received}`; it is shown as a
letter of invented people before it is kept. Every version stays; letters already issued never change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import func, select

from content.cases import LetterTemplate
from content.late import Late
from content.people import User
from portal.desk.navigation import MANAGE, Entry
from portal.forms import whole
from portal.i18n import _
from portal.rendering import theme_of
from portal.traversal import Desk
from workflows import letters
from workflows.access import Permission
from workflows.letters import samples
from workflows.letters.templates import Template, newest, split

paper = Late("portal.letters")
URL = "/desk/letters"
LONGEST = 20_000  # characters of a template
# The beginning of the kinds of each group, and its heading.
GROUPS = (("", _("文书")), ("reply", _("答复书：按处理结果")), ("consultation", _("征求意见书：按对象")),
          ("receipt", _("登记回执：按事项")), ("remedies", _("救济途径")))


@dataclass(frozen=True)
class Version:
    """A version in the list; `shipped` where it went back to what is shipped."""

    row: LetterTemplate
    by: str
    shipped: bool


def listing(request: Request) -> dict[str, Any]:
    """`/desk/letters`: every kind, its parts below it; one query."""
    query = select(LetterTemplate.kind, func.max(LetterTemplate.version)).group_by(LetterTemplate.kind)
    edited = dict(request.db.execute(query).all())
    groups = [(head or "letters", words, [(each, edited.get(each.kind)) for each in letters.shipped().values()
                                         if each.kind.rpartition(".")[0] == head]) for head, words in GROUPS]
    return {"title": _("文书模板"), "groups": groups}


def _asked(request: Request) -> Template:
    try:
        return letters.template(request.db, request.matchdict["kind"])
    except LookupError:
        raise HTTPNotFound() from None


def show(request: Request) -> dict[str, Any]:
    """`/desk/letters/{kind}?version=`: the form with what holds now, or with an earlier version."""
    held = _asked(request)
    number = whole(request.GET.get("version", ""))
    earlier = next((each for each in letters.versions(request.db, held.kind) if each.version == number), None)
    if earlier is not None:
        base = letters.shipped()[held.kind]
        held = replace(base, title=earlier.title, paragraphs=tuple(split(earlier.body))) if earlier.body else base
    return _page(request, held.kind, held.title, held.body)


def _page(request: Request, kind: str, title: str, body: str, problem: str = "") -> dict[str, Any]:
    base = letters.shipped()[kind]
    return {"title": base.name, "base": base, "typed_title": title, "body": body, "problem": problem,
            "places": [(f"${{{name}}}", samples.meaning(name)) for name in base.allowed],
            "preview": None if problem else _preview(request, base, title, body),
            "versions": _versions(request, kind)}


def _preview(request: Request, base: Template, title: str, body: str) -> Markup:
    letter = samples.sample(request.db, replace(base, title=title, paragraphs=tuple(split(body))))
    return paper.html(letter.plain(), theme=theme_of(request))


def _versions(request: Request, kind: str) -> list[Version]:
    rows = letters.versions(request.db, kind)
    query = select(User.id, User.name).where(User.id.in_({row.actor_id for row in rows}))
    people = dict(request.db.execute(query).all())
    return [Version(row, people.get(row.actor_id, ""), not row.body) for row in rows]


def change(request: Request) -> dict[str, Any] | Response:
    """Keep it, show it, or go back to what is shipped."""
    kind, form = _asked(request).kind, request.POST
    title, body = form.get("title", "").strip()[:200], form.get("body", "")[:LONGEST]
    if "reset" in form:
        return _reset(request, kind)
    try:
        letters.check(letters.shipped()[kind], title, body)
    except letters.BadTemplate as problem:
        return _page(request, kind, title, body, str(problem))
    if "preview" in form:
        return _page(request, kind, title, body)
    letters.edit(request.db, kind, title, body, actor_id=request.identity.user_id, at=request.now)
    return _done(request, kind, _("已保存，以后发出的文书用新的内容"))


def _reset(request: Request, kind: str) -> Response:
    last = newest(request.db, kind)
    if last is not None and last.body:
        letters.reset(request.db, kind, actor_id=request.identity.user_id, at=request.now)
    return _done(request, kind, _("已恢复为系统自带的内容"))


def _done(request: Request, kind: str, words: Any) -> HTTPSeeOther:
    request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(f"{URL}/{kind}")


def includeme(config: Configurator) -> None:
    manage = Permission.MANAGE_LETTERS
    config.add_desk_entry(Entry(MANAGE, _("文书模板"), URL, "letter", manage, 40))
    config.add_route("desk.letters", URL, factory=Desk)
    config.add_route("desk.letter", URL + r"/{kind:[a-z_]{1,40}(\.[a-z_]{1,40})?}", factory=Desk)
    config.add_view(listing, route_name="desk.letters", request_method="GET", renderer="desk/admin/letters.pt",
                    permission=manage)
    for method, view in (("GET", show), ("POST", change)):
        config.add_view(view, route_name="desk.letter", request_method=method, renderer="desk/admin/letter.pt",
                        permission=manage)
