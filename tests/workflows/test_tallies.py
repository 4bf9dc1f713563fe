"""Counts that the database keeps are those that somebody would count, whatever happens to documents and columns."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from sqlalchemy import select

from content import counts, places, repository, tallies, tree, writing
from content.base import begins, local_date, now
from content.documents import PUBLIC, Document, Listing, Live
from content.tree import Column
from content.validity import OUT_OF_FORCE
from workflows import due
from workflows.access import SYSTEM
from workflows.engine import fire

STEPS = 40
PATHS = ("zwgk/zcwj", "tzgg", "shjz", "nbgk")


class Clerk:
    """Does something with some document or column, as chance says; `day` goes on meanwhile."""

    def __init__(self, county, session, chance: random.Random) -> None:
        self.county, self.session, self.chance, self.at = county, session, chance, now()

    def step(self) -> None:
        names = ("let_out", "let_out", "withdraw", "relocate", "archive", "abolish", "close", "move", "days", "due")
        getattr(self, f"_{self.chance.choice(names)}")()
        self.session.commit()

    def _path(self) -> str:
        return self.chance.choice(PATHS)

    def _some(self, *states: str) -> Document | None:
        found = list(self.session.scalars(select(Document).where(Document.state.in_(states)).order_by(Document.id)))
        return self.chance.choice(found) if found else None

    def _let_out(self, **data: str) -> None:
        path = self._path()
        kind = "policy" if path == "zwgk/zcwj" else "notice"
        ends = local_date(self.at) + dt.timedelta(days=self.chance.randint(0, 4))
        document = self.county.write(
            self.session, path=path, type_name=kind, department_id=self.chance.choice(
                sorted(self.county.departments.values())),
            also=[self.county.columns[each] for each in PATHS if each != path and self.chance.random() < 0.4],
            data=data | ({"ends": ends.isoformat()} if kind == "notice" and self.chance.random() < 0.5 else {}))
        self.session.flush()
        old = self.at - dt.timedelta(days=self.chance.choice((0, 3, 40, 400)))
        fire(self.session, self.county.house, document, "import", SYSTEM, now=self.at, published=old)

    def _withdraw(self) -> None:
        if (document := self._some("published", "archived")) is not None:
            kind = self.chance.choice(("error", "privacy"))
            self.county.move(self.session, document, "withdraw", "zhoumin", why="有误", reason_kind=kind)

    def _relocate(self) -> None:
        if (document := self._some("published", "archived", "withdrawn")) is not None:
            path = self.chance.choice([each for each in PATHS if (each == "zwgk/zcwj") >= (document.type == "policy")])
            also = [self.county.columns[each] for each in PATHS if each != path and self.chance.random() < 0.3]
            writing.relocate(self.session, document, self.county.node(self.session, path), actor_id=1, also=also)

    def _archive(self) -> None:
        if (document := self._some("published")) is not None:
            fire(self.session, self.county.house, document, "archive", SYSTEM, now=self.at)

    def _abolish(self) -> None:
        if (document := self._some("published")) is not None and document.type == "policy":
            self._let_out(abolishes=str(document.id))

    def _close(self) -> None:
        column = self.session.get_one(Column, self.county.columns[self._path()])
        other = "internal" if column.audience != "internal" else "public"
        tree.change(self.session, column, actor_id=1, audience=other)

    def _move(self) -> None:
        column = self.session.get_one(Column, self.county.columns[self.chance.choice(("tzgg", "shjz"))])
        parent = None if column.parent_id else self.county.columns["zwgk"]
        tree.change(self.session, column, actor_id=1, parent_id=parent)
        places.put_in_order(self.session)

    def _days(self) -> None:
        self.at += dt.timedelta(days=1)

    def _due(self) -> None:
        self.session.commit()
        due.run(self.county.house, self.at)
        self.session.expire_all()


def counted(county, session, at: dt.datetime, audience: str) -> dict:
    """By looking at every document."""
    whose = ("public",) if audience == "public" else ("public", "internal")
    lives = {live.document_id: live for live in session.scalars(select(Live)) if repository.may_read(live, at, audience)
             and live.audience in whose}
    lists = [(row.column_id, row.document_id) for row in session.execute(select(Listing.column_id,
             Listing.document_id)) if row.document_id in lives]
    nodes = county.house.tree(session)
    inside = {node.id: {number for column, number in lists if column in {each.id for each in node.walk()}}
              for node in nodes.walk()}
    own = Counter(column for column, _number in lists)
    chosen = {column: Counter((lives[each].department_id, lives[each].year) for each in ids)
              for column, ids in inside.items()}
    order = {column: [live.document_id for live in sorted((lives[each] for each in ids), reverse=True,
                                                          key=lambda live: (live.published, live.document_id))]
             for column, ids in inside.items()}
    return {"tallies": {column: (len(ids), own[column]) for column, ids in inside.items() if ids},
            "choices": chosen, "order": order, "site": len(lives), "years": sorted({
                live.year for live in lives.values()}, reverse=True)}


def kept(county, session, at: dt.datetime, audience: str) -> dict:
    """By asking."""
    nodes = list(county.house.tree(session).walk())
    tallies = counts.tallies(session, at, audience)
    assert all(counts.count(session, node, at, audience=audience)
               == (tallies[node.id].documents if node.id in tallies else 0) for node in nodes)
    lives = {node.id: repository.latest(session, at, 1000, node=node, audience=audience) for node in nodes}
    assert all(repository.newest(session, node, at, audience) == max(
        (live.published for live in lives[node.id]), default=None) for node in nodes)
    return {"tallies": {column: (each.documents, each.own) for column, each in tallies.items()},
            "choices": {node.id: Counter({(unit, year): number for unit, year, number in counts.choices(
                session, node, at, audience)}) for node in nodes},
            "order": {column: [live.document_id for live in each] for column, each in lives.items()},
            "site": counts.count(session, None, at, audience=audience),
            "years": counts.years(session, at) if audience == "public" else None}


def figures(session, at: dt.datetime) -> counts.Figures:
    today = local_date(at)
    lives = [live for live in session.scalars(select(Live)) if repository.may_read(live, at)]
    new_year, month = (begins(day) for day in (today.replace(month=1, day=1), today - dt.timedelta(days=30)))
    return counts.Figures(
        len(lives), sum(live.published >= new_year for live in lives), sum(live.published >= month for live in lives),
        sum(live.type == "policy" and live.validity not in OUT_OF_FORCE for live in lives))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_is_what_would_be_counted(session, county, seed):
    clerk = Clerk(county, session, random.Random(seed))
    for _step in range(STEPS):
        clerk.step()
        session.expire_all()
        for day in (clerk.at, clerk.at + dt.timedelta(days=3)):
            assert counts.figures(session, day) == figures(session, day)
    for day in (clerk.at, clerk.at + dt.timedelta(days=3)):
        for audience in ("public", "staff"):
            expected = counted(county, session, day, audience)
            if audience == "staff":
                expected["years"] = None
            assert kept(county, session, day, audience) == expected
    assert [*tallies.wrong(session), *tallies.misdated(session)] == []
    states = Counter(session.scalars(select(Live.state)))
    assert len(states) > 2 and states[PUBLIC] > 2, states
