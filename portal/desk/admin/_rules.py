"""Update rules (更新承诺) as plain fields of a form: which fields each type of rule takes, there and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import colander
from deform.widget import CheckboxWidget, TextInputWidget

from portal.desk.admin import _forms
from portal.i18n import _

CHECK, CHOICE = "check", "choice"

MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TITLES = {
    "interval": _("每隔一定天数更新"), "yearly": _("每年更新"), "quarterly": _("每季度更新"), "monthly": _("每月更新"),
    "event": _("有事项发生后更新"), "reply": _("收到后答复"), "static": _("长期有效，有变化时更新"),
}


@dataclass(frozen=True)
class Field:
    """One value of a rule: `most` bounds a number, None is for words; `shape` is `CHECK` or `CHOICE` for what is
    neither."""

    name: str
    title: Any
    most: int | None
    required: bool = True
    shape: str = ""


_STATEMENT = Field("statement_counts", _("“无应公开信息说明”算作更新"), None, required=False, shape=CHECK)
_WARN = Field("warn_before_days", _("提前几天提醒"), 366, required=False)
FIELDS: dict[str, tuple[Field, ...]] = {
    "interval": (Field("days", _("每隔几天"), 3660), _WARN, _STATEMENT),
    "yearly": (Field("due_month_day", _("每年几月几日前（如 03-31）"), None), _WARN, _STATEMENT),
    "quarterly": (Field("due_days_after_quarter_end", _("季度结束后几天内"), 90), _WARN, _STATEMENT),
    "monthly": (Field("due_day", _("每月几日前"), 31), _WARN, _STATEMENT),
    "event": (Field("event", _("什么事项（不填为“有变化”）"), None, required=False),
              Field("working_days_after_event", _("发生后几个工作日内"), 366, required=False),
              Field("calendar_days_after_event", _("或发生后几天内"), 366, required=False)),
    "reply": (Field("working_days", _("收到后几个工作日内"), 366),
              Field("cases", _("答复哪一类办件"), None, required=False, shape=CHOICE)),
    "static": (),
}
EVERY = tuple(dict.fromkeys(field for fields in FIELDS.values() for field in fields))


def schema(cases: _forms.Choices) -> colander.Schema:
    """All fields of all types, none of them required: which are is decided by the type that is chosen.

    `cases` are the types of case that a column can be about.
    """
    made = colander.Schema()
    for field in EVERY:
        made.add(_node(field, cases))
        used = "、".join(str(TITLES[kind]) for kind, fields in FIELDS.items() if field in fields)
        made[field.name].description = _("用于：${types}", mapping={"types": used})
    return made


def _node(field: Field, cases: _forms.Choices) -> colander.SchemaNode:
    if field.shape == CHOICE:
        return _forms.select(field.name, field.title, cases, blank=_("来信（没有选时）"))
    if field.shape == CHECK:
        return colander.SchemaNode(colander.Boolean(), name=field.name, title=field.title, missing=False,
                                   default=False, widget=CheckboxWidget())
    numeric = field.most is not None
    return colander.SchemaNode(
        colander.Int() if numeric else colander.String(), name=field.name, title=field.title, missing=None,
        validator=colander.Range(1, field.most) if numeric else colander.Length(max=60),
        widget=TextInputWidget(css_class="w-short" if numeric else "w-mid"))


def rule_of(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """The rule that the form says. Raises `ValueError` with a Chinese sentence when something is missing."""
    rule = {"type": kind} | {field.name: values[field.name] for field in FIELDS[kind] if values.get(field.name)}
    missing = [str(field.title) for field in FIELDS[kind] if field.required and field.name not in rule]
    if missing:
        raise ValueError(f"更新承诺“{TITLES[kind]}”还要填写：{'、'.join(missing)}")
    if kind == "event" and ("working_days_after_event" in rule) == ("calendar_days_after_event" in rule):
        raise ValueError("更新承诺“有事项发生后更新”要填写工作日或者天数，只填一个")
    if kind == "yearly" and not MONTH_DAY.fullmatch(rule["due_month_day"]):
        raise ValueError("每年的日期要写成 03-31 这样")
    return rule
