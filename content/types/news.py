"""News (工作动态)."""

from __future__ import annotations

from content.types import Common, DocumentType, text


class Schema(Common):
    author = text("作者", most=60)


TYPE = DocumentType("news", "工作动态", "News", Schema)
