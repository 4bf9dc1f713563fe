"""`python -m bench.load PORT SECONDS CONNECTIONS PATH`: asks a server as fast as it answers, prints requests a second.

A process of its own, so that it takes no time of what is measured beyond a processor; connections are kept open.
Where `wrk` is there it asks instead: it is quick enough for nginx, which this program is not.
"""

from __future__ import annotations

import re
import selectors
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

CONNECTIONS = 8
_RATE = re.compile(r"Requests/sec:\s*([\d.]+)")


def per_second(port: int, path: str, seconds: float = 3.0, connections: int = CONNECTIONS) -> float:
    """Requests a second, asked by another process. Raises `RuntimeError` where the server answers with an error."""
    wrk = shutil.which("wrk")
    asking = [wrk, "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-H", "Accept-Encoding: gzip",
              f"http://127.0.0.1:{port}{path}"] if wrk else [
        sys.executable, "-m", "bench.load", str(port), str(seconds), str(connections), path]
    done = subprocess.run(asking, cwd=Path(__file__).parents[1], capture_output=True, text=True,
                          timeout=seconds * 5 + 30)
    if done.returncode or "Non-2xx" in done.stdout:
        raise RuntimeError(f"{path}: {done.stderr.strip()[-300:] or done.stdout.strip()[-300:]}")
    return float(_RATE.search(done.stdout)[1] if wrk else done.stdout)


def in_turns(turns: int, *asked: Callable[[], float]) -> tuple[float, ...]:
    """What each of two measures at its turn; of all turns the one with the median ratio, as what else the machine does
    changes from turn to turn but hits both alike."""
    taken = [tuple(ask() for ask in asked) for _turn in range(turns)]
    return sorted(taken, key=lambda rates: rates[0] / rates[1])[turns // 2]


class _Line:
    """A connection: sends the next request when the answer to the last one is there."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held, self.missing = b"", -1
        self.head, self.length = b"", 0

    def ask(self, request: bytes) -> None:
        self.held, self.missing = b"", -1
        self.socket.sendall(request)

    def heard(self) -> bool:
        """Read what is there; whether the answer is whole."""
        data = self.socket.recv(262144)
        if not data:
            raise RuntimeError("the server closed the connection")
        if self.missing >= 0:
            self.missing -= len(data)
            return self.missing <= 0
        self.held += data
        head, found, rest = self.held.partition(b"\r\n\r\n")
        if not found:
            return False
        if head != self.head:  # a long head is not to cost more than a short one: within a second all are the same
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
                raise RuntimeError(head.split(b"\r\n")[0].decode())
            self.head, self.length = head, _length(head)
        self.missing = self.length - len(rest)
        return self.missing <= 0


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise RuntimeError("an answer without Content-Length")


def main() -> None:
    port, seconds, connections, path = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    wanted = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    chosen, lines = selectors.DefaultSelector(), [_Line(port) for _ in range(connections)]
    for line in lines:
        chosen.register(line.socket, selectors.EVENT_READ, line)
        line.ask(wanted)
    count, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        for key, _events in chosen.select(1.0):
            if key.data.heard():
                count += 1
                key.data.ask(wanted)
    print(count / took)


if __name__ == "__main__":
    main()
