"""Pages as files: made by the application itself, as an anonymous visitor sees them, and written where they belong.

What a page was made of is noted while it is made (`content.marks`) and kept before it is written, so that a change
always finds it; until it is written it is due, so that whoever ends in between leaves nothing forgotten. What was
withdrawn or corrected while a page was being made is never written: between the last look and the writing stands a
lock that a withdrawal waits for, and that waits for a withdrawal (`taking`).
"""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pyramid.scripting import prepare

from content import alterations, journal, marks, published
from content.base import begins, local_date, now
from content.house import House
from portal import errors, i18n
from portal.database import PRIMARY
from portal.published import FRESH
from portal.published.owning import own, taking
from portal.published.planning import said_of
from portal.published.store import DEFAULT, HORIZON, Store, spoken, stores
from portal.settings import Settings

CHUNK = 25  # pages that are made, kept and written together; so long a withdrawal may have to wait
ATTEMPTS = 3
ERRORS = (404, 410, 413, 503)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """A page as the application made it; `body` is None for what is no page, or may not be kept as a file."""

    path: str
    body: bytes | None
    heard: marks.Heard

    @property
    def ends(self) -> dt.date | None:
        """The first day on which it may not be read as it is."""
        return None if self.heard.ends == dt.date.max else self.heard.ends

    @property
    def due(self) -> dt.datetime | None:
        """When it is to be made anew although nothing happened."""
        return None if self.heard.until == dt.date.max else begins(self.heard.until)

    @property
    def marks(self) -> set[str]:
        """What it is found by."""
        return self.heard.marks | ({published.ending(self.ends)} if self.ends else set())


@dataclass
class Outcome:
    """How many pages were made, and the addresses of those that were written or taken away because they differed."""

    made: int = 0
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


class Press:
    """Makes the pages of `house` on this host; `app` gives the application, which is wired when it is first needed."""

    def __init__(self, house: House, settings: Settings, app: Callable[[], Any], durable: bool = True) -> None:
        self.house, self.settings, self._app, self.app = house, settings, app, None
        self.stores = stores(settings.home, durable)
        self.store: Store = self.stores[DEFAULT]
        self.host = house.host
        self._owns = False

    def bring(self, paths: Iterable[str], together: int = CHUNK) -> Outcome:
        """Make these pages anew, each once, in this order; those that are no pages any more are taken away."""
        if not self._owns:
            own(self.house)
            self._owns = True
        outcome, waiting = Outcome(), list(dict.fromkeys(paths))
        for at in range(0, len(waiting), together):
            chunk = waiting[at:at + together]
            for _attempt in range(ATTEMPTS):
                chunk = self._bring(chunk, outcome)
            self._put([Made(path, None, marks.Heard()) for path in chunk], set(), outcome)
        return outcome

    def _bring(self, paths: list[str], outcome: Outcome) -> list[str]:
        """One attempt; returns those that changed while they were being made."""
        if not paths:
            return []
        with self.house.database.reader() as session:
            seq = journal.latest(session)
        made = [self.make(path) for path in paths]
        outcome.made += len(made)
        kept = [each for each in made if each.body is not None]
        with self.house.database.writer.begin() as session:
            published.keep(session, self.host, {each.path: each.marks for each in kept}, now())
        with taking(self.settings.home):
            changed = self._changed(made, seq)
            self._put(made, changed, outcome)
            self._settle([each for each in made if each.path not in changed])
        return [each.path for each in made if each.path in changed]

    def _changed(self, made: list[Made], seq: int) -> set[str]:
        """The pages that may say what was closed to the public behind row `seq`, or what was corrected there."""
        with self.house.database.reader() as session:
            if journal.latest(session, "column") > seq:
                return {each.path for each in made}
            said = said_of(session, alterations.closed_since(session, seq, now()))
            said |= {f"document:{each}" for each in alterations.altered_since(session, seq)}
        return {each.path for each in made if said & each.heard.marks}

    def _put(self, made: list[Made], changed: set[str], outcome: Outcome) -> None:
        for each in made:
            if each.path in changed:
                continue
            store, path = self._place(each.path)
            if each.body is None:
                if store.file_of(path) is not None and store.remove(path):
                    outcome.removed.append(each.path)
            elif store.write(path, each.body, each.ends):
                outcome.written.append(each.path)

    def _place(self, address: str) -> tuple[Store, str]:
        code, path = spoken(address)
        return self.stores[code], path

    def _settle(self, made: list[Made]) -> None:
        """What was put is known as it is now; what was taken away is forgotten."""
        with self.house.database.writer.begin() as session:
            published.settle(session, self.host, {each.path: (each.marks, each.due)
                                                  for each in made if each.body is not None})
            published.forget(session, self.host, [each.path for each in made if each.body is None])

    def open_days(self) -> None:
        """What ends is read from today on until the first of it is over: after pages were written, and every day."""
        with taking(self.settings.home):
            today, end = self._open_until()
            for store in self.stores.values():
                store.sweep()
                store.open(today, end)

    def shut_stores(self) -> list[Store]:
        """Those in which what ends is not read on all the days on which it may, or on others."""
        with taking(self.settings.home):  # they may just be changing
            today, end = self._open_until()
            return [store for store in self.stores.values() if store.folder.exists() and not store.is_open(today, end)]

    def _open_until(self) -> tuple[dt.date, dt.date]:
        """Today, and the first day on which something of what ends is over."""
        at = now()
        with self.house.database.reader() as session:
            return local_date(at), published.first_end(session, self.host, at, HORIZON)

    def agrees(self, path: str) -> bool:
        """Whether the page that is there is the one that the application makes, and its compressed copies with it."""
        made = self.make(path)
        store, below = self._place(path)
        return store.says(below, made.body, made.ends)

    def make(self, path: str) -> Made:
        """The page of an address as it is now."""
        with marks.listening() as heard:
            status, headers, body = self._ask(path)
        store, below = self._place(path)
        if status != 200 or store.file_of(below) is None:
            return Made(path, None, heard)
        if heard.strays or "Set-Cookie" in headers:
            log.error("%s is not published: %s", path, next(iter(heard.strays), "it sets a cookie"))
            return Made(path, None, heard)
        return Made(path, body, heard)

    def _ask(self, address: str) -> tuple[int, dict[str, str], bytes]:
        """As a visitor's browser asks, past the published pages."""
        answered: list[Any] = []
        language, path = spoken(address)
        environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path.encode().decode("latin-1"),
                   "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
                   "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "wsgi.version": (1, 0),
                   "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
                   "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
                   FRESH: "1", PRIMARY: "1"}
        if language != DEFAULT:
            environ["HTTP_COOKIE"] = f"{i18n.COOKIE}={language}"
        parts = self._wired()(environ, lambda status, headers, problem=None: answered.extend((status, headers)))
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return int(answered[0][:3]), dict(answered[1]), body

    def _wired(self) -> Any:
        if self.app is None:
            self.app = self._app()
        return self.app

    def write_errors(self) -> None:
        """What is said with an error, for the web server that has to say it itself."""
        said = {status: self.error(status) for status in ERRORS}
        with taking(self.settings.home):
            for status, body in said.items():
                self.store.write_error(status, body)

    def wrong_errors(self) -> list[int]:
        """Those of which something else is said, or nothing."""
        return [status for status in ERRORS if not self.store.says_error(status, self.error(status))]

    def error(self, status: int) -> bytes:
        with prepare(registry=self._wired().registry) as env:
            request = env["request"]
            request.request_id = ""
            return errors.answer(request, status, size=str(self.settings.upload_megabytes)).body


def take_away(house: House, settings: Settings, paths: Iterable[str]) -> None:
    """Take away these files of this host: what is asked for is made for who asks, and written anew by the follower.

    They go first: where the note fails they are gone all the same, and the follower finds them in the journal.
    """
    held, found = stores(settings.home), sorted(paths)
    with taking(settings.home):
        for code, path in map(spoken, found):
            if (store := held[code]).file_of(path) is not None:
                store.remove(path)
        with house.database.writer.begin() as session:
            published.later(session, house.host, found, now())
