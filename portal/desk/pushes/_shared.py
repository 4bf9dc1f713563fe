"""What the pages of pushes share: the push of an address, the accounts of a person, states in words."""

from __future__ import annotations

from pyramid.request import Request
from sqlalchemy import select

from content import wechat
from content.pushes import Push
from content.wechat import WechatAccount
from portal.desk.words import Status, titled
from workflows.access import Permission, units_for
from workflows.engine import workflow_of

URL = "/desk/pushes"
COLOURS = {"arranged": "warn", "sign_off": "warn", "queued": "info", "accepted": "info", "arrived": "ok",
           "failed": "late", "recalled": "idle", "dropped": "idle"}


class DeskPush:
    """A push; the factory of `/desk/pushes/{id}/…`. Raises `KeyError` for one of others: numbers tell nothing."""

    node = None

    def __init__(self, request: Request) -> None:
        push = request.db.get(Push, int(request.matchdict["id"]))
        who = request.identity
        if push is None or (who is not None and push.department_id not in units(request)):
            raise KeyError(request.matchdict["id"])
        self.request, self.push = request, push

    @property
    def department_id(self) -> int:
        return self.push.department_id


def units(request: Request) -> set[int]:
    """The departments whose accounts the person works with."""
    return units_for(request.identity, Permission.PUSH, request.tree)


def accounts(request: Request) -> list[WechatAccount]:
    """The accounts that the person may push with."""
    mine = units(request)
    return [account for account in wechat.accounts(request.db) if account.department_id in mine]


def address(push: Push) -> str:
    return f"{URL}/{push.id}"


def state_words(request: Request, push: Push) -> Status:
    return COLOURS[push.state], titled(request, workflow_of(push.workflow).states[push.state])


def waiting(request: Request) -> int:
    """How many wait for a person: to be signed, or to be mended."""
    if request.identity is None or not (mine := units(request)):
        return 0
    query = select(Push.id).where(Push.state.in_(("sign_off", "failed")), Push.department_id.in_(mine)).limit(100)
    return len(request.db.scalars(query).all())
