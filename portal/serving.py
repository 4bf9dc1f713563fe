"""Serving: the application under waitress, with a worker in a thread beside it, until the process is told to stop."""

from __future__ import annotations

import errno
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from waitress.server import create_server

from portal import make_app
from portal.instance import Instance, NotReady
from portal.settings import Settings
from portal.worker import Worker

log = logging.getLogger(__name__)


def serve(instance: Instance, host: str, port: int, with_worker: bool) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first. Raises `NotReady`."""
    server = _server(instance, host, port)
    signal.signal(signal.SIGTERM, _stop)
    with _working(instance, with_worker):
        try:
            server.run()  # returns on KeyboardInterrupt and SystemExit, once its threads are done
        finally:
            server.close()


def _server(instance: Instance, host: str, port: int) -> Any:
    app = make_app(instance.house, instance.settings)
    try:
        return create_server(app, host=host, port=port, **_options(instance.settings))
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise NotReady(f"port {port} of {host} is taken by another program: choose one with --port") from None
        raise NotReady(f"cannot listen on {host}:{port}: {problem.strerror or problem}") from None


def _options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {"threads": settings.threads, "ident": None, "clear_untrusted_proxy_headers": True,
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
