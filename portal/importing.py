"""Importing documents that were published elsewhere: lines of JSON become documents of a column.

Each keeps its id as `source_id`, so that an import can be repeated, also after it was killed: what is there is passed
over. What has no finding is published by the transition `import`, with its own date; what has one waits as a draft.
Work is committed every second or so, so that nobody else waits long for the database.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

import colander
from sqlalchemy.orm import Session

from content import places, repository, writing
from content.base import SHANGHAI
from content.house import House
from content.numbers import normal_number
from content.tree import Node
from content.types import GENRES, TOPICS, type_of
from workflows.access import SYSTEM
from workflows.engine import fire
from workflows.moves import Refused

BATCH = 50  # most documents in one transaction
SECONDS = 1.0  # longest work in one transaction
BREATH = 0.12  # seconds between two of them on SQLite: who waits for its lock looks every tenth of a second
_HEADING = re.compile(r"第[一二三四五六七八九十百千零〇\d]+(?P<level>[编章节])(?=\s|$|[^条款项])")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十]+)?")
_TAGS = {"编": "h2", "章": "h2", "节": "h3"}
_LONGEST_HEADING = 60


class BadLine(ValueError):
    """A line is no document; the message says why."""


@dataclass(frozen=True)
class Source:
    """A document as it came; `number` in its standard spelling."""

    id: str
    title: str
    text: str
    date: dt.date
    issuer: str = ""
    number: str = ""
    category: str = ""
    topic: str = ""

    @property
    def published(self) -> dt.datetime:
        """Noon of its day in China: the hour is not known."""
        return dt.datetime.combine(self.date, dt.time(12), SHANGHAI)


@dataclass
class Outcome:
    """What became of the lines; `bad` has number and reason of each bad one that nobody has taken yet."""

    published: int = 0
    drafts: int = 0
    skipped: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    taken: int = 0  # bad ones that somebody has said already

    @property
    def wrong(self) -> int:
        return self.taken + len(self.bad)

    @property
    def seen(self) -> int:
        return self.published + self.drafts + self.skipped + self.wrong

    def take_bad(self) -> list[tuple[int, str]]:
        """The bad ones since the last time, so that they need not be held."""
        found, self.bad = self.bad, []
        self.taken += len(found)
        return found


def read_line(line: bytes) -> Source:
    """Raises `BadLine`."""
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadLine("not UTF-8") from None
    except (ValueError, RecursionError) as problem:
        raise BadLine(f"not JSON: {problem}") from None
    if not isinstance(record, dict):
        raise BadLine("not a JSON object")
    values = {key: _word(record, key) for key in ("id", "title", "body_text", "date", "issuer", "doc_number",
                                                  "category", "topic")}
    for key in ("id", "title", "body_text", "date"):
        if not values[key]:
            raise BadLine(f"“{key}” is missing")
    return Source(values["id"], values["title"], values["body_text"], _day(values["date"]), values["issuer"],
                  normal_number(values["doc_number"]), values["category"], values["topic"])


def _word(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise BadLine(f"“{key}” is not a text")
    if value and re.search(r"[\ud800-\udfff]", value):
        raise BadLine(f"“{key}” holds half a character")
    return (value or "").replace("\x00", "").strip()


def _day(written: str) -> dt.date:
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        raise BadLine(f"“date” is no date like 2026-01-31: {written[:20]}") from None


# -- one document -----------------------------------------------------------------------------------------------

def body_html(text: str) -> str:
    """Paragraphs of a plain text; 编, 章 and 节 become headings, the number of an article is set off."""
    return "\n".join(_paragraph(line.strip()) for line in text.splitlines() if line.strip())


def _paragraph(line: str) -> str:
    heading, article = _HEADING.match(line), _ARTICLE.match(line)
    if heading and len(line) <= _LONGEST_HEADING:
        tag = _TAGS[heading["level"]]
        return f"<{tag}>{escape(line)}</{tag}>"
    if article:
        return f"<p><strong>{article[0]}</strong>{escape(line[article.end():])}</p>"
    return f"<p>{escape(line)}</p>"


def metadata(source: Source) -> dict[str, Any]:
    """Everything that some type may want; a type keeps what it knows."""
    return {"number": source.number, "formed": source.date.isoformat(), "issuer": source.issuer,
            "topic": _topic(source.topic), "validity": "有效", "genre": _genre(source.title),
            "keywords": "；".join(dict.fromkeys(filter(None, (source.category, source.topic))))[:200]}


def _topic(written: str) -> str:
    """主题分类: the class before the slash, where it is one of the twenty-two."""
    first = written.partition("/")[0]
    return first if first in TOPICS else "其他"


def _genre(title: str) -> str:
    """公文种类, as the title ends: 关于……的通知（修订）."""
    bare = re.sub(r"[（(][^（）()]*[)）]\s*$", "", title)
    return next((genre for genre in GENRES if bare.endswith(genre)), "")


def type_for(node: Node, data: dict[str, Any]) -> str:
    """The type under which `node` takes it: a policy document before all, else the first that fits.

    Raises `BadLine` with what is wrong with the metadata.
    """
    wanted = sorted((name for name in node.types if not type_of(name).single), key=lambda name: name != "policy")
    problem = "the column takes no imported documents"
    for name in wanted:
        try:
            type_of(name).clean(data)
            return name
        except colander.Invalid as invalid:
            problem = "；".join(f"{key}: {words}" for key, words in invalid.asdict().items())
    raise BadLine(problem)


# -- many documents ---------------------------------------------------------------------------------------------

class Importer:
    """Brings lines into one column; `outcome` grows as it goes."""

    def __init__(self, house: House, column_path: str) -> None:
        """Raises `LookupError` when there is no such column, or it takes no documents."""
        self.house, self.outcome = house, Outcome()
        self._path = column_path
        with house.database.reader() as session:
            self._node(session)

    def _node(self, session: Session) -> Node:
        node = self.house.tree(session).find(self._path)
        if node is None:
            raise LookupError(f"there is no column {self._path}; `gongkai columns` lists them")
        if node.kind == "external" or all(type_of(name).single for name in node.types):
            raise LookupError(f"the column {self._path} ({node.name}) is a single page or a link and takes no imports")
        return node

    def run(self, lines: Iterable[bytes]) -> Iterator[Outcome]:
        """Import; yields the outcome so far, after each commit."""
        batch: list[tuple[int, Source]] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                batch.append((number, read_line(line)))
            except BadLine as problem:
                self.outcome.bad.append((number, str(problem)))
            if len(batch) >= BATCH:
                yield from self._bring(batch)
                batch = []
        yield from self._bring(batch)
        with self.house.database.writer.begin() as session:
            places.put_in_order(session)

    def _bring(self, batch: list[tuple[int, Source]]) -> Iterator[Outcome]:
        waiting = batch
        while waiting:
            began = time.monotonic()
            with self.house.database.writer.begin() as session:
                known = repository.imported(session, {source.id for _, source in waiting})
                node = self._node(session)
                while waiting and time.monotonic() - began < SECONDS:
                    self._take(session, node, *waiting.pop(0), known)
            yield self.outcome
            if self.house.database.is_sqlite:
                time.sleep(BREATH)

    def _take(self, session: Session, node: Node, number: int, source: Source, known: set[str]) -> None:
        if source.id in known:
            self.outcome.skipped += 1
            return
        try:
            published = import_one(session, self.house, node, source)
        except BadLine as problem:
            self.outcome.bad.append((number, str(problem)))
            return
        known.add(source.id)
        self.outcome.published += published
        self.outcome.drafts += not published


def import_one(session: Session, house: House, node: Node, source: Source) -> bool:
    """Write the document and publish it if nothing in it is to be settled; returns whether it was published.

    Raises `BadLine`.
    """
    data = metadata(source)
    try:
        document = writing.create(session, node, type_for(node, data), actor_id=None, title=source.title,
                                  body=body_html(source.text), data=data, source_id=source.id, imported=True)
    except writing.TooLong as problem:
        raise BadLine(str(problem)) from None
    try:
        fire(session, house, document, "import", SYSTEM, published=source.published)
    except Refused:
        return False
    return True
