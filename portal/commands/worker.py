"""`gongkai worker`: followers, what falls due, and deliveries, apart from the server."""

from __future__ import annotations

import argparse
import signal
from threading import Event

from content.listening import Listener
from portal import logs
from portal.commands import DONE, FAILED, Call, Command, complain
from portal.watching import watch
from portal.worker import Worker


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="catch up with everything, then exit")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    return work(call, "worker", once=chosen.once)


def work(call: Call, name: str, *, once: bool, deliver_only: bool = False) -> int:
    """Let a worker do what there is to do, or go on until the process is told to stop; the exit status."""
    logs.take_over()
    watch(call.instance.house.database.engine, call.instance.settings.slow_query_ms)
    worker = Worker(call.instance, deliver_only)
    try:
        if once:
            return _once(worker, name)
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        with Listener(call.instance.house):
            worker.run(stop)
        return DONE
    finally:
        worker.close()


def _once(worker: Worker, name: str) -> int:
    failed = worker.once()
    for sentence in failed:
        complain(f"gongkai {name}: {sentence}")
    return FAILED if failed else DONE


COMMAND = Command("worker", "Bring search index and pages up to date, release what is due, send what waits.", _run,
                  _arguments)
