"""Budgets and final accounts (财政预决算, Art. 20 (7)): for one fiscal year."""

from __future__ import annotations

import colander

from content.types import Common, DocumentType, choice


class Schema(Common):
    fiscal_year = colander.SchemaNode(colander.Integer(), title="年度", missing=None, shape="line", description="",
                                      validator=colander.Range(1990, 2100))
    account = choice("类别", ("预算", "决算", "三公经费", "绩效", "其他"))


TYPE = DocumentType("budget", "财政预决算", "Budget", Schema, required=("fiscal_year", "account"))
