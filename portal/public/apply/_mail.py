"""Mail about an account: the link that shows whose mailbox it is, and a word when something of the account changed.

Every mail is a private delivery: address and words lie sealed in the outbox until they go.
"""

from __future__ import annotations

from pyramid.request import Request

from content import applicants, outbox
from content.applicants import Applicant, MailLink

LINK = "/apply/account/link"
_WORDS = ("有人（应当是您本人）在{site}填写了这个邮箱，要开立“我的申请”账户、重设密码或者改用这个邮箱。\n"
          "请在24小时以内打开下面的网页，接着办。不是您本人的，不用理会，什么都不会改变：")


def can_mail(request: Request) -> bool:
    """Whether a mail server is set up, or mail is shown at the desk; else nobody could show that a mailbox is his."""
    settings = request.registry.settings["gongkai"]
    return bool(settings.mail_host) or settings.demo


def post_link(request: Request, address: str, applicant_id: int | None = None) -> None:
    """Mail a link to an address, known or not: the same words, the same work. Too many are not sent, and not told."""
    made = applicants.new_link(request.db, request.house, address, at=request.now, applicant_id=applicant_id)
    if made is not None:
        link, token = made
        _post(request, address, link, f"applicant-link/{link.token_hash}", "“我的申请”账户",
              _WORDS.format(site=_site(request)), f"{LINK}/{token}")


def tell(request: Request, holder: Applicant, words: str, path: str = "/apply") -> None:
    """A word to the mailbox of an account."""
    address = applicants.email_of(request.db, request.house, holder)
    key = f"applicant-word/{holder.id}/{request.now.isoformat()}"
    _post(request, address, holder, key, "“我的申请”账户有变动", words, path)


def _post(request: Request, address: str, holder: Applicant | MailLink, key: str, subject: str, words: str,
          path: str) -> None:
    outbox.post_private(request.db, request.house, "mail", address, key, applicants.about(holder),
                        subject=f"{_site(request)}：{subject}", text=words, path=path)


def _site(request: Request) -> str:
    return f"{request.site.organ}网站"
