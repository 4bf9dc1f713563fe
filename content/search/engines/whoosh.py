"""The embedded engine: Whoosh's files, commits and locks under our own terms and ranking. `whoosh:///path`.

One field holds all terms, of body and title together: the title's count `TITLE_WEIGHT` fold (BM25F, summed when
indexing). What filters, facets and sorting need lies in one column; texts are stored once, for display.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from urllib.parse import SplitResult, unquote

from whoosh import fields, formats
from whoosh.columns import VarBytesColumn
from whoosh.filedb.filestore import FileStorage
from whoosh.index import EmptyIndexError, FileIndex, LockError
from whoosh.writing import CLEAR, SegmentWriter

from content.locked import locked
from content.search.analysis import normalise, terms
from content.search.answering import answer
from content.search.engines import MAKING, Opener
from content.search.engines._whoosh_reading import GRAMS, ROW, STORED, Rows, Snapshot, cursor_row, entry_row
from content.search.engines._whoosh_writing import quick_writer, tiered
from content.search.matching import body
from content.search.model import Entry, IndexBroken, IndexBusy, Query, Results
from content.search.ranking import SOUND_WEIGHT, TITLE_WEIGHT
from content.search.sound import sound_terms
from content.search.synonyms import Synonyms

_NAME = "TERMS1"
"""Name of the index in its folder; raise the number when terms or rows change: a new, empty index is then filled."""
_BATCH = 2000
"""Documents to one commit at most, as its postings are gathered in memory."""
_WAIT = 10.0
"""Seconds to wait for another writer, who may just be dying."""
_TRIES = 10
"""Attempts to open an index while another process commits to it."""


class Grams(fields.FieldType):
    """A field whose postings are counted beforehand and handed straight to the writer's pool."""

    def __init__(self) -> None:
        self.format = formats.Existence()
        self.analyzer = None
        self.scorable = self.stored = self.unique = False
        self.indexed = True


def _schema() -> fields.Schema:
    return fields.Schema(**{GRAMS: Grams(), ROW: fields.COLUMN(VarBytesColumn()), STORED: fields.STORED()})


class WhooshEngine:
    """A search engine in a folder; see `content.search.model.Engine`."""

    def __init__(self, folder: Path, synonyms: Synonyms) -> None:
        self._index = _open_index(folder)
        self._synonyms = synonyms
        self._rows = Rows()
        self._local = threading.local()
        self._reading = threading.Lock()

    def update(self, entries: Iterable[Entry], removed: Iterable[int] = (), cursor: int | None = None) -> None:
        """See `Engine.update`; large updates are committed batch by batch, the cursor with the last."""
        waiting = iter(entries)
        gone = set(removed)
        batch = list(islice(waiting, _BATCH))
        while True:
            following = list(islice(waiting, _BATCH))
            self._commit(batch, gone, None if following else cursor)
            if not following:
                return
            batch, gone = following, set()

    def _commit(self, batch: list[Entry], gone: set[int], cursor: int | None) -> None:
        unique = {entry.id: entry for entry in batch}
        if not unique and not gone and cursor == self.cursor():
            return
        writer = self._writer()
        try:
            before = self._snapshot()
            for doc in before.numbers_of(unique.keys() | gone):
                writer.delete_document(doc)
            for entry in unique.values():
                _add(writer, entry)
            if cursor is not None:
                _move_cursor(writer, before, cursor)
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=tiered)

    def _writer(self) -> SegmentWriter:
        try:
            return quick_writer(self._index, _WAIT)
        except LockError:
            raise IndexBusy("another process is writing to the search index; only one may") from None

    def search(self, query: Query) -> Results:
        """See `Engine.search`."""
        return answer(self._snapshot(), query, self._synonyms)

    def ids(self) -> set[int]:
        """See `Engine.ids`."""
        return {row.id for row in self._snapshot().rows if row}

    def count(self) -> int:
        """See `Engine.count`."""
        return len(self.ids())

    def cursor(self) -> int | None:
        """See `Engine.cursor`."""
        return self._snapshot().cursor

    def clear(self) -> None:
        """See `Engine.clear`."""
        self._writer().commit(mergetype=CLEAR)

    def renew(self) -> None:
        """See `Engine.renew`."""
        self.clear()

    def close(self) -> None:
        """See `Engine.close`; other threads' readers are closed as the threads end."""
        snapshot = getattr(self._local, "snapshot", None)
        if snapshot:
            snapshot.reader.close()
            self._local.snapshot = None
        self._index.close()

    def _snapshot(self) -> Snapshot:
        """This thread's view of the newest commit: Whoosh's readers must not be shared by threads."""
        snapshot = getattr(self._local, "snapshot", None)
        if snapshot is None or snapshot.reader.generation() != self._index.latest_generation():
            fresh = self._fresh_snapshot()
            if snapshot:
                snapshot.reader.close()
            self._local.snapshot = snapshot = fresh
        return snapshot

    def _fresh_snapshot(self) -> Snapshot:
        try:
            with self._reading:
                return Snapshot(self._index.reader(), self._rows)
        except (OSError, EOFError, ValueError, EmptyIndexError) as error:
            raise _broken(Path(self._index.storage.folder), error) from error


def _add(writer: SegmentWriter, entry: Entry) -> None:
    under = body(entry.text, entry.summary)
    title = normalise(entry.title)
    normal = normalise(under)
    counts = terms(normal)
    for term, count in terms(f"{title} {normalise(entry.number)}").items():
        counts[term] = counts.get(term, 0) + count * TITLE_WEIGHT
    counts.update(dict.fromkeys(sound_terms(title), SOUND_WEIGHT))
    writer.pool.take(GRAMS, writer.docnum, counts)
    writer.add_document(**{
        ROW: entry_row(entry, title, len(normal)),
        STORED: (entry.text, entry.number, entry.url, entry.source_id, entry.summary),
    })


def _move_cursor(writer: SegmentWriter, before: Snapshot, cursor: int) -> None:
    for doc in before.cursor_docs:
        writer.delete_document(doc)
    writer.add_document(**{ROW: cursor_row(cursor)})


def _open_index(folder: Path) -> FileIndex:
    try:
        with locked(folder / MAKING):  # Whoosh makes an index by taking away what is there
            return _there_or_new(FileStorage(str(folder)))
    except Exception as error:
        raise _broken(folder, error) from error


def _there_or_new(storage: FileStorage) -> FileIndex:
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):  # a writer took away the table of contents that was just seen
            try:
                return storage.open_index(_NAME)
            except EmptyIndexError:
                return storage.create_index(_schema(), _NAME)
    raise EmptyIndexError("its table of contents goes before it is read")


def _broken(folder: Path, error: Exception) -> IndexBroken:
    return IndexBroken(f"the search index in {folder} cannot be read ({error}); move it away and rebuild")


def _open(address: SplitResult, synonyms: Synonyms) -> WhooshEngine:
    return WhooshEngine(Path(unquote(address.netloc + address.path)), synonyms)


ENGINE = Opener("whoosh", _open)
