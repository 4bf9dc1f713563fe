"""Knows e-mail addresses, WeChat and QQ numbers of persons; office mailboxes, groups and public accounts stay."""

import re
from collections.abc import Iterator

from content.privacy.detectors._labelled import GLUE, Detector, Labelled
from content.privacy.lookalikes import ORGAN
from content.privacy.page import Hit, Page

_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])([a-z0-9][a-z0-9._%+-]{0,63})\s?(?:@|[(\[{]\s?at\s?[)\]}]|#(?=(?:qq|163|126|sina|sohu)\.))\s?"
    r"((?:[a-z0-9-]{1,63}(?:\.|\s?[(\[{]\s?dot\s?[)\]}]\s?)){1,4}[a-z]{2,10})(?![a-z0-9])"
)
_OFFICIAL_DOMAIN = re.compile(r"(?:^|\.)(?:gov|mil)\.[a-z]{2}$|(?:^|\.)gov$|chinatax\.|court\.|(?:^|\.)people\.cn$")
_FREE_MAIL = re.compile(
    r"^(?:(?:vip\.)?(?:qq|163|126|sina|sohu|yeah|foxmail|139|189|wo|21cn|tom|aliyun|hotmail|outlook|gmail|yahoo|"
    r"live|icloud|msn|88|188|263)"
    r"\.(?:com|net|cn|com\.cn)|188\.com)$"
)
_OFFICE_BEFORE = re.compile(
    r"(?:监督|举报|投诉|办公|单位|咨询|征求|征集|意见|反馈|报名|公务|工作|官方|受理|投稿|政务|信访|服务|发送至|"
    r"发至|寄至|报送|报至|传至|office|official|"
    r"inquir|complaint|service|support)[^。\n]{0,70}$"
)
_PERSONAL_BEFORE = re.compile(
    r"(?:个人|本人|申请人|来信人|户主|家长|您|当事人|投诉人|举报人|反映人|手机|身份证|姓名|证件号|his|her|"
    r"name)[^。\n]{0,40}$"
)
_AT = ("@", "at)", "at]", "at}", "at )", "at ]", "#qq.", "#163.", "#126.", "#sina.", "#sohu.")
_WHY_MAIL = "个人电子邮箱，属于个人联系方式。"



def _no_wechat(page: Page, start: int, end: int) -> bool:
    """Public accounts and groups; a plain word is an account only after 微信号 or ID."""
    before, value = page.before(start, 12), page.low[start:end]
    if re.search(r"公众|微信群|http", before) or "www" in value:
        return True
    return not re.search(r"[\d_-]", value) and not re.search(r"号|id", before)


_wechat = Labelled(
    "WECHAT", "微信号，属于个人联系方式。", r"[微v薇威]信(?:账?号|id)?|加微|vx|weixin|wechat(?: ?id)?|wx(?:号|id)?",
    r"(?!id\b|public|official|group|pay)(?:[a-z][a-z0-9_-]{5,19}|[1-9]\d{5,11})(?![a-z0-9_@]|\.[a-z])",
    unless=_no_wechat, headers=r"微信|wechat|weixin",
)
_qq = Labelled(
    "QQ", "QQ号，属于个人联系方式。",
    r"(?<![a-z])qq(?!群|交流|邮|咨询群|工作群|\.|音)(?:号码?|账号)?|扣扣号?", r"[1-9](?:[ -]?\d){4,10}(?![\d@*])",
    unless=lambda page, start, end: "群" in page.before(start, 10), headers=r"(?<![a-z])qq(?!群)",
)


def _emails(page: Page) -> Iterator[Hit]:
    for match in _EMAIL.finditer(page.low):
        domain, start = re.sub(r"\s?[(\[{]\s?dot\s?[)\]}]\s?", ".", match[2]), match.start()
        if _OFFICIAL_DOMAIN.search(domain) or _office_mailbox(page, start, match[1]):
            continue
        yield Hit(*match.span(), "EMAIL", _WHY_MAIL, bool(_FREE_MAIL.search(domain)), 5)


def _office_mailbox(page: Page, start: int, local: str) -> bool:
    before = page.before(start, 90)
    if "mailto" not in before and re.search(r"https?://[^\s@?]*$", before):
        return True
    if _PERSONAL_BEFORE.search(before):
        return False
    if _OFFICE_BEFORE.search(before):
        return True
    line = page.low[page.low.rfind("\n", 0, start) + 1:start][-120:]
    organ = list(ORGAN.finditer(line))
    return bool(organ) and bool(re.search(rf"(?:邮箱|邮件|e-?mail|电邮|信箱|邮址){GLUE}$", before)) and not re.search(
        r"身份证|手机|男,|女,|家住|现住", line[organ[-1].end():])


def _find(page: Page) -> Iterator[Hit]:
    if any(sign in page.low for sign in _AT):
        yield from _emails(page)
    if any(word in page.low for word in ("信", "weixin", "wechat", "wx", "vx", "加微")):
        yield from _wechat(page)
    if "qq" in page.low or "扣扣" in page.low:
        yield from _qq(page)


DETECTOR = Detector("online", _find, (
    *_AT, "微信", "v信", "薇信", "威信", "weixin", "wechat", "wx", "vx", "qq", "扣扣", "加微",
))
