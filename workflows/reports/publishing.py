"""The annual report as a document: a draft in its column, which from there goes the way of every publication."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import annual, journal, writing
from content.base import local_date
from content.documents import Document, Live
from content.people import Unit
from content.tree import Node, Tree
from workflows.access import PERMISSIONS, Identity, Permission, columns_for
from workflows.engine import workflow_of
from workflows.manuscripts import may_edit
from workflows.reports.annual import Annual

TITLE = "政府信息公开工作年度报告"
TYPES = ("page", "notice")  # what a report may be, the better one first
NEEDED = {"overview": "一、总体情况", "problems": "五、存在的主要问题及改进情况"}
_MARK = "年报"  # in the name of the columns that hold reports
_NO_ORGAN = frozenset({"村"})  # 村（居）民委员会 are no organs of the administration and make no report


class NotReady(ValueError):
    """The report cannot become a document yet; `reasons` say why, in Chinese."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = reasons


def organs(tree: Tree) -> list[Unit]:
    """Who makes an annual report (Art. 49): every organ of the tree of departments."""
    return [unit for unit in tree.departments.by_id.values() if unit.level not in _NO_ORGAN]


def title(report: Annual) -> str:
    return f"{report.department}{report.year}年{TITLE}"


def problems(report: Annual, today: dt.date) -> list[str]:
    """Why it cannot be published: the year is not over, a check fails, a section is missing."""
    found = [] if today.year > report.year else [f"统计期限到{report.year}年12月31日，年度结束后才能发布"]
    found += [f"数据不平：{words}" for words in report.failed]
    found += [f"“{heading}”还没有写" for name, heading in NEEDED.items() if not report.texts.get(name, "").strip()]
    if report.fees and not report.texts.get("other", "").strip():
        found.append(f"本年有{report.fees}件申请缴纳了信息处理费，请在“六、其他需要报告的事项”中写明收费情况")
    return found


# -- where it goes ----------------------------------------------------------------------------------------------

def homes(identity: Identity, tree: Tree, today: dt.date) -> list[Node]:
    """The columns for reports in which this person may write."""
    return [node for node in columns_for(identity, PERMISSIONS[Permission.WRITE], tree)
            if _MARK in node.name and not node.children and node.is_open(today) and set(TYPES) & set(node.types)]


def usual_home(session: Session, report: Annual, nodes: list[Node]) -> Node | None:
    """The column in which this organ's newest report stands; without one, the first of `nodes`."""
    query = (select(Live.column_id).where(Live.title.like(f"{report.department}____年{TITLE}"))
             .order_by(Live.published.desc()).limit(1))
    before = session.scalar(query)
    return next((node for node in nodes if node.id == before), nodes[0] if nodes else None)


def document_of(session: Session, report: Annual) -> Document | None:
    """The document of this report, if there is one and it is not at its end."""
    entry = annual.of(session, report.year, report.department_id)
    found = session.get(Document, entry.document_id) if entry and entry.document_id else None
    return None if found is None or workflow_of(found.workflow).states[found.state].final else found


def draft(session: Session, tree: Tree, report: Annual, node: Node, body: str, *, identity: Identity,
          at: dt.datetime) -> Document:
    """Make the draft, or write the new figures into the one that is there. Raises `NotReady`.

    `body` is the report as HTML. Who may publish it is not asked here: the draft has its whole way before it.
    """
    if reasons := problems(report, local_date(at)):
        raise NotReady(reasons)
    found = document_of(session, report)
    if found is None:
        return _new(session, report, node, body, identity, at)
    if not may_edit(identity, found, tree):
        raise NotReady(["这份报告的文稿已经送审或者公开，现在不能改写：请先收回，或者按更正办理"])
    head = found.head
    writing.save(session, found, base_id=head.id, title=title(report), body=body, data=dict(head.data),
                 actor_id=identity.user_id, note="按最新数据重新生成", at=at)
    return found


def _new(session: Session, report: Annual, node: Node, body: str, identity: Identity, at: dt.datetime) -> Document:
    kind = next(name for name in TYPES if name in node.types)
    made = writing.create(session, node, kind, actor_id=identity.user_id, title=title(report), body=body,
                          data={"basis": "《中华人民共和国政府信息公开条例》第四十九条、第五十条"},
                          department_id=report.department_id, at=at)
    entry = annual.enter(session, report.year, report.department_id, texts={}, figures={}, actor_id=identity.user_id,
                         at=at)
    entry.document_id = made.id
    journal.record(session, "annual.draft", ("annual", entry.id), actor_id=identity.user_id, at=at, year=report.year,
                   department=report.department_id, document=made.id)
    return made
