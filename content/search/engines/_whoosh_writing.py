"""Knows how to write a Whoosh segment quickly: whole posting lists at once, in Whoosh's own file format.

Whoosh 2.7.4 sorts, checks and writes each posting by itself. Here a pool gathers them per term, and the field
writer hands each list to the block writer as arrays. The files are the ones stock Whoosh reads and writes; the
private names used here are those of the pinned version.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from operator import sub
from typing import Any

from whoosh.codec.base import Segment
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter, W3TermInfo
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

_BLOCK = 512
_INLINED = 16
_WEIGHT_BITS = 20
_WEIGHT_MAX = (1 << _WEIGHT_BITS) - 1
_FANOUT = 6
"""How many segments of one size are kept apart before they are merged: few to read, few to rewrite."""
_MERGE_LIMIT = 20_000
"""Documents beyond which a segment is left alone unless it is mostly deleted: merging happens in memory."""


class Pool:
    """Postings of one segment in memory, by field and term; documents come in ascending order.

    A posting is one number: the document above, its weight (a whole number) in the lowest `_WEIGHT_BITS`.
    """

    def __init__(self) -> None:
        self._fields: dict[str, dict[str, array]] = defaultdict(lambda: defaultdict(lambda: array("Q")))

    def take(self, field: str, docnum: int, counts: dict[str, int]) -> None:
        """Every term of one document."""
        lists = self._fields[field]
        base = docnum << _WEIGHT_BITS
        if max(counts.values(), default=0) > _WEIGHT_MAX:
            counts = {term: min(weight, _WEIGHT_MAX) for term, weight in counts.items()}
        for term, weight in counts.items():
            lists[term].append(base | weight)

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Take one posting as Whoosh hands it over when merging."""
        field, term, docnum, weight, _ = posting
        self._fields[field][term.decode()].append(docnum << _WEIGHT_BITS | int(weight))

    def iter_postings(self) -> Iterator[tuple[str, bytes, array]]:
        """Every term in order with its postings."""
        for field in sorted(self._fields):
            lists = self._fields[field]
            for term in sorted(lists):
                yield field, term.encode(), lists[term]

    def cleanup(self) -> None:
        """Forget everything; nothing was put on disk."""
        self._fields.clear()


class _PostingsWriter(W3PostingsWriter):
    """Writes a list of postings block by block."""

    def add_list(self, postings: array) -> None:
        for start in range(0, len(postings), _BLOCK):
            if start:
                self._write_block()
            block = postings[start : start + _BLOCK]
            self._ids = [posting >> _WEIGHT_BITS for posting in block]
            self._weights = [float(posting & _WEIGHT_MAX) for posting in block]
            self._maxweight = max(self._weights)

    def finish_postings(self) -> W3TermInfo:
        """Short lists, which are most, go into the table of terms itself (stock Whoosh misspells this case)."""
        if self.written() or len(self._ids) > _INLINED:
            return super().finish_postings()
        info, self._terminfo = self._terminfo, None
        info.add_block(self)
        info.set_inlined(self._ids, self._weights, ())
        return info

    def _mini_ids(self) -> tuple[int, ...]:
        """Differences, as the stock reader expects them."""
        ids = self._ids
        return (ids[0], *map(sub, ids[1:], ids))


class _FieldWriter(W3FieldWriter):
    """Takes the pool's lists in place of single postings; no field lengths, our ranking keeps its own."""

    def add_postings(self, schema: Any, lengths: Any, items: Iterator[tuple[str, bytes, array]]) -> None:
        current = None
        for field, term, postings in items:
            if field != current:
                if current is not None:
                    self.finish_field()
                self.start_field(field, schema[field])
                current = field
            self.start_term(term)
            self._postwriter.add_list(postings)
            self.finish_term()
        if current is not None:
            self.finish_field()


class _Codec(W3Codec):
    """Whoosh's codec with our writers; the segments it makes say that they are stock ones."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=_BLOCK, compression=0)

    def field_writer(self, storage: Any, segment: Segment) -> _FieldWriter:
        return _FieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> _PostingsWriter:
        return _PostingsWriter(dbfile, self._blocklimit, byteids, self._compression, self._inlinelimit)


def quick_writer(index: Any, timeout: float) -> SegmentWriter:
    """A Whoosh writer that holds the index's lock; raises `LockError` when it is not free within `timeout` s."""
    writer = SegmentWriter(index, timeout=timeout, delay=0.05, codec=_Codec())
    writer.pool = Pool()
    return writer


def tiered(writer: SegmentWriter, segments: list[Segment]) -> list[Segment]:
    """Merge policy: drop empty segments, merge those of like size once there are `_FANOUT`; returns the kept."""
    tiers: dict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        if segment.doc_count():
            tiers[_tier(segment)].append(segment)
    kept = []
    for tier in tiers.values():
        if len(tier) < _FANOUT and not any(map(_is_sparse, tier)):
            kept += tier
            continue
        kept += [one for one in tier if not _is_small(one)]
        _merge(writer, [one for one in tier if _is_small(one)])
    return kept


def _tier(segment: Segment) -> int:
    size, tier = segment.doc_count(), 0
    while size >= _FANOUT:
        size, tier = size // _FANOUT, tier + 1
    return tier


def _is_sparse(segment: Segment) -> bool:
    return segment.deleted_count() > segment.doc_count()


def _is_small(segment: Segment) -> bool:
    return segment.doc_count() < _MERGE_LIMIT or _is_sparse(segment)


def _merge(writer: SegmentWriter, segments: list[Segment]) -> None:
    for segment in segments:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
