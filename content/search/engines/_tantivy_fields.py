"""The fields of a tantivy index, what an entry becomes in them, and how conditions become queries on them.

`exact` has every pair of neighbouring characters of title, body and 文号 with its place: a phrase of pairs is an exact
phrase. `words` has what is no pair (single characters, longer words, Latin words), `title` all terms and sounds of the
title. What filters and counts lies in columns; `row` is what is needed of many documents, `text` of those shown.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

import tantivy
from tantivy import Occur

from content.late import Late
from content.search.analysis import normalise, terms
from content.search.engines._asking import (
    Among,
    Ask,
    Candidate,
    Condition,
    Either,
    Every,
    Has,
    Holds,
    Not,
    Numbered,
    Sounds,
    printable,
)
from content.search.matching import body
from content.search.model import Entry, Query
from content.search.numbers import number_form
from content.search.sound import SHORTEST, paired, syllables

rjieba = Late("rjieba")
VERSION = 2
"""Part of the folder's name; raise it when fields or terms change: a new, empty index is then filled."""
ASKED_FOR = 10_000.0
"""Score of what was asked for by number, above all others."""
FACET_FIELDS = {"column": "columns", "department": "departments", "year": "year", "type": "type",
                "validity": "validity"}
_MOST_VALUES = 2000
_FEW_IDS = 200
_TITLE_WEIGHT, _SOUND_WEIGHT = 2.0, 1.5
_SPELLED = 60
"""Letters of a title's pinyin that are compared, from each of its syllables on."""
_TOKEN = 40
_LATIN = bytes(code if chr(code) in "0123456789abcdefghijklmnopqrstuvwxyz" else 32 for code in range(256))
_SPACE, _BREAK = "␣", " \0 "
_ENTRY, _CURSOR = "entry", "cursor"
_ROW = ("id", "title", "normal", "syllables", "date", "type", "validity", "number", "number_key", "index_key", "url",
        "source_id", "summary")
"""What `row` holds, in this order; behind it stand its columns, its departments and its year."""


def _schema() -> tantivy.Schema:
    made = tantivy.SchemaBuilder()
    made.add_text_field("exact", tokenizer_name="whitespace", index_option="position")
    for name in ("words", "title"):
        made.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("spoken", tokenizer_name="whitespace", index_option="basic")
    for name in ("kind", "numbers"):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("type", "validity"):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("columns", "departments", "year"):
        made.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("id", "day"):  # signed, as deleting by a term takes only those
        made.add_integer_field(name, indexed=True, fast=True)
    made.add_unsigned_field("newest", fast=True)
    made.add_unsigned_field("cursor", stored=True)
    for name in ("row", "text"):
        made.add_bytes_field(name, stored=True)
    return made.build()


SCHEMA = _schema()
COUNTED = {name: {"terms": {"field": field, "size": _MOST_VALUES}} for name, field in FACET_FIELDS.items()}
"""What is counted over all that was found."""


# -- writing ------------------------------------------------------------------------------------------------------

def document(entry: Entry) -> tantivy.Document:
    """An entry as it is handed to the index."""
    title, text = printable(entry.title), printable(entry.text)
    normal, under = normalise(title), normalise(body(text, printable(entry.summary)))
    number, spoken = normalise(printable(entry.number)), syllables(normal)
    number_key = number_form(entry.number) or number
    index_key = normalise(printable(entry.index_number))
    made = tantivy.Document()
    made.add_text("kind", _ENTRY)
    made.add_integer("id", entry.id)
    made.add_text("exact", _BREAK.join([_pairs(normal), _pairs(under), *_pairs(number).split()]))
    made.add_text("words", f"{_no_pairs(under)} {_no_pairs(f'{normal} {number}')}")
    made.add_text("title", " ".join([*terms(normal), *paired(spoken)]))
    made.add_text("spoken", " ".join(_spelled(spoken)))
    for key in {number_key, index_key} - {""}:
        made.add_text("numbers", key)
    for column in dict.fromkeys(entry.column_ids):
        made.add_unsigned("columns", column)
    for department in dict.fromkeys(entry.department_ids):
        made.add_unsigned("departments", department)
    if entry.year:
        made.add_unsigned("year", entry.year)
    for name in ("type", "validity"):
        if value := printable(getattr(entry, name)):
            made.add_text(name, value)
    made.add_integer("day", entry.date.toordinal())
    made.add_unsigned("newest", entry.date.toordinal() << 40 | entry.id)
    made.add_bytes("row", json.dumps([
        entry.id, title, normal, " ".join(spoken), entry.date.toordinal(), entry.type, entry.validity,
        entry.number, number_key, index_key, entry.url, entry.source_id, entry.summary,
        list(dict.fromkeys(entry.column_ids)), list(dict.fromkeys(entry.department_ids)), entry.year]).encode())
    made.add_bytes("text", zlib.compress(text.encode(), 1))
    return made


def cursor_document(cursor: int) -> tantivy.Document:
    """The one document that is not an entry: it holds the journal position of its commit."""
    made = tantivy.Document()
    made.add_text("kind", _CURSOR)
    made.add_unsigned("cursor", cursor)
    return made


def _pairs(normal: str) -> str:
    """Every pair of neighbouring characters, with spaces between; put together as numbers, ten times as quickly."""
    codes = array("I", normal.replace(" ", _SPACE).encode("utf-32-le"))
    if len(codes) < 2:
        return ""
    pairs = array("I", b" \0\0\0") * (3 * len(codes) - 4)
    pairs[::3], pairs[1::3] = codes[:-1], codes[1:]
    return pairs.tobytes().decode("utf-32-le")


def _no_pairs(normal: str) -> str:
    """Terms beside the pairs: Latin words and numbers, single characters, words of three and more characters."""
    latin = normal.encode("ascii", "replace").translate(_LATIN).decode().split()
    found = [token[:_TOKEN] for token in latin]
    found += [char for char in set(normal) if char.isalnum() and not char.isascii()]  # how often says nothing of one
    found += [word for word in rjieba.cut(normal, hmm=False) if len(word) > 2 and not word[0].isascii()]
    return " ".join(found)


def _spelled(spoken: list[str]) -> set[str]:
    """What a title's pinyin and initials begin with, from each syllable on; `=` stands before initials."""
    initials = "".join(one[0] for one in spoken)
    ends = {f"={initials[at:at + _SPELLED]}" for at in range(len(initials))}
    return ends | {"'".join(spoken[at:at + _SPELLED])[:_SPELLED] for at in range(len(spoken))}


# -- asking -------------------------------------------------------------------------------------------------------

def term(field: str, value: Any) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, field, value)


def entries() -> tantivy.Query:
    """Every document that is an entry."""
    return term("kind", _ENTRY)


def cursors() -> tantivy.Query:
    """The document that holds the cursor."""
    return term("kind", _CURSOR)


def either(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    """What one of the queries finds."""
    several = list(queries)
    return several[0] if len(several) == 1 else tantivy.Query.boolean_query([(Occur.Should, each) for each in several])


def plain(query: tantivy.Query) -> tantivy.Query:
    """The query without a score."""
    return tantivy.Query.const_score_query(query, 0.0)


def both(*queries: tantivy.Query) -> tantivy.Query:
    """What all queries find, without a score."""
    return tantivy.Query.boolean_query([(Occur.Must, plain(each)) for each in queries])


def among(ids: Iterable[int]) -> tantivy.Query:
    """Documents with one of the ids; a set of terms is made anew for each segment, which few do not repay."""
    wanted = list(ids)
    few = len(wanted) <= _FEW_IDS
    return either(term("id", one) for one in wanted) if few else tantivy.Query.term_set_query(SCHEMA, "id", wanted)


def place(one: str) -> str:
    """The field that an index term lies in: pairs have one, all others another."""
    return "exact" if len(one) == 2 and not one.isascii() else "words"


def has(one: str) -> tantivy.Query:
    """Documents with an index term."""
    return term(place(one), one)


def phrase(text: str) -> tantivy.Query:
    """Documents with two and more characters exactly as they stand."""
    pairs = _pairs(text).split(" ")
    return tantivy.Query.phrase_query(SCHEMA, "exact", pairs) if len(pairs) > 1 else term("exact", pairs[0])


def clause(condition: Condition) -> tantivy.Query:
    """A condition as a query."""
    match condition:
        case Has(wanted):
            return _all(map(has, sorted(wanted))) if wanted else tantivy.Query.empty_query()
        case Holds(text, wanted):
            whole = [has(each) for each in sorted(wanted) if each.isascii() or len(text) == 1]
            return _all([*whole, *([phrase(text)] if len(text) > 1 else [])])
        case Sounds(typed):
            return _sounds(typed)
        case Numbered(numbers):
            return tantivy.Query.term_set_query(SCHEMA, "numbers", sorted(numbers))
        case Among(ids):
            return among(ids)
        case Every(of):
            return _all((clause(each) for each in of if not isinstance(each, Not)),
                        (clause(each.of) for each in of if isinstance(each, Not)))
        case Either(of):
            return either(map(clause, of))
        case Not(of):
            return _all((), [clause(of)])


def _all(queries: Iterable[tantivy.Query], without: Iterable[tantivy.Query] = ()) -> tantivy.Query:
    """What all queries find and none of the others; one alone stays itself, as each layer around it costs."""
    found, left_out = list(queries) or [entries()], list(without)
    if len(found) == 1 and not left_out:
        return found[0]
    return tantivy.Query.boolean_query([*((Occur.Must, each) for each in found),
                                        *((Occur.MustNot, each) for each in left_out)])


def _sounds(typed: str) -> tantivy.Query:
    """See `content.search.sound.sounds_like`; `typed` is letters only, so nothing in it is a pattern."""
    typed = typed[:_SPELLED // 2]
    longer = len(typed) >= SHORTEST
    spelled = tantivy.Query.regex_query(SCHEMA, "spoken", "'?".join(typed) + (".*" if longer else "('.*)?"))
    return either([spelled, tantivy.Query.regex_query(SCHEMA, "spoken", f"={typed}.*")]) if longer else spelled


def wanted(ask: Ask, without: Iterable[int] = ()) -> tantivy.Query:
    """All that a question finds within the filters of its query, without a score."""
    return _all([*kept(ask.query), clause(ask.condition)], _left_out(ask.query, without))


def others(ask: Ask) -> tantivy.Query:
    """What the filters leave and the question does not find."""
    return _all([entries(), *kept(ask.query)], [*_left_out(ask.query), clause(ask.condition)])


def _left_out(query: Query, without: Iterable[int] = ()) -> list[tantivy.Query]:
    ids = {*query.without, *without}
    return [among(sorted(ids))] if ids else []


def kept(query: Query) -> list[tantivy.Query]:
    """The filters of a query."""
    values = {"columns": query.column, "departments": query.department, "year": query.year, "type": query.type,
              "validity": query.validity}
    found = [term(field, value) if isinstance(value, str) or value >= 0 else tantivy.Query.empty_query()
             for field, value in values.items() if value is not None]
    if query.date_from or query.date_to:
        found.append(tantivy.Query.range_query(SCHEMA, "day", tantivy.FieldType.Integer,
                                               (query.date_from or date.min).toordinal(),
                                               (query.date_to or date.max).toordinal()))
    return found


def within(query: Query, found: tantivy.Query) -> tantivy.Query:
    """What a query of ours finds and the filters leave, with its score."""
    return tantivy.Query.boolean_query(
        [(Occur.Must, found), *((Occur.Must, plain(each)) for each in kept(query)),
         *((Occur.MustNot, each) for each in _left_out(query))])


def clauses(ask: Ask) -> list[tuple[str, str, float]]:
    """`(field, term, weight)` of what makes one document look better than another: in the title, and in all texts."""
    weights = {one: weight for one, weight in ask.weights.items() if len(one) > 1} or ask.weights
    titled = [("title", one, weight * (_SOUND_WEIGHT if one.startswith("~") else _TITLE_WEIGHT))
              for one, weight in weights.items()]
    return titled + [(place(one), one, weight) for one, weight in weights.items() if not one.startswith("~")]


def scored(ask: Ask, found: tantivy.Query, better: Iterable[tuple[str, str, float]]) -> tantivy.Query:
    """What is found, scored by `clauses`; what was asked for by number above all."""
    raising = [tantivy.Query.boost_query(term(field, one), weight) for field, one, weight in better]
    if ask.numbers:
        raising.append(tantivy.Query.const_score_query(clause(Numbered(ask.numbers)), ASKED_FOR))
    return tantivy.Query.boolean_query([(Occur.Must, plain(found)), *((Occur.Should, each) for each in raising)])


def titled(wanted: Iterable[str]) -> tantivy.Query:
    """Documents whose title has some of the terms; the rarer a term, the higher the score."""
    return either(term("title", one) for one in wanted)


def sharing(wanted: Iterable[str], least: int) -> tantivy.Query:
    """Documents with at least so many of the terms; the score is how many."""
    points = [tantivy.Query.const_score_query(term("title", one) if one.startswith("~") else has(one), 1.0)
              for one in wanted]
    return tantivy.Query.boolean_query([(Occur.Should, each) for each in points], minimum_number_should_match=least)


# -- reading ------------------------------------------------------------------------------------------------------

class Row(NamedTuple):
    """What is remembered of a document: the candidate without a score, and what facets count of it."""

    candidate: Candidate
    columns: list[int]
    departments: list[int]
    year: int | None


def row(document: tantivy.Document) -> Row:
    """A document found; the constructor of what is frozen would take as long as all the rest."""
    *values, columns, departments, year = json.loads(document.get_first("row").decode())
    made = object.__new__(Candidate)
    made.__dict__.update(zip(_ROW, values, strict=True))
    made.__dict__.update(syllables=tuple(made.syllables.split()), date=date.fromordinal(made.date))
    return Row(made, columns, departments, year)


def counted(rows: Collection[Row]) -> dict[str, Counter]:
    """The facets of few documents."""
    candidates = [each.candidate for each in rows]
    return {"column": Counter(chain.from_iterable(each.columns for each in rows)),
            "department": Counter(chain.from_iterable(each.departments for each in rows)),
            "year": Counter(each.year for each in rows if each.year),
            "type": Counter(each.type for each in candidates if each.type),
            "validity": Counter(each.validity for each in candidates if each.validity)}


def text(document: tantivy.Document) -> str:
    """The text of a document as it was handed in."""
    return zlib.decompress(document.get_first("text")).decode()
