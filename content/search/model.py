"""What a search engine takes and gives: entries, queries, results, and the interface every engine keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from content.problems import Trouble

TEXT_LIMIT = 200
"""Longest query in characters; what is longer is cut, not refused."""
PAGE_LIMIT = 100
"""Most hits in one page of results."""
OFFSET_LIMIT = 10_000
"""Deepest page: beyond it nobody reads, and a crawler only burns the machine."""

FACETS = ("column", "department", "year", "type", "validity")


class SearchError(Trouble):
    """An engine cannot do what was asked; the message says what to do."""


class UnknownEngine(SearchError):
    """The address names an engine that no file of `content/search/engines` gives."""


class IndexBusy(SearchError):
    """Another process is writing to this index: there is one writer, the follower."""


class IndexBroken(SearchError):
    """The stored index cannot be read; a rebuild makes it anew from the documents."""


class IndexAway(SearchError):
    """The server that keeps the index does not answer; the message names it. What failed may be tried again."""


@dataclass(frozen=True)
class Entry:
    """One public rendition as it is indexed; `id` is the document's, and replaces what had it before.

    `column_ids` are the home column, the columns it is listed in and all their ancestors; `department_ids` the
    responsible department and its ancestors: a filter on a column or department thus means "and below".
    """

    id: int
    title: str
    text: str
    date: date
    number: str = ""
    index_number: str = ""
    column_ids: tuple[int, ...] = ()
    department_ids: tuple[int, ...] = ()
    year: int = 0
    type: str = ""
    validity: str = ""
    topic: str = ""
    url: str = ""
    source_id: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Query:
    """What somebody asks: free text and filters; empty text lists everything that the filters leave."""

    text: str = ""
    column: int | None = None
    department: int | None = None
    year: int | None = None
    type: str | None = None
    validity: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    sort: Literal["relevance", "date"] = "relevance"
    """By date: the newest day first, within it the highest id first, so that who asks again finds at the top what is
    new, however well something else fits."""
    offset: int = 0
    limit: int = 10
    strict: bool = False
    """Only what the words say: nothing corrected, nothing that merely comes near."""
    without: frozenset[int] = frozenset()
    """Ids that count as not indexed: what was withdrawn since the index was written gives no hit, count or hint."""


@dataclass(frozen=True)
class Hit:
    """One document found; the `_html` fields are escaped and hold no tag but `<mark>`."""

    id: int
    score: float
    title: str
    title_html: str
    snippet_html: str
    number: str
    date: date
    type: str
    validity: str
    url: str
    source_id: str
    summary: str


@dataclass(frozen=True)
class Results:
    """One page of hits, and counts over all `total` documents found.

    `facets` has every name of `FACETS`: `[(value, count)]`, the most frequent first. `suggestion` is a corrected
    query text ("did you mean"), `exact` the id of the document whose 文号 or 索引号 was asked for.
    """

    total: int = 0
    hits: tuple[Hit, ...] = ()
    facets: dict[str, list[tuple[int | str, int]]] = field(default_factory=dict)
    suggestion: str | None = None
    exact: int | None = None


class Engine(Protocol):
    """The interface of every engine. Searching is safe in any thread and beside the writer; one process writes.

    One whose index all hosts share says so by `shared = True`; else each host writes the one in its own folder.
    """

    def update(self, entries: Iterable[Entry], removed: Iterable[int] = (), cursor: int | None = None) -> None:
        """Replace `entries` by their id and drop the ids `removed`: safe to repeat.

        `cursor`, a position in the journal, is stored in the same commit as the last of the entries, so that
        index and cursor cannot part when the process is killed. Raises `IndexBusy`.
        """

    def search(self, query: Query) -> Results:
        """The page of results that `query` asks for, from the newest commit."""

    def ids(self) -> set[int]:
        """The id of every document indexed, for verification."""

    def count(self) -> int:
        """How many documents are indexed."""

    def cursor(self) -> int | None:
        """The journal position of the newest commit; None in a new or cleared index."""

    def clear(self) -> None:
        """Drop every document and the cursor, in one commit."""

    def renew(self) -> None:
        """Begin anew: what is updated from now on goes into an empty index, whose cursor is None.

        Where an engine can keep two, searches go on in the old one until an update has brought the new one's
        cursor as far; elsewhere this is `clear`.
        """

    def close(self) -> None:
        """Let go of files; the engine is not used afterwards."""
