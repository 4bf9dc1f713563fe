"""What a step of a case or a finding asks of who takes it: by name, with a title, a shape and what it may be.

A definition names them (`asks`); the desk makes its form of them, and the engine refuses a step that lacks one. An
answer that is written freely (`text`, `line`) may name people: it is sealed with the case, never journalled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.facts import LONGEST_EXTENSION

CHANNELS = {"in_person": "当面提交", "signed_post": "邮寄（签收）", "plain_post": "平常信函", "internet": "互联网",
            "fax": "传真"}
REMEDIES = {"reconsideration": "行政复议", "litigation": "行政诉讼（未经复议）",
            "litigation_after": "行政诉讼（复议后）"}
RESULTS = {"upheld": "结果维持", "corrected": "结果纠正", "other": "其他结果", "pending": "尚未审结"}
CARRIERS = {"electronic": "电子文件", "paper": "纸质", "any": "都可以"}
FEES = {"items": "按件", "pages": "按量"}


@dataclass(frozen=True)
class Ask:
    """One question. `shape`: day, number, line, text, choice, department, person, case; `choices` of a choice.

    `needed` is False where it may be left empty.
    """

    name: str
    title: str
    shape: str
    help: str = ""
    choices: Mapping[str, str] | None = None
    least: int = 0
    most: int = 0
    needed: bool = True


_ALL = (
    Ask("received", "收到日", "day",
        "当面提交为当日，签收邮件为签收日，平常信函、互联网和传真为双方确认之日（第三十一条）"),
    Ask("department", "承办单位", "department"),
    Ask("handler", "经办人", "person", needed=False),
    Ask("missing", "需要补正的内容", "text", "一次性告知：哪里不清楚，怎样补正（第三十条）"),
    Ask("supplement_by", "补正期限", "day", "给申请人合理的时间"),
    Ask("supplement", "补正的内容", "text"),
    Ask("whom", "收件的第三方或者机关", "line", "第三方的姓名、名称，或者机关的名称"),
    Ask("third", "对方是", "choice",
        choices={"third_party": "第三方（第三十二条）", "co_agency": "其他机关（第三十四条）"}),
    Ask("address", "电子邮箱", "line", "答复链接发到这里；不填则打印征求意见书邮寄", needed=False),
    Ask("question", "征求意见的事项", "text"),
    Ask("opinion", "意见", "text"),
    Ask("published", "决定公开的内容", "text", "不公开可能对公共利益造成重大影响的，决定公开哪些内容（第三十二条）"),
    Ask("extension_days", "延长的工作日数", "number", "最多20个工作日（第三十三条）", least=1, most=LONGEST_EXTENSION),
    Ask("delayed_until", "答复日期", "day", "合理的延迟答复日期（第三十五条）"),
    Ask("fee_basis", "收费方式", "choice", "一件申请只能选一种（国办函〔2020〕109号）", choices=FEES),
    Ask("fee_count", "件数或页数", "number", "按件：同一申请人当月的第几件；按量：提供的页数", least=1, most=100_000),
    Ask("paid", "缴费日", "day"),
    Ask("delivered", "送达日", "day"),
    Ask("way", "送达方式", "choice", choices={"portal": "网上自取", "email": "电子邮件", "post": "邮寄", "hand": "当面",
                                              "fax": "传真"}),
    Ask("description", "所需信息", "text", "信息的名称、文号，或者它是关于什么的；照申请表抄写"),
    Ask("carrier", "信息载体", "choice", choices=CARRIERS, needed=False),
    Ask("topic", "来信事由", "line", "一句话说明是什么事"),
    Ask("words", "来信内容", "text", "照原信抄写；很长的写要点，原信扫描后作为附件"),
    Ask("answer", "复信内容", "text", "针对来信的问题逐项回答；送签发后作为复信发出"),
    Ask("record", "哪一份记录", "text", "记录的名称、编号或者日期，在哪里看到的"),
    Ask("wrong", "哪里不准确", "text"),
    Ask("right", "应当怎样更正", "text"),
    Ask("evidence", "证据", "text", "写明有什么证据，证据材料作为附件提交（第四十一条）"),
    Ask("finding", "核实情况和处理意见", "text", "核实了什么，建议更正还是不予更正"),
    Ask("corrected", "更正的内容", "text", "原来怎样写，更正为怎样"),
    Ask("into", "并入的受理编号", "case"),
    Ask("remedy", "救济途径", "choice", choices=REMEDIES),
    Ask("remedy_result", "结果", "choice", choices=RESULTS),
    Ask("remedy_day", "日期", "day"),
    Ask("order_days", "整改期限（工作日）", "number", "从明天起算", least=1, most=60),
    Ask("responsible", "责任人", "person", "不选则由该单位的信息员和审核人办理", needed=False),
    Ask("demand", "整改要求", "text", "要做到什么，怎样算整改到位"),
    Ask("suggestion", "建议的理由", "text", "涉及哪些人的利益，为什么应当让大家都知道（第四十四条）"),
    Ask("stars", "满意程度", "number", "1至5，5为很满意", least=1, most=5),
)
ASKS: dict[str, Ask] = {ask.name: ask for ask in _ALL}
FREE = frozenset(ask.name for ask in _ALL if ask.shape in ("line", "text"))  # words that may name people


def unanswered(names: tuple[str, ...], facts: Mapping[str, Any]) -> list[str]:
    """What is missing or cannot be, one sentence each."""
    return [problem for name in names if (problem := _problem(ASKS[name], facts.get(name)))]


def _problem(ask: Ask, value: Any) -> str:
    if value in (None, ""):
        return f"请填写“{ask.title}”" if ask.needed else ""
    return "" if _FITS[ask.shape](ask, value) else f"“{ask.title}”填得不对：{ask.help or '请重新选择'}"


_FITS: dict[str, Callable[[Ask, Any], bool]] = {
    "day": lambda ask, value: isinstance(value, dt.date),
    "number": lambda ask, value: isinstance(value, int) and ask.least <= value <= ask.most,
    "line": lambda ask, value: isinstance(value, str) and "\n" not in value and len(value) <= 200,
    "text": lambda ask, value: isinstance(value, str) and len(value) <= 20_000,
    "choice": lambda ask, value: value in (ask.choices or ()),
    "department": lambda ask, value: isinstance(value, int),
    "person": lambda ask, value: isinstance(value, int),
    "case": lambda ask, value: isinstance(value, str) and len(value) <= 40,
}
