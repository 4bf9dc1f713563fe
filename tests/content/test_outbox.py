"""The outbox: once by key, leased, retried with back-off, given up at last."""

from __future__ import annotations

import datetime as dt

from content import outbox
from content.base import now


def test_the_same_key_is_one_delivery(session):
    first = outbox.post(session, "mail", "a@qingyuan.example", "return/1", text="一")
    assert outbox.post(session, "mail", "b@qingyuan.example", "return/1", text="二") is first


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
        assert delivery.next_at == at + dt.timedelta(seconds=seconds)
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
