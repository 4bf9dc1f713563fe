"""What a hostile file might make a process do; called by name in a child process (`sandbox.call`)."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from content.privacy.renditions.model import Refused


def echo(request, data):
    return {"got": request, "names": sorted(os.environ), "here": os.getcwd()}, data[::-1]


def refuse(request, data):
    raise Refused("nested", "太深")


def stumble(request, data):
    raise KeyError("410399199003071230")


def hang(request, data):
    """Wait for ever, and so does a program that was started from here."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(request["note"]).write_text(str(child.pid), encoding="utf-8")
    time.sleep(600)


def spin(request, data):
    while True:
        pass


def swell(request, data):
    return {}, b"x" * (1 << 40)


def die(request, data):
    os.kill(os.getpid(), signal.SIGSEGV)


def fill(request, data):
    with Path("big").open("wb") as file:
        for _ in range(10_000):
            file.write(b"x" * (1 << 20))
    return {}, b""
