"""What a person may read of a manuscript: the original, or for an auditor the text with personal data cut out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from content import clearing, manuscripts, privacy
from content.documents import Document, Revision
from content.tree import Node
from content.types import type_of
from portal.forms import whole
from workflows.access import Permission, permits


@dataclass(frozen=True)
class Text:
    """A revision as this person reads it; `data` holds the metadata of its type by title of the field."""

    title: str
    body: str
    data: dict[str, str]


def sees_originals(request: Request, node: Node) -> bool:
    return permits(request.identity, Permission.READ_ORIGINALS, node, request.tree)


def known_public(request: Request) -> frozenset[str]:
    return request.house.known_public(request.tree)


def revision_asked(request: Request, document: Document, name: str) -> Revision | None:
    """The revision whose ordinal the address gives as `name`; None for one that is not there."""
    ordinal = whole(request.GET.get(name, ""))
    return None if ordinal is None else manuscripts.revision(request.db, document.id, ordinal)


def review(request: Request, document: Document, revision: Revision) -> clearing.Review:
    """What was found in a revision, and what was decided about it."""
    return clearing.review(request.db, request.house, document, revision)


def rendition(request: Request, document: Document, revision: Revision) -> Any:
    """The rendition that would be made of a revision now; nothing is stored."""
    judged = review(request, document, revision)
    node = request.tree.by_id[document.column_id]
    return clearing.render(request.db, request.house, document, revision, node, judged)


def text(request: Request, document: Document, revision: Revision) -> Text:
    """A revision in the words that this person may see."""
    node = request.tree.by_id[document.column_id]
    source = revision if sees_originals(request, node) else rendition(request, document, revision)
    return Text(source.title, source.body, metadata(document.type, source.data))


def metadata(type_name: str, data: dict[str, Any]) -> dict[str, str]:
    """`{title of the field: words}`, in the order of the type; choices in words, empty ones left out."""
    shown = {}
    for node in type_of(type_name).fields():
        value = data.get(node.name)
        if value not in (None, "", []):
            shown[node.title] = dict(getattr(node, "pairs", ())).get(value, str(value))
    return shown


def shown_title(request: Request, document: Document) -> str:
    """The title in a list, masked for those who read no originals; 无标题 where none was written."""
    title = document.title or "无标题"
    if sees_originals(request, request.tree.by_id[document.column_id]):
        return title
    return privacy.mask_text(title, privacy.scan_text(title, known_public=known_public(request)))
