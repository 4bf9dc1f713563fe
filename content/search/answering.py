"""Turns a query on one state of an index into a page of results: filter, match, correct, rank, count, show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from content.search.analysis import fold
from content.search.matching import Matcher, Row, Source
from content.search.model import FACETS, OFFSET_LIMIT, PAGE_LIMIT, Hit, Query, Results
from content.search.parse import Request, parse
from content.search.ranking import scores
from content.search.snippets import mark, needles, snippet
from content.search.suggesting import suggest
from content.search.synonyms import Synonyms

_NO_TEXT = Request((), (), ())


@dataclass
class _Found:
    """Document → score, the request that found them, and what is said about it."""

    totals: dict[int, float]
    request: Request
    suggestion: str | None = None
    exact: int | None = None


def answer(source: Source, query: Query, synonyms: Synonyms) -> Results:
    """The results of `query`; nothing a user types makes it fail."""
    matcher = Matcher(source, _allowed(source, query))
    if query.text.strip():
        found = _find(matcher, parse(query.text, synonyms), query.text, synonyms, query.strict)
    else:
        found = _Found(dict.fromkeys(matcher.allowed, 0.0), _NO_TEXT)
    order = _ordered(source, found, query)
    offset = min(max(0, query.offset), OFFSET_LIMIT)
    page = order[offset : offset + min(max(0, query.limit), PAGE_LIMIT)]
    wanted = needles(found.request)
    return Results(
        total=len(order),
        hits=tuple(_hit(source, doc, found.totals[doc], wanted) for doc in page),
        facets=_facets(source, order),
        suggestion=found.suggestion,
        exact=source.rows[found.exact].id if found.exact is not None else None,  # type: ignore[union-attr]
    )


def _allowed(source: Source, query: Query) -> set[int]:
    tests, without = _tests(query), query.without
    return {doc for doc, row in enumerate(source.rows)
            if row and row.id not in without and all(test(row) for test in tests)}


def _tests(query: Query) -> list[Callable[[Row], bool]]:
    wanted = [
        (query.column, lambda row: query.column in row.columns),
        (query.department, lambda row: query.department in row.departments),
        (query.year, lambda row: row.year == query.year),
        (query.type, lambda row: row.type == query.type),
        (query.validity, lambda row: row.validity == query.validity),
        (query.date_from, lambda row: row.date >= query.date_from),
        (query.date_to, lambda row: row.date <= query.date_to),
    ]
    return [test for value, test in wanted if value is not None]


def _find(matcher: Matcher, request: Request, typed: str, synonyms: Synonyms, strict: bool) -> _Found:
    """Exact numbers first; then all words; unless `strict`, what was probably meant, at last whatever comes near."""
    if not request.parts and not request.excluded:
        return _Found({}, request)
    numbered = matcher.numbered(request.numbers, fold(typed).strip())
    docs = matcher.matches(request)
    suggestion = None if numbered or strict else suggest(matcher, request)
    totals = scores(matcher, request, docs)
    if suggestion:
        totals = _corrected(matcher, parse(suggestion, synonyms), totals)
    if not totals and not strict and not numbered and not any(part.quoted for part in request.parts):
        totals = scores(matcher, request, matcher.nearly(request), by_sound=True)
    exact = _put_first(matcher, numbered, totals)
    return _Found(totals, request if exact is not None or not suggestion else _both(request, suggestion, synonyms),
                  suggestion, exact)


def _corrected(matcher: Matcher, better: Request, totals: dict[int, float]) -> dict[int, float]:
    """What the corrected request finds, above what the words as typed found."""
    meant = scores(matcher, better, matcher.matches(better))
    return {doc: max(meant.get(doc, 0.0), totals.get(doc, 0.0) / 2) for doc in meant.keys() | totals.keys()}


def _both(request: Request, suggestion: str, synonyms: Synonyms) -> Request:
    """For marking: the words as meant, then those as typed."""
    better = parse(suggestion, synonyms)
    return Request(better.parts + request.parts, (), ())


def _put_first(matcher: Matcher, numbered: set[int], totals: dict[int, float]) -> int | None:
    """Raise documents asked for by number above all others; returns the newest of them."""
    top = max(totals.values(), default=0.0) + 1.0
    for doc in numbered:
        totals[doc] = totals.get(doc, 0.0) + top
    return max(numbered, key=lambda doc: matcher.source.rows[doc].date, default=None)  # type: ignore[union-attr]


def _ordered(source: Source, found: _Found, query: Query) -> list[int]:
    rows, totals = source.rows, found.totals

    def newest(doc: int) -> tuple:
        return rows[doc].date, rows[doc].id  # type: ignore[union-attr]

    def best(doc: int) -> tuple:
        return doc == found.exact, totals[doc], rows[doc].date, rows[doc].id  # type: ignore[union-attr]

    return sorted(totals, key=newest if query.sort == "date" else best, reverse=True)


def _facets(source: Source, docs: Iterable[int]) -> dict[str, list[tuple[int | str, int]]]:
    rows = [row for doc in docs if (row := source.rows[doc])]
    values: dict[str, Iterable[int | str]] = {
        "column": chain.from_iterable(row.columns for row in rows),
        "department": chain.from_iterable(row.departments for row in rows),
        "year": (row.year for row in rows if row.year), "type": (row.type for row in rows if row.type),
        "validity": (row.validity for row in rows if row.validity),
    }
    return {name: Counter(values[name]).most_common() for name in FACETS}


def _hit(source: Source, doc: int, score: float, wanted: list[str]) -> Hit:
    row, stored = source.rows[doc], source.stored(doc)
    return Hit(
        id=row.id, score=round(score, 4), title=row.title,  # type: ignore[union-attr]
        title_html=mark(row.title, wanted), snippet_html=snippet(stored.text, wanted),  # type: ignore[union-attr]
        number=stored.number, date=row.date, type=row.type, validity=row.validity,  # type: ignore[union-attr]
        url=stored.url, source_id=stored.source_id, summary=stored.summary,
    )
