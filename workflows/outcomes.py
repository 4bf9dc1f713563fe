"""How an application for disclosure (政府信息公开申请) may end: 21 outcomes, each with its article and what it says.

One table for the reply letter and for the annual report (国办公开办函〔2021〕30号, table 三): an outcome is a leaf of
that table. Several reply types share a leaf (不存在 and 不属于本机关 are both 本机关不掌握相关政府信息).
"""

from __future__ import annotations

from dataclasses import dataclass

RECONSIDER_FIRST = "reconsider_first"  # 复议前置: 行政复议法 (2023) Art. 23 (1) (4), decisions under Art. 14–16
EITHER = "either"  # reconsideration or litigation, as the applicant likes


@dataclass(frozen=True)
class Outcome:
    """A leaf of table 三. `says` are what the letter must hold beside decision and article, as names of its fields.

    Where `any_of`, one of them is enough: two replies share the leaf, and each field belongs to one of them.
    """

    code: str
    group: str  # heading in the table
    title: str
    article: str
    says: tuple[str, ...] = ()
    remedy: str = EITHER
    any_of: bool = False


GROUPS = {
    "granted": "（一）予以公开",
    "partly": "（二）部分公开",
    "withheld": "（三）不予公开",
    "unavailable": "（四）无法提供",
    "not_handled": "（五）不予处理",
    "other": "（六）其他处理",
}

_TABLE = (
    Outcome("granted", "granted", "予以公开", "第三十六条第（一）、（二）项", ("public", "content"),
            any_of=True),
    Outcome("partly", "partly", "部分公开", "第三十七条", ("content", "law", "reason"), RECONSIDER_FIRST),
    Outcome("state_secret", "withheld", "属于国家秘密", "第十四条、第三十六条第（三）项", ("reason",),
            RECONSIDER_FIRST),
    Outcome("forbidden_by_law", "withheld", "其他法律行政法规禁止公开", "第十四条、第三十六条第（三）项",
            ("law", "reason"), RECONSIDER_FIRST),
    Outcome("security_and_stability", "withheld", "危及“三安全一稳定”", "第十四条、第三十六条第（三）项", ("reason",),
            RECONSIDER_FIRST),
    Outcome("third_party", "withheld", "保护第三方合法权益", "第十五条、第三十二条、第三十六条第（三）项", ("reason",),
            RECONSIDER_FIRST),
    Outcome("internal_affairs", "withheld", "属于三类内部事务信息", "第十六条第一款、第三十六条第（三）项", ("reason",),
            RECONSIDER_FIRST),
    Outcome("in_process", "withheld", "属于四类过程性信息", "第十六条第二款、第三十六条第（三）项", ("reason",),
            RECONSIDER_FIRST),
    Outcome("enforcement_file", "withheld", "属于行政执法案卷", "第十六条第二款、第三十六条第（三）项", ("reason",),
            RECONSIDER_FIRST),
    Outcome("registry", "withheld", "属于行政查询事项", "第三十六条第（七）项", ("law", "where")),
    Outcome("not_held", "unavailable", "本机关不掌握相关政府信息", "第三十六条第（四）、（五）项",
            ("search", "organ_right"), any_of=True),
    Outcome("to_be_made", "unavailable", "没有现成信息需要另行制作", "第三十八条", ("reason",)),
    Outcome("still_unclear", "unavailable", "补正后申请内容仍不明确", "第三十条", ("reason",)),
    Outcome("petition", "not_handled", "信访举报投诉类申请", "第三十九条第一款", ("where",)),
    Outcome("repeated", "not_handled", "重复申请", "第三十六条第（六）项", ("earlier",)),
    Outcome("publication", "not_handled", "要求提供公开出版物", "第三十九条第二款", ("where",)),
    Outcome("excessive", "not_handled", "无正当理由大量反复申请", "第三十五条", ("reason",)),
    Outcome("confirmation", "not_handled", "要求行政机关确认或重新出具已获取信息", "第三十六条第（六）项", ("reason",)),
    Outcome("not_supplemented", "other",
            "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "第三十条"),
    Outcome("not_paid", "other", "申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
            "国办函〔2020〕109号"),
    Outcome("elsewise", "other", "其他", "", ("reason",)),
)
OUTCOMES = {outcome.code: outcome for outcome in _TABLE}


# -- the fee (信息处理费, 国办函〔2020〕109号): by item or by page, never both for one application -----------------

_ITEM_TIERS = ((10, 0), (30, 100))  # up to so many items in a month, yuan each; from 31 on, each ten cost 100 more
_PAGE_TIERS = ((30, 0), (100, 10), (200, 20))
_PAGE_REST = 40
FEE_TIERS = {"items": "同一申请人一个自然月内1至10件不收费，11至30件每件100元，31件以上每10件为一档，每件逐档增加100元",
             "pages": "30页以下不收费，31至100页每页10元，101至200页每页20元，201页以上每页40元"}


def fee_by_items(count: int) -> int:
    """Yuan for `count` items of one applicant in one calendar month, excess progressive."""
    return sum(_item_price(number) for number in range(1, _counted(count) + 1))


def _item_price(number: int) -> int:
    for most, price in _ITEM_TIERS:
        if number <= most:
            return price
    return 200 + 100 * ((number - 31) // 10)


def fee_by_pages(count: int) -> int:
    """Yuan for `count` pages, A4, one side, excess progressive."""
    total, done = 0, 0
    for most, price in _PAGE_TIERS:
        total += max(0, min(_counted(count), most) - done) * price
        done = most
    return total + max(0, count - done) * _PAGE_REST


def _counted(count: int) -> int:
    if count < 0:
        raise ValueError(f"a count cannot be {count}")
    return count
