"""`nursery.py`: has the program imported, and forks a `gongkai` for each order it reads; answers with its number.

An order is a line of JSON, `[log file, argument, …]`. Importing is most of what the start of a process costs, and kill
tests start many. Those that end are nobody's to bury.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import portal.commands.serve
import portal.commands.worker
from portal.cli import main


def run(log: str, *arguments: str) -> None:
    """As the process that was just forked."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, path, how in ((0, os.devnull, os.O_RDONLY), (1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)):
        os.dup2(os.open(path, how, 0o600), number)
    os.dup2(1, 2)
    try:
        status = main(arguments)
    finally:
        sys.stderr.flush()
    os._exit(status)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
assert portal.commands.serve and portal.commands.worker  # imported for those to come
for line in sys.stdin:
    if (child := os.fork()) == 0:
        run(*json.loads(line))
    print(child, flush=True)
