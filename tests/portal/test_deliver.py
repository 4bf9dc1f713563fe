"""`gongkai deliver` and `gongkai deliveries`."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from content import outbox
from content.base import now
from portal import delivering
from portal.delivering import NotYet, deliver


@pytest.fixture
def posted(county):
    with county.house.database.writer.begin() as session:
        outbox.post(session, "mail", "a@qingyuan.example", "return/1", subject="退回", text="请改")
        outbox.post_private(session, county.house, "mail", "wu@example.org", "letter/1", "case/1", text="吴晓梅")


class Says:
    """A channel that takes everything, or says what it was told to say."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.problem, self.taken = problem, []

    def send(self, parcel) -> str:
        if self.problem:
            raise self.problem
        self.taken.append(parcel.key)
        return "250 taken"


def test_once_sends_what_is_due_and_keeps_the_receipt(gongkai, posted, monkeypatch):
    channel = Says()
    for place in ("portal.worker.senders", "portal.commands.deliver.senders"):
        monkeypatch.setattr(place, lambda house, settings: {"mail": channel})
    assert gongkai("deliver", "--once") == (0, "", [])
    assert channel.taken == ["return/1", "letter/1"]
    status, out, _err = gongkai("deliveries", "--json")
    told = json.loads(out)
    assert status == 0 and {each["receipt"] for each in told["deliveries"]} == {"250 taken"}
    assert told["counts"] == [{"channel": "mail", "department": None, "state": "sent", "count": 2}]


def test_without_a_channel_it_says_what_to_set(gongkai, posted):
    status, out, err = gongkai("deliver", "--once")
    assert (status, out, len(err)) == (2, "", 1) and "mail_host" in err[0]


def test_the_list_names_no_citizen(gongkai, posted):
    for words in (("deliveries", "--json"), ("deliveries",), ("deliveries", "--state", "waiting", "--channel", "mail")):
        _status, out, _err = gongkai(*words)
        assert "a@qingyuan.example" in out and "wu@" not in out and "case/1" not in out and "letter/1" not in out


def test_a_quota_costs_no_attempt(county, posted):
    tomorrow = now() + dt.timedelta(days=1)
    deliver(county.house, "mail", Says(NotYet(tomorrow, "额度用完")), "me")
    with county.house.database.reader() as session:
        rows = outbox.listed(session, outbox.Asked(), 10)
    assert {(row.state, row.attempts, row.problem) for row in rows} == {("waiting", 0, "额度用完")}
    assert all(abs(row.next_at - tomorrow) < dt.timedelta(seconds=1) for row in rows)
    assert deliver(county.house, "mail", Says(), "me") == 0 and delivering.BATCH > 1
