"""The outbox: once by key, leased, retried with back-off, given up at last."""

from __future__ import annotations

import datetime as dt
import threading
import time

from sqlalchemy import text

from content import cases, outbox
from content.base import now
from content.keys import KeyStore, MasterKey
from content.outbox import Delivery


def test_the_same_key_is_one_delivery(session):
    first = outbox.post(session, "mail", "a@qingyuan.example", "return/1", text="一")
    assert outbox.post(session, "mail", "b@qingyuan.example", "return/1", text="二") is first


def test_two_hosts_that_write_one_key_at_once_have_one_delivery(house):
    """The second waits for the first, and gets what the first has written."""
    found, writing = [], threading.Event()

    def post() -> None:
        with house.database.writer.begin() as session:
            writing.set()
            found.append(outbox.post(session, "mail", "b@qingyuan.example", "return/1", text="二").id)

    second = threading.Thread(target=post)
    with house.database.writer.begin() as session:
        found.append(outbox.post(session, "mail", "a@qingyuan.example", "return/1", text="一").id)
        second.start()
        if not house.database.is_sqlite:  # where there is one writer it does not even begin
            assert writing.wait(10)
            time.sleep(0.2)
        assert len(found) == 1
    second.join(10)
    assert len(found) == 2 and len(set(found)) == 1
    with house.database.reader() as session:
        assert session.get_one(Delivery, found[0]).receiver == "a@qingyuan.example"


def test_a_leased_delivery_is_not_taken_again_until_its_lease_is_over(session):
    delivery, at = outbox.post(session, "mail", "a@qingyuan.example", "k"), now()
    assert outbox.lease(session, "one", at=at) == [delivery]
    assert outbox.lease(session, "two", at=at) == []
    assert outbox.lease(session, "two", at=at + outbox.LEASE * 2) == [delivery]


def test_what_fails_is_tried_again_later_and_later_and_then_given_up(session):
    delivery, at = outbox.post(session, "mail", "a@qingyuan.example", "k"), now()
    for seconds in outbox.BACK_OFF:
        assert outbox.lease(session, "one", at=at) == [delivery]
        outbox.failed(delivery, "no route", at=at)
        assert abs((delivery.next_at - at).total_seconds() - seconds) <= seconds * outbox.JITTER
        assert outbox.lease(session, "one", at=at) == []
        at = delivery.next_at
    outbox.lease(session, "one", at=at)
    outbox.failed(delivery, "no route", at=at)
    assert (delivery.state, delivery.problem) == (outbox.FAILED, "no route")


def test_what_was_sent_is_not_sent_again(session):
    delivery = outbox.post(session, "mail", "a@qingyuan.example", "k")
    outbox.lease(session, "one")
    outbox.sent(delivery)
    assert outbox.lease(session, "two", at=now() + dt.timedelta(days=9)) == []


# -- private ones -------------------------------------------------------------------------------------------------

def private(session, house, about="case/1"):
    return outbox.post_private(session, house, "mail", "wu@example.org", f"letter/{about}", about, subject="新的文书",
                               text="吴晓梅：请查看")


def test_whom_a_private_delivery_names_is_read_nowhere_until_it_goes(house, session):
    made = private(session, house)
    row = session.execute(text("SELECT * FROM delivery")).mappings().one()
    assert not any(word.encode() in (value if isinstance(value, bytes) else str(value).encode())
                   for value in row.values() for word in ("wu@", "吴晓梅", "新的文书", "\\u5434"))
    parcel = outbox.opened(session, house, made)
    assert (parcel.receiver, parcel.message) == ("wu@example.org", {"subject": "新的文书", "text": "吴晓梅：请查看"})
    outbox.failed(made, "550", final=True)
    assert made.sealed is None and made.state == outbox.FAILED


def test_a_private_delivery_outlives_the_change_of_keys(house, session, tmp_path):
    made = private(session, house)
    house.keys.rotate(session, actor_id=None)
    new = MasterKey.create(tmp_path / "new.key")
    house.keys.rewrap(session, new, actor_id=None)
    session.flush()
    house.keys = KeyStore(new)
    assert outbox.opened(session, house, made).receiver == "wu@example.org"


def test_with_a_case_what_waits_for_its_person_is_forgotten(county, session):
    case, _code = county.apply(session, email="wu@example.org")
    mine, other = (private(session, county.house, f"case/{number}") for number in (case.id, case.id + 1))
    cases.erase(session, county.house, case, actor_id=None, why="保存期满")
    assert (mine.state, mine.sealed, other.state) == (outbox.CANCELLED, None, outbox.WAITING) and other.sealed
