"""What the forms of administration share: choices of places, and a refusal shown at the field it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import colander
from deform.widget import SelectWidget
from markupsafe import Markup
from pyramid.request import Request

from content.people import Role
from content.tree import Node, Tree
from portal.forms import SchemaForm
from portal.i18n import _
from workflows.access import Identity, manages

INDENT = "　"  # an ideographic space: the options of a select show their level by it
Choices = list[tuple[str, str]]


class WholeNumber(colander.Int):
    """A number of a row; what is not one is said in plain words."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        if cstruct is not colander.null and not (isinstance(cstruct, int) or (cstruct.isascii() and cstruct.isdigit())):
            raise colander.Invalid(node, _("请从列出的里面选一个"))
        return super().deserialize(node, cstruct)


def select(name: str, title: Any, choices: Iterable[tuple[str, Any]], *, number: bool = False,
           blank: Any = None, **more: Any) -> colander.SchemaNode:
    """A field with the given choices; with `blank`, its words stand for no choice, which gives None."""
    offered = [(str(value), words) for value, words in choices]
    shown = [("", blank), *offered] if blank is not None else offered
    allowed = {value for value, _words in offered}

    def one_of(node: colander.SchemaNode, value: Any) -> None:
        if str(value) not in allowed:
            raise colander.Invalid(node, _("请从列出的里面选一个"))

    if blank is not None:
        more.setdefault("missing", None)
    return colander.SchemaNode(WholeNumber() if number else colander.String(), name=name, title=title,
                               validator=one_of, widget=SelectWidget(values=shown), **more)


def departments(tree: Tree, identity: Identity, role: Role) -> Choices:
    """The departments whose people or columns the administrator looks after, as a tree."""
    units = tree.departments

    def below(parent: int | None, depth: int) -> Iterable[tuple[str, str]]:
        for unit in units.children(parent):
            if manages(identity, role, unit.id, tree):
                yield str(unit.id), INDENT * depth + unit.name
            yield from below(unit.id, depth + 1)

    return list(below(None, 0))


def columns(tree: Tree, identity: Identity, role: Role, without: Node | None = None) -> Choices:
    """The columns that the administrator looks after, as a tree; `without` one and what is below it."""
    hidden = {node.id for node in without.walk()} if without else set()
    return [(str(node.id), INDENT * (len(node.chain) - 1) + node.name) for node in tree.walk()
            if node.id not in hidden and manages(identity, role, node.department_id, tree)]


def refused(form: SchemaForm, message: str, field: str = "") -> Markup:
    """The form as it was sent, with `message` at `field`, or above it when it is about the whole."""
    schema = form.form.schema
    wrong = colander.Invalid(schema, None if field else message)
    if field:
        wrong[field] = message
    form.form.widget.handle_error(form.form, wrong)
    return form.form.widget.serialize(form.form, form.form.cstruct)


def managing(request: Request, role: Role, department_id: int) -> bool:
    return manages(request.identity, role, department_id, request.tree)
