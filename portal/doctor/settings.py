"""Settings that do not go together, or were never filled in."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _
from portal.settings import Settings, Site

LOCAL = ("localhost", "127.0.0.1", "::1", "")


def run(patient: Patient) -> Iterator[Found]:
    yield from _address(patient.settings)
    yield from _site(patient.settings.site)
    yield from _mail(patient.settings)


def _address(settings: Settings) -> Iterator[Found]:
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        yield Found(BAD, _("base_url 不是网址"), _("写成 https:// 开头的网站地址"))
        return
    here = (parts.hostname or "") in LOCAL
    domain = settings.site.domain
    if domain and (parts.hostname or "").removeprefix("www.") != domain.removeprefix("www."):
        yield Found(WARN, _("base_url 和 [site] domain 不是同一个域名"), _("把两处改成一致"))
    if here:
        yield Found(WARN, _("base_url 还是本机地址，订阅源和邮件里的链接别人打不开"),
                    _("把 base_url 改成网站的公开地址"))
    if "*" in settings.accepted_hosts.split():
        yield Found(WARN, _("accepted_hosts 里有 *，别人编造的域名也会被接受"), _("只写网站自己的域名和地址"))
    if settings.behind_tls and parts.scheme != "https":
        yield Found(BAD, _("设置了 behind_tls，base_url 却不是 https"), _("把 base_url 改成 https:// 开头"))
    if not here and not settings.behind_tls:
        yield Found(WARN, _("公开的网站没有设置 behind_tls，登录信息可能明文传输"),
                    _("在反向代理上启用 https，再把 behind_tls 设为 true"))
    if not here and not settings.trusted_proxy and settings.host in LOCAL:
        yield Found(WARN, _("没有设置 trusted_proxy，所有访问者都会被看成同一个地址，限速会误伤"),
                    _("把 trusted_proxy 设为反向代理的地址，例如 127.0.0.1"))


def _site(site: Site) -> Iterator[Found]:
    blank = [name for name in ("organ", "host_organ") if getattr(site, name).startswith("（")]
    blank += [name for name in ("domain", "id_code", "icp", "phone") if not getattr(site, name)]
    if blank:
        yield Found(WARN, _("[site] 里还没有填写：${names}", mapping={"names": ", ".join(blank)}),
                    _("按《政府网站发展指引》在 settings.toml 的 [site] 里填写"))


def _mail(settings: Settings) -> Iterator[Found]:
    if not settings.mail_host:
        yield Found(WARN, _("没有设置邮件服务器，邮件都在等待"), _("设置 mail_host 和 mail_from"))
        return
    if not settings.mail_from:
        yield Found(BAD, _("设置了 mail_host，没有设置发件人"), _("设置 mail_from"))
    if settings.mail_tls == "none" and settings.mail_host not in LOCAL:
        yield Found(WARN, _("邮件不加密发出"), _("把 mail_tls 设为 starttls 或者 tls"))


CHECK = Check("settings", _("设置"), run)
