"""The form in which a document is written: title, text, the metadata of its type, other columns, agreed moment.

A form is always filled from strings as they were typed (a cstruct), whether they come from a revision, from a kept
draft or from the last attempt: so nothing typed is lost because it does not parse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import colander
import deform
from deform import widget as widgets
from markupsafe import Markup
from pyramid.request import Request
from sqlalchemy.orm import Session

from content import manuscripts, writing
from content.base import SHANGHAI
from content.corrections import NOTE, last_public
from content.documents import Document, Draft, Revision
from content.tree import Node, Tree
from content.types import DocumentType
from portal.forms import SchemaForm, structure
from portal.i18n import _
from workflows.access import PERMISSIONS, Identity, Permission, columns_for

MANY = 12  # columns beyond which a list is chosen from instead of boxes ticked
HIDDEN = ("base", "document", "column", "type", "draft")
NOTES = "notes"  # of a draft: what an import left behind or proposes


class DocumentReference:
    """Another document, written as its id, its address or its 文号; kept as its id."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        return colander.null if appstruct in (colander.null, None) else str(appstruct)

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        if cstruct in (colander.null, None, ""):
            return colander.null
        found = manuscripts.find(self.session, str(cstruct))
        if found is None:
            raise colander.Invalid(node, _("没有找到“${written}”：请填写已公开文件的文号、网址（/doc/…）或者稿件编号",
                                           mapping={"written": str(cstruct)[:100]}))
        return found.id

    def cstruct_children(self, node: colander.SchemaNode, cstruct: Any) -> list:
        return []


class EditorForm(SchemaForm):
    """A form that can be filled with what was typed, and can say what was typed."""

    def filled(self, cstruct: Mapping[str, Any]) -> Markup:
        self.form.cstruct = cstruct
        return self.form.render()

    def typed(self, controls: Any) -> dict[str, Any]:
        """What was typed, unchecked, as JSON values: what a draft keeps."""
        pstruct = structure(controls.items())
        try:
            cstruct = self.form.deserialize(pstruct)
        except colander.Invalid as problem:
            cstruct = problem.value
        return _plain(cstruct)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items() if each not in (colander.null, None)}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple, set)) else value


def form(request: Request, kind: DocumentType, node: Node, document: Document | None = None, *,
         action: str = "") -> EditorForm:
    """The form for a document of `kind` at home in `node`; for a new one when `document` is None."""
    schema = colander.Schema()
    for name in HIDDEN:
        schema.add(colander.SchemaNode(colander.String(), name=name, missing="", widget=widgets.HiddenWidget()))
    schema.add(_line("title", _("标题"), required=_("请填写标题"), most=200))
    schema.add(colander.SchemaNode(colander.String(), name="body", title=_("正文"), missing="", validator=_length,
                                   widget=widgets.RichTextWidget(attributes={"data-pictures": _pictures(document)})))
    schema.add(_metadata(request.db, kind, corrects=document is not None and document.live is not None))
    _add_places(schema, request, kind, node, document)
    schema.add(_moment())
    buttons = [deform.Button("check", _("保存并检查"), css_class="btn-primary"),
               deform.Button("save", _("保存"), css_class=" ")]
    return EditorForm(request, schema, buttons, action=action, formid="text", autosave="/desk/drafts/autosave",
                      css_class="form-wide")


def _pictures(document: Document | None) -> str:
    """Where the editor sends a picture."""
    return f"/desk/document/{document.id}/picture" if document else "/desk/write/picture"


def _line(name: str, title: Any, *, required: Any, most: int) -> colander.SchemaNode:
    return colander.SchemaNode(colander.String(), name=name, title=title, missing_msg=required,
                               validator=colander.Length(max=most), widget=widgets.TextInputWidget())


def _length(node: colander.SchemaNode, body: str) -> None:
    if len(body) > writing.MOST_BODY:
        raise colander.Invalid(node, _("正文（连同格式）最多${most}个字符，现在是${length}个；请分成几篇",
                                       mapping={"most": writing.MOST_BODY, "length": len(body)}))


def _moment() -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.DateTime(default_tzinfo=SHANGHAI), name="publish_at", title=_("约定的公开时间"), missing=None,
        validator=colander.Range(min=dt.datetime(2000, 1, 1, tzinfo=SHANGHAI)),
        description=_("在这之前签发也不会公开；没有约定就不填"), widget=widgets.DateTimeInputWidget())


def _metadata(session: Session, kind: DocumentType, *, corrects: bool) -> colander.SchemaNode:
    schema = kind.schema(name="data", title=_("元数据")).clone()  # instances share the nodes of their class
    if not corrects:
        del schema[NOTE]
    for node in schema.children:
        shape = getattr(node, "shape", "line")
        node.widget = _widget(node, shape)
        if shape == "document":
            node.typ = DocumentReference(session)
            node.description = node.description or _("填写文号、网址或者稿件编号")
        if node.name in kind.required:
            node.title = _("${title}（公开前必填）", mapping={"title": _(node.title)})
    return schema


def _widget(node: colander.SchemaNode, shape: str) -> widgets.Widget:
    if shape == "textarea":
        return widgets.TextAreaWidget(rows=3)
    if shape == "date":
        return widgets.DateInputWidget()
    if shape == "choice":
        return widgets.SelectWidget(values=[("", _("请选择")), *((key, _(word)) for key, word in node.pairs)])
    return widgets.TextInputWidget()


# -- places -----------------------------------------------------------------------------------------------------

def writable(identity: Identity, tree: Tree, kind_name: str, day: dt.date) -> list[Node]:
    """The open columns in which `identity` may write documents of this type."""
    return [node for node in columns_for(identity, PERMISSIONS[Permission.WRITE], tree)
            if node.takes(kind_name) and node.kind == "list" and node.is_open(day)]


def homes(request: Request, document: Document) -> list[Node]:
    """The columns that a document may be moved to, its present home first; what the public has already stays in
    columns of the same audience, for nobody would have reviewed its appearing or vanishing."""
    home = request.tree.by_id[document.column_id]
    others = [node for node in writable(request.identity, request.tree, document.type, request.today)
              if node.id != home.id and (document.live is None or node.is_public() == home.is_public())]
    return [home, *others]


def further(request: Request, kind: DocumentType, node: Node, document: Document | None) -> list[Node]:
    """The columns that may list the document beside its home, those that do already among them."""
    tree, listed = request.tree, set(document.also if document else ())
    found = {each.id: each for each in writable(request.identity, tree, kind.name, request.today)
             if each.is_public() == node.is_public() or not each.is_public()}
    found |= {each: tree.by_id[each] for each in listed if each in tree.by_id}
    found.pop(node.id, None)
    return list(found.values())


def _add_places(schema: colander.SchemaNode, request: Request, kind: DocumentType, node: Node,
                document: Document | None) -> None:
    if document is not None and len(places := homes(request, document)) > 1:
        values = [(str(each.id), _path(each)) for each in places]
        schema.add(colander.SchemaNode(
            colander.Integer(), name="home", title=_("栏目"), validator=colander.OneOf([each.id for each in places]),
            description=_("换栏目以后网址不变"), widget=widgets.SelectWidget(values=values)))
    if others := further(request, kind, node, document):
        values = [(str(each.id), _path(each)) for each in others]
        many = len(others) > MANY
        widget = widgets.SelectWidget(values=values, multiple=True, size=8) if many \
            else widgets.CheckboxChoiceWidget(values=values)
        schema.add(colander.SchemaNode(colander.Set(), name="also", title=_("同时列入"), missing=(),
                                       validator=colander.ContainsOnly([value for value, _words in values]),
                                       widget=widget))


def _path(node: Node) -> str:
    return " › ".join(each.name for each in reversed(node.chain))


# -- from and to what is kept -----------------------------------------------------------------------------------

def new(kind: DocumentType, node: Node) -> dict[str, Any]:
    """The empty form of a new document."""
    return {"column": str(node.id), "type": kind.name}


def of_revision(session: Session, document: Document, revision: Revision) -> dict[str, Any]:
    """The form as revision `revision` fills it; the next save builds on it.

    The note of a correction (更正说明) that the public has read already is not that of the next one.
    """
    moment, public = document.publish_at, last_public(session, document.id)
    told = public is not None and public.id == revision.id
    return {
        "base": str(revision.id), "document": str(document.id), "column": str(document.column_id),
        "type": document.type, "title": revision.title, "body": revision.body,
        "data": {key: str(value) for key, value in revision.data.items() if key != NOTE or not told},
        "home": str(document.column_id), "also": [str(each) for each in document.also],
        "publish_at": moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if moment else "",
    }


def of_draft(draft: Draft, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed over what `fields` fills in; the next save builds on the revision the draft was typed upon."""
    kept = {key: value for key, value in draft.fields.items() if key not in (*HIDDEN, NOTES)}
    data = {key: str(value) for key, value in kept.get("data", {}).items()}
    return {**fields, **kept, "data": data, "draft": str(draft.id),
            "base": str(draft.base_id) if draft.base_id else fields.get("base", "")}


def words(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a revision is made of: title, body and metadata as JSON values."""
    data = {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values["data"].items()
            if value not in (None, "")}
    return {"title": values["title"], "body": values["body"], "data": data}
