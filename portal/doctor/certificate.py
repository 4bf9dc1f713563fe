"""The site's certificate: whether browsers believe it, and for how many days more."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from portal.doctor import BAD, NOT_MADE, WARN, Check, Found, Patient
from portal.i18n import _

SOON = 21  # days
WAIT = 3.0  # seconds


def run(patient: Patient) -> Iterator[Found]:
    parts = urlsplit(patient.settings.base_url)
    if parts.scheme != "https" or not parts.hostname:
        return
    try:
        ends = _ends(parts.hostname, parts.port or 443)
    except ssl.SSLCertVerificationError as problem:
        yield Found(BAD, _("浏览器不会信任网站的证书：${why}", mapping={"why": problem.verify_message}),
                    _("换一张有效的证书"))
        return
    except (OSError, ValueError):
        yield Found(NOT_MADE, _("base_url 没有应答，没有检查证书"), _("从这台机器打开 base_url 试试"))
        return
    left = (ends - patient.at).days
    if left < SOON:
        yield Found(WARN, _("网站的证书还有 ${n} 天到期", mapping={"n": left}), _("更新证书"))


def _ends(host: str, port: int) -> dt.datetime:
    with (socket.create_connection((host, port), timeout=WAIT) as plain,
          ssl.create_default_context().wrap_socket(plain, server_hostname=host) as wrapped):
        return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(wrapped.getpeercert()["notAfter"]), dt.UTC)


CHECK = Check("certificate", _("证书"), run, outside=True)
