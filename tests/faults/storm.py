"""A publishing storm: writes, publishes, corrects and withdraws documents until it is killed.

Run as `python storm.py HOME SEED`. Each line of standard output is a promise, written after the commit that it
tells of: `published ID`, `withdrawn ID` or `mailed KEY`. Whatever was promised must be there afterwards.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import outbox, writing
from content.base import local_date, now
from content.documents import Document
from content.house import House
from content.people import User
from portal.instance import Instance
from workflows.access import Identity
from workflows.engine import fire
from workflows.moves import Refused

BREATH = 0.03  # seconds between two acts: SQLite's waiting writers poll, and would starve without any
STEPS = (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
         ("clear", "helixin", {"statement": "可以公开"}), ("sign", "wangjianguo", {}))


class Storm:
    """One writer among several; what it does is chosen by `seed`."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.random, self.made = house, random.Random(seed), 0
        self.name = f"{seed}"
        with house.database.reader() as session:
            self.people = {user.login: Identity.of(session, user, local_date(now()))
                           for user in session.scalars(select(User))}

    def blow(self) -> None:
        while True:
            with self.house.database.writer() as session:
                said = self.random.choice((self.publish, self.publish, self.withdraw, self.correct))(session)
                session.commit()
            if said:
                print(said, flush=True)
            time.sleep(self.random.uniform(0, BREATH))

    def publish(self, session: Session) -> str:
        self.made += 1
        tree = self.house.tree(session)
        node = tree.by_path[self.random.choice(("tzgg", "zwgk/zcwj"))]
        document = writing.create(session, node, "notice", actor_id=self.people["zhangli"].user_id,
                                  title=f"第{self.name}号写手的第{self.made}篇通知", body="<p>城关镇部分区域停水。</p>")
        self._walk(session, document)
        key = f"{self.name}/{self.made}"
        outbox.post(session, "mail", "zhoumin@qingyuan.example", key, subject="已公开", text=key)
        return f"published {document.id}\nmailed {key}"

    def withdraw(self, session: Session) -> str:
        document = self._any(session)
        said = {"why": "内容有误", "reason_kind": "error"}
        if document is None or not self._fire(session, document, "withdraw", "zhoumin", **said):
            return ""
        return f"withdrawn {document.id}"

    def correct(self, session: Session) -> str:
        """A new revision through the same door; withdrawn ones come back so."""
        document = self._any(session, "published", "withdrawn")
        if document is None or not self._fire(session, document, "revise", "zhangli", why="更正错字"):
            return ""
        head = document.head
        writing.save(session, document, base_id=head.id, title=head.title, body=head.body + "<p>已更正。</p>",
                     data=head.data, actor_id=self.people["zhangli"].user_id)
        self._walk(session, document)
        return f"published {document.id}"

    def _walk(self, session: Session, document: Document) -> None:
        for name, login, facts in STEPS:
            fire(session, self.house, document, name, self.people[login], **facts)

    def _any(self, session: Session, *states: str) -> Document | None:
        query = select(Document.id).where(Document.state.in_(states or ("published",))).order_by(Document.id)
        ids = session.scalars(query).all()
        return session.get_one(Document, self.random.choice(ids)) if ids else None

    def _fire(self, session: Session, document: Document, name: str, login: str, **facts: str) -> bool:
        try:
            fire(session, self.house, document, name, self.people[login], **facts)
        except Refused:
            return False  # another writer was first
        return True


if __name__ == "__main__":
    Storm(Instance.open(Path(sys.argv[1])).house, int(sys.argv[2])).blow()
