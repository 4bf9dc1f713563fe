"""政府信息公开目录 (《条例》第十二条): an entry lacks one of its four elements (索引、名称、内容概述、生成日期).

The portal numbers and dates everything itself; what can be missing is a name, and a summary of a text that says
nothing in words (a picture alone, a file alone). As its date stands the day of publication where none was formed.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, or_, select

from content.base import local_date
from content.documents import Document, Live, Rendition
from content.findings import YELLOW
from workflows.looking import Look
from workflows.rules import Found, Rule


def find(look: Look) -> Iterator[Found]:
    """What was brought along from an older site is judged as well: it is in the catalogue."""
    query = look.in_scope(select(Live, Rendition.summary).join(Rendition, Rendition.id == Live.rendition_id)
                          .join(Document, Document.id == Live.document_id)
                          .where(Live.audience == "public", or_(func.trim(Rendition.summary) == "",
                                                                func.trim(Live.title) == "",
                                                                func.trim(Live.index_number) == "")))
    for live, summary in look.session.execute(query):
        missing = [name for name, value in (("索引号", live.index_number), ("名称", live.title), ("内容概述", summary))
                   if not value.strip()]
        yield Found("document", live.document_id, live.index_number, live.department_id, YELLOW,
                    local_date(live.changed), f"rendition {live.rendition_id}", f"目录里没有{'、'.join(missing)}",
                    column_id=live.column_id, evidence={"url": live.url, "missing": missing})


RULE = Rule(
    "catalogue", "公开目录要素不全", "Catalogue entry incomplete", "document", "《政府信息公开条例》第十二条",
    "补写内容概述：说明图片、附件里是什么", find, frozenset({"document"}), scoped=True)
