"""The mailbox of a demonstration: mail that waits is read at the desk, and its links work; elsewhere it is closed."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from content import outbox
from content.subscriptions import Subscription

URL = "/desk/mailbox"


@pytest.fixture
def demo(site):
    site.registry.settings["gongkai"].values["demo"] = True
    site.log_in("fangkai")
    return site


def test_a_subscription_is_confirmed_from_the_mailbox(demo):
    form = demo.get(f"/subscribe?column={demo.county.columns['tzgg']}").forms["subscribe"]
    form["email"] = "wu.xiaomei@example.org"
    form.submit().follow()
    letter = demo.get(demo.get(URL).html.select_one(".table a")["href"])
    assert "wu.xiaomei@example.org" in letter.text and "style=" not in str(letter.html.main)
    address, same = {each["href"] for each in letter.html.select("main section a")}, "/subscribe/link/"
    assert len(address) == 1 and min(address).startswith(same)  # of both parts, and to this portal
    demo.get(min(address)).forms["confirm"].submit("send").follow()
    with demo.county.house.database.reader() as session:
        assert session.scalars(select(Subscription)).one().confirmed is not None


def test_what_a_mail_says_cannot_do_anything(demo):
    with demo.county.house.database.writer.begin() as session:
        outbox.post_private(session, demo.county.house, "mail", "wu@example.org", "letter/1", "case/1",
                            subject="答复<script>", path="/apply",
                            text="<script>alert(1)</script>\njavascript:alert(1)")
    page = demo.get(demo.get(URL).html.select_one(".table a")["href"])
    assert not page.html.main.find_all("script") and "javascript:alert(1)" in page.html.main.text
    assert [each["href"] for each in page.html.select("main section a")] == ["/apply"]


def test_elsewhere_it_is_closed_and_nothing_is_opened(site):
    site.log_in("fangkai")
    with site.county.house.database.writer.begin() as session:
        outbox.post(session, "mail", "a@qingyuan.example", "return/1", subject="退回", text="请改")
    for address in (URL, f"{URL}/1"):
        assert "请改" not in site.app.get(address, status=404)
    assert not re.search("示例信箱", site.app.get("/desk/deliveries").text)


def test_nobody_but_the_administrator_reads_it(demo):
    demo.app.reset()
    demo.log_in("zhangli")
    demo.app.get(URL, status=403)
