"""Notices (通知公告、公示): with a last day after which a 公示 takes itself down."""

from __future__ import annotations

from content.types import Common, DocumentType, day, text


class Schema(Common):
    ends = day("公示截止日期", hint="过了这一天自动撤下；不是公示的不填写")
    number = text("文号", most=60)


TYPE = DocumentType("notice", "通知公告", "Notice", Schema)
