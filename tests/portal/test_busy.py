"""Many at once: what is done once for all of them, and what none of them waits for."""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
import time

import pytest
from waitress.adjustments import Adjustments
from waitress.server import create_server

from portal import logs, serving
from portal.templating import Page

pytestmark = pytest.mark.nodatabase


@pytest.fixture
def channel():
    """A connection as the server holds it, with a request under way and something to send."""
    servers: dict = {}
    server = create_server(lambda *_: [], map=servers, host="127.0.0.1", port=0)
    here, there = socket.socketpair()
    made = serving._Channel(server, here, None, Adjustments(), map=servers)
    made.requests, made.total_outbufs_len = ["under way"], 20_000
    yield made
    there.close()
    server.close()


def test_the_loop_leaves_a_connection_alone_while_a_thread_sends_on_it(channel):
    assert channel.writable()
    answers = []
    with channel.outbuf_lock:
        asked = threading.Thread(target=lambda: answers.append(channel.writable()))
        asked.start()
        asked.join()
    assert answers == [False]
    assert channel.writable()


@pytest.mark.parametrize("state", [{"will_close": True}, {"close_when_flushed": True}, {"requests": []},
                                   {"total_outbufs_len": 1 << 30}])
def test_it_does_not_where_only_the_loop_can_send_or_close(channel, state):
    vars(channel).update(state)
    answers = []
    with channel.outbuf_lock:
        asked = threading.Thread(target=lambda: answers.append(channel.writable()))
        asked.start()
        asked.join()
    assert answers == [True]


def test_a_template_is_compiled_once_however_many_want_it(tmp_path, monkeypatch):
    file, compiled, compiling = tmp_path / "page.pt", [], Page.cook
    file.write_text("<p>${words}</p>")

    def slowly(page: Page, body: str) -> None:
        compiled.append(body)
        time.sleep(0.05)
        compiling(page, body)

    monkeypatch.setattr(Page, "cook", slowly)
    page, made = Page(str(file)), []
    asking = [threading.Thread(target=lambda: made.append(page(words="公开"))) for _ in range(8)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert (len(compiled), made) == (1, ["<p>公开</p>"] * 8)


def test_a_line_of_the_log_is_written_at_once(monkeypatch):
    logs.set_up()
    written = []
    monkeypatch.setattr(sys, "stderr", type("Stream", (), {"write": lambda _, text: written.append(text),
                                                           "flush": lambda _: None})())
    logs.log.warning("slow request", path="/")
    [line] = written
    assert line.endswith("}\n") and json.loads(line)["event"] == "slow request"


def test_who_waits_for_a_thread_is_not_a_line_of_the_log():
    logs.take_over()
    assert not logging.getLogger("waitress.queue").isEnabledFor(logging.WARNING)
    assert logging.getLogger("waitress").isEnabledFor(logging.WARNING)
