"""What is said to OpenSearch: settings and mappings of an index, a document of an entry, conditions as queries.

Exact phrases are asked of `exact`, all pairs of neighbouring characters with their places; everything else that
finds, of `terms`, our own grams and words. The built-in `cjk` analysis chooses the best of many (BM25), of title
and body in one field, where the title stands `TITLE_WEIGHT` times.
"""

from __future__ import annotations

from datetime import date
from typing import Any

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
from content.search.engines._prepared import Prepared
from content.search.engines._weighing import MOST
from content.search.model import Entry, Query
from content.search.ranking import GLUE, K1, OTHER, TITLE_WEIGHT, B
from content.search.sound import SHORTEST

VERSION = 1
"""Of settings and mappings; raise it when either changes: a new index is then made and filled."""
CURSOR = "cursor"
"""Id of the one document that is not an entry: it holds the journal position."""
FACET_FIELDS = {"column": "column_ids", "department": "department_ids", "year": "year", "type": "type",
                "validity": "validity"}
_MOST_VALUES = 2000
_ASKED_FOR = 10_000.0
"""Score of what was asked for by number, above all others."""
_STORED = ("title", "normal", "spoken", "day", "type", "validity", "number", "number_key", "index_key", "url",
           "source_id", "summary", "said", "length")

_KEYWORD = {"type": "keyword", "ignore_above": 8000}
_UNREAD = {"type": "keyword", "index": False, "doc_values": False}

DEFINITION: dict[str, Any] = {
    "settings": {
        "number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "-1",
        "index.max_result_window": 20_000,
        "similarity": {"ours": {"type": "BM25", "k1": K1, "b": B}},
        "analysis": {
            "analyzer": {
                "plain_cjk": {"type": "cjk", "stopwords": "_none_"},
                "pairs": {"type": "custom", "tokenizer": "pairs"},
            },
            "tokenizer": {"pairs": {"type": "ngram", "min_gram": 2, "max_gram": 2, "token_chars": []}},
        },
    },
    "mappings": {
        "dynamic": "strict",
        "_meta": {"version": VERSION},
        "_source": {"excludes": ["terms", "exact", "ranked"]},
        "properties": {
            "id": {"type": "long"}, "cursor": {"type": "long", "index": False},
            "title": _UNREAD, "normal": _UNREAD, "text": _UNREAD, "summary": _UNREAD, "number": _UNREAD,
            "url": _UNREAD, "source_id": _UNREAD, "said": _UNREAD, "length": {"type": "integer", "index": False},
            "spoken": _KEYWORD, "initials": _KEYWORD,
            "day": {"type": "date", "format": "strict_date"},
            "year": {"type": "integer"}, "type": _KEYWORD, "validity": _KEYWORD,
            "number_key": _KEYWORD, "index_key": _KEYWORD,
            "column_ids": {"type": "long"}, "department_ids": {"type": "long"},
            "terms": {"type": "keyword", "doc_values": False, "index_options": "docs"},
            "exact": {"type": "text", "analyzer": "pairs", "norms": False},
            "ranked": {"type": "text", "analyzer": "plain_cjk", "index_options": "freqs", "similarity": "ours"},
        },
    },
}


def document(entry: Entry) -> dict[str, Any]:
    """An entry as it is handed to the cluster."""
    ready = Prepared.of(entry)
    return {
        "id": entry.id, "title": printable(entry.title), "normal": ready.normal, "text": printable(entry.text),
        "summary": printable(entry.summary), "number": printable(entry.number), "url": printable(entry.url),
        "source_id": printable(entry.source_id), "spoken": " ".join(ready.spoken),
        "initials": "".join(one[0] for one in ready.spoken), "day": entry.date.isoformat(), "year": entry.year,
        "type": printable(entry.type), "validity": printable(entry.validity), "number_key": ready.number_key,
        "index_key": ready.index_key, "column_ids": list(entry.column_ids),
        "department_ids": list(entry.department_ids), "terms": sorted(ready.terms),
        "said": ready.body[:MOST], "length": len(ready.body),
        "exact": f"{ready.normal}\n{ready.body}", "ranked": f"{ready.normal}\n" * TITLE_WEIGHT + ready.body,
    }


def clause(condition: Condition) -> dict[str, Any]:
    """A condition as a query that filters."""
    match condition:
        case Has(terms):
            return _all(*({"term": {"terms": term}} for term in sorted(terms))) if terms else {"match_none": {}}
        case Holds(text, terms):
            pairs = {"match_phrase": {"exact": text}} if len(text) > 1 else {"match_all": {}}
            return _all(*(clause(Has(terms)) for _ in range(bool(terms))), pairs)
        case Sounds(typed):
            return _sounds(typed)
        case Numbered(numbers):
            return _any({"terms": {"number_key": sorted(numbers)}}, {"terms": {"index_key": sorted(numbers)}})
        case Among(ids):
            return {"terms": {"id": list(ids)}}
        case Every(of):
            return _all(*map(clause, of))
        case Either(of):
            return _any(*map(clause, of))
        case Not(of):
            return {"bool": {"must_not": [clause(of)]}}


def _all(*queries: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"filter": list(queries)}} if queries else {"match_all": {}}


def _any(*queries: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}} if queries else {"match_none": {}}


def _sounds(typed: str) -> dict[str, Any]:
    """See `content.search.sound.sounds_like`; `typed` is letters only, so nothing in it is a pattern."""
    end = ".*" if len(typed) >= SHORTEST else "( .*)?"
    whole = {"regexp": {"spoken": {"value": "(.* )?" + " ?".join(typed) + end, "flags": "NONE"}}}
    if len(typed) < SHORTEST:
        return whole
    return _any(whole, {"wildcard": {"initials": {"value": f"*{typed}*"}}})


def kept(query: Query) -> list[dict[str, Any]]:
    """The filters of a query; what has no id is no entry."""
    wanted = {"column_ids": query.column, "department_ids": query.department, "year": query.year, "type": query.type,
              "validity": query.validity}
    found: list[dict[str, Any]] = [{"exists": {"field": "id"}}]
    found += [{"term": {field: value}} for field, value in wanted.items() if value is not None]
    days = {"gte": query.date_from, "lte": query.date_to}
    limits = {end: day.isoformat() for end, day in days.items() if day}
    found += [{"range": {"day": limits}}] if limits else []
    found += [{"bool": {"must_not": [{"terms": {"id": sorted(query.without)}}]}}] if query.without else []
    return found


def scored(ask: Ask) -> dict[str, Any]:
    """All that matches, scored: asked for by number, words of title and body, parts word for word."""
    wanted: list[dict[str, Any]] = []
    if ask.numbers:
        wanted.append({"constant_score": {"filter": clause(Numbered(ask.numbers)), "boost": _ASKED_FOR}})
    for part in ask.request.parts:
        wanted.append(_ranked(part.text, 1.0))
        wanted += [_ranked(other, OTHER) for piece in part.pieces for other in piece.others]
        if len(part.text) > 2:
            named = {"match_phrase": {"exact": {"query": part.text, "_name": part.text}}}
            wanted.append({"constant_score": {"filter": named, "boost": 2.0}})
    wanted += [{"constant_score": {"filter": {"term": {"terms": term}}, "boost": weight}}
               for term, weight in ask.weights.items() if term.startswith("~")]
    return {"bool": {"filter": [*kept(ask.query), clause(ask.condition)], "should": wanted}}


def _ranked(text: str, boost: float) -> dict[str, Any]:
    return {"match": {"ranked": {"query": text, "boost": boost}}}


def counts(ask: Ask) -> dict[str, Any]:
    """What is counted: of what was found, every facet; of all there is, the documents with each word asked for."""
    facets = {name: {"terms": {"field": field, "size": _MOST_VALUES}} for name, field in FACET_FIELDS.items()}
    words = {term: {"term": {"terms": term}} for term, weight in ask.weights.items() if weight > GLUE}
    inner = {"words": {"filters": {"filters": words}}} if words else {}
    return facets | {"all": {"global": {}, "aggs": inner}}


def order(query: Query, by_score: bool = False) -> list[dict[str, str]]:
    """How hits are sorted; of equals the newest first."""
    newest = [{"day": "desc"}, {"id": "desc"}]
    by_date = query.sort == "date" and not by_score
    return newest if by_date else [{"_score": "desc"}, *newest]


def holding(aggregations: dict[str, Any]) -> dict[str, int]:
    """How many documents have each word, as `counts` asked for it."""
    words = aggregations["all"].get("words", {"buckets": {}})["buckets"]
    return {term: found["doc_count"] for term, found in words.items()}


def candidate(hit: dict[str, Any], base: float = 0.0) -> Candidate:
    """A hit of an answer, with its score."""
    source = hit["_source"]
    return Candidate(
        int(hit["_id"]), source["title"], source["normal"], tuple(source["spoken"].split()),
        date.fromisoformat(source["day"]), source["type"], source["validity"], source["number"],
        source["number_key"], source["index_key"], source["url"], source["source_id"], source["summary"],
        base, frozenset(hit.get("matched_queries", ())))


def shown() -> list[str]:
    """The fields that a candidate is made of."""
    return list(_STORED)
