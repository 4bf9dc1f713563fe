"""Texts to measure with: regulations of a size and shape like real ones, made by a seed, no two alike."""

from __future__ import annotations

import json
import random

SUBJECTS = ("供水", "防汛", "学前教育", "社会救助", "市场监管", "城乡规划", "环境保护", "安全生产", "农村公路",
            "公共卫生", "养老服务", "档案", "就业")
VERBS = ("建立健全", "加强", "规范", "落实", "完善", "优化", "公开", "监督", "保障", "推进")
THINGS = ("责任制度", "工作机制", "资金管理", "信息公开", "应急预案", "日常巡查", "服务标准", "统计台账", "考核办法",
          "办理流程", "投诉渠道")
WHO = ("县级人民政府", "乡镇人民政府", "主管部门", "村民委员会", "有关单位", "用人单位", "申请人", "检查人员")
GENRES = ("办法", "规定", "通知", "意见", "细则")


def record(number: int, articles: int = 40) -> dict[str, str]:
    """A document as `gongkai import` takes it: about 60 characters to an article."""
    chance = random.Random(number)
    subject = chance.choice(SUBJECTS)
    lines = ["第一章 总则"]
    for article in range(1, articles + 1):
        if article % 10 == 0:
            lines.append(f"第{article // 10 + 1}章 {chance.choice(THINGS)}")
        sentences = "".join(f"{chance.choice(WHO)}应当{chance.choice(VERBS)}{chance.choice(SUBJECTS)}"
                            f"{chance.choice(THINGS)}，于{chance.randint(1, 30)}日内完成。" for _ in range(2))
        lines.append(f"第{article}条 {sentences}")
    year, month = chance.randint(2010, 2025), chance.randint(1, 12)
    title = f"青河县{subject}{chance.choice(THINGS)}{chance.choice(GENRES)}（{number}）"
    return {"id": f"bench-{number}", "title": title,
            "issuer": "青河县人民政府", "doc_number": f"青政〔{year}〕{number}号", "date": f"{year}-{month:02d}-15",
            "category": "县政府文件", "topic": "其他", "body_text": "\n".join(lines)}


def line(number: int) -> bytes:
    return json.dumps(record(number), ensure_ascii=False).encode()


def queries(count: int) -> list[str]:
    """What is searched for: one word, two words, words that make a phrase."""
    chance = random.Random(7)
    made = []
    for _ in range(count):
        subject, thing = chance.choice(SUBJECTS), chance.choice(THINGS)
        made.append(chance.choice((subject, f"{subject} {thing}", f"{subject}{thing}", thing[1:3] + subject[:1])))
    return made
