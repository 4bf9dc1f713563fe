"""Service guides (办事指南): the eight key elements that the inspection of government websites looks for."""

from __future__ import annotations

from content.types import Common, DocumentType, text


class Schema(Common):
    legal_basis = text("设定依据", most=1000, long=True)
    conditions = text("申请条件", most=1000, long=True)
    materials = text("办理材料", most=2000, long=True)
    place = text("办理地点", most=300)
    hours = text("办理时间", most=300)
    phone = text("联系电话", most=100)
    process = text("办理流程", most=2000, long=True)


TYPE = DocumentType("guide", "办事指南", "Service guide", Schema,
                    required=("conditions", "materials", "place", "hours", "phone", "process"))
