"""One state of the PostgreSQL index: conditions are asked in one transaction that sees nothing of later commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from content.search.analysis import phrase_terms
from content.search.engines._asking import (
    NEAR_LIMIT,
    Among,
    Ask,
    Candidate,
    Condition,
    Either,
    Every,
    Found,
    Has,
    Holds,
    Not,
    Numbered,
    Sounds,
    no_facets,
)
from content.search.engines._postgresql_tables import ENTRY, any_of, clause, kept, matching, quoted, rough, sounds
from content.search.engines._prepared import TITLE
from content.search.engines._weighing import MOST, weigh
from content.search.matching import VERIFY_LIMIT
from content.search.model import Query
from content.search.suggesting import LOOKED_AT

_C = ENTRY.c
_SHOWN = ("id", "title", "normal", "spoken", "day", "type", "validity", "number", "number_key", "index_key", "url",
          "source_id", "summary", "length")
_SIMILAR, _SHARED = 4_000, 20_000
"""Rows looked at for titles like a query, and for documents that come near."""


class PostgresqlIndex:
    """See `content.search.engines._asking.Index`; `frequency` says how many documents hold a term."""

    def __init__(self, connection: Connection, generation: int, count: int, frequency: Frequencies) -> None:
        self._connection, self._generation, self._count, self._frequency = connection, generation, count, frequency

    def find(self, ask: Ask, limit: int) -> Found:
        """See `Index.find`: counts, facets and the ids of the best in one statement, their rows in another."""
        ask = replace(ask, condition=self._resolved(ask.condition, ask.query))
        columns = [_C.id, _C.day, _C.year, _C.type, _C.validity, _C.column_ids, _C.department_ids]
        found = select(*columns, rough(ask).label("rough")).where(*self._where(ask.query), clause(ask.condition)).cte()
        facets, total, ids = no_facets(), 0, []
        for kind, value, count in self._connection.execute(_counted(found, limit)):
            if kind == "top":
                ids.append((count, int(value)))
            elif kind == "total":
                total = count
            else:
                facets[kind].append((value if kind in ("type", "validity") else int(value), count))
        for each in facets.values():
            each.sort(key=lambda pair: (-pair[1], str(pair[0])))
        return Found(total, facets, self._candidates([each for _, each in sorted(ids)], ask))

    def page(self, ask: Ask, offset: int, limit: int, without: list[int]) -> list[Candidate]:
        """See `Index.page`."""
        ask = replace(ask, condition=self._resolved(ask.condition, ask.query))
        kept_out = [_C.id.not_in(without)] if without else []
        order = [_C.day.desc()] if ask.query.sort == "date" else [rough(ask).desc(), _C.day.desc()]
        query = select(_C.id).where(*self._where(ask.query), clause(ask.condition), *kept_out)
        ids = self._connection.scalars(query.order_by(*order, _C.id.desc()).offset(offset).limit(limit))
        return self._candidates(list(ids), ask)

    def holds(self, text: str, query: Query) -> bool:
        """See `Index.holds`; looks into some documents that have all its terms."""
        some = select(_C.normal, _C.body).where(*self._where(query), clause(Has(frozenset(phrase_terms(text)))))
        read = some.limit(VERIFY_LIMIT).subquery()
        held = or_(func.strpos(read.c.normal, text) > 0, func.strpos(read.c.body, text) > 0)
        return bool(self._connection.scalar(select(literal(True)).where(held).limit(1)))

    def titles(self, terms: list[str], query: Query) -> list[str]:
        """See `Index.titles`: by the rarest terms, until enough rows are at hand."""
        marked = {term if term.startswith("~") else TITLE + term: term for term in terms}
        rare = self._rarest(list(marked), _SIMILAR)
        if not rare:
            return []
        weight = sum((_shared(marked[term], 1.0 / (1 + count) + 0.1) for term, count in rare.items()), literal(0.0))
        near = select(_C.normal).where(*self._where(query), any_of(rare)).order_by(weight.desc(), _C.id.desc())
        return list(self._connection.scalars(near.limit(LOOKED_AT)))

    def near(self, terms: list[str], query: Query) -> list[int]:
        """See `Index.near`: terms that nearly every document has say nothing, so the rarest are asked for."""
        rare = self._rarest(terms, _SHARED)
        if not rare:
            return []
        each = [select(_C.id).where(*self._where(query), matching(quoted(term))) for term in rare]
        every = union_all(*each).subquery()
        shared = select(every.c.id, func.count().label("shared")).group_by(every.c.id).subquery()
        best = select(func.max(shared.c.shared)).scalar_subquery()
        near = select(shared.c.id).where(shared.c.shared * 2 >= best)
        near = near.order_by(shared.c.shared.desc(), shared.c.id.desc()).limit(NEAR_LIMIT)
        return list(self._connection.scalars(near))

    def texts(self, ids: list[int]) -> dict[int, str]:
        """See `Index.texts`."""
        found = select(_C.id, _C.text).where(_C.generation == self._generation, _C.id.in_(ids))
        return {row.id: row.text for row in self._connection.execute(found)}

    def _where(self, query: Query) -> list[ColumnElement[bool]]:
        return [_C.generation + 0 == self._generation, *kept(query)]  # + 0: the key's index is of no use here

    def _resolved(self, condition: Condition, query: Query) -> Condition:
        """What sounds alike as ids: the index of terms then answers the rest, and no text is opened."""
        match condition:
            case Sounds(typed):
                return Among(tuple(self._connection.scalars(select(_C.id).where(*self._where(query), sounds(typed)))))
            case Every(of):
                return Every(tuple(self._resolved(each, query) for each in of))
            case Either(of):
                return Either(tuple(self._resolved(each, query) for each in of))
            case Has() | Holds() | Numbered() | Among() | Not():
                return condition

    def _rarest(self, terms: list[str], rows: int) -> dict[str, int]:
        """The rarest of the terms that are there, with how many documents have them, about `rows` together."""
        counts = sorted((count, term) for term in terms if (count := self._documents(term)))
        taken: dict[str, int] = {}
        for count, term in counts:
            if taken and sum(taken.values()) + count > rows:
                break
            taken[term] = count
        return taken

    def _documents(self, term: str) -> int:
        def ask() -> int:
            some = select(literal(1)).where(matching(quoted(term))).limit(_SHARED)
            return self._connection.scalar(select(func.count()).select_from(some.subquery())) or 0

        return self._frequency.of(term, ask)

    def _candidates(self, ids: list[int], ask: Ask) -> list[Candidate]:
        if not ids:
            return []
        weighs = any(len(part.text) > 1 for part in ask.request.parts)
        body = func.left(_C.body, MOST) if weighs else literal("")
        rows = select(*(_C[name] for name in _SHOWN), body.label("said")).where(
            _C.generation == self._generation, _C.id.in_(ids))
        by_id = {row.id: row for row in self._connection.execute(rows)}
        found = [by_id[each] for each in ids if each in by_id]
        bases = weigh(found, ask.weights, self._count, self._documents)
        return [_candidate(row, base, ask) for row, base in zip(found, bases, strict=True)]


class Frequencies:
    """How many documents hold a term, remembered until the index has moved on by a good part."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._when: tuple[int, int] = (0, 0)

    def at(self, generation: int, count: int) -> Frequencies:
        """Itself; forgets what was counted in an index of another size."""
        before, counted = self._when
        if generation != before or abs(count - counted) * 20 > counted or len(self._known) > 50_000:
            self._known, self._when = {}, (generation, count)
        return self

    def of(self, term: str, ask: Callable[[], int]) -> int:
        known = self._known
        if term not in known:
            known[term] = ask()
        return known[term]


def _counted(found: CTE, limit: int) -> Select:
    """Rows of (kind, value, count): every facet, the total, and the best ids with their place."""
    def several(kind: str, column: str) -> Select:
        """Documents with the same values are counted before they are taken apart: there are few such groups."""
        alike = select(found.c[column], func.count().label("many")).group_by(found.c[column]).subquery()
        values = select(func.unnest(alike.c[column]).label("value"), alike.c.many).subquery()
        count = cast(func.sum(values.c.many), BigInteger)
        return select(literal(kind), cast(values.c.value, Text), count).group_by(values.c.value)

    def one(kind: str, column: str, nothing: int | str) -> Select:
        value = found.c[column]
        return select(literal(kind), cast(value, Text), func.count()).where(value != nothing).group_by(value)

    order = [found.c.rough.desc(), found.c.day.desc(), found.c.id.desc()]
    best = select(found.c.id, func.row_number().over(order_by=order).label("place")).order_by(*order).limit(limit)
    top = best.subquery()
    return union_all(
        several("column", "column_ids"), several("department", "department_ids"), one("year", "year", 0),
        one("type", "type", ""), one("validity", "validity", ""),
        select(literal("total"), literal(""), func.count()).select_from(found),
        select(literal("top"), cast(top.c.id, Text), top.c.place))


def _shared(term: str, weight: float) -> ColumnElement[float]:
    """`weight` where the title has the term, in writing or, with `~` before it, in sound."""
    column, text = (_C.spoken, term[1:].replace("'", " ")) if term.startswith("~") else (_C.normal, term)
    return case((func.strpos(column, text) > 0, weight), else_=0.0)


def _candidate(row: Row, base: float, ask: Ask) -> Candidate:
    verbatim = frozenset(part.text for part in ask.request.parts if len(part.text) > 2 and part.text in row.said)
    return Candidate(
        row.id, row.title, row.normal, tuple(row.spoken.split()), row.day, row.type, row.validity, row.number,
        row.number_key, row.index_key, row.url, row.source_id, row.summary, base, verbatim)
