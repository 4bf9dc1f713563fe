"""What a hostile file might make a process do; called by name in a child process (`sandbox.call`)."""

import io
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from content.privacy.renditions.cleaning import clean
from content.privacy.renditions.model import Choices, Limits, Refused, Source
from content.privacy.renditions.packs import write_pack


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


def broken(request, data):
    """Clean damaged copies of a file one after the other; says what became of each, how long it took, the worst."""
    outcomes: dict[str, int] = {}
    slowest = 0.0
    for seed in request["seeds"]:
        begun = time.monotonic()
        outcome = _outcome(Source(damaged(data, random.Random(seed)), request["name"]))
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        slowest = max(slowest, time.monotonic() - begun)
    return {"outcomes": outcomes, "slowest": slowest}, b""


def _outcome(source: Source) -> str:
    try:
        return clean(source, Choices(ocr=False, limits=Limits(seconds=20))).action
    except Refused as refused:
        return refused.code
    except Exception:  # in the portal the sandbox turns it into a refusal
        return "stumbled"


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A copy cut off, with bits turned over, or, if it is a package, with bits turned over in one of its parts."""
    way = rng.randrange(3)
    if way == 0:
        return data[:rng.randrange(1, len(data))]
    if way == 1 or not data.startswith(b"PK"):
        return flipped(data, rng)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    name = rng.choice(sorted(name for name, inside in members.items() if inside))
    return write_pack({**members, name: flipped(members[name], rng)})


def flipped(data: bytes, rng: random.Random) -> bytes:
    octets = bytearray(data)
    for _ in range(rng.choice((1, 4, 30))):
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
    return bytes(octets)
