"""WeChat: deliveries of the outbox become drafts, publications and mass sendings; events of WeChat come back here.

WeChat tries an event three times and wants an answer within five seconds, so an event is only written down. What is
not signed, not new or not for the account is refused without a word.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import select

from content import wechat
from content.base import now
from content.house import House
from content.outbox import Parcel
from content.pushes import Push
from content.wechat import Secrets, WechatAccount
from portal.delivering import NotDeliverable
from portal.security import READ
from portal.settings import Settings
from portal.wechat import events
from portal.wechat.checking import client_for
from portal.wechat.pushing import Pusher
from portal.wechat.signing import BadCallback, check, check_fresh, decrypt

LARGEST = 64 * 1024  # octets of an event
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sender:
    """A `portal.delivering.Sender` for all accounts of the house."""

    house: House
    settings: Settings

    def send(self, parcel: Parcel) -> str:
        message = parcel.message
        if (number := message.get("push")) is not None:
            return self._pusher(self._account_of(number)).push(number)
        if (number := message.get("recall")) is not None:
            return self._pusher(self._account_of(number)).recall(number, message["document"])
        if (number := message.get("preview")) is not None:
            return self._pusher(self._account_of(number)).preview(number, parcel.receiver)
        return self._pusher(message["account"]).delete_draft(message["draft"])

    def _account_of(self, number: int) -> int:
        with self.house.database.reader() as session:
            return session.get_one(Push, number).account_id

    def _pusher(self, account_id: int) -> Pusher:
        with self.house.database.reader() as session:
            account = session.get_one(WechatAccount, account_id)
        if not account.active:
            raise NotDeliverable("公众号已停用")
        client = client_for(self.house, account, self.settings.wechat_host)
        return Pusher(self.house, client, self.settings.base_url, self.settings.site.organ)


def sender_for(house: House, settings: Settings) -> Sender | None:
    """None while no account is entered."""
    with house.database.reader() as session:
        return Sender(house, settings) if wechat.accounts(session) else None


# -- events -------------------------------------------------------------------------------------------------------

def confirm(request: Request) -> Response:
    """`GET /wechat/{appid}`: WeChat asks whether the address is ours (服务器配置)."""
    _account, secrets = _known(request)
    asked = request.GET
    _checked(secrets, asked.get("signature", ""), asked.get("timestamp", ""), asked.get("nonce", ""))
    return Response(asked.get("echostr", "")[:200], content_type="text/plain")


def receive(request: Request) -> Response:
    """`POST /wechat/{appid}`: an event, encrypted (安全模式)."""
    account, secrets = _known(request)
    if (request.content_length or 0) > LARGEST:
        raise HTTPBadRequest()
    asked = request.GET
    try:
        encrypted = events.encrypted(request.body)
        _checked(secrets, asked.get("msg_signature", ""), asked.get("timestamp", ""), asked.get("nonce", ""), encrypted)
        keys = [key for key in (secrets.aes_key, secrets.former_aes_key) if key]
        event = events.read(decrypt(encrypted, keys, account.appid))
    except BadCallback as problem:
        log.warning("a callback of WeChat was refused: %s", problem)
        raise HTTPBadRequest() from None
    events.take(request.db, request.house, account, event)
    return Response("success", content_type="text/plain")


def _known(request: Request) -> tuple[WechatAccount, Secrets]:
    query = select(WechatAccount).where(WechatAccount.appid == request.matchdict["appid"], WechatAccount.active)
    account = request.db.scalars(query).first()
    if account is None:
        raise HTTPNotFound()
    secrets = wechat.secrets_of(request.db, request.house, account)
    if not secrets.callback_token:
        raise HTTPNotFound()
    return account, replace(secrets, secret="")


def _checked(secrets: Secrets, said: str, timestamp: str, nonce: str, *more: str) -> None:
    try:
        check(said, secrets.callback_token, timestamp, nonce, *more)
        check_fresh(timestamp, now())
    except BadCallback as problem:
        log.warning("a callback of WeChat was refused: %s", problem)
        raise HTTPBadRequest() from None


def includeme(config: Configurator) -> None:
    config.add_route("wechat", "/wechat/{appid:wx[0-9a-f]{16}}")
    config.add_view(confirm, route_name="wechat", request_method="GET", permission=READ)
    # It comes from a server, signed; there is no form and no session that a token could protect.
    config.add_view(receive, route_name="wechat", request_method="POST", permission=READ, require_csrf=False)
