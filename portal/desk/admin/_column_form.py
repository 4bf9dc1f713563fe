"""The form of a column: its fields in groups, filled from a column, and read back as the column's values."""

from __future__ import annotations

from typing import Any

import colander
import deform
from deform.widget import CheckboxChoiceWidget, CheckboxWidget, DateInputWidget, RadioChoiceWidget, TextAreaWidget
from pyramid.request import Request

from content.people import Role
from content.privacy import KINDS
from content.privacy.kinds import hide
from content.tree import EVERYWHERE, FIELDS, Node
from content.tree import KINDS as FORMS
from content.types import all_types
from portal.desk.admin import _forms, _rules
from portal.forms import SchemaForm
from portal.i18n import _
from workflows.engine import workflows_for

FORM_TITLES = {"list": _("文章列表"), "page": _("单页"), "external": _("外部链接")}
AUDIENCES = (("public", _("向社会公开")), ("internal", _("内部公开（本单位人员登录后可看）")))
TOP = _("（顶级栏目）")
_SLUG = _("网址里的一段，用小写字母、数字和连字符；不填就用名称的拼音。"
          "改路径或换上级以后，原来的网址会一直转到新网址。")


def form(request: Request, action: str, node: Node | None = None) -> SchemaForm:
    """For a new column, or for the column `node`."""
    schema = colander.Schema()
    schema.add(_place(request, node))
    schema.add(_promise(request))
    schema.add(_content(request))
    schema.add(_archive())
    schema.add(_words())
    if node is not None:
        schema.add(_text("why", _("改动原因"), 200))
    return SchemaForm(request, schema, [deform.Button("save", _("保存"))], action=action, formid="column")


def _text(name: str, title: Any, most: int, *, hint: Any = "", long: bool = False, needed: bool = False) -> Any:
    more: dict[str, Any] = {} if needed else {"missing": ""}
    if long:
        more["widget"] = TextAreaWidget(rows=3)
    return colander.SchemaNode(colander.String(), name=name, title=title, description=hint,
                               validator=colander.Length(max=most), **more)


def _group(name: str, title: Any, *fields: colander.SchemaNode) -> colander.Schema:
    made = colander.Schema(name=name, title=title)
    for field in fields:
        made.add(field)
    return made


def _choices(name: str, title: Any, values: list[tuple[str, Any]], **more: Any) -> colander.SchemaNode:
    allowed = [value for value, _words in values]
    return colander.SchemaNode(colander.Set(), name=name, title=title, widget=CheckboxChoiceWidget(values=values),
                               validator=colander.ContainsOnly(allowed), **more)


def _place(request: Request, node: Node | None) -> colander.Schema:
    tree, identity = request.tree, request.identity
    above = _forms.columns(tree, identity, Role.SYSTEM_ADMIN, without=node)
    if node is not None and node.parent is not None and str(node.parent.id) not in dict(above):
        above.insert(0, (str(node.parent.id), node.parent.name))
    return _group(
        "place", _("名称和位置"),
        _text("name", _("栏目名称"), 60, needed=True),
        _text("slug", _("路径"), 60, hint=_SLUG),
        _forms.select("parent_id", _("上级栏目"), above, number=True, blank=TOP),
        _forms.select("department_id", _("责任部门"), _forms.departments(tree, identity, Role.SYSTEM_ADMIN),
                      number=True),
        colander.SchemaNode(colander.Int(), name="position", title=_("顺序"), missing=0, default=0,
                            validator=colander.Range(0, 9999), description=_("数字小的排在前面。")),
        *(colander.SchemaNode(colander.Date(), name=name, title=title, missing=None,
                              widget=DateInputWidget(css_class="w-mid"))
          for name, title in (("opened", _("从哪天启用")), ("closed", _("从哪天停用")))))


def _promise(request: Request) -> colander.Schema:
    english = request.language.code == "en"
    cases = [(each.name, each.english if english else each.title) for each in workflows_for("case").values()]
    made = _group("promise", _("更新承诺"),
                  _forms.select("type", _("多久更新一次"), list(_rules.TITLES.items()), default="static"))
    for field in _rules.schema(cases).children:
        made.add(field)
    made.add(_text("basis", _("公开依据"), 200, hint=_("如：《政府信息公开条例》第二十条")))
    return made


def _content(request: Request) -> colander.Schema:
    english = request.language.code == "en"
    flows = [(each.name, each.english if english else each.title) for each in workflows_for("document").values()]
    types = [(each.name, each.english if english else each.title) for each in all_types().values()
             if each.name not in EVERYWHERE]
    partial = [(kind.code, kind.en if english else kind.zh) for kind in KINDS.values() if kind.partial is not hide]
    return _group(
        "content", _("内容和流程"),
        _forms.select("kind", _("形式"), [(kind, FORM_TITLES[kind]) for kind in FORMS], default="list"),
        _text("external_url", _("外部网址"), 300, hint=_("形式是“外部链接”时填写。")),
        _choices("types", _("可以写哪几类文稿"), types, default={"notice"}),
        _forms.select("workflow", _("流程"), flows, default="publication"),
        colander.SchemaNode(colander.String(), name="audience", title=_("公开范围"), default="public",
                            widget=RadioChoiceWidget(values=AUDIENCES), validator=colander.OneOf(dict(AUDIENCES)),
                            description=_("改成内部公开，本栏目和下级栏目的文章马上从网站上撤下。")),
        _choices("masks", _("哪些个人信息只遮盖一部分"), partial, missing=(),
                 description=_("没有选的全部遮盖。例如手机号码遮盖成 138****1234。")),
        _check("mask_names", _("名单里的姓名遮盖成“张*”")), _check("featured", _("列为重点领域")))


def _archive() -> colander.Schema:
    """归档规则 (历史页面): when the worker archives by itself what is no longer looked after."""
    return _group(
        "archive", _("归档"),
        colander.SchemaNode(colander.Int(), name="years", title=_("公开满几年以后归档"), missing=None,
                            validator=colander.Range(1, 99),
                            description=_("归档的仍然可以查阅和检索，页面上标明“已归档”和归档日期。不填就按上级栏目；都不填就不自动归档。")),
        _check("out_of_force", _("废止、失效以后归档")))


def _check(name: str, title: Any) -> colander.SchemaNode:
    return colander.SchemaNode(colander.Boolean(), name=name, title=title, missing=False, default=False,
                               widget=CheckboxWidget())


def _words() -> colander.Schema:
    return _group("words", _("说明"),
                  _text("description", _("栏目说明"), 300, hint=_("用一两句话告诉群众这里有什么。"), long=True),
                  _text("keywords", _("关键词"), 100, hint=_("用逗号隔开。")),
                  _text("column_type", _("栏目类别"), 20,
                        hint=_("网站标签 ColumnType 的值，如：信息公开、公告通知、工作动态。")))


def filled(node: Node) -> dict[str, Any]:
    """What the form shows of a column."""
    own = {name: getattr(node, name) for name in FIELDS if hasattr(node, name)}
    own |= {"parent_id": node.parent.id if node.parent else None, "types": set(node.types), "masks": set(node.masks)}
    place = ("name", "slug", "parent_id", "department_id", "position", "opened", "closed")
    content = ("kind", "external_url", "types", "workflow", "audience", "masks", "mask_names", "featured")
    words = ("description", "keywords", "column_type")
    groups = {"place": place, "content": content, "words": words}
    shown = {group: {name: _shown(own[name]) for name in names} for group, names in groups.items()}
    shown["promise"] = {name: _shown(node.rule.get(name)) for name in ("type", *(field.name for field in _rules.EVERY))}
    shown["promise"]["basis"] = node.basis
    shown["archive"] = {name: _shown(node.archive.get(name)) for name in ("years", "out_of_force")}
    return shown


def _shown(value: Any) -> Any:
    return colander.null if value is None else value


def values(said: dict[str, Any], node: Node | None = None) -> dict[str, Any]:
    """The column's values that the form says, types in the order they had.

    Raises `ValueError` for a promise that is not whole.
    """
    promise = said["promise"]
    found = said["place"] | said["content"] | said["words"]
    known = [name for name in (node.types if node else ()) if name in found["types"]]
    found |= {"rule": _rules.rule_of(promise["type"], promise), "basis": promise["basis"],
              "types": known + sorted(found["types"] - set(known)),
              "masks": dict.fromkeys(sorted(found["masks"]), "partial")}
    found["archive"] = {name: value for name, value in said["archive"].items() if value}
    if not found["slug"]:
        del found["slug"]
    return found
