"""Sample values of every placeholder, and letters made of them: an administrator sees what he has written.

Everybody in them is invented; the number of the case fits none.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from workflows.asks import ASKS
from workflows.case_guards import SAYS
from workflows.letters import Letter, fill
from workflows.letters.templates import COMMON, PERSONAL, REMEDIES, Template, shipped

_SAMPLES = {
    "to": "张某某", "organ": "某县民政局", "number": "某民信公开〔2026〕12号", "case_number": "MX-mzj-2026-00012",
    "submitted": "2026年11月2日", "received": "2026年11月2日", "due": "2026年11月30日", "today": "2026年11月20日",
    "phone": "0000-5550100", "address": "某县人民路1号", "above": "某县人民政府", "you": "您", "applicant": "张某某",
    "description": "2025年城乡低保资金发放情况", "public": "某县人民政府网站“社会救助”栏目",
    "content": "2025年城乡低保资金发放情况表，见附件",
    "reason": "公开后会使他人的家庭经济状况为公众所知，且没有取得同意",
    "law": "《中华人民共和国政府信息公开条例》第十五条", "where": "某县不动产登记中心，0000-5550102",
    "search": "检索了业务系统和2020年以来的档案，没有找到", "organ_right": "某县医疗保障局，0000-5550103",
    "earlier": "某民信公开〔2026〕3号答，2026年3月6日",
    "missing": "请写明是哪一年度的资金", "supplement_by": "2026年11月30日",
    "question": "2025年供货合同的单价", "published": "供货合同的总价和单价", "extension_days": "10",
    "delayed_until": "2027年1月15日", "why": "需要汇总各乡镇的资料", "fee_way": "按量", "fee_count": "68",
    "fee_tiers": "30页以下不收费，31至100页每页10元", "amount": "380", "letter_title": "政府信息公开申请答复书",
    "letter_number": "某民信公开〔2026〕12号答", "way": "当面", "record": "2025年低保公示名单第3页，家庭人数",
    "corrected": "家庭人数由2人更正为3人", "whom": "某县公安局",
    "topic": "城关镇建设路路灯不亮", "answer": "建设路的路灯已于11月18日修复，今后每月检查一次"}
_MEANINGS = {"why": "理由", "fee_way": "收费方式", "fee_tiers": "收费标准", "amount": "应缴金额（元）",
             "letter_title": "文书名称", "letter_number": "文书编号",
             "part": "按处理结果、对象或者事项不同的内容，由系统填写", "remedies": "救济途径，由系统填写"}
_CHOICES = {"outcome": "partly", "third": "third_party", "type": "disclosure_request"}
_TOLD = {"either": "registry", "reconsider_first": "in_process", "partly": "partly"}  # remedies: by which outcome


def meaning(place: str) -> str:
    """What a placeholder stands for, Chinese."""
    known = _MEANINGS | SAYS | COMMON | PERSONAL
    return known[place] if place in known else ASKS[place].title


def sample(session: Session, changed: Template) -> Letter:
    """The letter in which `changed` is used, with `changed` in it instead of what holds now."""
    head, _dot, variant = changed.kind.partition(".")
    if head == REMEDIES:
        return _sample(session, "reply", changed, {"outcome": _TOLD[variant]})
    return _sample(session, head, changed, {shipped()[head].by: variant} if variant else {})


def _sample(session: Session, kind: str, changed: Template, choice: dict[str, Any]) -> Letter:
    return fill(session, kind, _SAMPLES, choice=_CHOICES | choice, instead=changed)
