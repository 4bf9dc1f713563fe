"""Single pages (单页): a column that is one text, such as 机构职能 or the disclosure guide (公开指南, Art. 12)."""

from __future__ import annotations

from content.types import Common, DocumentType


class Schema(Common):
    pass


TYPE = DocumentType("page", "单页", "Page", Schema, single=True)
