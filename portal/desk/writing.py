"""Writing at the desk: new documents, changed ones, kept drafts, and what happens when two write at once."""

from __future__ import annotations

from functools import partial
from typing import Any

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request

from content import manuscripts, picture_intake, writing
from content.base import SHANGHAI
from content.differences import compare_html, compare_words
from content.documents import Document, Draft, Revision, lock
from content.picture_intake import Brought
from content.tree import Node
from content.types import all_types, statement, type_of
from portal.database import pause
from portal.desk import editor
from portal.desk.navigation import WORK, Entry
from portal.forms import whole
from portal.i18n import _
from portal.traversal import Desk, DeskDocument
from workflows.access import PERMISSIONS, Permission, columns_for, permits
from workflows.engine import workflow_of
from workflows.manuscripts import may_edit


class NewPlace:
    """Where a new document is to go, as the address says: `?column=<id>&type=<name>`; nowhere yet without them.

    `?column=<id>&type=statement` begins a statement that there is nothing to disclose, with its words proposed.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        written = request.params.get("column", "")
        self.node: Node | None = request.tree.by_id.get(whole(written) or 0)
        kinds = all_types()
        self.kind = kinds.get(request.params.get("type", "")) if self.node else None
        if (written and self.node is None) or (self.kind and not self.node.takes(self.kind.name)):
            raise KeyError("column or type")


# -- new --------------------------------------------------------------------------------------------------------

def start(request: Request) -> Any:
    """`/desk/write`: choose where; with column and type, the empty form or a kept draft."""
    context = request.context
    if context.node is None or context.kind is None:
        return _choose(request)
    if (there := only_text(request)) is not None:
        return rather(request, there)
    draft = _own_draft(request, request.GET.get("draft"))
    fields = editor.new(context.kind, context.node) | _proposed(request)
    return _new_page(request, _new_form(request).filled(editor.of_draft(draft, fields) if draft else fields))


def _proposed(request: Request) -> dict[str, Any]:
    """The words of a statement (本期无应公开信息), to be looked over; nothing for other types."""
    node, units = request.context.node, request.tree.departments.by_id
    if request.context.kind.name != statement.TYPE.name:
        return {}
    return statement.proposed(node.name, units[node.department_id].name, node.rule, request.today)


def only_text(request: Request) -> Document | None:
    """The one text of a 单页 column, where it has one: it is corrected, not written a second time."""
    context = request.context
    if not context.kind.single:
        return None
    there = manuscripts.newest_in(request.db, context.node.id, context.kind.name)
    gone = there is None or workflow_of(there.workflow).states[there.state].final
    return None if gone else there


def rather(request: Request, there: Document) -> HTTPSeeOther:
    request.session.flash(("info", _("这个栏目只有一篇，请在这一篇上改")))
    return HTTPSeeOther(f"/desk/document/{there.id}")


def _choose(request: Request) -> dict[str, Any]:
    nodes = [node for node in columns_for(request.identity, PERMISSIONS[Permission.WRITE], request.tree)
             if node.kind != "external" and node.is_open(request.today)]
    request.override_renderer = "desk/choose.pt"
    return {"title": _("写一篇"), "columns": [(node, [type_of(name) for name in node.types]) for node in nodes]}


def _new_form(request: Request) -> editor.EditorForm:
    request.editor_page = True
    return editor.form(request, request.context.kind, request.context.node, action="/desk/write")


def _new_page(request: Request, form: Any) -> dict[str, Any]:
    context = request.context
    return {"title": _("写一篇"), "form": form, "node": context.node, "kind": context.kind, "document": None,
            "draft": None, "notes": None, "pictures": []}


def create(request: Request) -> Any:
    """Save a new document for the first time."""
    context = request.context
    if context.kind is None:
        raise HTTPNotFound()
    brought = _brought(request)
    if (there := only_text(request)) is not None:
        return rather(request, there)
    form = _new_form(request)
    try:
        values = form.validate(request.POST)
        made = _create(request, values, brought)
    except deform.ValidationFailure as failure:
        request.response.status_int = 422
        return _new_page(request, failure.render())
    except writing.NotHere as problem:
        request.session.flash(("late", str(problem)))
        return _new_page(request, form.filled(form.typed(request.POST)))
    if (number := whole(values["draft"])) is not None:
        writing.drop_draft(request.db, request.identity.user_id, number)
    return _onward(request, made)


def _create(request: Request, values: dict[str, Any], brought: Brought | None) -> Document:
    context, words = request.context, editor.words(values)
    if brought is not None:
        words["body"] = partial(_settled, request, brought)
    made = writing.create(request.db, context.node, context.kind.name, actor_id=request.identity.user_id,
                          also=_also(values), at=request.now, **words)
    writing.agree(request.db, made, values["publish_at"], actor_id=request.identity.user_id)
    return made


def _brought(request: Request) -> Brought | None:
    """The pictures that the text brings along, where it has any; they are read before the work on it begins."""
    body = request.POST.get("body", "")
    if "<img" not in body.lower():
        return None
    if "data:" in body:
        pause(request)
    return Brought(body)


def _settled(request: Request, brought: Brought, document: Document) -> str:
    """The text with its pictures kept by the document; why some are not is said on the next page."""
    body = brought.settled(request.db, request.house, document, actor_id=request.identity.user_id)
    for problem in brought.problems:
        request.session.flash(("late", problem))
    return body


def _also(values: dict[str, Any]) -> list[int]:
    return sorted(int(each) for each in values.get("also", ()))


def _onward(request: Request, document: Document) -> HTTPSeeOther:
    saved = _("已保存为第${n}稿", mapping={"n": document.head.ordinal})
    request.session.flash(("ok", request.localizer.translate(saved)))
    page = "findings" if "check" in request.POST else "edit"
    return HTTPSeeOther(f"/desk/document/{document.id}/{page}")


# -- changed ----------------------------------------------------------------------------------------------------

def edit(request: Request) -> Any:
    """`/desk/document/{id}/edit`, with `?draft=use` filled from what was typed and not saved."""
    document = request.context.document
    if not may_edit(request.identity, document, request.tree):
        return _sent_already(request, _("这一稿已经送出，现在不能修改。要改，请先收回，或者请办理人退回。"))
    fields = editor.of_revision(request.db, document, document.head)
    draft = writing.draft_of(request.db, request.identity.user_id, document.id)
    if draft is not None and request.GET.get("draft") == "use":
        form = _form(request).filled(editor.of_draft(draft, fields))
        return _page(request, form) | {"notes": draft.fields.get(editor.NOTES)}
    return _page(request, _form(request).filled(fields), draft)


def save(request: Request) -> Any:
    """Save what was typed upon the revision named in the form; a 409 page shows both when it is not the newest."""
    brought, context = _brought(request), request.context
    document = context.document = request.db.get_one(Document, int(request.matchdict["id"]))
    lock(request.db, document)
    form = _form(request)
    if not may_edit(request.identity, document, request.tree):
        _keep(request, form, document)
        return _sent_already(request, _("这一稿已经送出，没有保存；您写的内容已另存为草稿，可以修改时会请您接着用。"))
    if brought is not None:
        request.POST["body"] = _settled(request, brought, document)
    try:
        values = form.validate(request.POST)
        _save(request, document, values)
    except deform.ValidationFailure as failure:
        request.response.status_int = 422
        return _page(request, failure.render())
    except writing.Conflict as conflict:
        return _both(request, conflict)
    return _onward(request, document)


def _save(request: Request, document: Document, values: dict[str, Any]) -> None:
    session, person = request.db, request.identity.user_id
    writing.save(session, document, base_id=revision_named(request, document), actor_id=person, at=request.now,
                 **editor.words(values))
    home = values.get("home") or document.column_id
    also = _also(values) if "also" in values else document.also
    if (home, sorted(also)) != (document.column_id, sorted(document.also)):
        writing.relocate(session, document, request.tree.by_id[home], actor_id=person, also=also)
    writing.agree(session, document, values["publish_at"], actor_id=person)


def _sent_already(request: Request, words: Any) -> HTTPSeeOther:
    request.session.flash(("late", words))
    return HTTPSeeOther(f"/desk/document/{request.context.document.id}")


def form_for(request: Request) -> editor.EditorForm:
    """The form of this request, for a new document or for the one it is about."""
    return _form(request) if hasattr(request.context, "document") else _new_form(request)


def _form(request: Request) -> editor.EditorForm:
    request.editor_page = True
    context = request.context
    return editor.form(request, type_of(context.document.type), context.node, context.document,
                       action=f"/desk/document/{context.document.id}/edit")


def _page(request: Request, form: Any, draft: Draft | None = None) -> dict[str, Any]:
    context = request.context
    return {"title": context.document.title or _("改稿"), "form": form, "node": context.node, "draft": draft,
            "kind": type_of(context.document.type), "document": context.document, "notes": None,
            "pictures": picture_intake.pictures_of(request.db, context.document)}


def _both(request: Request, conflict: writing.Conflict) -> dict[str, Any]:
    """Both texts and their difference; the form holds mine and would be saved upon theirs."""
    document, theirs, mine = request.context.document, conflict.theirs, conflict.draft.fields
    request.response.status_int = 409
    request.override_renderer = "desk/conflict.pt"
    kept = editor.of_draft(conflict.draft, editor.of_revision(request.db, document, theirs))
    fields = kept | {"base": str(theirs.id)}
    return _page(request, _form(request).filled(fields)) | {
        "title": _("两个人同时改了这一稿"), "theirs": theirs,
        "comparison": compare_html(theirs.body, mine["body"]), "heading": compare_words(theirs.title, mine["title"])}


# -- drafts -----------------------------------------------------------------------------------------------------

def autosave(request: Request) -> dict[str, Any]:
    """`POST /desk/drafts/autosave`: keep what is typed now. Answers `{"saved": "16:05", "fields": {…}}`."""
    document = _named_document(request)
    if document is None:
        return _autosave_new(request)
    node = request.tree.by_id[document.column_id]
    if not permits(request.identity, Permission.WRITE, node, request.tree):
        raise HTTPForbidden()
    return _saved(_keep(request, editor.form(request, type_of(document.type), node, document), document))


def _keep(request: Request, form: editor.EditorForm, document: Document) -> Draft:
    """What was typed; the notes of an import stay with it."""
    before = writing.draft_of(request.db, request.identity.user_id, document.id)
    notes = {key: value for key, value in before.fields.items() if key == editor.NOTES} if before else {}
    return writing.keep_draft(request.db, request.identity.user_id, form.typed(request.POST) | notes,
                              document=document, base_id=revision_named(request, document) or document.head_id,
                              at=request.now)


def revision_named(request: Request, document: Document) -> int | None:
    """The revision that the form says it was typed upon; None where it is none of this document."""
    number = whole(request.POST.get("base", ""))
    revision = request.db.get(Revision, number) if number is not None else None
    return number if revision is not None and revision.document_id == document.id else None


def _named_document(request: Request) -> Document | None:
    written = request.POST.get("document", "")
    if not written:
        return None
    number = whole(written)
    document = request.db.get(Document, number) if number is not None else None
    if document is None:
        raise HTTPNotFound()
    return document


def _autosave_new(request: Request) -> dict[str, Any]:
    try:
        place = NewPlace(request)
    except KeyError:
        raise HTTPNotFound() from None
    if place.kind is None or not permits(request.identity, Permission.WRITE, place.node, request.tree):
        raise HTTPForbidden()
    form = editor.form(request, place.kind, place.node)
    kept = writing.keep_draft(request.db, request.identity.user_id, form.typed(request.POST),
                              draft_id=whole(request.POST.get("draft", "")), column_id=place.node.id,
                              type_name=place.kind.name, at=request.now)
    return _saved(kept)


def _saved(draft: Draft) -> dict[str, Any]:
    return {"saved": draft.saved.astimezone(SHANGHAI).strftime("%H:%M"), "fields": {"draft": str(draft.id)}}


def _own_draft(request: Request, number: str | None) -> Draft | None:
    known = whole(number or "")
    draft = request.db.get(Draft, known) if known is not None else None
    return draft if draft is not None and draft.user_id == request.identity.user_id else None


def discard(request: Request) -> HTTPSeeOther:
    """`POST /desk/drafts/{draft}/discard`: the person does not want what he typed."""
    draft = _own_draft(request, request.matchdict["draft"])
    if draft is None:
        raise HTTPNotFound()
    back = f"/desk/document/{draft.document_id}/edit" if draft.document_id else "/desk/manuscripts"
    writing.drop_draft(request.db, request.identity.user_id, draft.id)
    request.session.flash(("ok", _("草稿已放弃")))
    return HTTPSeeOther(back)


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(WORK, _("写一篇"), "/desk/write", "pencil", Permission.WRITE, 20))
    config.add_route("desk.write", "/desk/write", factory=NewPlace)
    config.add_route("desk.edit", r"/desk/document/{id:\d{1,9}}/edit", factory=DeskDocument)
    config.add_route("desk.autosave", "/desk/drafts/autosave", factory=Desk)
    config.add_route("desk.discard", r"/desk/drafts/{draft:\d{1,9}}/discard", factory=Desk)
    write = {"permission": Permission.WRITE}
    for route in ("desk.write", "desk.edit", "desk.autosave"):  # the page has inputs for files; these leave them alone
        config.take_files(route)
    config.add_view(start, route_name="desk.write", request_method="GET", renderer="desk/write.pt", **write)
    config.add_view(create, route_name="desk.write", request_method="POST", renderer="desk/write.pt", **write)
    config.add_view(edit, route_name="desk.edit", request_method="GET", renderer="desk/write.pt", **write)
    config.add_view(save, route_name="desk.edit", request_method="POST", renderer="desk/write.pt", **write)
    config.add_view(autosave, route_name="desk.autosave", request_method="POST", renderer="json", **write)
    config.add_view(discard, route_name="desk.discard", request_method="POST", **write)
