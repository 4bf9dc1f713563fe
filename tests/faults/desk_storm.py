"""People at the desk, in a storm: they write, review, sign off and withdraw through whichever server answers.

What a server has answered is promised, and noted: `published` and `withdrawn` documents. What it was killed over is
not known, and the writer leaves that document alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread
from typing import Any

import httpx
from factories import PASSWORD
from webob import Request
from webtest import TestApp

STEPS = (("zhangli", "submit", {}), ("zhoumin", "approve", {}), ("helixin", "clear", {"statement": True}),
         ("wangjianguo", "sign", {}))
HOPS = {"connection", "keep-alive", "transfer-encoding", "content-encoding", "content-length"}


class Away(Exception):
    """The server died over a request, or all have."""


class Gate:
    """A WSGI application that hands each request to one of the servers that still answer."""

    def __init__(self, ports: Callable[[], list[int]], chance: random.Random) -> None:
        self.ports, self.chance = ports, chance

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        request = Request(environ)
        answer = self._ask(request)
        kept = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in HOPS]
        start_response(f"{answer.status_code} {answer.reason_phrase}", kept)
        return [answer.content]

    def _ask(self, request: Request) -> httpx.Response:
        for port in self.chance.sample(ports := self.ports(), len(ports)):
            try:
                return httpx.request(request.method, f"http://127.0.0.1:{port}{request.path_qs}", timeout=300,
                                     content=request.body, headers=dict(request.headers), trust_env=False)
            except httpx.ConnectError:
                continue  # it did not hear of it
            except httpx.TransportError:
                raise Away from None
        raise Away


class Staff:
    """Everybody's session, begun once: any server of the portal takes it."""

    def __init__(self) -> None:
        self._jars: dict[str, Any] = {}
        self._lock = Lock()

    def browser(self, gate: Gate, login: str) -> TestApp:
        with self._lock:
            if login not in self._jars:
                client = TestApp(gate, lint=False)
                form = client.get("/login").forms["login-form"]
                form["login"], form["password"] = login, PASSWORD
                assert form.submit().status_int == 303
                client.get("/desk", status=200)  # the session gets the token of its forms, before several use it
                self._jars[login] = client.cookiejar
        return TestApp(gate, lint=False, cookiejar=self._jars[login])  # it is renewed while it is used


class Writer(Thread):
    """One writer and those who sign for him; `note(verb, what)` hears of what was promised."""

    def __init__(self, gate: Gate, staff: Staff, column: int, note: Callable[[str, str], None], stop: Event) -> None:
        super().__init__(daemon=True)
        self.gate, self.staff, self.column, self.note, self.over = gate, staff, column, note, stop
        self.published: list[int] = []
        self.problem: Exception | None = None

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.gate.chance.choice((self.publish, self.publish, self.withdraw))()
            except Away:
                self.over.wait(0.05)
            except Exception as problem:
                self.problem = problem
                return

    def publish(self) -> None:
        form = self.browser("zhangli").get(f"/desk/write?column={self.column}&type=notice").forms["text"]
        form["title"], form["body"] = "关于供水检修的通知", "<p>城关镇部分区域停水。</p>"
        number = int(form.submit("check", status=303).location.split("/")[-2])
        for login, transition, fields in STEPS:
            self.press(login, number, transition, **fields)
        self.note("published", str(number))
        self.published.append(number)

    def withdraw(self) -> None:
        if self.published:
            number = self.published.pop(self.gate.chance.randrange(len(self.published)))
            self.note("tried", str(number))
            self.press("zhoumin", number, "withdraw", why="内容有误", reason_kind="error")
            self.note("withdrawn", str(number))

    def press(self, login: str, number: int, transition: str, **fields: Any) -> None:
        page = self.browser(login).get(f"/desk/document/{number}")
        button = page.html.find(attrs={"name": "transition", "value": transition})
        form = page.forms[page.html.find_all("form").index(button.find_parent("form"))]
        for name, value in fields.items():
            form[name] = value
        form.submit(*(("transition",) if button.name == "button" else ()), status=303,
                    **({"value": transition} if button.name == "button" else {}))

    def browser(self, login: str) -> TestApp:
        return self.staff.browser(self.gate, login)
