"""What a person may do with the text of a document beside moving it: change it, and decide about findings in it."""

from __future__ import annotations

from content.documents import Document
from content.tree import Tree
from workflows.access import Identity, Permission, holder, permits
from workflows.engine import workflow_of


def may_edit(identity: Identity, document: Document, tree: Tree) -> bool:
    """Whether `identity` may save a new revision now."""
    state = workflow_of(document.workflow).states[document.state]
    return state.editable and permits(identity, Permission.WRITE, tree.by_id[document.column_id], tree)


def may_settle(identity: Identity, document: Document, tree: Tree) -> bool:
    """Whether `identity` may decide about findings now: while he writes, or while the next step waits for him.

    Later nobody may: what was cleared is what goes out.
    """
    workflow, node = workflow_of(document.workflow), tree.by_id[document.column_id]
    if not permits(identity, Permission.SETTLE, node, tree):
        return False
    if workflow.states[document.state].editable:
        return permits(identity, Permission.WRITE, node, tree)
    onward = [each for each in workflow.leaving(document.state) if each.tone == "primary"]
    return any(holder(identity, each.roles, node, tree) is not None for each in onward)
