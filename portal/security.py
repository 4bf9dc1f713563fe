"""Who is asking and what he may do: the Pyramid security policy, over `workflows.access` and the session cookie.

The session is a signed cookie that ends by itself when idle. It names the user and his `epoch`; raising a user's
epoch (new password, account closed, roles taken away) ends every session of his at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.csrf import SessionCSRFStoragePolicy
from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED, Allowed, Denied
from pyramid.session import SignedCookieSessionFactory

from content.base import local_date
from content.house import House
from content.people import User
from portal import passwords
from portal.held import hold
from portal.settings import Settings
from workflows.access import Identity, Permission, permits

READ = "read"  # what the public may read, or the staff where a column is internal
CLOSED = "closed"  # the default of every view: nobody
SIGNED_IN = "signed_in"  # his own account: whoever is logged in, even when a new password is due
USER, EPOCH = "user", "epoch"


class Policy:
    """Pyramid's questions, answered from the one table of permissions."""

    def identity(self, request: Request) -> Identity | None:
        return request.identity_cache

    def authenticated_userid(self, request: Request) -> int | None:
        identity = request.identity_cache
        return identity.user_id if identity else None

    def permits(self, request: Request, context: Any, permission: str) -> Allowed | Denied:
        if permission == CLOSED:
            return Denied("this view was never opened to anybody")
        if permission == READ:
            if getattr(context, "is_public", True):
                return Allowed("public")
            permission = Permission.READ_INTERNAL
        if request.identity_cache is None:
            return Denied("nobody is logged in")
        if permission == SIGNED_IN:
            return Allowed("his own account")
        if request.password_due:
            return Denied("a new password is due")
        node = getattr(context, "node", None)
        unit = getattr(context, "department_id", None)
        if permits(request.identity_cache, Permission(permission), node, request.tree, unit):
            return Allowed(permission)
        return Denied(permission)

    def remember(self, request: Request, userid: int, **kw: Any) -> list:
        """Begin a session for this user, in a new session: an older one is not carried over."""
        request.session.invalidate()
        user = request.db.get(User, userid)
        request.session[USER], request.session[EPOCH] = userid, user.epoch
        return []

    def forget(self, request: Request, **kw: Any) -> list:
        request.session.invalidate()
        return []


def _account(request: Request) -> User | None:
    """The account of this request; None for the public, and for sessions that were ended."""
    if not request.cookies.get(request.registry.settings["session.cookie"]):
        return None
    user_id = request.session.get(USER)
    user = request.db.get(User, user_id) if user_id is not None else None
    if user is None or not user.active or user.epoch != request.session.get(EPOCH):
        return None
    return user


def _identity(request: Request) -> Identity | None:
    """The person of this request, with the roles he holds today."""
    user = request.account
    return Identity.of(request.db, user, local_date(request.now)) if user else None


def _password_due(request: Request) -> str:
    """Why a new password must be set before anything else: `first`, `expired`, or ""."""
    days = request.registry.settings["gongkai"].password_days
    return passwords.must_change(request.account, days, request.now) if request.account else ""


def includeme(config: Configurator) -> None:
    config.registry.settings["session.cookie"] = "gongkai"
    hold(config, "sessions", _sessions)
    config.set_session_factory(lambda request: request.registry.settings["sessions"](request))
    config.set_csrf_storage_policy(SessionCSRFStoragePolicy())
    config.set_default_csrf_options(require_csrf=True)
    config.set_security_policy(Policy())
    config.set_default_permission(CLOSED)
    for method, name in ((_account, "account"), (_identity, "identity_cache"), (_password_due, "password_due")):
        config.add_request_method(method, name, reify=True)


PUBLIC = NO_PERMISSION_REQUIRED


def _sessions(house: House, settings: Settings) -> Callable[[Request], Any]:
    """Sessions lie with the visitor, in a cookie signed with a key of the house."""
    idle = settings.idle_minutes * 60
    return SignedCookieSessionFactory(
        house.keys.master.derive("session"), cookie_name="gongkai", httponly=True, samesite="Lax",
        secure=settings.behind_tls, timeout=idle, reissue_time=min(60, idle // 2), set_on_exception=True)
