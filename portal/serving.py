"""Serving: the application under waitress, with a worker in a thread beside it, until the process is told to stop."""

from __future__ import annotations

import ctypes
import errno
import gc
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from waitress.server import create_server
from waitress.task import ErrorTask

from content.late import loading
from content.listening import Listener
from portal import heads, logs
from portal.instance import Instance, NotReady
from portal.published.withdrawing import make_up
from portal.settings import Settings
from portal.wiring import make_app

log = logging.getLogger(__name__)
_M_ARENA_MAX, _HEAPS = -8, 2  # of mallopt(3)


def serve(instance: Instance, host: str, port: int, with_worker: bool) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first. Raises `NotReady`."""
    logs.take_over()
    _share_heaps()
    make_up(instance.house, instance.settings)
    with loading():
        server = _server(instance, host, port)
    gc.freeze()  # all this stays: no request is to wait while a full collection looks through it
    signal.signal(signal.SIGTERM, _stop)
    with Listener(instance.house), _working(instance, with_worker):
        try:
            server.run()  # returns on KeyboardInterrupt and SystemExit, once its threads are done
        finally:
            server.close()


def _share_heaps() -> None:
    """The threads share two heaps: with glibc each has one of its own, and what it gave back nobody else gets."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)


def _server(instance: Instance, host: str, port: int) -> Any:
    app = make_app(instance.house, instance.settings)
    servers: dict[int, Any] = {}
    try:
        made = create_server(app, map=servers, host=host, port=port, **_options(instance.settings))
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise NotReady(f"port {port} of {host} is taken by another program: choose one with --port") from None
        raise NotReady(f"cannot listen on {host}:{port}: {problem.strerror or problem}") from None
    for each in servers.values():
        each.channel_class = _Channel
    return made


_WORDS = {413: ("文件太大，没有收下", "一次最多可以发送{}兆字节，请压缩后再试，或者分几次发送。",
                "Too large: at most {} MB can be sent at once.")}
_OTHERWISE = ("这个请求看不懂", "请返回上一页再试一次。", "This request cannot be read.")
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{0}</title></head><body>
<h1>{0}</h1><p>{1}</p><p lang="en">{2}</p></body></html>"""


class _Refusal(ErrorTask):
    """What somebody reads whose request is refused by its first lines, before the application knows of it."""

    def execute(self) -> None:
        error, most = self.request.error, self.channel.adj.max_request_body_size // (1024 * 1024)
        words = [each.format(most) for each in _WORDS.get(error.code, _OTHERWISE)]
        body = _PAGE.format(*words).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
                                  ("Content-Security-Policy", "default-src 'none'")]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(heads.Channel):
    error_task_class = _Refusal

    def writable(self) -> bool:
        """Whether the loop is to send something. Not while a thread is sending: that takes the loop through `select`
        again and again, for nothing, and every turn takes the interpreter from the threads that work. What the thread
        could not send it leaves to the loop and wakes it; where the loop woke too early, the end of the task does.
        """
        if not self.requests or not 0 < self.total_outbufs_len <= self.sendbuf_len or self.close_when_flushed:
            return bool(super().writable())
        if self.outbuf_lock.acquire(blocking=False):
            self.outbuf_lock.release()
            return bool(super().writable())
        return bool(self.will_close)


def _options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {"threads": settings.threads, "ident": None, "clear_untrusted_proxy_headers": True,
                               "max_request_header_size": heads.LONGEST,
                               "max_request_body_size": settings.upload_megabytes * 1024 * 1024}
    if settings.trusted_proxy:
        options |= {"trusted_proxy": settings.trusted_proxy, "trusted_proxy_count": 1,
                    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}}
    return options


@contextmanager
def _working(instance: Instance, wanted: bool) -> Iterator[None]:
    """A worker in a thread for as long as the block runs."""
    if not wanted:
        yield
        return
    from portal.worker import Worker  # with much that who only serves does without

    stop, worker = Event(), Worker(instance)
    thread = Thread(target=worker.run, args=(stop,), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        worker.close()


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt
