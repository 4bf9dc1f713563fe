"""How an engine on a server is asked: a query becomes conditions, the server finds, the best are ranked here.

The server finds and counts all that match and hands over the `TOP` that look best to it. These are put in order by
the same bonuses as in the embedded engine (the title, what stands verbatim, other names); what comes after
them stays in the server's order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from content.search.analysis import bigrams, fold, phrase_terms
from content.search.model import OFFSET_LIMIT, PAGE_LIMIT, Hit, Query, Results
from content.search.parse import Part, Piece, Request, parse
from content.search.ranking import title_fit, weighted_terms
from content.search.snippets import mark, needles, snippet
from content.search.sound import sound_terms, sounds_like
from content.search.suggesting import nearest
from content.search.synonyms import Synonyms

TOP = 60
"""How many documents are ranked here; further pages come in the server's order."""
NEAR_LIMIT = 1000
"""Most documents that merely come near: nobody reads on."""
NO_TEXT = Request((), (), ())


@dataclass(frozen=True)
class Has:
    """Documents with every one of these index terms."""

    terms: frozenset[str]


@dataclass(frozen=True)
class Holds:
    """Documents that have `text` exactly as it stands, in title or body; all of them have `terms`."""

    text: str
    terms: frozenset[str]


@dataclass(frozen=True)
class Sounds:
    """Documents whose title is spelled `typed` in pinyin, in full or by initials, from the start of a syllable."""

    typed: str


@dataclass(frozen=True)
class Numbered:
    """Documents with one of these as 文号 or 索引号."""

    numbers: frozenset[str]


@dataclass(frozen=True)
class Among:
    """Documents with one of these ids."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class Every:
    """What all conditions have in common; without any, every document."""

    of: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    """What one of the conditions holds for."""

    of: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """What the condition does not hold for."""

    of: Condition


Condition = Has | Holds | Sounds | Numbered | Among | Every | Either | Not


@dataclass(frozen=True)
class Ask:
    """One question to the server: which documents, and what makes one look better than another.

    `query` gives filters and sorting; `numbers` come first; `request` is what is meant, for ranking.
    """

    query: Query
    condition: Condition
    request: Request
    numbers: frozenset[str] = frozenset()
    weights: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """A document found. `base` is the server's score, `verbatim` the parts that its body holds word for word."""

    id: int
    title: str
    normal: str
    syllables: tuple[str, ...]
    date: date
    type: str
    validity: str
    number: str
    number_key: str
    index_key: str
    url: str
    source_id: str
    summary: str
    base: float = 0.0
    verbatim: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """All that a server says at once: how many, counted by facet, and the candidates that look best to it."""

    total: int
    facets: dict[str, list[tuple[int | str, int]]]
    top: list[Candidate]


class Index(Protocol):
    """One state of an index on a server; every method keeps to the filters of the query it is given."""

    def find(self, ask: Ask, limit: int) -> Found:
        """Everything that matches, the best `limit` as candidates; those asked for by number first."""

    def page(self, ask: Ask, offset: int, limit: int, without: list[int]) -> list[Candidate]:
        """A page in the server's own order (by date when the query says so), passing over `without`."""

    def holds(self, text: str, query: Query) -> bool:
        """Whether some document has `text` exactly."""

    def titles(self, terms: list[str], query: Query) -> list[str]:
        """Normalised titles that share the most and the rarest of `terms`."""

    def near(self, terms: list[str], query: Query) -> list[int]:
        """Ids of documents that share at least half as many of `terms` as the best, at most `NEAR_LIMIT`."""

    def texts(self, ids: list[int]) -> dict[int, str]:
        """The texts as they were handed in, for the page that is shown."""


def answer(index: Index, query: Query, synonyms: Synonyms) -> Results:
    """The results of `query`; nothing a user types makes it fail."""
    query = replace(query, text=printable(query.text), limit=min(max(0, query.limit), PAGE_LIMIT),
                    offset=min(max(0, query.offset), OFFSET_LIMIT))
    asking = _Asking(index, query, synonyms)
    return asking.results()


def printable(text: str) -> str:
    """`text` without what no server takes: NUL, and halves of characters."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


class _Asking:
    """One query on its way: found as it stands, then as it was probably meant, then whatever comes near."""

    def __init__(self, index: Index, query: Query, synonyms: Synonyms) -> None:
        self.index, self.query, self.synonyms = index, query, synonyms
        self.typed = parse(query.text, synonyms) if query.text.strip() else NO_TEXT
        self.suggestion: str | None = None

    def results(self) -> Results:
        if self.query.text.strip() and not self.typed.parts and not self.typed.excluded:
            return Results(facets=no_facets())
        ask, found = self._found()
        ranked = _ranked(found.top, ask)
        page, wanted = self._page(ask, ranked), needles(self._marked())
        texts = self.index.texts([each.id for _, each in page]) if page else {}
        return Results(
            total=found.total, facets=found.facets, suggestion=self.suggestion, exact=_exact(ranked, ask),
            hits=tuple(_hit(each, score, texts.get(each.id, ""), wanted) for score, each in page))

    def _found(self) -> tuple[Ask, Found]:
        ask = self._ask(self.typed, meaning(self.typed))
        found = self.index.find(ask, TOP)
        numbered = any(_is_asked_for(each, ask) for each in found.top)
        if self.query.strict or numbered or not self.typed.parts:
            return ask, found
        self.suggestion = self._suggested(found.top)
        if self.suggestion:
            better = parse(self.suggestion, self.synonyms)
            ask = self._ask(better, Either((meaning(better), meaning(self.typed))))
            found = self.index.find(ask, TOP)
        if not found.total and not any(part.quoted for part in self.typed.parts):
            near = tuple(self.index.near(_near_terms(self.typed), self.query))
            ask = self._ask(self.typed, Among(near), by_sound=True)
            found = self.index.find(ask, TOP) if near else found
        return ask, found

    def _ask(self, request: Request, condition: Condition, by_sound: bool = False) -> Ask:
        numbers = frozenset({*self.typed.numbers, fold(self.query.text).strip()} - {""})
        if numbers and self.typed.parts:
            condition = Either((condition, Numbered(numbers)))
        return Ask(self.query, condition, request, numbers, weighted_terms(request, by_sound))

    def _suggested(self, top: list[Candidate]) -> str | None:
        parts = [self._better(part, top) for part in self.typed.parts]
        text = " ".join(parts)
        return text if text != self.typed.text else None

    def _better(self, part: Part, top: list[Candidate]) -> str:
        """The part as it was probably meant; itself when it stands in some document, or nothing is near enough."""
        if part.quoted:
            return f'"{part.text}"'
        if part.text.isascii() or len(part.text) < 2 or self._is_known(part, top):
            return part.text
        titles = self.index.titles([*bigrams(part.text), *sound_terms(part.text)], self.query)
        return nearest(part.text, titles) or part.text

    def _is_known(self, part: Part, top: list[Candidate]) -> bool:
        if all(piece.others for piece in part.pieces):
            return True
        if any(part.text in each.normal or part.text in each.verbatim for each in top):
            return True
        return self.index.holds(part.text, self.query)

    def _marked(self) -> Request:
        if not self.suggestion:
            return self.typed
        return Request(parse(self.suggestion, self.synonyms).parts + self.typed.parts, (), ())

    def _page(self, ask: Ask, ranked: list[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
        offset, limit = self.query.offset, self.query.limit
        if self.query.sort == "date":
            page = self.index.page(ask, offset, limit, [])
            return list(zip(_scored(page, ask), page, strict=True))
        page = ranked[offset : offset + limit]
        if len(ranked) == TOP and len(page) < limit:
            more = self.index.page(ask, max(0, offset - TOP), limit - len(page), [each.id for _, each in ranked])
            page += [(0.0, each) for each in more]
        return page


def no_facets() -> dict[str, list[tuple[int | str, int]]]:
    return {"column": [], "department": [], "year": [], "type": [], "validity": []}


def meaning(request: Request) -> Condition:
    """Documents with every part of the request and none of what it excludes."""
    return Every(tuple(map(_part, request.parts)) + tuple(Not(_phrase(text)) for text in request.excluded))


def _part(part: Part) -> Condition:
    if part.quoted:
        return _phrase(part.text)
    found = Every(tuple(map(_piece, part.pieces)))
    return Either((found, Sounds(part.typed))) if part.typed else found


def _piece(piece: Piece) -> Condition:
    words = Has(frozenset(term for word in piece.words for term in phrase_terms(word)))
    return Either((words, *(Has(frozenset(phrase_terms(other))) for other in piece.others)))


def _phrase(text: str) -> Condition:
    terms = frozenset(phrase_terms(text))
    if len(text) < 3 and not any(char.isascii() for char in text):
        return Has(terms)
    return Holds(text, terms)


def _near_terms(request: Request) -> list[str]:
    found: dict[str, None] = {}
    for part in request.parts:
        names = [part.text, *(other for piece in part.pieces for other in piece.others)]
        found.update(dict.fromkeys([*sound_terms(part.text), *(term for name in names for term in phrase_terms(name))]))
    return list(found)


def _is_asked_for(candidate: Candidate, ask: Ask) -> bool:
    return candidate.number_key in ask.numbers or candidate.index_key in ask.numbers


def _ranked(top: list[Candidate], ask: Ask) -> list[tuple[float, Candidate]]:
    """Candidates with their scores: those asked for by number, then the best, of equals the newest."""
    scores = _scored(top, ask)
    first = max(scores, default=0.0) + 1.0
    raised = [score + first * _is_asked_for(each, ask) for score, each in zip(scores, top, strict=True)]
    newest = _exact(list(zip(raised, top, strict=True)), ask)

    def best(pair: tuple[float, Candidate]) -> tuple:
        score, each = pair
        return each.id == newest, score, each.date, each.id

    return sorted(zip(raised, top, strict=True), key=best, reverse=True)


def _exact(ranked: list[tuple[float, Candidate]], ask: Ask) -> int | None:
    asked = [each for _, each in ranked if ask.request.parts and _is_asked_for(each, ask)]
    return max(asked, key=lambda each: (each.date, each.id)).id if asked else None


def _scored(top: list[Candidate], ask: Ask) -> list[float]:
    unit = max((each.base for each in top), default=0.0) or 1.0
    return [each.base + unit * _bonus(each, ask.request.parts) for each in top]


def _bonus(candidate: Candidate, parts: tuple[Part, ...]) -> float:
    """What a title gets for holding the parts, and a body for holding them word for word; see `ranking`."""
    gained = 0.0
    for part in parts:
        if part.text in candidate.normal:
            gained += title_fit(part.text, candidate.normal)
        elif part.typed and sounds_like(list(candidate.syllables), part.typed):
            gained += title_fit(part.typed, "".join(candidate.syllables))
        else:
            gained += _by_other_name(candidate.normal, part)
        gained += 0.5 * (part.text in candidate.verbatim)
    return gained / max(1, len(parts))


def _by_other_name(title: str, part: Part) -> float:
    if len(part.pieces) == 1 and not part.pieces[0].others:
        return 0.0
    held = sum(any(name in title for name in (piece.text, *piece.others)) for piece in part.pieces)
    return 0.6 * held / len(part.pieces)


def _hit(found: Candidate, score: float, text: str, wanted: Iterable[str]) -> Hit:
    wanted = list(wanted)
    return Hit(id=found.id, score=round(score, 4), title=found.title, title_html=mark(found.title, wanted),
               snippet_html=snippet(text, wanted), number=found.number, date=found.date, type=found.type,
               validity=found.validity, url=found.url, source_id=found.source_id, summary=found.summary)
