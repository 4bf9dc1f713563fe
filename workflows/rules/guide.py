"""政府信息公开指南 (《条例》第十二条): there is none, or it does not say all that the law wants in it.

Its nine elements are looked for in its text, by the words that stand for them and, of phone and fax, by a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import select

from content.base import local_date
from content.documents import Listing, Live, Rendition
from content.findings import RED
from content.tree import Node
from workflows.looking import Look
from workflows.rhythms import rhythms_of
from workflows.rules import SITE, Found, Rule

NAME = re.compile(r"公开指南$")
ELEMENTS = {
    "政府信息的分类": re.compile(r"分类|类别"),
    "编排体系": re.compile(r"编排|排列"),
    "获取方式": re.compile(r"获取|查阅"),
    "公开工作机构的名称": re.compile(r"机构名称|工作机构|主管部门|受理机构"),
    "办公地址": re.compile(r"地址"),
    "办公时间": re.compile(r"(办公|工作|受理|接待|服务)时间"),
    "联系电话": re.compile(r"电话\D{0,15}\d{3}"),
    "传真号码": re.compile(r"传真\D{0,15}\d{3}"),
    "互联网联系方式": re.compile(r"邮箱|邮件|网址|互联网|https?://|www\.|@"),
}


def find(look: Look) -> Iterator[Found]:
    columns = [node for node in look.columns if NAME.search(node.name) and node.id not in look.internal
               and node.kind != "external"]
    if not columns and look.scope is None and look.root is not None:
        yield Found(*SITE, "/", look.root.id, RED, look.began, "none", "没有政府信息公开指南栏目")
    shown = _shown(look, columns)
    for node in columns:
        found = shown.get(node.id, [])
        if not found and not node.children:
            yield _absent(look, node)
        for live, text in found:
            if missing := [name for name, words in ELEMENTS.items() if not words.search(text)]:
                yield _incomplete(node, live, missing)


def _shown(look: Look, columns: list[Node]) -> dict[int, list[tuple[Live, str]]]:
    """The guides that these columns show, each with its text; one query."""
    query = (select(Listing.column_id, Live, Rendition.text).join(Live, Live.document_id == Listing.document_id)
             .join(Rendition, Rendition.id == Live.rendition_id)
             .where(Listing.column_id.in_([node.id for node in columns]), look.readable(), Live.type != "statement"))
    found: dict[int, list[tuple[Live, str]]] = {}
    for number, live, text in look.session.execute(query) if columns else ():
        if "指南" in live.title or look.tree.by_id[number].kind == "page":
            found.setdefault(number, []).append((live, text))
    return found


def _absent(look: Look, node: Node) -> Found:
    since = rhythms_of(look).of(node).since or look.began
    return Found("column", node.id, node.path, node.department_id, RED, since, "none", "没有公开政府信息公开指南",
                 column_id=node.id, evidence={"url": node.url})


def _incomplete(node: Node, live: Live, missing: list[str]) -> Found:
    return Found("document", live.document_id, live.index_number, live.department_id, RED, local_date(live.changed),
                 f"rendition {live.rendition_id}", f"公开指南没有写明：{'、'.join(missing)}", column_id=node.id,
                 evidence={"url": live.url, "missing": missing})


RULE = Rule(
    "guide", "公开指南缺失或者不全", "Disclosure guide missing or incomplete", "document",
    "《政府信息公开条例》第十二条", "编制并公布指南，写明第十二条规定的各项内容，有变化时随时更新", find,
    frozenset({"document", "column"}))
