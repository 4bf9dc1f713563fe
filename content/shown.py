"""A document as its own page shows it: the gate's row with the public text, read in one question, not loaded.

No page is asked for so often while it is no file yet. To load three objects costs more than all else that is done for
it; here their values stand under the same names, and nobody watches over them: nothing more can be asked through them.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, literal, or_, select
from sqlalchemy.orm import Session

from content import journal, marks
from content.direct import Question
from content.documents import Addressed, Document, Live, Relation, Rendition
from content.tree import TREE_KINDS


class Text(NamedTuple):
    """Of a `Rendition` what its page shows."""

    summary: str
    body: str
    data: dict[str, Any]
    chain: list
    files: list


class Origin(NamedTuple):
    """Of a `Document` what the public may know."""

    id: int
    imported: bool
    source_id: str | None


_GATE = tuple(Live.__table__.columns)
_PARTS = tuple(tuple(table.__table__.c[name] for name in part._fields)
               for table, part in ((Rendition, Text), (Document, Origin)))
_TEXT = 2 + len(_GATE)  # where each part begins in a row; before the gate, the version and whether there are relations
_ORIGIN = _TEXT + len(Text._fields)
_RENDITION = [column.name for column in _GATE].index("rendition_id")


class Shown(namedtuple("Shown", [*(column.name for column in _GATE), "rendition", "document", "related"]), Addressed):
    """The columns of `Live`; `rendition` is a `Text`, None once withdrawn, `document` an `Origin`; `related`: whether
    any document speaks of another here, readable or not.
    """

    __slots__ = ()


@marks.about(lambda *_: ())
def shown_at(session: Session, year: int, serial: int) -> tuple[Shown | None, int]:
    """The document with the address `/doc/<year>/<serial>.html`, withdrawn or not, and the tree's version.

    One query for both; whether the document may be read is for `repository.may_read` to say.
    """
    row = _shown_at().row(session, year=year, serial=serial)
    version, related = row[:2]
    gate, text, origin = row[2:_TEXT], row[_TEXT:_ORIGIN], Origin(*row[_ORIGIN:])
    if origin.id is None:
        return None, version or 0
    shown = Shown(*gate, None if gate[_RENDITION] is None else Text(*text), origin, bool(related))
    marks.document(shown)
    return shown, version or 0


@cache
def _shown_at() -> Question:
    version = journal.newest_row(TREE_KINDS).scalar_subquery()
    spoken = exists().where(or_(Relation.source_id == Live.document_id, Relation.target_id == Live.document_id))
    columns = (column.label(f"its_{column.table.name}_{column.name}") for part in _PARTS for column in part)
    return Question(select(version, spoken, *_GATE, *columns)
                    .select_from(select(literal(1).label("one")).subquery())
                    .outerjoin(Live, (Live.year == bindparam("year")) & (Live.serial == bindparam("serial")))
                    .outerjoin(Rendition, Rendition.id == Live.rendition_id)
                    .outerjoin(Document, Document.id == Live.document_id))
