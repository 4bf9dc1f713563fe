"""Bounces: a server's report of a mailbox that is gone stops the mail to it, and nobody can forge one."""

from __future__ import annotations

import pytest

from portal import bounces
from portal.bounces import Outcome
from tests.portal.public.test_subscribe import ADDRESS, ask, column, link, send, smtp, subscribe  # noqa: F401 - a fixture

SENDER = "gongkai@qingyuan.example"
REPORT = """From: MAILER-DAEMON@mx.example.org
To: gongkai@qingyuan.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Original-Recipient: rfc822;{address}
Final-Recipient: rfc822; forwarded@elsewhere.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: {kind}

From: gongkai@qingyuan.example
To: {address}
Message-ID: {name}
Subject: x

--b--
"""


def report(mail, **values) -> bytes:
    values = {"address": ADDRESS, "action": "failed", "status": "5.1.1", "name": mail["Message-ID"],
              "kind": "message/rfc822"} | values
    return REPORT.format(**values).encode()


def read(site, octets: bytes) -> Outcome:
    outcome = Outcome()
    for each in bounces.messages(octets):
        bounces.take(site.county.house, SENDER, each, outcome)
    return outcome


@pytest.fixture
def mail(site, smtp):  # noqa: F811
    """One that went to a subscriber."""
    subscribe(site, smtp, column(site))
    site.publish("第一条")
    send(site)
    return smtp.taken.pop()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_mailbox_that_is_gone_gets_nothing_more_until_it_confirms_again(site, smtp, mail, kind):  # noqa: F811
    first, again = read(site, report(mail, kind=kind)), read(site, report(mail, kind=kind))
    assert (first.gone, first.asleep, again.asleep) == (1, 1, 0)
    site.publish("第二条")
    send(site)
    assert smtp.taken == []
    ask(site, column(site))
    send(site)
    site.get(link(smtp.taken.pop())).forms["rhythm"].submit("send")  # the mail arrived: the mailbox is awake
    assert read(site, report(mail)).asleep == 0  # the old report, read once more
    site.publish("第三条")
    send(site)
    assert [each["Subject"] for each in smtp.taken] == ["第三条"]


@pytest.mark.parametrize("changed", [
    {"status": "4.2.2"}, {"status": "5.2.2"}, {"status": "5.7.1"}, {"action": "delayed"}, {"action": "relayed"},
    {"name": "<forged@qingyuan.example>"}, {"address": "li.si@example.org"}, {"kind": "text/plain"},
])
def test_what_passes_and_what_is_forged_stops_nothing(site, smtp, mail, changed):  # noqa: F811
    assert read(site, report(mail, **changed)).asleep == 0
    site.publish("第二条")
    send(site)
    assert len(smtp.taken) == 1


@pytest.mark.parametrize("octets", [b"", b"\xff\x00", b"Subject: hello\n\nout of office", REPORT.encode()[:400]])
def test_other_mail_is_no_report(octets):
    assert bounces.reports(octets) == []


def test_a_whole_mbox_is_read(site, mail):
    mbox = b"".join(b"From x Mon Nov 23 2026\n" + each + b"\n" for each in (report(mail), b"Subject: x\n\ny\n"))
    assert read(site, mbox) == Outcome(read=2, gone=1, other=1, asleep=1)
