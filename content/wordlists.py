"""Lists of wrong words and forbidden forms (错敏词): what must not stand in what is published, and what is right.

The list that is shipped is a text file, `words.txt`; an office adds to it, changes it and strikes from it, and all of
it stays on record. Entries are looked for all at once. An entry does not hit where one of its exceptions stands over
it or beside it: 截止 is right in 截止日期.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import ahocorasick_rs
from sqlalchemy import Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now

KINDS = {"wrong": "错别字", "form": "规范表述", "forbidden": "禁用表述"}
LONGEST = 60  # characters of an entry
MOST_UNLESS = 500
_BESIDE = " 　“”‘’\"'《》（）()"  # what may stand between an exception and the word


class BadEntry(ValueError):
    """An entry that cannot be kept; the message says why, in Chinese."""


class WordEntry(Base):
    """An entry as the office set it: `wrong` must not stand, `right` should; `struck` takes a shipped one away."""

    __tablename__ = "word_entry"
    __table_args__ = (Index("ix_word_entry_wrong", "wrong", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wrong: Mapped[str] = mapped_column(Text)
    right: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(Text, default="wrong")
    unless: Mapped[str] = mapped_column(Text, default="")  # words around it that make it right, parted by 、
    struck: Mapped[bool] = mapped_column(default=False)
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None]


@dataclass(frozen=True)
class Word:
    """An entry as it is looked for; `unless` are the exceptions."""

    wrong: str
    right: str = ""
    kind: str = "wrong"
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """An entry at `[start, end)` of a text."""

    start: int
    end: int
    word: Word


class Matcher:
    """Looks for all entries in one pass; where several begin, the longest counts."""

    def __init__(self, words: Iterable[Word]) -> None:
        self.words = tuple(words)
        kinds = ahocorasick_rs.MatchKind.LeftmostLongest
        self._machine = ahocorasick_rs.AhoCorasick([word.wrong for word in self.words], matchkind=kinds)

    def find(self, text: str) -> list[Hit]:
        found = self._machine.find_matches_as_indexes(text) if self.words else ()
        hits = (Hit(start, end, self.words[number]) for number, start, end in found)
        return [hit for hit in hits if not _excused(text, hit)]


def _excused(text: str, hit: Hit) -> bool:
    """Whether an exception stands over the word, or beside it."""
    before = text[max(0, hit.start - LONGEST):hit.start].rstrip(_BESIDE)
    behind = text[hit.end:hit.end + LONGEST].lstrip(_BESIDE)
    return any(_covers(text, hit, unless) if hit.word.wrong in unless
               else before.endswith(unless) or behind.startswith(unless) for unless in hit.word.unless)


def _covers(text: str, hit: Hit, unless: str) -> bool:
    offset = unless.find(hit.word.wrong)
    while offset >= 0:
        start = hit.start - offset
        if start >= 0 and text.startswith(unless, start):
            return True
        offset = unless.find(hit.word.wrong, offset + 1)
    return False


# -- the lists --------------------------------------------------------------------------------------------------

@lru_cache(maxsize=1)
def shipped() -> dict[str, Word]:
    """The entries of `words.txt`, by what is wrong, in order. Raises `ValueError`, with the line, for a bad one."""
    found: dict[str, Word] = {}
    kind = ""
    for number, line in enumerate(files("content").joinpath("words.txt").read_text("utf-8").splitlines(), 1):
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            kind = line.strip("[]")
        elif line:
            word = _parsed(line, kind)
            if kind not in KINDS or word.wrong in found:
                raise ValueError(f"words.txt line {number}: unknown kind or an entry given twice: {line}")
            found[word.wrong] = word
    return found


def _parsed(line: str, kind: str) -> Word:
    wrong, right, unless = ([part.strip() for part in line.split("|")] + ["", ""])[:3]
    return Word(wrong, right, kind, parted(unless))


def parted(written: str) -> tuple[str, ...]:
    """Exceptions as they are written, parted by 、."""
    return tuple(part.strip() for part in written.split("、") if part.strip())


def own(session: Session) -> dict[str, WordEntry]:
    """What the office set, by what is wrong; one query."""
    return {entry.wrong: entry for entry in session.scalars(select(WordEntry).order_by(WordEntry.wrong))}


def effective(session: Session) -> dict[str, Word]:
    """The entries that hold: the shipped ones, but for what the office set otherwise."""
    words = dict(shipped())
    for wrong, entry in own(session).items():
        if entry.struck:
            words.pop(wrong, None)
        else:
            words[wrong] = Word(wrong, entry.right, entry.kind, parted(entry.unless))
    return words


def mark(words: Iterable[Word]) -> str:
    """Of a list, so that what was read with another one is read again."""
    return hashlib.sha256(repr(tuple(words)).encode()).hexdigest()[:16]


def matcher(session: Session) -> Matcher:
    """For the entries that hold now; kept as long as they are the same."""
    return _matcher(tuple(effective(session).values()))


@lru_cache(maxsize=4)
def _matcher(words: tuple[Word, ...]) -> Matcher:
    return Matcher(words)


# -- changing them ----------------------------------------------------------------------------------------------

def put(session: Session, *words: Word, actor_id: int | None) -> int:
    """Add entries, or set some otherwise; returns how many were not so before. Raises `BadEntry`, and keeps none."""
    for word in words:
        _check(word)
    known, mine = effective(session), own(session)
    new = [word for word in {word.wrong: word for word in words}.values() if known.get(word.wrong) != word]
    for word in new:
        _write(session, word, mine.get(word.wrong), struck=False, actor_id=actor_id)
    return len(new)


def strike(session: Session, wrong: str, *, actor_id: int | None) -> None:
    """Take an entry away: one of the office's own goes, a shipped one is struck. Raises `BadEntry`."""
    word = effective(session).get(wrong)
    if word is None:
        raise BadEntry(f"词库里没有“{wrong}”")
    entry = own(session).get(wrong)
    if wrong in shipped():
        _write(session, word, entry, struck=True, actor_id=actor_id)
        return
    _record(session, entry, "strike", actor_id, word)
    session.delete(entry)
    session.flush()


def restore(session: Session, wrong: str, *, actor_id: int | None) -> None:
    """A shipped entry as it was shipped. Raises `BadEntry` for one that was not, or was never touched."""
    entry = own(session).get(wrong)
    if entry is None or wrong not in shipped():
        raise BadEntry(f"“{wrong}”没有改动过")
    _record(session, entry, "restore", actor_id, shipped()[wrong])
    session.delete(entry)
    session.flush()


def _write(session: Session, word: Word, entry: WordEntry | None, *, struck: bool, actor_id: int | None) -> None:
    if entry is None:
        entry = WordEntry(wrong=word.wrong)
        session.add(entry)
    entry.right, entry.kind, entry.unless, entry.struck = word.right, word.kind, "、".join(word.unless), struck
    entry.at, entry.actor_id = now(), actor_id
    session.flush()
    _record(session, entry, "strike" if struck else "put", actor_id, word)


def _record(session: Session, entry: WordEntry, action: str, actor_id: int | None, word: Word) -> None:
    journal.record(session, f"word_entry.{action}", ("word_entry", entry.id), actor_id=actor_id, wrong=word.wrong,
                   right=word.right, kind=word.kind, unless="、".join(word.unless))


def _check(word: Word) -> None:
    if not 2 <= len(word.wrong) <= LONGEST or word.wrong != word.wrong.strip() or "|" in word.wrong:
        raise BadEntry(f"要查的词是2到{LONGEST}个字，前后不留空格，不含竖线：{word.wrong[:20]}")
    if word.kind not in KINDS:
        raise BadEntry(f"类别只能是{'、'.join(KINDS.values())}")
    if len(word.right) > LONGEST or sum(map(len, word.unless)) > MOST_UNLESS:
        raise BadEntry(f"“{word.wrong}”的正确写法或者例外太长")
    if word.right == word.wrong:
        raise BadEntry(f"“{word.wrong}”的正确写法和它自己一样")


def lines(words: Iterable[Word]) -> Iterator[tuple[str, str, str, str]]:
    """`(wrong, right, kind in Chinese, exceptions)`: as they go into a table."""
    for word in words:
        yield word.wrong, word.right, KINDS[word.kind], "、".join(word.unless)


def read_lines(rows: Iterable[Sequence[str]]) -> Iterator[Word]:
    """Back from a table; a heading is passed over. Raises `BadEntry`, with the line."""
    kinds = {title: name for name, title in KINDS.items()} | {name: name for name in KINDS}
    for number, row in enumerate(rows, 1):
        wrong, right, kind, unless = ([cell.strip() for cell in row] + [""] * 4)[:4]
        if not wrong or (number == 1 and kind not in kinds and kind):
            continue
        word = Word(wrong, right, kinds.get(kind or "wrong", kind), parted(unless))
        try:
            _check(word)
        except BadEntry as problem:
            raise BadEntry(f"第{number}行：{problem}") from None
        yield word
