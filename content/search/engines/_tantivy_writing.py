"""The engine over tantivy: one writer at a time, generations of the index side by side while it is rebuilt."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import tantivy

from content.locked import locked
from content.search.engines import MAKING
from content.search.engines import _tantivy_fields as said
from content.search.engines._asking import answer
from content.search.engines._tantivy_reading import Commit, Store, TantivyIndex
from content.search.model import Entry, IndexBroken, IndexBusy, Query, Results
from content.search.synonyms import Synonyms

_HEAP = 64_000_000
"""Octets of postings in memory before they go to a file."""
_WAIT = 10.0
"""Seconds to wait for another writer, who may just be dying."""
_AGAIN = 5
"""Attempts to write where a killed writer left files in the way."""
_NOBODY = 0
"""The number of no document."""
_POINTER = "reading"
"""The file that names the generation which is searched."""
_PREFIX = f"v{said.VERSION}-"


class TantivyEngine:
    """A search engine in a folder; see `content.search.model.Engine`."""

    def __init__(self, folder: Path, synonyms: Synonyms) -> None:
        self._folder, self._synonyms = folder, synonyms
        self._building: Store | None = None
        self._merging: threading.Thread | None = None
        self._lock = threading.Lock()
        with locked(folder / MAKING):
            if not self._named().startswith(_PREFIX):
                self._point(self._store(f"{_PREFIX}1"))
            self._store_read = self._store(self._named())

    def update(self, entries: Iterable[Entry], removed: Iterable[int] = (), cursor: int | None = None) -> None:
        """See `Engine.update`; everything goes in one commit. Segments are merged while the caller goes on."""
        reading, gone = self._reading(), set(removed)
        building = self._building
        if building and gone:  # what is withdrawn is found nowhere
            self._write(reading, [], gone, None)
        self._write(building or reading, entries, gone, cursor)
        if building and cursor is not None and cursor >= (reading.newest().cursor or 0):
            self._point(building)
            self._building = None

    def search(self, query: Query) -> Results:
        """See `Engine.search`."""
        return answer(TantivyIndex(self._newest()), query, self._synonyms)

    def ids(self) -> set[int]:
        """See `Engine.ids`."""
        return self._newest().ids()

    def count(self) -> int:
        """See `Engine.count`."""
        return self._newest().count()

    def cursor(self) -> int | None:
        """See `Engine.cursor`; to who rebuilds, the position of what is being built."""
        return (self._building or self._reading()).newest().cursor

    def clear(self) -> None:
        """See `Engine.clear`."""
        self._building = None
        writer = self._writer(self._reading())
        writer.delete_all_documents()
        self._finish(writer)

    def renew(self) -> None:
        """See `Engine.renew`: what is written now goes into the next generation."""
        reading = self._named()
        self._settle()
        self._drop_others(reading)
        self._building = self._store(f"{_PREFIX}{int(reading.removeprefix(_PREFIX)) + 1}")

    def close(self) -> None:
        """See `Engine.close`; files are let go of with the last search."""
        self._building = None
        self._settle()

    def _store(self, name: str) -> Store:
        return Store(self._folder / name)

    def _named(self) -> str:
        try:
            return (self._folder / _POINTER).read_text()
        except FileNotFoundError:
            return ""

    def _point(self, store: Store) -> None:
        """From here on this generation is read, in every process."""
        fresh = self._folder / f"{_POINTER}.new"
        fresh.write_text(store.folder.name)
        os.replace(fresh, self._folder / _POINTER)
        self._drop_others(store.folder.name)

    def _drop_others(self, name: str) -> None:
        for each in self._folder.glob("v*-*"):
            if each.name != name:
                shutil.rmtree(each, ignore_errors=True)

    def _newest(self) -> Commit:
        try:
            return self._reading().newest()
        except IndexBroken:
            return self._reading().newest()  # another generation may just have taken its place

    def _reading(self) -> Store:
        name = self._named()
        if not name:
            raise IndexBroken(f"the search index in {self._folder} is gone; rebuild it")
        if name != self._store_read.folder.name:
            with self._lock:
                self._store_read = self._store(name)
        return self._store_read

    def _write(self, store: Store, entries: Iterable[Entry], gone: set[int], cursor: int | None) -> None:
        """All of it in one commit, or nothing; of two entries with one id the later stays.

        A file of deletions is named after the number of operations. A writer that was killed may have left one by the
        name that ours would get: then it is done again, with an operation more.
        """
        entries = list(entries)
        for more in range(_AGAIN):
            try:
                return self._write_once(store, entries, gone, cursor, more)
            except ValueError as problem:
                if "FileAlreadyExists" not in str(problem) or more == _AGAIN - 1:
                    raise

    def _write_once(self, store: Store, entries: list[Entry], gone: set[int], cursor: int | None, more: int) -> None:
        writer, before = self._writer(store), store.newest().cursor
        changed = False
        try:
            for _ in range(more):
                writer.delete_documents_by_term("id", _NOBODY)
            for id in gone:
                writer.delete_documents_by_term("id", id)
            for entry in entries:
                writer.delete_documents_by_term("id", entry.id)
                writer.add_document(said.document(entry))
                changed = True
            if cursor is not None:
                writer.delete_documents_by_query(said.cursors())
                writer.add_document(said.cursor_document(cursor))
        except BaseException:
            writer.rollback()
            raise
        if changed or gone or cursor not in (None, before):
            self._finish(writer)

    def _finish(self, writer: tantivy.IndexWriter) -> None:
        """From here on it is found. Merging may take seconds and holds the lock, but nobody else need wait for it."""
        writer.commit()
        self._merging = threading.Thread(target=writer.wait_merging_threads, name="search-merge")
        self._merging.start()

    def _settle(self) -> None:
        """Wait until what was merged after the last commit is on disk, and the lock free."""
        if self._merging:
            self._merging.join()
            self._merging = None

    def _writer(self, store: Store) -> tantivy.IndexWriter:
        self._settle()
        until = time.monotonic() + _WAIT
        while True:
            try:
                return _swept(store.index.writer(_HEAP, num_threads=1))
            except ValueError as problem:
                if "LockBusy" not in str(problem):
                    raise
            if time.monotonic() > until:
                raise IndexBusy("another process is writing to the search index; only one may")
            time.sleep(0.02)


def _swept(writer: tantivy.IndexWriter) -> tantivy.IndexWriter:
    """Without what a killed writer left: the next commit takes up its count, and files of the same name refuse it."""
    writer.garbage_collect_files()
    return writer
