"""The questions of the form in plain words, step by step: what is needed by law (Art. 29) and nothing more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import colander
from colander import SchemaNode
from deform.widget import CheckboxWidget, RadioChoiceWidget, SelectWidget, TextAreaWidget, TextInputWidget

from content.people import Unit
from content.privacy.checks import id_valid, uscc_valid
from portal.i18n import _
from workflows.asks import ASKS
from workflows.definition import Workflow
from workflows.engine import workflows_for

NATURAL = "natural"
CITIZEN_OR = {NATURAL: _("公民（自然人）"), "company": _("商业企业"), "research": _("科研机构"),
              "charity": _("社会公益组织"), "legal": _("法律服务机构"), "other": _("其他组织")}
IDENTITIES = {"id_card": _("居民身份证"), "passport": _("护照"),
              "permit": _("港澳居民来往内地通行证、台湾居民来往大陆通行证"), "other": _("其他证件")}
WAYS = {"portal": _("网上自取：在本站查询页面下载"), "email": _("电子邮件"), "post": _("邮寄"), "hand": _("当面领取"),
        "reading": _("当场阅读、抄录")}
CARRIERS = {"electronic": _("电子文件"), "paper": _("纸质"), "any": _("都可以")}

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(?:-\d{1,6})?")
_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_YEAR = re.compile(r"(?:19[4-9]|20\d)\d")
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")

Check = Callable[[SchemaNode, dict[str, str]], None]


@dataclass(frozen=True)
class Step:
    """One page of the form. `nodes` of (answers, organs) are its fields; `check` looks at several of them at once."""

    name: str
    title: Any
    heading: Any
    nodes: Callable[[dict[str, str], list[Unit]], list[SchemaNode]]
    check: Check = lambda node, values: None
    lead: Any = ""


def plain(written: str) -> str:
    """Digits and letters in their half-width form, without blanks: as numbers and addresses are compared."""
    return "".join(unicodedata.normalize("NFKC", written).split())


def _text(name: str, title: Any, help: Any = "", *, needed: bool = True, most: int = 200, least: int = 1,
          check: Any = None, rows: int = 0, css: str = "", empty: Any = "", **attributes: Any) -> SchemaNode:
    widget = TextAreaWidget(rows=rows, attributes=attributes) if rows else \
        TextInputWidget(css_class=css, attributes=attributes)
    checks = [colander.Length(min=least, max=most, min_err=_("太短了，至少${min}个字"),
                              max_err=_("太长了，最多${max}个字"))]
    return SchemaNode(colander.String(), name=name, title=title, description=help, widget=widget,
                      missing_msg=empty or _("请填写这一项"),
                      validator=colander.All(*checks, *([check] if check else [])),
                      **({} if needed else {"missing": ""}))


def _choice(name: str, title: Any, choices: dict[str, Any], help: Any = "", *, select: bool = False, **more: Any
            ) -> SchemaNode:
    values = list(choices.items())
    return SchemaNode(colander.String(), name=name, title=title, description=help, missing_msg=_("请选一项"),
                      widget=SelectWidget(values=values) if select else RadioChoiceWidget(values=values),
                      validator=colander.OneOf(list(choices)), **more)


def _refuse(node: SchemaNode, **wrong: Any) -> None:
    """Say what is wrong at the fields of these names."""
    if wrong:
        problem = colander.Invalid(node)
        for name, words in wrong.items():
            problem[name] = words
        raise problem


# -- 1 to whom, and who ------------------------------------------------------------------------------------------

def _whom(answers: dict[str, str], organs: list[Unit]) -> list[SchemaNode]:
    choices = {"": _("请选择"), **{unit.code: unit.name for unit in organs}}
    organ = _choice("organ", _("您向哪个机关申请？"), choices, select=True,
                    help=_("向制作或者保存这些信息的机关申请，办得最快。不清楚的，选政府办公室，会告诉您应当找谁。"))
    organ.validator = colander.OneOf([unit.code for unit in organs])
    return [organ, _choice("applicant_class", _("您以什么身份申请？"), CITIZEN_OR,
                           _("为自己申请的选“公民”；代表单位申请的，选单位的类型。"))]


# -- 2 who -------------------------------------------------------------------------------------------------------

def _phone(node: SchemaNode, value: str) -> None:
    if not (_MOBILE.fullmatch(plain(value)) or _LANDLINE.fullmatch(plain(value))):
        raise colander.Invalid(node, _("电话不对：手机号是11位数字，固定电话要带区号，例如 0399-6660000"))


def is_email(written: str) -> bool:
    return bool(_EMAIL.fullmatch(plain(written)))


def _email(node: SchemaNode, value: str) -> None:
    if value and not is_email(value):
        raise colander.Invalid(node, _("电子邮箱不对：应当像 name@example.com 这样，只填一个"))


def _credit_code(node: SchemaNode, value: str) -> None:
    code = plain(value).upper()
    if len(code) != 18:
        raise colander.Invalid(node, _("统一社会信用代码是18位，您填了${n}位", mapping={"n": len(code)}))
    if not uscc_valid(code):
        raise colander.Invalid(node, _("统一社会信用代码的校验位不对，请照营业执照或者登记证书再核对一遍"))


PHONE_HELP = _("办理时有不清楚的地方，会打这个电话")


def _person(answers: dict[str, str], organs: list[Unit]) -> list[SchemaNode]:
    phone = _text("phone", _("联系电话"), PHONE_HELP, check=_phone, most=40, css="w-mid", autocomplete="tel",
                  inputmode="tel")
    if answers.get("applicant_class") != NATURAL:
        return [_text("name", _("单位名称"), _("与营业执照或者登记证书上一致"), most=100, least=2,
                      autocomplete="organization"),
                _text("credit_code", _("统一社会信用代码"), _("18位，在营业执照或者登记证书上"), check=_credit_code,
                      most=40, css="w-mid", **{"data-private": "1"}),
                _text("representative", _("法定代表人或者负责人"), most=60, css="w-mid"),
                _text("contact", _("联系人"), most=60, css="w-mid", autocomplete="name"), phone]
    return [_text("name", _("姓名"), _("与证件上一致"), most=60, least=2, css="w-mid", autocomplete="name"),
            _choice("id_kind", _("用什么证件？"), IDENTITIES, select=True, missing="id_card"),
            _text("id_number", _("证件号码"), _("只用来证明您的身份，加密保存，不会公开"), most=40, css="w-mid",
                  **{"data-private": "1", "autocomplete": "off"}), phone]


def _identity(node: SchemaNode, values: dict[str, str]) -> None:
    """The number fits the kind of document; what is wrong with it is told, so that a slip is found."""
    if values["applicant_class"] != NATURAL:
        return
    number = plain(values["id_number"]).upper()
    if values["id_kind"] != "id_card":
        if not _PASSPORT.fullmatch(number):
            _refuse(node, id_number=_("证件号码只有字母和数字，5至20位，请照证件再核对一遍"))
    elif len(number) != 18:
        _refuse(node, id_number=_("居民身份证号码是18位，您填了${n}位", mapping={"n": len(number)}))
    elif not re.fullmatch(r"\d{17}[\dX]", number):
        _refuse(node, id_number=_("居民身份证号码前17位是数字，最后一位是数字或者X"))
    elif not id_valid(number):
        _refuse(node, id_number=_("这个身份证号码不对：出生日期或者最后一位校验码不符，请照证件再核对一遍"))


# -- 3 what ------------------------------------------------------------------------------------------------------

def _year(node: SchemaNode, value: str) -> None:
    if value and not _YEAR.fullmatch(plain(value)):
        raise colander.Invalid(node, _("年份应是4位数字，例如 2024"))


def _what(answers: dict[str, str], organs: list[Unit]) -> list[SchemaNode]:
    year = {"needed": False, "check": _year, "most": 10, "css": "year-in", "inputmode": "numeric"}
    return [_text("description", _("信息的名称、文号，或者它是关于什么的"),
                  _("不必知道准确名称。写清楚“哪里、哪一年、什么事”，我们就能找。"), rows=6, least=5, most=3000,
                  empty=_("请写清楚哪里、哪一年、什么事"), **{"data-suggest": "/apply/suggest"}),
            _text("number", _("文号"), _("知道的话填写，例如：清政办〔2026〕12号"), needed=False, most=60, css="w-mid"),
            _text("year_from", _("从哪一年"), _("不限年份可以不填"), **year), _text("year_to", _("到哪一年"), **year),
            SchemaNode(colander.String(), name="help", missing="",
                       title=_("看不清、听不清或者书写有困难，请打电话帮我填（第四十三条）"),
                       widget=CheckboxWidget(true_val="yes", false_val=""))]


def _years(node: SchemaNode, values: dict[str, str]) -> None:
    first, last = plain(values["year_from"]), plain(values["year_to"])
    if first and last and first > last:
        _refuse(node, year_to=_("“到哪一年”早于“从哪一年”"))


def _asked(asks: tuple[str, ...]) -> Callable[[dict[str, str], list[Unit]], list[SchemaNode]]:
    """The questions that a definition asks of whoever files (`asks`), as fields."""
    def nodes(answers: dict[str, str], organs: list[Unit]) -> list[SchemaNode]:
        return [_text(ask.name, ask.title, ask.help, needed=ask.needed, least=2, rows=3 if ask.shape == "text" else 0,
                      most=1000 if ask.shape == "text" else 200) for ask in map(ASKS.__getitem__, asks)]
    return nodes


# -- 4 how -------------------------------------------------------------------------------------------------------

def _contacts() -> list[SchemaNode]:
    return [_text("email", _("电子邮箱"), _("选电子邮件的必须填"), needed=False, check=_email, most=120,
                  autocomplete="email", inputmode="email"),
            _text("address", _("通信地址"), _("选邮寄的必须填，写到门牌号"), needed=False, most=200,
                  autocomplete="street-address"),
            _text("postcode", _("邮政编码"), needed=False, most=10, css="year-in", autocomplete="postal-code",
                  inputmode="numeric")]


def _how(answers: dict[str, str], organs: list[Unit]) -> list[SchemaNode]:
    return [_choice("way", _("怎么给您？"), WAYS, _("答复书都可以在本站凭受理编号和查询码下载")),
            _choice("carrier", _("要什么形式？"), CARRIERS,
                    _("按您要求的形式提供会危及档案安全或者成本过高的，换一种提供（第四十条）"), missing="any"),
            *_contacts()]


def _told(answers: dict[str, str], organs: list[Unit]) -> list[SchemaNode]:
    ways = {name: WAYS[name] for name in ("portal", "email", "post", "hand")}
    return [_choice("way", _("结果怎么给您？"), ways), *_contacts()]


def _reachable(node: SchemaNode, values: dict[str, str]) -> None:
    """Who wants mail or post says where to."""
    if values["way"] == "email" and not values["email"]:
        _refuse(node, email=_("您选了电子邮件，请填电子邮箱"))
    if values["way"] == "post" and not values["address"]:
        _refuse(node, address=_("您选了邮寄，请填通信地址"))


# -- the kinds of form -------------------------------------------------------------------------------------------

_WHOM = Step("whom", _("机关和身份"), _("您向谁申请？"), _whom)
PERSON_STEP = "person"
_PERSON = Step(PERSON_STEP, _("申请人"), _("您是谁？"), _person, _identity)


@dataclass(frozen=True)
class Kind:
    """A case type that people file by a form: its definition, what it is called, its steps, and its description."""

    name: str
    title: Any
    steps: tuple[Step, ...]
    describe: Callable[[dict[str, str]], str]


_DISCLOSURE = Kind("disclosure_request", _("申请公开政府信息"), (
    _WHOM, _PERSON, Step("what", _("要什么信息"), _("您要什么信息？"), _what, _years),
    Step("how", _("怎么给您"), _("怎么给您？"), _how, _reachable)), lambda answers: answers["description"])


def _of_definition(workflow: Workflow) -> Kind:
    """The form of any other case type: who, what its definition asks, and how the answer comes."""
    def describe(answers: dict[str, str]) -> str:
        return "\n".join(f"{ASKS[name].title}：{answers[name]}" for name in workflow.asks if answers.get(name))

    return Kind(workflow.name, workflow.title, (
        _WHOM, _PERSON, Step("asked", _("什么事"), workflow.title, _asked(workflow.asks)),
        Step("told", _("怎么给您"), _("结果怎么给您？"), _told, _reachable)), describe)


@cache
def kinds() -> dict[str, Kind]:
    """Every form: that of applications for disclosure, then one for each case type whose definition asks something."""
    others = (workflow for workflow in workflows_for("case").values()
              if workflow.asks and workflow.name != _DISCLOSURE.name)
    return {_DISCLOSURE.name: _DISCLOSURE} | {workflow.name: _of_definition(workflow) for workflow in others}


PERSON = ("name", "id_kind", "id_number", "credit_code", "representative", "contact", "phone", "email", "address",
          "postcode")  # what is kept as the applicant
CONTACT = ("name", "representative", "contact", "phone", "email", "address", "postcode")  # may be taken from before
_WISHES = ("description", "number", "year_from", "year_to", "help", "way", "carrier")


@cache
def request_fields() -> tuple[str, ...]:
    """What is kept as the request, for all forms."""
    asked = [name for workflow in workflows_for("case").values() for name in workflow.asks]
    return (*_WISHES, *dict.fromkeys(name for name in asked if name not in _WISHES))


@cache
def fields() -> tuple[str, ...]:
    """Every field of every form."""
    return ("kind", "organ", "applicant_class", *PERSON, *request_fields())
