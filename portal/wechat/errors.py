"""What the error codes of WeChat mean, and what is to be done about each.

Source: the return codes of the official-account server API; what is not listed there is a mistake of ours or new.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Treatment(StrEnum):
    """What to do about an error. `RENEW`: get the token anew and try once more; `RETRY`: later, with back-off;
    `MINUTE`: after a minute; `TOMORROW`: when the quota is new; `CONTENT`: back to the editor, with the reason;
    `ACCOUNT`: the account or its settings are wrong, nothing goes until somebody mends that; `SENT`: it was sent
    before; `BY_HAND`: the account may not do this by interface; `BUG`: the call itself is wrong."""

    RENEW = "renew"
    RETRY = "retry"
    MINUTE = "minute"
    TOMORROW = "tomorrow"
    CONTENT = "content"
    ACCOUNT = "account"
    SENT = "sent"
    BY_HAND = "by_hand"
    BUG = "bug"


@dataclass(frozen=True)
class Meaning:
    """A code in words, and the way out, for the person at the desk."""

    words: str
    advice: str
    treatment: Treatment


_T = Treatment
_TABLE: dict[int, tuple[str, str, Treatment]] = {
    -1: ("微信系统繁忙", "稍后会自动重试", _T.RETRY),
    40001: ("AppSecret 错误，或者 access_token 无效、不是最新的", "自动换新令牌；仍然出现时核对 AppSecret", _T.RENEW),
    40003: ("OpenID 不正确", "核对接收人", _T.CONTENT),
    40004: ("素材类型不正确", "换用 jpg 或者 png 图片", _T.CONTENT),
    40005: ("上传文件的类型不正确", "换用 jpg 或者 png 图片", _T.CONTENT),
    40006: ("上传文件太大", "换用小一些的图片", _T.CONTENT),
    40007: ("素材编号（media_id）无效", "素材可能已在公众号后台删除，重新推送会重新上传", _T.CONTENT),
    40009: ("图片太大", "换用小一些的图片", _T.CONTENT),
    40013: ("AppID 不正确", "在公众号后台“设置与开发”核对 AppID", _T.ACCOUNT),
    40014: ("access_token 不合法", "自动换新令牌", _T.RENEW),
    40035: ("参数不合法", "请把日志交给技术人员", _T.BUG),
    40037: ("模板编号不正确", "在公众号后台核对模板", _T.ACCOUNT),
    40038: ("请求格式不正确", "请把日志交给技术人员", _T.BUG),
    40060: ("要删除的文章位置不正确", "请把日志交给技术人员", _T.BUG),
    40125: ("AppSecret 不正确", "在公众号后台重置 AppSecret，再填到本系统", _T.ACCOUNT),
    40132: ("微信号不正确", "核对接收预览的微信号", _T.CONTENT),
    40164: ("本服务器的地址不在 IP 白名单里", "在公众号后台“设置与开发”把服务器的出口地址加进 IP 白名单", _T.ACCOUNT),
    40243: ("AppSecret 已被冻结", "在公众号后台解冻或者重置 AppSecret", _T.ACCOUNT),
    41030: ("页面路径不正确", "核对链接", _T.CONTENT),
    42001: ("access_token 已过期", "自动换新令牌", _T.RENEW),
    43004: ("接收人没有关注公众号", "请对方先关注", _T.CONTENT),
    43101: ("用户拒收", "不再向该用户发送", _T.CONTENT),
    44002: ("请求内容为空", "请把日志交给技术人员", _T.BUG),
    44003: ("图文内容为空", "补上正文再推送", _T.CONTENT),
    45001: ("素材超过大小限制", "换用小一些的图片", _T.CONTENT),
    45002: ("正文超过长度限制", "删减正文，或者只推送摘要和链接", _T.CONTENT),
    45003: ("标题超过长度限制", "缩短微信标题", _T.CONTENT),
    45004: ("摘要超过长度限制", "缩短微信摘要", _T.CONTENT),
    45008: ("一次推送的文章太多", "分成几次推送，每次最多8篇", _T.CONTENT),
    45009: ("今天调用接口的次数用完了", "明天自动继续；着急时可以在公众号后台清零额度（每月10次）", _T.TOMORROW),
    45011: ("一分钟内调用太频繁", "一分钟后自动继续", _T.MINUTE),
    45028: ("没有群发额度了", "等额度恢复后再群发，或者改用“发布”", _T.TOMORROW),
    45065: ("这次群发此前已经提交过", "不用重发", _T.SENT),
    45066: ("重试太快", "一分钟后自动继续", _T.MINUTE),
    45067: ("clientmsgid 太长", "请把日志交给技术人员", _T.BUG),
    45166: ("正文里有微信不接受的内容", "删去正文里的特殊格式和外部内容再推送", _T.CONTENT),
    47001: ("请求不是合法的 JSON", "请把日志交给技术人员", _T.BUG),
    47003: ("模板参数不正确", "核对模板的各项内容", _T.CONTENT),
    48001: ("公众号没有这个接口的权限", "公众号没有认证或者没有开通：导出后在公众号后台手工发布", _T.BY_HAND),
    48004: ("接口被封禁", "登录公众号后台查看封禁原因", _T.ACCOUNT),
    48006: ("本月清零次数用完了", "等到下个月，或者等第二天额度恢复", _T.ACCOUNT),
    53503: ("草稿没有通过发布检查", "在公众号后台打开草稿查看原因，修改后再推送", _T.CONTENT),
    53504: ("需要在公众号后台手工操作", "到公众号后台发布这篇草稿", _T.BY_HAND),
    53505: ("需要先在公众号后台手工保存", "到公众号后台打开并保存这篇草稿，再推送", _T.BY_HAND),
    53600: ("文章编号无效，可能已经删除", "在公众号后台核对这篇文章还在不在", _T.CONTENT),
    61004: ("本服务器的地址不在 IP 白名单里", "在公众号后台把服务器的出口地址加进 IP 白名单", _T.ACCOUNT),
    61500: ("日期格式不正确", "请把日志交给技术人员", _T.BUG),
    61501: ("日期范围不正确", "请把日志交给技术人员", _T.BUG),
    87009: ("签名不合法", "核对公众号的设置", _T.ACCOUNT),
    88000: ("没有留言权限", "不开留言再推送", _T.CONTENT),
    89503: ("调用需要管理员确认", "请公众号管理员在手机上确认", _T.BY_HAND),
}
MEANINGS: dict[int, Meaning] = {code: Meaning(*row) for code, row in _TABLE.items()}
CHECKED = Meaning("微信对内容、签名或者留言设置的检查没有通过", "登录公众号后台查看原因，修改后再推送", _T.CONTENT)
UNKNOWN = Meaning("微信返回了没有记载的错误", "按错误码查阅微信公众平台文档", _T.RETRY)

# What the result of publishing (发布) and of mass sending (群发) says; 0 and "send success" are well.
PUBLISH_STATUS = {0: "成功", 1: "发布中", 2: "原创审核不通过", 3: "发布失败", 4: "平台审核不通过",
                  5: "发布后被用户删除", 6: "发布后被系统封禁"}
MASS_ERRORS = {10001: "涉嫌广告", 20001: "涉嫌政治", 20002: "涉嫌色情", 20004: "涉嫌社会", 20006: "涉嫌违法犯罪",
               20008: "涉嫌欺诈", 20013: "涉嫌版权", 21000: "涉嫌其他", 22000: "涉嫌互推", 30001: "原创校验失败",
               30002: "原创校验被拒绝", 30003: "原创校验超时", 40001: "管理员拒绝", 40002: "管理员30分钟内没有确认"}


TOKEN = "/cgi-bin/stable_token"


def meaning(code: int) -> Meaning:
    """85xxx are about what a person has to look at in the account's own pages."""
    return MEANINGS.get(code) or (CHECKED if code // 1000 == 85 else UNKNOWN)


class WechatError(Exception):
    """WeChat said no. `code` is its errcode, `path` the call, `answer` all that it said; the message names neither
    token nor secret."""

    def __init__(self, code: int, path: str, answer: dict[str, Any] | None = None) -> None:
        self.code, self.path, self.answer = code, path, answer or {}
        self.meaning = meaning(code)
        super().__init__(f"{self.meaning.words}（{code} {path}）：{self.meaning.advice}")

    @property
    def treatment(self) -> Treatment:
        """A token that is not given is no stale token: the account's secret is wrong."""
        found = self.meaning.treatment
        return Treatment.ACCOUNT if found == Treatment.RENEW and self.path == TOKEN else found
