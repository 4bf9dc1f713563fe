"""Which addresses a change touched: what is told to whoever keeps copies of pages (`portal/invalidation/`)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal
from content.documents import Document
from content.tree import Node, Tree
from workflows.followers import documents_in


def touched_addresses(session: Session, tree: Tree, rows: list[journal.Row]) -> list[str]:
    """Paths of the pages that the rows may change: documents, their columns up to the root, the home page."""
    found: dict[str, None] = {}
    documents = session.scalars(select(Document).where(Document.id.in_(documents_in(rows)))).unique()
    for document in documents:
        if document.live is not None:
            found[document.live.url] = None
            found.update(dict.fromkeys(_columns_of(document, tree)))
    for node in _changed_columns(rows, tree):
        found.update(dict.fromkeys(_upwards(node)))
    if found:
        found["/"] = None
    return list(found)


def _columns_of(document: Document, tree: Tree) -> list[str]:
    return [url for column_id in (document.column_id, *document.also) if column_id in tree.by_id
            for url in _upwards(tree.by_id[column_id])]


def _changed_columns(rows: list[journal.Row], tree: Tree) -> list[Node]:
    """Columns that were changed, with all below; and those from which a document was moved away."""
    found = [below for row in rows if row.subject_kind == "column" for below in tree.by_id[row.subject_id].walk()]
    for row in rows:
        if row.action == "document.relocate":
            before = row.payload.get("before", {})
            left = (before.get("column"), *before.get("also", ()))
            found += [tree.by_id[each] for each in left if each in tree.by_id]
    return found


def _upwards(node: Node) -> list[str]:
    return [above.url for above in node.chain]
