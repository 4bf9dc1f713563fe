"""A county of any size to measure on: rows in bulk through the models, journal rows with them, so that followers work.

Texts are put together of sentences made beforehand: no two documents are alike, and 100,000 take minutes, not hours.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from factories import County, make_county, open_house
from large_county import grow
from sqlalchemy import insert, select

from bench.texts import GENRES, SUBJECTS, THINGS, record
from content import journal
from content.base import local_date, now
from content.documents import Live
from content.house import House
from portal.instance import Instance
from portal.settings import Settings

COLUMNS, UNITS = 60, 30
BATCH = 5000
TOLD = {"from": "draft", "to": "published", "signed": {"step": "导入", "name": "系统", "unit": ""}}
LINES = (8, 60)  # sentences of a document, of about 60 characters each


@dataclass
class Ground:
    """What is measured on: an instance with its county, and how many documents are public in it."""

    instance: Instance
    county: County
    documents: int

    @property
    def home(self) -> Path:
        return self.instance.settings.home


def fill(home: Path, documents: int, search: str = "") -> Ground:
    """A new instance in `home`; `search` is the address of an engine, empty for the usual one."""
    home.mkdir(parents=True)
    lines = [f"search = {json.dumps(search)}"] if search else []
    (home / "settings.toml").write_text("\n".join([*lines, 'slow_query_ms = 0', 'search_rate = "1000000/minute"', ""]))
    house = open_house(home)
    county = make_county(house)
    with house.database.writer() as session:
        made = grow(county, session, local_date(now()), columns=COLUMNS, documents=0, departments=UNITS)
        homes = [number for slug, number in made.columns.items() if slug.startswith("lm")]
        for number in range(documents):
            title, body = notice(number)
            back = dt.timedelta(days=1 + number * 1800 // documents)
            made.document(homes[number % len(homes)], made.day - back, title=title, body=body)
        made.flush()
        made.checked()
        session.commit()
    _tell(house)
    return Ground(Instance(Settings.load(home), house), county, documents)


def _tell(house: House) -> None:
    """A row of the journal for each public document, chained as `content.journal` chains them; it says what an import
    says, so that each document has its archive card."""
    with house.database.writer.begin() as session:
        seq, previous = journal.head(session)
        rows, payloads = [], []
        public = select(Live.document_id, Live.rendition_id).order_by(Live.document_id)
        for number, made in session.execute(public).all():
            seq, salt, body = seq + 1, f"{number:032x}", journal.canonical({**TOLD, "rendition": made})
            row = journal.Row(seq=seq, at=now(), actor_id=None, action="document.import", subject_kind="document",
                              subject_id=number, payload_hash=journal._digest(salt, body), previous=previous)
            previous = journal._row_hash(row)
            rows.append({name: getattr(row, name) for name in ("seq", "at", "actor_id", "action", "subject_kind",
                                                               "subject_id", "payload_hash", "previous")}
                        | {"hash": previous})
            payloads.append({"seq": seq, "salt": salt, "body": body})
        for start in range(0, len(rows), BATCH):
            session.execute(insert(journal.Row.__table__), rows[start:start + BATCH])
            session.execute(insert(journal.Payload.__table__), payloads[start:start + BATCH])


@cache
def _sentences() -> tuple[str, ...]:
    return tuple(line for number in range(60) for line in record(number)["body_text"].split("\n"))


def notice(number: int) -> tuple[str, str]:
    """Title and text of the document of that number."""
    chance = random.Random(number)
    title = f"青河县{chance.choice(SUBJECTS)}{chance.choice(THINGS)}{chance.choice(GENRES)}（{number}）"
    lines = chance.choices(_sentences(), k=chance.randint(*LINES))
    return title, f"编号{number}。" + "</p><p>".join(lines)
