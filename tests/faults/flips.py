"""`flips.py HOME SEED`: makes documents late and timely again, for ever; each time in one transaction, journalled."""

from __future__ import annotations

import datetime as dt
import random
import sys
import time
from pathlib import Path

from sqlalchemy import select, update

from content import journal
from content.base import local_date
from content.documents import Live
from portal.instance import Instance


def main(home: Path, seed: int) -> None:
    chance, house = random.Random(seed), Instance.open(home).house
    while True:
        with house.database.writer.begin() as session:
            live = chance.choice(session.scalars(select(Live).order_by(Live.document_id)).all())
            formed = local_date(live.published) - dt.timedelta(days=chance.choice((1, 200)))
            session.execute(update(Live).where(Live.document_id == live.document_id).values(formed=formed))
            journal.record(session, "document.correct", ("document", live.document_id), actor_id=None)
        print("flipped", flush=True)
        time.sleep(0.01)


main(Path(sys.argv[1]), int(sys.argv[2]))
