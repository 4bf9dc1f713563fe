"""Forms: colander schemas rendered by deform with the themes' own templates, usable without JavaScript.

deform's bundled templates are not on the path, for they carry inline scripts: a widget that lacks a template
of ours fails at once instead of being stopped by the browser. Rows are added to a sequence and taken from it by
buttons that post the form; nothing is validated then, nothing typed is lost.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import colander
import deform
import peppercorn
from deform import widget as widgets
from markupsafe import Markup
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPBadRequest

from portal.rendering import asset, loader, theme_of, translator
from themes.icons import icon

ADD, REMOVE = "add_item", "remove_item"
GROUPS = (widgets.RadioChoiceWidget, widgets.CheckboxChoiceWidget, widgets.DateTimeInputWidget,
          widgets.CheckedPasswordWidget)


@dataclass(frozen=True)
class FieldError:
    """What is wrong with a field, for the list above the form; `anchor` is the id of what to change."""

    anchor: str
    title: str
    message: str


class RowsChanged(deform.ValidationFailure):
    """The form was sent to add a row or to take one away: show it again, nothing is wrong."""


def is_group(field: deform.Field) -> bool:
    """Whether the field is several inputs, which a legend names and not a label."""
    return isinstance(field.widget, GROUPS)


def anchor(field: deform.Field) -> str:
    """The id of the field's first input, or of its fieldset."""
    if isinstance(field.widget, widgets.DateTimeInputWidget):
        return f"{field.oid}-date"
    chosen = (widgets.RadioChoiceWidget, widgets.CheckboxChoiceWidget)
    return f"{field.oid}-0" if isinstance(field.widget, chosen) else field.oid


def messages(field: deform.Field) -> list[str]:
    """What is wrong with the field itself, not with those inside it."""
    return [message for message in field.error.messages() if message] if field.error else []


def described(field: deform.Field) -> str | None:
    """The ids for `aria-describedby`: the hint and the error of the field, None where it has neither."""
    ids = [f"{field.oid}-h"] * bool(field.description) + [f"{field.oid}-e"] * bool(messages(field))
    return " ".join(ids) or None


def inside(field: deform.Field) -> Sequence[deform.Field]:
    """The fields that stand in a field: its children, or the rows of a sequence."""
    return getattr(field, "sequence_fields", field.children)


def errors(field: deform.Field) -> Iterator[FieldError]:
    """Everything that is wrong in the form, in the order of its fields."""
    for message in messages(field):
        yield FieldError(anchor(field), field.title, message)
    for child in inside(field):
        yield from errors(child)


def path(field: deform.Field) -> str:
    """The dotted name of a field below the form, as the buttons of sequences send it."""
    names = []
    while field.parent is not None:
        names.append(field.name)
        field = field.parent
    return ".".join(reversed(names))


def _rows(pstruct: Mapping, dotted: str) -> list | None:
    """The rows of the sequence of that name, None where the name leads nowhere."""
    found: Any = pstruct
    for name in dotted.split("."):
        if not isinstance(found, dict) or name not in found:
            return None
        found = found[name]
    return found if isinstance(found, list) else None


def _add(pstruct: dict, dotted: str) -> None:
    rows = _rows(pstruct, dotted)
    if rows is not None:
        rows.append(colander.null)


def _remove(pstruct: dict, value: str) -> None:
    dotted, _, number = value.rpartition(":")
    rows = _rows(pstruct, dotted)
    if rows is not None and number.isascii() and number.isdigit() and int(number) < len(rows):
        del rows[int(number)]


class TemplateRenderer:
    """Renders deform's templates from the request's theme, in its language; made anew for each form."""

    def __init__(self, request) -> None:
        self.pages = loader(request)
        translate = translator(request)
        self.values = {
            "translate": translate,
            "t": translate,
            "_": lambda text, **values: translate(text, mapping=values),
            "icon": partial(icon, theme=theme_of(request)),
            "asset": asset,
            "is_group": is_group,
            "described": described,
            "messages": messages,
            "path": path,
        }

    def __call__(self, template_name: str, **values: Any) -> Markup:
        template = self.pages[f"deform/{template_name}.pt"]
        parts = self.pages["deform/parts.pt"].macros
        return Markup(template(**self.values, parts=parts, **values))


def _name_fields(field: deform.Field, prefix: str) -> None:
    """Give the fields ids that speak (`form-title`) in place of deform's numbers."""
    for child in field.children:
        child.oid = f"{prefix}-{child.name}"
        _name_fields(child, child.oid)


def _has_file(field: deform.Field) -> bool:
    return isinstance(field.widget, widgets.FileUploadWidget) or any(map(_has_file, field.children))


def _has_rows(field: deform.Field) -> bool:
    return isinstance(field.widget, widgets.SequenceWidget) or any(map(_has_rows, field.children))


def whole(written: str) -> int | None:
    """A natural number as a form or an address carries it; None for what is none, or larger than any id."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None


def structure(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields that were sent as a tree. Raises `HTTPBadRequest` for marks that no form of ours sends."""
    try:
        return peppercorn.parse(list(pairs))
    except (ValueError, TypeError, IndexError, StopIteration):
        raise HTTPBadRequest() from None


class SchemaForm:
    """A form for a schema, in one request.

        form = SchemaForm(request, NoticeSchema, [deform.Button("save", _("保存"))])
        try:
            values = form.validate(request.POST)
        except deform.ValidationFailure as failure:
            return {"form": failure.render()}

    `schema` is a colander schema or its class; it is bound to `request` and `bindings`. With `autosave` the
    editor's script posts the form to that address while somebody writes. Without `action` the
    form comes back to its own address. `formid` begins all ids.
    """

    def __init__(self, request, schema, buttons: Sequence[deform.Button] = (), *, action: str = "",
                 formid: str = "form", method: str = "POST", autosave: str | None = None,
                 css_class: str = "", **bindings: Any) -> None:
        node = schema() if isinstance(schema, type) else schema
        node = node.bind(request=request, **bindings)
        counter = request.__dict__.setdefault("_form_counter", itertools.count(1))
        self.form = deform.Form(node, action=action or request.path_qs, method=method, buttons=buttons, formid=formid,
                                renderer=TemplateRenderer(request), counter=counter, focus="off",
                                css_class=css_class)
        _name_fields(self.form, formid)
        self.request = request
        self.autosave = autosave
        self.form.widget = _FormWidget(self)

    def validate(self, controls) -> dict[str, Any]:
        """The values of what was sent, a WebOb MultiDict or its items.

        Raises deform.ValidationFailure, whose `render()` shows the form again with what was typed, the
        errors at their fields and a list of them above.
        """
        pairs = list(controls.items() if hasattr(controls, "items") else controls)
        pstruct = structure(pair for pair in pairs if pair[0] not in (ADD, REMOVE))
        pressed = [pair for pair in pairs if pair[0] in (ADD, REMOVE)]
        for name, value in pressed:
            _add(pstruct, value) if name == ADD else _remove(pstruct, value)
        return self._again(pstruct) if pressed else self.form.validate_pstruct(pstruct)

    def _again(self, pstruct: dict):
        try:
            cstruct = self.form.deserialize(pstruct)
        except colander.Invalid as failure:
            cstruct = failure.value
        self.form.cstruct = cstruct
        raise RowsChanged(self.form, cstruct, None)

    def render(self, appstruct: Mapping | None = None) -> Markup:
        """The form as markup, filled with `appstruct` where there is one."""
        return self.form.render(colander.null if appstruct is None else appstruct)


class _FormWidget(widgets.FormWidget):
    """Gives the template of the form what it needs beside the fields."""

    def __init__(self, owner: SchemaForm) -> None:
        super().__init__()
        self.owner = owner

    def get_template_values(self, field, cstruct, kw) -> dict[str, Any]:
        own = {
            "csrf_token": get_csrf_token(self.owner.request) if field.method.upper() == "POST" else None,
            "errors": list(errors(field)),
            "autosave": self.owner.autosave,
            "enctype": "multipart/form-data" if _has_file(field) else None,
            "has_rows": _has_rows(field),
        }
        return super().get_template_values(field, cstruct, own | kw)
