"""The forms of accounts: e-mail, password, a new password; each says at its field what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import colander
import deform
from colander import SchemaNode
from deform.widget import CheckedPasswordWidget, PasswordWidget, TextInputWidget
from pyramid.request import Request

from content.applicants import normal_email
from portal import passwords
from portal.forms import SchemaForm
from portal.i18n import _
from portal.public.apply._questions import is_email

RULE = _("至少8个字符；大写字母、小写字母、数字、其他符号，至少要有其中3种；不要和别的网站用一样的。")
EMAIL, PRESENT = _("电子邮箱"), _("密码")
LONGEST = 120


def email(title: Any = EMAIL) -> SchemaNode:
    """Shown as it was typed, given as it is compared."""
    return SchemaNode(colander.String(), name="email", title=title, preparer=_prepared, validator=_is_email,
                      missing_msg=_("请填写这一项"), widget=TextInputWidget(
                          css_class="w-mid", attributes={"autocomplete": "username", "inputmode": "email",
                                                         "autocapitalize": "none", "spellcheck": "false"}))


def _prepared(value: Any) -> Any:
    return normal_email(value) if isinstance(value, str) else value


def _is_email(node: SchemaNode, value: str) -> None:
    if len(value) > LONGEST or not is_email(value):
        raise colander.Invalid(node, _("电子邮箱不对：应当像 name@example.com 这样，只填一个"))


def password(title: Any = PRESENT, stored: str | None = None) -> SchemaNode:
    """The present password; with `stored` it must be the one of that hash."""
    def check(node: SchemaNode, value: str) -> None:
        if stored is not None and not passwords.matches(stored, value):
            raise colander.Invalid(node, _("现在的密码不对"))

    widget = PasswordWidget(attributes={"autocomplete": "current-password"}, css_class="w-mid")
    return SchemaNode(colander.String(), name="password", title=title, validator=check, widget=widget,
                      missing_msg=_("请填写这一项"))


def new_password(address: str, former: Iterable[str]) -> SchemaNode:
    """By the same rules as those of the staff; the name of the mailbox may not be in it."""
    former, name = list(former), address.partition("@")[0]

    def check(node: SchemaNode, value: str) -> None:
        if wrong := passwords.wrongs(value, (name,), former):
            raise colander.Invalid(node, wrong)

    return SchemaNode(colander.String(), name="new", title=_("新密码"), description=RULE, validator=check,
                      missing_msg=_("请填写这一项"), widget=CheckedPasswordWidget())


def form(request: Request, name: str, action: str, button: Any, *nodes: SchemaNode, css: str = "") -> SchemaForm:
    """`name` begins the ids, so that several forms can stand on one page."""
    schema = colander.Schema()
    for node in nodes:
        schema.add(node)
    buttons = [deform.Button("send", button, **({"css_class": css} if css else {}))]
    return SchemaForm(request, schema, buttons, action=action, formid=name)
