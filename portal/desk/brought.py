"""A file brings something into a text that is being written: what was typed stays, the text is kept as a draft.

A form that holds both what was typed and a file is sent; whatever comes of the file, what was typed is kept and the
person is led back to the form. Reading a file is slow and is done between two transactions.
"""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import writing
from content.documents import Document, Draft, lock
from content.types import DocumentType, type_of
from portal.database import pause
from portal.desk import editor
from portal.desk.writing import form_for, only_text, rather, revision_named
from portal.errors import wants_json
from portal.forms import whole
from workflows.manuscripts import may_edit


class Bringing:
    """One request that brings a file into a text, existing or new; the context is `DeskDocument` or `NewPlace`."""

    def __init__(self, request: Request) -> None:
        self.request = request
        if request.context.node is None or self.kind is None:
            raise HTTPNotFound()
        self.document: Document | None = getattr(request.context, "document", None)
        if self.document is None and (there := only_text(request)) is not None:
            raise rather(request, there)
        if self.document is not None and not may_edit(request.identity, self.document, request.tree):
            raise HTTPForbidden()
        self.fields: dict[str, Any] = form_for(request).typed(request.POST)

    @property
    def kind(self) -> DocumentType | None:
        context = self.request.context
        return type_of(context.document.type) if hasattr(context, "document") else context.kind

    def file(self, field: str) -> tuple[str, bytes] | None:
        """Name and octets of the file that was sent in `field`; None when there is none."""
        sent = self.request.POST.get(field)
        if not hasattr(sent, "filename"):  # no such field, or no file chosen in it
            return None
        return sent.filename, sent.file.read()

    def pause(self) -> None:
        """Let go of the database while something slow is done; what is done afterwards begins with `begin`."""
        pause(self.request)

    def begin(self, title: str = "") -> Document:
        """The document, held; a new one with what was typed and this title if there was none yet."""
        request = self.request
        if self.document is None:
            self.document = self._create(title)
            return self.document
        self.document = request.db.get_one(Document, self.document.id)
        request.context.document = self.document
        lock(request.db, self.document)
        if not may_edit(request.identity, self.document, request.tree):
            raise HTTPForbidden()
        return self.document

    def _create(self, title: str) -> Document:
        """The new document begins with title and text; metadata, which may not parse yet, waits in the draft."""
        request, person = self.request, self.request.identity.user_id
        made = writing.create(request.db, request.context.node, self.kind.name, actor_id=person, at=request.now,
                              title=self.fields.get("title") or title, body=self.fields.get("body", ""))
        if (number := whole(request.POST.get("draft", ""))) is not None:
            writing.drop_draft(request.db, person, number)
        return made

    def keep(self, fields: dict[str, Any], notes: dict[str, Any] | None = None) -> Draft:
        """Keep the form as a draft of the document that was begun."""
        request = self.request
        base = revision_named(request, self.document) or self.document.head_id
        kept = fields | ({editor.NOTES: notes} if notes else {})
        return writing.keep_draft(request.db, request.identity.user_id, kept, document=self.document, base_id=base,
                                  at=request.now)

    def back(self) -> HTTPSeeOther:
        """To the form, filled from the draft."""
        return HTTPSeeOther(f"/desk/document/{self.document.id}/edit?draft=use")

    def refused(self, reason: str) -> Any:
        """Say why not; what was typed is kept, for a document or for the place of a new one."""
        request = self.request
        if wants_json(request):
            return Response(json_body={"message": reason}, status=422)
        request.session.flash(("late", reason))
        if self.document is not None:
            self.begin()
            self.keep(self.fields)
            return self.back()
        node, kind = request.context.node, self.kind
        kept = writing.keep_draft(request.db, request.identity.user_id, self.fields, at=request.now,
                                  draft_id=whole(request.POST.get("draft", "")), column_id=node.id, type_name=kind.name)
        return HTTPSeeOther(f"/desk/write?column={node.id}&type={kind.name}&draft={kept.id}")
