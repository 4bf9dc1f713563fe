"""The worker: followers keep to the gate, parts fail apart, the dead hold nothing, deliveries go once."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import subprocess
import sys
import textwrap
from dataclasses import replace
from email import message_from_bytes
from threading import Event, Thread

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from content import cursors, journal, outbox, tree
from content.base import local_date, now
from content.documents import Document, Live
from content.outbox import Delivery
from content.search import Query
from content.tree import Column
from portal import delivering
from portal.channels.mail import Mail, message_id
from portal.delivering import NotDeliverable, deliver
from portal.followers import RETIRED
from portal.followers._touched import touched_addresses
from portal.followers.published import PublishedFollower
from portal.followers.search import SearchFollower
from portal.instance import Instance
from portal.presence import Presence
from portal.verifying import index as index_check
from portal.worker import Part, Worker
from workflows import due
from workflows.followers import LEASE, Led, rebuild


@pytest.fixture
def instance(county):
    made = Instance.open(county.house.home)
    yield made
    made.close()


@pytest.fixture
def worker(instance):
    made = Worker(instance)
    yield made
    made.close()


def publish(county, count: int = 1, **values) -> list[int]:
    with county.house.database.writer.begin() as session:
        return [county.publish(session, county.write(session, title=f"关于供水检修的通知{n}", **values)).id
                for n in range(count)]


def withdraw(county, document_id: int) -> None:
    with county.house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, document_id), "withdraw", "zhoumin", why="内容有误",
                    reason_kind="error")


# -- the search index follows -----------------------------------------------------------------------------------

def test_the_index_holds_what_may_be_read(county, instance, worker):
    kept, gone = publish(county, 2)
    assert worker.once() == [] and instance.engine.ids() == {kept, gone}
    withdraw(county, gone)
    assert worker.once() == [] and instance.engine.ids() == {kept}
    assert instance.engine.search(Query("供水检修")).hits[0].url.startswith("/doc/")


def test_what_is_withdrawn_while_it_is_being_written_goes_out_again(county, instance, worker, monkeypatch):
    document_id, = publish(county)
    write = instance.engine.update

    def slow(entries, removed=(), cursor=None):
        entries = list(entries)
        monkeypatch.setattr(instance.engine, "update", write)
        withdraw(county, document_id)  # another process, between the reading and the writing
        write(entries, removed, cursor)

    monkeypatch.setattr(instance.engine, "update", slow)
    follower = next(each for each in worker.followers if each.name == "search")
    with county.house.database.reader() as session:
        follower.follow(session, journal.after(session, 0))
    assert instance.engine.ids() == set()


def test_a_column_that_becomes_internal_takes_its_documents_along(county, instance, worker):
    document_id, = publish(county, path="zwgk/zcwj")
    worker.once()
    for audience, expected in (("internal", set()), ("public", {document_id})):
        with county.house.database.writer.begin() as session:
            column = session.get_one(Column, county.columns["zwgk"])
            tree.change(session, column, actor_id=None, audience=audience)
        assert worker.once() == [] and instance.engine.ids() == expected


def test_a_moved_column_is_found_under_its_new_parent(county, instance, worker):
    publish(county, path="zwgk/zcwj")
    worker.once()
    with county.house.database.writer.begin() as session:
        tree.change(session, session.get_one(Column, county.columns["zwgk/zcwj"]), actor_id=None,
                    parent_id=county.columns["tzgg"])
    worker.once()
    found = [instance.engine.search(Query("供水", column=county.columns[path])).total for path in ("tzgg", "zwgk")]
    assert found == [1, 0]


def test_a_notice_whose_period_is_over_leaves_the_index(county, instance, worker):
    document_id, = publish(county, data={"ends": (local_date(now()) + dt.timedelta(days=3)).isoformat()})
    worker.once()
    with county.house.database.writer.begin() as session:
        session.get_one(Live, document_id).ends = local_date(now()) - dt.timedelta(days=2)
    with county.house.database.reader() as session:
        assert list(index_check(instance, session)) == []  # late, not wrong
    assert worker.once() == [] and instance.engine.ids() == set()
    with county.house.database.reader() as session:
        assert session.get_one(Document, document_id).state == "archived"


def test_an_index_that_was_thrown_away_is_made_again(county, instance):
    ids = publish(county, 2)
    first = Worker(instance)
    first.once()
    first.close()
    instance.close()
    shutil.rmtree(county.house.home / "index")
    fresh = Instance.open(county.house.home)
    again = Worker(fresh)
    assert again.once() == [] and fresh.engine.ids() == set(ids)
    again.close()
    fresh.close()


def test_following_twice_changes_nothing(county, instance, worker):
    ids = publish(county, 3)
    follower = SearchFollower(county.house, instance.engine)
    for _ in range(2):
        with county.house.database.reader() as session:
            follower.follow(session, journal.after(session, 0))
    assert instance.engine.ids() == set(ids) and instance.engine.count() == 3


def test_nothing_stays_of_a_follower_that_there_is_no_more(county, instance, worker):
    with county.house.database.writer.begin() as session:
        for name in ("pages", "pages of others"):
            session.add(cursors.Cursor(name=name, position=3))
    Worker(instance).close()
    with county.house.database.reader() as session:
        assert [cursors.position(session, each) for each in (*RETIRED, "pages of others")] == [0, 3]


def test_only_who_leads_may_rebuild(county, instance):
    publish(county)
    follower = SearchFollower(county.house, instance.engine)
    with county.house.database.writer.begin() as session:
        cursors.lease(session, follower.cursor, "somebody", LEASE)
    with pytest.raises(Led):
        rebuild(county.house.database, follower, "me")


# -- pages ------------------------------------------------------------------------------------------------------

def test_hooks_are_told_which_pages_a_change_touched(county, instance):
    publish(county, path="zwgk/zcwj")
    told: list[list[str]] = []
    with county.house.database.reader() as session:
        rows = journal.after(session, 0, 1000)
        documents = [row for row in rows if row.subject_kind == "document"]
        PublishedFollower(county.house, None, [told.append]).follow(session, documents)
        url = session.scalars(select(Live)).one().url
        assert told == [[url, "/zwgk/zcwj/", "/zwgk/", "/"]]
        made = [row for row in rows if row.subject_kind == "column"][:1]
        assert touched_addresses(session, county.house.tree(session), made) == ["/zwgk/", "/zwgk/zcwj/", "/"]


# -- parts and leases -------------------------------------------------------------------------------------------

def test_a_part_that_fails_rests_and_stops_nobody():
    calls: list[float] = []

    def failing() -> int:
        calls.append(1)
        raise RuntimeError("the disk is full")

    part = Part("failing", failing)
    pauses = []
    for clock in (0, 0.5, 1.0, 1.5, 3.1):
        part.turn(clock)
        pauses.append(part.pause)
    assert len(calls) == 3 and pauses == [1.0, 1.0, 2.0, 2.0, 4.0] and "disk" in part.problem


def test_one_follower_that_fails_is_reported_and_the_others_go_on(county, instance, worker, monkeypatch):
    ids = publish(county)
    mail = next(each for each in worker.followers if each.name == "subscriptions")
    monkeypatch.setattr(mail, "follow", lambda session, rows: 1 / 0)
    failed = worker.once()
    assert len(failed) == 1 and "subscriptions" in failed[0] and instance.engine.ids() == set(ids)


def test_a_document_that_cannot_be_moved_stops_no_other(county, monkeypatch):
    soon = now() + dt.timedelta(minutes=5)
    with county.house.database.writer.begin() as session:
        ids = []
        for n in range(3):
            document = county.write(session, title=f"通知{n}")
            for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                                    ("clear", "helixin", {"statement": "可以公开"}),
                                    ("schedule", "wangjianguo", {"publish_at": soon})):
                county.move(session, document, name, by, **facts)
            ids.append(document.id)
    fire = due.fire
    monkeypatch.setattr(due, "fire", lambda session, house, subject, *rest, **facts:
                        1 / 0 if subject.id == ids[0] else fire(session, house, subject, *rest, **facts))
    with pytest.raises(ExceptionGroup, match="1 document"):
        due.run(county.house, soon + dt.timedelta(minutes=1))
    with county.house.database.reader() as session:
        assert [session.get_one(Document, each).state for each in ids] == ["scheduled", "published", "published"]


LEAVE_A_LEASE = """
    import os, signal, sys
    from pathlib import Path
    from portal.instance import Instance
    from portal.worker import Worker
    from content import cursors, outbox
    from workflows.followers import LEASE

    worker = Worker(Instance.open(Path(sys.argv[1])))
    with worker.database.writer.begin() as session:
        cursors.lease(session, sys.argv[2], worker.presence.owner, LEASE)
        outbox.lease(session, worker.presence.owner)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_worker_held_is_free_at_once(county, instance, worker):
    ids = publish(county)
    with county.house.database.writer.begin() as session:
        outbox.post(session, "mail", "a@example.com", "key-1", subject="x", text="y")
    row = next(each.cursor for each in worker.followers if each.name == "search")
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(LEAVE_A_LEASE), str(county.house.home), row],
                          check=False)
    assert done.returncode == -9
    with county.house.database.reader() as session:
        assert session.scalar(select(cursors.Cursor.lease_owner).where(cursors.Cursor.name == row))
        assert session.scalar(select(Delivery.lease_owner))
    assert worker.once() == [] and instance.engine.ids() == set(ids)
    with county.house.database.reader() as session:
        assert session.scalar(select(Delivery.lease_owner)) is None


def test_the_living_keep_what_they_hold(tmp_path):
    first, second = Presence(tmp_path), Presence(tmp_path)
    assert list(second.gone()) == []
    first._file.close()  # what the kernel does when a process dies
    assert list(second.gone()) == [first.owner] and list(second.gone()) == []
    second.leave()
    assert list(tmp_path.iterdir()) == []


def test_a_running_worker_stops_when_told(county, instance):
    ids = publish(county)
    worker, stop = Worker(instance), Event()
    thread = Thread(target=worker.run, args=(stop,))
    thread.start()
    for _ in range(200):
        if instance.engine.ids() == set(ids):
            break
        stop.wait(0.05)
    stop.set()
    thread.join(10)
    worker.close()
    assert not thread.is_alive() and instance.engine.ids() == set(ids)


# -- deliveries -------------------------------------------------------------------------------------------------

class Post:
    """An SMTP server's handler that answers as told and keeps what it takes."""

    def __init__(self) -> None:
        self.answer, self.taken = "250 OK", []

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        return self.answer


@pytest.fixture
def smtp():
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def mail(smtp) -> Mail:
    return Mail("127.0.0.1", smtp.port, "gongkai@qingyuan.example", tls="none")


def post(house, key: str = "return/1", receiver: str = "zhangli@qingyuan.example") -> None:
    with house.database.writer.begin() as session:
        outbox.post(session, "mail", receiver, key, subject="稿件退回修改", text="请登录工作台处理。")


def delivery(house) -> Delivery:
    with house.database.reader() as session:
        return session.scalars(select(Delivery)).one()


def test_mail_is_sent_once(house, smtp):
    post(house)
    post(house)
    assert deliver(house, "mail", mail(smtp), "me") == 1
    assert deliver(house, "mail", mail(smtp), "me") == 0
    envelope, = smtp.taken
    text = envelope.content.decode()
    assert envelope.rcpt_tos == ["zhangli@qingyuan.example"] and delivery(house).state == "sent"
    assert message_id("return/1", "gongkai@qingyuan.example") in text and "Auto-Submitted: auto-generated" in text


@pytest.mark.parametrize(("answer", "state"), [("451 later", "waiting"), ("550 no such user", "failed")])
def test_a_passing_refusal_is_tried_again_and_a_final_one_is_not(house, smtp, answer, state):
    post(house)
    smtp.answer = answer
    deliver(house, "mail", mail(smtp), "me")
    row = delivery(house)
    assert row.state == state and answer[:3] in row.problem and row.lease_owner is None and row.attempts == 1
    if state == "waiting":
        assert row.next_at > now()


def test_a_server_that_is_down_loses_nothing(house):
    post(house)
    deliver(house, "mail", Mail("127.0.0.1", 1, "a@b.example", tls="none"), "me")
    assert delivery(house).state == "waiting"


def test_an_address_that_would_add_a_header_is_refused_for_good(house, smtp):
    post(house, receiver="a@b.example\r\nBcc: c@d.example")
    deliver(house, "mail", mail(smtp), "me")
    assert delivery(house).state == "failed" and smtp.taken == []


def test_what_names_a_requester_is_forgotten_once_it_was_sent(house, smtp):
    with house.database.writer.begin() as session:
        outbox.post_private(session, house, "mail", "wu@example.org", "case-letter/1", "case/1", subject="新的文书",
                            text="请查看：", path="/apply/status")
    sender = replace(mail(smtp), base_url="https://www.example.gov.cn/")
    deliver(house, "mail", sender, "me")
    sent = message_from_bytes(smtp.taken[0].content).get_payload(decode=True).decode()
    assert smtp.taken[0].rcpt_tos == ["wu@example.org"] and "https://www.example.gov.cn/apply/status" in sent
    assert (delivery(house).state, delivery(house).receiver, delivery(house).message) == ("sent", "", {"private": True})


def test_what_a_server_says_of_an_address_is_not_kept(house, smtp):
    post(house, receiver="wu@example.org")
    smtp.answer = "550 <wu@example.org> unknown"
    deliver(house, "mail", mail(smtp), "me")
    assert "unknown" in delivery(house).problem and "wu@" not in delivery(house).problem


def test_who_lost_the_lease_does_not_report(house):
    class Slow:
        def send(self, sent: Delivery) -> None:
            with house.database.writer.begin() as session:
                session.get_one(Delivery, sent.id).lease_owner = "another"

    post(house)
    deliver(house, "mail", Slow(), "me")
    assert delivery(house).state == "waiting" and delivery(house).lease_owner == "another"


def test_mail_waits_in_the_outbox_while_no_server_is_set(county, instance, worker):
    post(county.house)
    assert delivering.senders(instance.house, instance.settings) == {} and worker.once() == []
    assert delivery(county.house).state == "waiting" and delivery(county.house).attempts == 0


def test_a_message_that_can_never_go_says_so(house):
    class Never:
        def send(self, sent: Delivery) -> None:
            raise NotDeliverable("no such receiver")

    post(house)
    deliver(house, "mail", Never(), "me")
    assert delivery(house).state == "failed" and delivery(house).problem == "no such receiver"
