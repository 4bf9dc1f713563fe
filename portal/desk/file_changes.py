"""Attachments of two revisions side by side: which were added, removed or replaced, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from content import filing
from content.documents import Attachment, Document, Revision
from portal.desk.file_shown import Shown, shown
from portal.desk.findings import Panel
from portal.i18n import _
from portal.sizes import size_words

WORDS: dict[str, tuple[str, Any]] = {"added": ("ok", _("新增")), "removed": ("late", _("移除了")),
                                     "replaced": ("warn", _("换了文件")), "same": ("idle", _("没有变"))}


@dataclass(frozen=True)
class FileChange:
    """One attachment: `kind` as in `WORDS`, `name` as this person may read it; `file` is missing where it is gone."""

    kind: str
    name: str
    size: str
    file: Shown | None

    @property
    def status(self) -> tuple[str, Any]:
        return WORDS[self.kind]


def file_changes(request: Request, document: Document, before: Revision | None, after: Revision,
                 beside: Panel) -> list[FileChange]:
    """Those of `after` in their order, then what is gone; one of the same name took the place of the former."""
    old = _files(request.db, before.attachments if before else ())
    gone = {each.name: each for each in old if each.id not in after.attachments}
    kept = {each.id for each in old}
    files = [each for each in beside.review.files if each.attachment.role == filing.FILE]
    found = []
    for each in shown(request, document, files, originals=beside.originals):
        replaced = each.id not in kept and gone.pop(each.filed.attachment.name, None) is not None
        kind = "same" if each.id in kept or before is None else "replaced" if replaced else "added"
        found.append(FileChange(kind, each.name, each.size, each))
    return [*found, *(_gone(request, each, beside) for each in gone.values())]


def _gone(request: Request, attachment: Attachment, beside: Panel) -> FileChange:
    known = request.house.known_public(request.tree)
    name = attachment.name if beside.originals else filing.label(attachment.name, known)
    return FileChange("removed", name, size_words(attachment.size), None)


def _files(session: Session, ids: Sequence[int]) -> list[Attachment]:
    """In the order of the revision."""
    rows = {each.id: each for each in session.scalars(select(Attachment).where(Attachment.id.in_(ids)))}
    return [rows[each] for each in ids if each in rows]
