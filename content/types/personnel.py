"""Personnel matters (人事信息): appointments and recruitment; the names are published by duty (Art. 20 (14))."""

from __future__ import annotations

from content.types import Common, DocumentType, choice, day, text

MATTERS = ("任免", "公务员招录", "事业单位招聘", "教师招聘", "其他")


class Schema(Common):
    matter = choice("事项", MATTERS)
    number = text("文号", most=60)
    ends = day("公示截止日期", hint="过了这一天自动撤下；不是公示的不填写")


TYPE = DocumentType("personnel", "人事信息", "Personnel", Schema, required=("matter",))
