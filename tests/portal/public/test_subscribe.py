"""Subscriptions by mail: confirmed by a link, made from the journal, sent over a real SMTP server, ended from the mail.
"""

from __future__ import annotations

import datetime as dt
import re
import socket
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
import time_machine
from aiosmtpd.controller import Controller
from sqlalchemy import func, select, update

from content import subscriptions
from content.base import SHANGHAI, local_date, now
from content.journal import Payload
from content.outbox import Delivery
from content.subscriptions import Subscriber, Subscription
from portal.channels.subscriptions import sender_for
from portal.delivering import deliver
from portal.followers.subscriptions import SubscriptionsFollower
from portal.subscribing import digests
from workflows.followers import catch_up, rebuild

ADDRESS = "wu.xiaomei@example.org"


class Post:
    """An SMTP server that answers as told, in turn, and then takes everything; `at_rcpt` says when it refuses."""

    def __init__(self) -> None:
        self.answers, self.at_rcpt, self.taken = [], True, []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.at_rcpt and self.answers:
            return self.answers.pop(0).format(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def smtp(site):
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site.registry.settings["gongkai"].values.update(mail_host="127.0.0.1", mail_port=port, mail_tls="none",
                                                    mail_from="gongkai@qingyuan.example")
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler
    controller.stop()


def send(site, at: dt.timedelta = dt.timedelta()) -> None:
    """The follower reads, what is due of the digests is made, and the outbox is emptied, some time from now."""
    house = site.county.house
    with time_machine.travel(now() + at, tick=True):
        catch_up(house.database, [SubscriptionsFollower(house)], "test")
        digests(house)
        deliver(house, "subscriptions", sender_for(house, site.registry.settings["gongkai"]), "test")


def ask(site, query, address=ADDRESS, rhythm="at_once"):
    form = site.get(f"/subscribe?{query}").forms["subscribe"]
    form["email"], form["rhythm"] = address, rhythm
    return form.submit()


def link(mail, word="link") -> str:
    """The address in the text of a mail."""
    text = mail.get_body(("plain",)).get_content()
    return re.search(rf"https://www.qingyuan.example(/subscribe/{word}/\S+)", text)[1]


def subscribe(site, smtp, query, **more):
    """Asked, and confirmed by the mail that came."""
    ask(site, query, **more)
    send(site)
    path = link(smtp.taken.pop())
    site.get(path).forms["confirm"].submit("send").follow()
    return path


def counted(site, table):
    with site.county.house.database.reader() as session:
        return session.scalar(select(func.count()).select_from(table))


def column(site, path="tzgg"):
    return f"column={site.county.columns[path]}"


# -- asking and confirming ----------------------------------------------------------------------------------------

def test_only_who_confirms_gets_mail_and_the_mail_says_what_was_published(site, smtp):
    ask(site, column(site))
    send(site)
    asked = smtp.taken.pop()
    assert asked["To"] == ADDRESS and "确认" in asked["Subject"] and asked["List-Unsubscribe"] is None
    site.publish("关于确认以前公开的通知")
    site.get(link(asked))  # a program that looks through mail opens it
    send(site)
    assert smtp.taken == []
    site.get(link(asked)).forms["confirm"].submit("send")
    url = site.publish("关于供水检修的通知")
    send(site)
    send(site)
    mail, = smtp.taken
    assert mail["Subject"] == "关于供水检修的通知" and mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        words = mail.get_body((kind,)).get_content()
        assert f"https://www.qingyuan.example{url}" in words and "确认以前" not in words and "/subscribe/end/" in words


def test_known_and_unknown_addresses_are_answered_alike_and_a_mailbox_is_not_flooded(site, smtp):
    subscribe(site, smtp, column(site))
    answers = [ask(site, column(site), address).follow().text for address in (ADDRESS, "nobody@example.org")]
    assert answers[0] == answers[1]
    for _turn in range(4):
        ask(site, column(site), "nobody@example.org")
    send(site)
    assert sorted(mail["To"] for mail in smtp.taken) == ["nobody@example.org"] * 3 + [ADDRESS]
    assert "已经订阅" in next(mail["Subject"] for mail in smtp.taken if mail["To"] == ADDRESS)


def test_a_link_that_nobody_used_in_time_opens_nothing_and_the_address_goes(site, smtp):
    ask(site, column(site))
    send(site)
    path = link(smtp.taken.pop())
    with time_machine.travel(now() + subscriptions.GOOD_FOR + dt.timedelta(minutes=1)):
        site.app.get(path, status=404)
    send(site, dt.timedelta(days=3))
    assert (counted(site, Subscription), counted(site, Subscriber)) == (0, 0)


def test_what_is_asked_for_is_checked_and_without_a_mail_server_nothing_is_promised(site):
    assert "还没有开通发邮件" in site.get(f"/subscribe?{column(site)}").text
    assert "民政、扶贫、救灾" in site.get("/subscribe").text
    assert "民政、扶贫、救灾" in site.get("/subscribe?column=9999&q=").text


def test_no_address_is_readable_in_the_house(site, smtp):
    subscribe(site, smtp, column(site), rhythm="daily")
    site.publish()
    send(site)
    with site.county.house.database.reader() as session:
        rows = [vars(row) for table in (Delivery, Subscriber, Subscription, Payload)
                for row in session.scalars(select(table))]
    assert rows and not any("xiaomei" in str(value) for row in rows for value in row.values())


# -- what it is about -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("hit", "miss", "values"), [
    ("department={QY-mzj}", "department={QY-scj}", {}), ("department={QY}", "q=低保", {}),
    ("topic=民政、扶贫、救灾", "topic=国防", {"data": {"topic": "民政、扶贫、救灾"}}),
    ("q=供水", "q=供水&department={QY-scj}", {}), ("q=提前储水", "q=供水标准", {}),
])
def test_departments_topics_and_searches(site, smtp, hit, miss, values):
    for query, address in ((hit, ADDRESS), (miss, "nobody@example.org")):
        subscribe(site, smtp, query.format(**site.county.departments), address=address)
    site.publish("关于供水检修的通知", **values)
    send(site)
    assert [mail["To"] for mail in smtp.taken] == [ADDRESS]


def test_a_mailbox_gets_a_document_once_whatever_it_subscribed_to(site, smtp):
    subscribe(site, smtp, column(site))
    subscribe(site, smtp, "q=供水")
    site.publish()
    send(site)
    rebuild(site.county.house.database, SubscriptionsFollower(site.county.house), "test")
    send(site)
    assert len(smtp.taken) == 1


# -- digests and withdrawals ----------------------------------------------------------------------------------------

def tomorrow_at(hour: int) -> dt.timedelta:
    day = (now() + dt.timedelta(days=1)).astimezone(SHANGHAI)
    return day.replace(hour=hour, minute=5) - now()


def test_the_digest_comes_once_a_day_and_leaves_out_what_was_withdrawn(site, smtp):
    subscribe(site, smtp, column(site), rhythm="daily")
    with site.county.house.database.writer.begin() as session:
        session.execute(update(Subscription).values(digested=local_date(now())))
    kept, gone = site.publish("关于甲的通知"), site.publish("关于乙的通知")
    third = site.publish("关于丙的通知")
    send(site, tomorrow_at(7))
    assert smtp.taken == []
    site.fire(gone, "withdraw", why="内容有误", reason_kind="error")
    send(site, tomorrow_at(9))
    send(site, tomorrow_at(10))
    mail, = smtp.taken
    words = mail.get_body(("plain",)).get_content()
    assert kept in words and third in words and gone not in words and "2条" in mail["Subject"]


def test_what_was_withdrawn_before_it_went_is_not_sent_and_after_it_is_called_back(site, smtp):
    subscribe(site, smtp, column(site))
    first, second = site.publish("关于甲的通知"), site.publish("关于乙的通知")
    house = site.county.house
    catch_up(house.database, [SubscriptionsFollower(house)], "test")
    site.fire(first, "withdraw", why="内容有误", reason_kind="error")
    send(site)
    assert [mail["Subject"] for mail in smtp.taken] == ["关于乙的通知"]
    site.fire(second, "withdraw", why="内容有误", reason_kind="error")
    send(site)
    notice = smtp.taken[-1]
    assert "撤回通知" in notice["Subject"] and "关于乙" not in notice.as_string() and len(smtp.taken) == 2
    assert f"https://www.qingyuan.example{second}" in notice.get_body(("plain",)).get_content()


# -- ending ---------------------------------------------------------------------------------------------------------

def test_unsubscribing_works_from_the_mail_alone(site, smtp):
    subscribe(site, smtp, column(site))
    site.publish()
    send(site)
    mail = smtp.taken.pop()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(r"<https://www\.qingyuan\.example(/subscribe/end/[\w-]+)>", mail["List-Unsubscribe"])[1]
    site.app.reset()  # another program, without cookies
    site.get(path)  # looking is not ending
    assert counted(site, Subscription) == 1
    for _twice in range(2):
        answer = site.app.post(path, {"List-Unsubscribe": "One-Click"}, status=200)
        assert "已退订" in answer.text
    assert (counted(site, Subscription), counted(site, Subscriber)) == (0, 0)
    site.publish("关于丁的通知")
    send(site)
    assert smtp.taken == []


def test_a_link_manages_the_subscriptions_of_a_mailbox(site, smtp):
    path = subscribe(site, smtp, column(site))
    other = subscribe(site, smtp, "q=供水")
    page = site.get(path)
    assert "搜索“供水”" in page.text and other in page.text
    form = page.forms["rhythm"]
    form["rhythm"] = "daily"
    form.submit("send")
    site.get(page.request.path.replace("/link/", "/end/")).forms["end"].submit()
    assert counted(site, Subscription) == 1


# -- the mail server --------------------------------------------------------------------------------------------------

def waiting(site):
    with site.county.house.database.reader() as session:
        return session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()


def test_greylisting_delays_and_loses_nothing(site, smtp):
    subscribe(site, smtp, column(site))
    site.publish()
    smtp.answers = ["450 4.2.0 <{}> greylisted, try again"] * 2
    send(site)
    row = waiting(site)
    assert row.state == "waiting" and "greylisted" in row.problem and "xiaomei" not in row.problem and not smtp.taken
    send(site, dt.timedelta(minutes=2))
    send(site, dt.timedelta(minutes=20))
    assert len(smtp.taken) == 1 and waiting(site).state == "sent"


@pytest.mark.parametrize("at_rcpt", [True, False])
def test_a_mailbox_that_is_refused_for_good_three_times_sleeps_until_it_confirms_again(site, smtp, at_rcpt):
    path = subscribe(site, smtp, column(site))
    smtp.at_rcpt = at_rcpt
    for number in range(3):
        smtp.answers = ["550 5.1.1 <wu.xiaomei@example.org> unknown"]
        site.publish(f"关于{number}的通知")
        send(site)
        assert waiting(site).state == "failed" and "xiaomei" not in waiting(site).problem
    site.publish("关于不再发的通知")
    send(site)
    assert smtp.taken == [] and smtp.answers == []
    ask(site, column(site))
    send(site)
    assert "已经订阅" in smtp.taken.pop()["Subject"]
    site.publish("关于又通了的通知")
    send(site)
    assert [mail["Subject"] for mail in smtp.taken] == ["关于又通了的通知"]
    assert site.get(path)


def test_a_server_that_refuses_everybody_puts_nobody_to_sleep(site, smtp):
    subscribe(site, smtp, column(site))
    site.publish()
    settings = site.registry.settings["gongkai"]
    house = site.county.house
    catch_up(house.database, [SubscriptionsFollower(house)], "test")
    nobody = sender_for(house, settings)
    deliver(house, "subscriptions", replace(nobody, mail=replace(nobody.mail, port=1)), "test")
    with house.database.reader() as session:
        assert session.scalars(select(Subscriber)).one().refusals == 0
    assert waiting(site).state == "waiting"
