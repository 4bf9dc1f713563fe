"""公众号: the official accounts of the county and its departments; their secrets go in and are never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from sqlalchemy import select

from content import wechat
from content.people import Role
from content.wechat import KINDS, LONGEST_TITLE, TITLE, BadAccount, Secrets, WechatAccount
from portal.desk.admin._forms import departments
from portal.desk.navigation import MANAGE, Entry
from portal.forms import whole
from portal.i18n import _
from portal.traversal import Desk
from portal.wechat.checking import check
from workflows.access import Permission, units_for

URL = "/desk/wechat"
FIELDS = ("name", "appid", "kind", "department")
SECRETS = ("secret", "callback_token", "aes_key")
LONGEST = 200


def page(request: Request, typed: Mapping[str, str] | None = None, problem: Any = "",
         account: WechatAccount | None = None, points: Any = ()) -> dict[str, Any]:
    """`/desk/wechat`: every account of his departments; what was typed stays, but for the secrets."""
    query = select(WechatAccount).where(WechatAccount.department_id.in_(_units(request)))
    rows = list(request.db.scalars(query.order_by(WechatAccount.active.desc(), WechatAccount.id)))
    units = departments(request.tree, request.identity, Role.SYSTEM_ADMIN)
    return {"title": _("公众号"), "rows": rows, "kinds": KINDS, "units": units, "typed": typed or {},
            "problem": problem, "checked": account, "points": points, "url": URL,
            "titles": (TITLE, LONGEST_TITLE), "names": request.tree.departments.by_id,
            "base_url": request.registry.settings["gongkai"].base_url}


def _units(request: Request) -> set[int]:
    return units_for(request.identity, Permission.MANAGE_DELIVERIES, request.tree)


def add(request: Request) -> Any:
    typed = {name: request.POST.get(name, "").strip()[:LONGEST] for name in FIELDS}
    offered = {value for value, _words in departments(request.tree, request.identity, Role.SYSTEM_ADMIN)}
    try:
        if not typed["name"] or typed["department"] not in offered:
            raise BadAccount("请填写名称，选择所属单位")
        wechat.add(request.db, request.house, name=typed["name"], appid=typed["appid"], kind=typed["kind"],
                   department_id=int(typed["department"]), secrets=_secrets(request),
                   actor_id=request.identity.user_id)
    except BadAccount as problem:
        request.response.status_int = 400
        return page(request, typed, str(problem))
    return _done(request, _("已登记公众号"))


def _secrets(request: Request) -> Secrets:
    return Secrets(**{name: request.POST.get(name, "").strip()[:LONGEST] for name in SECRETS})


def _asked(request: Request) -> WechatAccount:
    """The account of the address. Raises `HTTPNotFound` for that of a department which he does not look after."""
    account = request.db.get(WechatAccount, whole(request.matchdict["id"]) or 0)
    if account is None or account.department_id not in _units(request):
        raise HTTPNotFound()
    return account


def tried(request: Request) -> dict[str, Any]:
    """What works with an account. A reader's request: the token is kept by a writer of its own meanwhile."""
    account = _asked(request)
    return page(request, account=account,
                points=check(request.house, account, request.registry.settings["gongkai"].wechat_host))


def act(request: Request) -> Any:
    """Change the secrets of an account or the length of its titles, put it out of use or back."""
    account, verb = _asked(request), request.matchdict["verb"]
    if verb == "secrets":
        return _change(request, account)
    if verb == "titles":
        return _limit(request, account)
    wechat.use(request.db, account, verb == "start", actor_id=request.identity.user_id)
    return _done(request, _("已启用") if verb == "start" else _("已停用"))


def _change(request: Request, account: WechatAccount) -> Any:
    """What is left empty stays; the former key is taken while WeChat changes over."""
    held, sent = wechat.secrets_of(request.db, request.house, account), _secrets(request)
    changed = Secrets(sent.secret or held.secret, sent.callback_token or held.callback_token,
                      sent.aes_key or held.aes_key, held.aes_key if sent.aes_key else held.former_aes_key)
    wechat.change_secrets(request.db, request.house, account, changed, actor_id=request.identity.user_id)
    return _done(request, _("已更换密钥"))


def _limit(request: Request, account: WechatAccount) -> Any:
    try:
        wechat.limit_titles(request.db, account, whole(request.POST.get("limit", "")) or 0,
                            actor_id=request.identity.user_id)
    except BadAccount as problem:
        request.session.flash(("late", str(problem)))
        return HTTPSeeOther(URL)
    return _done(request, _("已保存"))


def _done(request: Request, words: Any) -> HTTPSeeOther:
    request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(URL)


def includeme(config: Configurator) -> None:
    may = {"permission": Permission.MANAGE_DELIVERIES, "renderer": "desk/admin/wechat.pt"}
    config.add_desk_entry(Entry(MANAGE, _("公众号"), URL, "share", Permission.MANAGE_DELIVERIES, 60))
    config.add_route("desk.wechat", URL, factory=Desk)
    config.add_route("desk.wechat.act", URL + r"/{id:\d{1,9}}/{verb:secrets|titles|stop|start}", factory=Desk)
    config.add_route("desk.wechat.check", URL + r"/{id:\d{1,9}}/check", factory=Desk)
    config.add_view(lambda request: page(request), route_name="desk.wechat", request_method="GET", **may)
    config.add_view(add, route_name="desk.wechat", request_method="POST", **may)
    config.add_view(tried, route_name="desk.wechat.check", request_method="GET", **may)
    config.add_view(act, route_name="desk.wechat.act", request_method="POST", **may)
