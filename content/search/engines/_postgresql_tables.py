"""The tables of the PostgreSQL engine, and how conditions become SQL on them.

Our own terms lie in a tsvector without positions under a GIN index: it finds without opening a text. What filters,
counts and the first ranking need lies in the row itself; texts and terms are kept apart by the database (TOAST).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    all_,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR

from content.search.engines._asking import Among, Ask, Condition, Either, Every, Has, Holds, Not, Numbered, Sounds
from content.search.model import Query
from content.search.sound import SHORTEST

VERSION = 2
"""Part of the tables' names; raise it when terms or columns change: new, empty tables are then filled."""
PREFIX = "search_index_"
METADATA = MetaData()

ENTRY = Table(
    f"{PREFIX}{VERSION}", METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("generation", Integer, primary_key=True),  # second in the key: alone it narrows nothing
    Column("title", Text, nullable=False),
    Column("normal", Text, nullable=False),
    Column("spoken", Text, nullable=False),
    Column("joined", Text, nullable=False),
    Column("initials", Text, nullable=False),
    Column("heavy", TSVECTOR, nullable=False),  # a word is found in it at a tenth of what a text costs
    Column("day", Date, nullable=False),
    Column("year", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("validity", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("number_key", Text, nullable=False, index=True),
    Column("index_key", Text, nullable=False, index=True),
    Column("column_ids", ARRAY(BigInteger), nullable=False),
    Column("department_ids", ARRAY(BigInteger), nullable=False),
    Column("url", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("terms", TSVECTOR, nullable=False),
)
TERMS = Index(f"ix_{ENTRY.name}_terms", ENTRY.c.terms, postgresql_using="gin")
STATE = Table(
    f"{PREFIX}{VERSION}_state", METADATA,
    Column("reading", Integer, nullable=False),  # the generation that is searched
    Column("cursor", BigInteger),  # its journal position
    Column("next_cursor", BigInteger),  # that of the generation being built, where there is one
    Column("building", Integer),
    Column("only", Integer, primary_key=True),  # always 1
)
MAKE_ROOM = (
    f"ALTER TABLE {ENTRY.name} ALTER COLUMN terms SET STATISTICS 0",  # a wide column nobody plans with
    f"ALTER TABLE {ENTRY.name} ALTER COLUMN heavy SET STATISTICS 0",
    f"ALTER TABLE {ENTRY.name} ALTER COLUMN body SET STATISTICS 0",
    f"ALTER TABLE {ENTRY.name} ALTER COLUMN text SET STATISTICS 0",
)
_C = ENTRY.c


def quoted(term: str) -> str:
    """A lexeme as tsvector and tsquery take it."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def matching(tsquery: str, column: ColumnElement[Any] = _C.terms) -> ColumnElement[bool]:
    """Rows whose terms are as a tsquery says."""
    return column.op("@@")(cast(literal(tsquery), TSQUERY))


def any_of(terms: Iterable[str]) -> ColumnElement[bool]:
    """Rows with at least one of the terms."""
    return matching("|".join(map(quoted, terms)))


def clause(condition: Condition) -> ColumnElement[bool]:
    """A condition in SQL: as much as possible in one tsquery, which the index answers without opening a row."""
    plain = _tsquery(condition)
    if plain:
        return matching(plain)
    match condition:
        case Holds(text, terms):
            return and_(clause(Has(terms)), says(text))
        case Sounds(typed):
            return sounds(typed)
        case Numbered(numbers):
            return or_(_C.number_key.in_(sorted(numbers)), _C.index_key.in_(sorted(numbers)))
        case Among(ids):
            return _C.id == any_(literal(list(ids), ARRAY(BigInteger)))
        case Every(of):
            return _every(of)
        case Either(of):
            return or_(false(), *map(clause, of))
        case Not(Holds(text)):
            return not_(says(text))
        case Not(of):
            return not_(clause(of))
        case _:
            return false()


def _every(of: tuple[Condition, ...]) -> ColumnElement[bool]:
    """One tsquery for all that terms can say, and beside it what they cannot."""
    narrow = [Has(each.terms) if isinstance(each, Holds) else each for each in of]
    plain = list(filter(None, map(_tsquery, narrow)))
    rest = [says(each.text) if isinstance(each, Holds) and each.terms else clause(each)
            for each in of if not _tsquery(each)]
    return and_(true(), *([matching("&".join(plain))] if plain else []), *rest)


def _tsquery(condition: Condition) -> str:
    """The condition as a tsquery; empty when terms alone cannot say it."""
    match condition:
        case Has(terms):
            return f"({'&'.join(map(quoted, sorted(terms)))})" if terms else ""
        case Every(of) | Either(of):
            parts = list(map(_tsquery, of))
            return f"({('&' if isinstance(condition, Every) else '|').join(parts)})" if parts and all(parts) else ""
        case Not(of):
            return f"!{plain}" if (plain := _tsquery(of)) else ""
        case _:
            return ""


def says(text: str) -> ColumnElement[bool]:
    """Whether the title, or else the body, holds the text; opens the body, so it stands after a search by terms."""
    return case((func.strpos(_C.normal, text) > 0, True), else_=func.strpos(_C.body, text) > 0)


def sounds(typed: str) -> ColumnElement[bool]:
    """Rows whose title is spelled so, see `sounds_like`; the plain test comes before the one that knows syllables."""
    end = "" if len(typed) >= SHORTEST else "( |$)"
    spelled = _C.spoken.op("~")("(^| )" + " ?".join(typed) + end)
    whole = case((func.strpos(_C.joined, typed) > 0, spelled), else_=False)
    return or_(whole, func.strpos(_C.initials, typed) > 0) if len(typed) >= SHORTEST else whole


def kept(query: Query) -> list[ColumnElement[bool]]:
    """The filters of a query."""
    column, department = query.column, query.department
    found = [_C[name] == value for name in ("year", "type", "validity") if (value := getattr(query, name)) is not None]
    found += [literal(column) == any_(_C.column_ids)] if column is not None else []
    found += [literal(department) == any_(_C.department_ids)] if department is not None else []
    found += [_C.day >= query.date_from] if query.date_from else []
    found += [_C.day <= query.date_to] if query.date_to else []
    if query.without:
        found.append(_C.id != all_(literal(sorted(query.without), ARRAY(BigInteger))))
    return found


def rough(ask: Ask) -> ColumnElement[Any]:
    """A first score from what lies in the row: asked for by number, parts and words of the title, main words."""
    score: ColumnElement[Any] = literal(0.0)
    if ask.numbers:
        score += case((clause(Numbered(ask.numbers)), 1000.0), else_=0.0)
    for part in ask.request.parts:
        share = 0.7 + 0.8 * len(part.text) / func.greatest(func.length(_C.normal), 1)
        held = func.strpos(_C.normal, part.text) > 0
        score += case((_C.normal == part.text, 20.0), (held, 10.0 * share), else_=0.0) / len(ask.request.parts)
        if part.typed:
            score += case((sounds(part.typed), 7.0), else_=0.0)
    for word, weight in ask.weights.items():
        if len(word) > 1 and not word.startswith("~"):
            score += case((func.strpos(_C.normal, word) > 0, 3.0 * weight), else_=0.0)
            score += case((matching(quoted(word), _C.heavy), weight), else_=0.0)
        elif word.startswith("~"):
            score += case((func.strpos(_C.spoken, word[1:].replace("'", " ")) > 0, weight), else_=0.0)
    return score
