"""`gongkai serve`: the portal for browsers."""

from __future__ import annotations

import argparse

from portal.commands import DONE, Call, Command, complain
from portal.serving import serve


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (default: the setting `host`)")
    parser.add_argument("--port", type=int, help="port to listen on (default: the setting `port`)")
    parser.add_argument("--no-worker", action="store_true", help="run no worker inside; `gongkai worker` does it")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    settings = call.instance.settings
    host, port = chosen.host or settings.host, settings.port if chosen.port is None else chosen.port
    settings.values["host"] = host  # a name under which it answers (`portal.accepted`)
    complain(f"http://{'localhost' if host == '127.0.0.1' else host}:{port}/")
    serve(call.instance, host, port, with_worker=not chosen.no_worker)
    return DONE


COMMAND = Command("serve", "Serve the portal; followers and deliveries run inside.", _run, _arguments)
