"""法定主动公开内容: an item of Art. 20 for which there is neither a valid public document nor a statement.

Which columns are for which item is said by their `basis` (《条例》第二十条第（N）项). A text that is abolished or
expired does not count, a statement that there is nothing to disclose always does, and so does a way out to another
platform, into which nobody can look from here. Item 15 (what other laws and rules say) is asked only of a portal that
has a column for it: what it would hold is not known here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from sqlalchemy import exists, select

from content.documents import Listing, Live
from content.findings import RED
from content.tree import Column, Node
from workflows.looking import Look
from workflows.rhythms import rhythms_of
from workflows.rules import SITE, Found, Rule

ITEMS = (
    "行政法规、规章和规范性文件", "机关职能、机构设置和负责人姓名等", "国民经济和社会发展规划、专项规划、区域规划",
    "国民经济和社会发展统计信息", "行政许可和其他对外管理服务事项", "行政处罚、行政强制", "财政预算、决算信息",
    "行政事业性收费", "政府集中采购项目", "重大建设项目的批准和实施情况",
    "扶贫、教育、医疗、社会保障、促进就业等方面的政策措施", "突发公共事件的应急预案、预警信息及应对情况",
    "环境保护、公共卫生、安全生产、食品药品、产品质量的监督检查情况", "公务员招考",
    "法律、法规、规章规定应当公开的其他信息",
)
OPEN_ENDED = 15
OVER = ("废止", "失效")
_DIGITS = "一二三四五六七八九十"
_COUNT = "(?:十?[一二三四五六七八九]|十)(?![一二三四五六七八九十])"
_ARTICLE = re.compile(r"(?:《(?P<law>[^》]*)》[^《》；;]*?)?第二十条(?P<items>.*?)"
                      r"(?=第[一二三四五六七八九十百]+条|[；;。《]|$)")
_ITEM = re.compile(rf"(?:第[（(]?|[（(])(?P<first>{_COUNT})[）)]?(?:项?[至到—-]+第?[（(]?(?P<last>{_COUNT}))?")


def find(look: Look) -> Iterator[Found]:
    if look.root is None:
        return
    columns = by_item(look)
    filled = _filled(look, {each.id for nodes in columns.values() for node in nodes for each in look.counted(node)})
    for number, title in enumerate(ITEMS, 1):
        nodes = columns.get(number, [])
        if not nodes and number != OPEN_ENDED:
            yield _missing(look, number, title)
        elif nodes and not any(_is_filled(look, node, filled) for node in nodes):
            yield _empty(look, number, title, nodes[0])


def items_of(basis: str) -> set[int]:
    """The items of Art. 20 that a basis names: `《政府信息公开条例》第二十条第（九）项、第（十）项` → 9 and 10."""
    found: set[int] = set()
    for article in _ARTICLE.finditer(basis):
        if article["law"] and article["law"] != "条例" and "信息公开条例" not in article["law"]:
            continue
        for item in _ITEM.finditer(article["items"]) if "项" in article["items"] else ():
            first = _number(item["first"])
            found |= set(range(first, _number(item["last"] or item["first"]) + 1))
    return {number for number in found if 1 <= number <= len(ITEMS)}


def _number(words: str) -> int:
    return sum(10 if each == "十" else _DIGITS.index(each) + 1 for each in words)


def by_item(look: Look) -> dict[int, list[Node]]:
    """The open public columns of each item, in the order of the tree."""
    found: dict[int, list[Node]] = {}
    for node in look.columns:
        for number in items_of(node.basis) if node.id not in look.internal else ():
            found.setdefault(number, []).append(node)
    return found


def _filled(look: Look, columns: set[int]) -> set[int]:
    """Those of these columns that list something valid; the search of each ends with the first."""
    valid = exists().where(Listing.column_id == Column.id, Live.document_id == Listing.document_id, look.readable(),
                           Live.validity.not_in(OVER))
    return set(look.session.scalars(select(Column.id).where(Column.id.in_(columns), valid)))


def _is_filled(look: Look, node: Node, filled: set[int]) -> bool:
    return any(each.id in filled or each.kind == "external" for each in look.counted(node))


def _missing(look: Look, number: int, title: str) -> Found:
    return Found(*SITE, "/", look.root.id, RED, look.began, f"item {number}",
                 f"第二十条第（{_chinese(number)}）项“{title}”没有栏目", evidence={"item": number})


def _empty(look: Look, number: int, title: str, node: Node) -> Found:
    words = f"第二十条第（{_chinese(number)}）项“{title}”没有有效的公开信息，也没有不涉及的说明"
    return Found("column", node.id, node.path, node.department_id, RED, _since(look, node), f"item {number}", words,
                 column_id=node.id, evidence={"url": node.url, "item": number, "basis": node.basis})


def _since(look: Look, node: Node) -> dt.date:
    """Since when it shows nothing, where that is known."""
    found = rhythms_of(look).of(node)
    return found.since if found.blank and found.since else max(look.began, node.opened or look.began)


def _chinese(number: int) -> str:
    return _DIGITS[number - 1] if number <= 10 else "十" + _DIGITS[number - 11]


RULE = Rule(
    "statutory_items", "法定主动公开内容缺项", "Statutory item missing", "column", "《政府信息公开条例》第二十条",
    "公开这一项的信息；本地不涉及的，发布不涉及此项的说明", find, frozenset({"document", "column"}))
