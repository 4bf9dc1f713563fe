"""Interpretations (政策解读): linked both ways to their policy; due 3 working days after it (国办发〔2016〕80号)."""

from __future__ import annotations

from content.types import FORMS, Common, DocumentType, choice, document, text


class Schema(Common):
    interprets = document("解读的文件")
    form = choice("解读形式", FORMS)
    interpreter = text("解读人", hint="起草部门主要负责人是第一解读人")


TYPE = DocumentType("interpretation", "政策解读", "Interpretation", Schema, required=("interprets", "form"),
                    relations={"interprets": "interprets"})
