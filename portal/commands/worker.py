"""`gongkai worker`: followers, what falls due, and deliveries, apart from the server."""

from __future__ import annotations

import argparse
import signal
from threading import Event

from portal.commands import DONE, FAILED, Call, Command, complain
from portal.worker import Worker


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="catch up with everything, then exit")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    worker = Worker(call.instance)
    try:
        if chosen.once:
            return _once(worker)
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker.run(stop)
        return DONE
    finally:
        worker.close()


def _once(worker: Worker) -> int:
    failed = worker.once()
    for sentence in failed:
        complain(f"gongkai worker: {sentence}")
    return FAILED if failed else DONE


COMMAND = Command("worker", "Bring search index and pages up to date, release what is due, send what waits.", _run,
                  _arguments)
