"""Document numbers (发文字号), parsed and normalised; index numbers (索引号), made by a rule.

`机关代字〔年份〕序号`, hexagonal brackets, no leading zero, no 第 (GB/T 9704-2012); other brackets are accepted.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from content.documents import Counter

_OPEN, _CLOSE = r"[〔\[(【﹝［（<〈]", r"[〕\])】﹞］）>〉]"
_FORM = re.compile(rf"(?P<organ>[\u4e00-\u9fff]{{1,15}}){_OPEN}(?P<year>(?:19|20)\d{{2}}){_CLOSE}"
                   r"第?0*(?P<serial>[1-9]\d{0,4})号?")
_DECREE = re.compile(r"[\u4e00-\u9fff]{1,30}令(?:\d{4}年)?第?[\d一二三四五六七八九十百零〇]{1,8}号")

INDEX_RULE = "{organ}/{year}-{serial:05d}"  # 政府信息公开目录系统实施指引; a setting may say otherwise
LETTER_RULE = "{organ}信公开〔{year}〕{serial}号{mark}"  # of letters of cases (依申请公开文书); so may a setting


@dataclass(frozen=True)
class DocumentNumber:
    """`清政办〔2026〕12号` in its three parts."""

    organ: str
    year: int
    serial: int

    @classmethod
    def parse(cls, written: str) -> DocumentNumber | None:
        """From any common spelling: `清政办[2026] 012 号`, `（2026）`, full-width digits; None if it is none."""
        plain = "".join(unicodedata.normalize("NFKC", written).split())
        found = _FORM.fullmatch(plain)
        return cls(found["organ"], int(found["year"]), int(found["serial"])) if found else None

    def __str__(self) -> str:
        return f"{self.organ}〔{self.year}〕{self.serial}号"


def is_number(written: str) -> bool:
    """Whether it is a 发文字号, or the number of a decree (国务院令第711号)."""
    plain = "".join(unicodedata.normalize("NFKC", written).split())
    return DocumentNumber.parse(written) is not None or _DECREE.fullmatch(plain) is not None


def normal_number(written: str) -> str:
    """The standard spelling where there is one, else `written` without blanks."""
    parsed = DocumentNumber.parse(written)
    return str(parsed) if parsed else "".join(unicodedata.normalize("NFKC", written).split())


def take(session: Session, name: str) -> int:
    """The next value of the gap-free counter `name`, from 1; undone if the transaction is."""
    counter = _held(session, name)
    counter.value += 1
    session.flush()
    return counter.value


@dataclass(frozen=True)
class Address:
    """The numbers that a document has already, because it moves here from another portal."""

    year: int
    serial: int
    index_number: str


def keep(session: Session, address: Address, organ: str) -> None:
    """No counter gives these numbers again; that nobody has them is for the caller to ask."""
    _raise(session, f"doc/{address.year}", address.serial)
    if found := re.search(r"(\d{1,7})\D*$", address.index_number):
        _raise(session, f"index/{organ}/{address.year}", int(found[1]))


def _held(session: Session, name: str) -> Counter:
    session.execute(text("INSERT INTO counter (name, value) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING"),
                    {"name": name})
    return session.get_one(Counter, name, with_for_update=True, populate_existing=True)


def _raise(session: Session, name: str, value: int) -> None:
    counter = _held(session, name)
    counter.value = max(counter.value, value)
    session.flush()


def index_number(session: Session, organ: str, year: int, rule: str = INDEX_RULE) -> str:
    """A new 索引号 of `organ` (its code) for `year`: unique, immutable, without gaps."""
    return rule.format(organ=organ, year=year, serial=take(session, f"index/{organ}/{year}"))
