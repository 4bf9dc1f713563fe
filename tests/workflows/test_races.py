"""Two people at once: exactly one wins, the other is told, nothing is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from factories import STATEMENT, add_role

from content import journal, writing
from content.documents import Document
from content.people import Role
from workflows.moves import Refused


def at_once(house, *acts):
    """Run `acts(session)` in threads of their own, each having read the documents before any of them goes on."""
    start = threading.Barrier(len(acts))

    def run(act):
        with house.database.reader() as session:  # a picture from before, as a form that was opened has it
            list(session.query(Document))
        start.wait(20)
        with house.database.writer() as session:
            try:
                act(session)
                session.commit()
            except (Refused, writing.Conflict) as problem:
                session.commit() if isinstance(problem, writing.Conflict) else session.rollback()
                return problem
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def cleared(session, county):
    """A document that waits for its signature; two persons may sign."""
    document = county.write(session)
    for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                            ("clear", "helixin", {"statement": STATEMENT})):
        county.move(session, document, name, by, **facts)
    session.commit()
    return document.id


def mover(county, document_id, name, by, **facts):
    return lambda session: county.move(session, session.get_one(Document, document_id), name, by, **facts)


@pytest.mark.parametrize("other", [("sign", {}), ("return", {"why": "补充依据"}),
                                   ("withdraw", {"why": "x", "reason_kind": "error"})])
def test_of_two_who_decide_at_once_exactly_one_does(house, county, cleared, other):
    name, facts = other
    problems = at_once(house, mover(county, cleared, "sign", "wangjianguo"),
                       mover(county, cleared, name, "yangsuqin", **facts))
    failed = [problem for problem in problems if problem is not None]
    with house.database.reader() as session:
        document = session.get_one(Document, cleared)
        actions = [row.action for row in journal.history(session, "document", cleared)]
        assert list(journal.verify(session)) == []
    if name == "withdraw" and not failed:  # after the signature it is a withdrawal, before it nothing is to withdraw
        assert actions[-2:] == ["document.sign", "document.withdraw"] and document.live.is_withdrawn
        return
    assert len(failed) == 1 and ("刷新页面" in str(failed[0]) or "公众现在看不到" in str(failed[0]))
    assert actions.count("document.sign") + actions.count("document.return") == 1
    assert (document.live is None) == (document.state == "draft")


def test_two_who_save_at_once_both_keep_their_text(house, session, county):
    document = county.write(session)
    add_role(session, county, "sunjing", Role.EDITOR)
    session.commit()
    base, names = document.head_id, ("zhangli", "sunjing")

    def save(name):
        def act(session):
            writing.save(session, session.get_one(Document, document.id), base_id=base, title=name,
                         body=f"<p>{name}</p>", data={}, actor_id=county.users[name])
        return act

    problems = at_once(house, *(save(name) for name in names))
    lost = [name for name, problem in zip(names, problems, strict=True) if isinstance(problem, writing.Conflict)]
    assert len(lost) == 1
    session.expire_all()
    assert document.head.ordinal == 2 and document.head.title != lost[0]
    assert writing.draft_of(session, county.users[lost[0]], document.id).fields["title"] == lost[0]


def test_many_who_publish_at_once_get_addresses_without_a_gap(house, session, county):
    documents = [county.write(session, title=f"第{n}号") for n in range(4)]
    for document in documents:
        for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                                ("clear", "helixin", {"statement": STATEMENT})):
            county.move(session, document, name, by, **facts)
    session.commit()
    assert at_once(house, *(mover(county, each.id, "sign", "wangjianguo") for each in documents)) == [None] * 4
    session.expire_all()
    assert sorted(each.live.serial for each in documents) == [1, 2, 3, 4]
    assert len({each.live.index_number for each in documents}) == 4
