"""Policy documents (政策文件): 文号, 公文种类, validity, and which documents they abolish or replace."""

from __future__ import annotations

import colander

from content.numbers import is_number
from content.types import GENRES, STANDINGS, VALIDITIES, Common, DocumentType, choice, day, document, text


class Schema(Common):
    number = text("发文字号", most=60, hint="如 清政办〔2026〕12号；方括号、圆括号会自动改为六角括号")
    genre = choice("公文种类", GENRES)
    standing = choice("文件性质", tuple(STANDINGS.items()), hint="规章和行政规范性文件计入政府信息公开工作年度报告")
    validity = choice("有效性", VALIDITIES)
    effective = day("实施日期")
    expires = day("失效日期")
    abolished = day("废止日期")
    abolishes = document("废止的文件", hint="本文件公开后，该文件显示为已废止")
    supersedes = document("代替的文件")

    def validator(self, node: colander.SchemaNode, value: dict) -> None:
        super().validator(node, value)
        number = value.get("number")
        if number and not is_number(number):
            problem = colander.Invalid(node)
            problem["number"] = "发文字号的写法是 机关代字〔年份〕序号，如 清政办〔2026〕12号"
            raise problem


TYPE = DocumentType("policy", "政策文件", "Policy document", Schema,
                    required=("number", "genre", "topic", "formed", "validity"), official=True,
                    relations={"abolishes": "abolishes", "supersedes": "supersedes"})
