"""Starts a real OpenSearch cluster for tests: three nodes in one JVM, that of `Cluster.java`.

Java and Maven are asked for; Maven brings OpenSearch itself (about 100 MB, once) to where it keeps what it brings.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

HERE = Path(__file__).parent
NODES = 3
_HEAP = "768m"
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
_BRINGING, _STARTING, _OBEYING = 900, 300, 120


class NotHere(Exception):
    """Why there is no cluster on this machine."""


class RunningCluster:
    """Nodes that can be taken away and given back; `address` names them all, without the name of an index."""

    def __init__(self, process: subprocess.Popen[str], ports: list[str]) -> None:
        self._process = process
        self.address = "opensearch+http://" + ",".join(f"127.0.0.1:{port}" for port in ports)

    def lose(self, number: int) -> None:
        """The node is gone, with all it had open."""
        self._order(f"close {number}")

    def regain(self, number: int) -> None:
        """The node comes back with the data it had."""
        self._order(f"start {number}")

    def _order(self, order: str) -> None:
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        _line(self._process, "done", _OBEYING)


@contextmanager
def running() -> Iterator[RunningCluster]:
    """A fresh cluster. Raises `NotHere`."""
    folder = Path(tempfile.mkdtemp(prefix="gk-opensearch-", dir="/tmp"))
    process = None
    try:
        process = subprocess.Popen(
            ["java", f"-Xmx{_HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", _classpath(folder),
             str(HERE / "Cluster.java"), str(folder / "nodes"), str(NODES), str(_free_port())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder,
            start_new_session=True)
        yield RunningCluster(process, _line(process, "ready", _STARTING).split()[1:])
    finally:
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _classpath(folder: Path) -> str:
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise NotHere(f"no OpenSearch cluster: {tool} is not installed")
    written = folder / "classpath"
    command = ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), _PLUGIN, f"-Dmdep.outputFile={written}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_BRINGING, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise NotHere(f"no OpenSearch cluster: Maven has brought nothing in {_BRINGING} s") from None
    if done.returncode:
        raise NotHere(f"no OpenSearch cluster: Maven says {done.stdout.strip()[:300]}")
    return written.read_text(encoding="utf-8").strip()


def _free_port() -> int:
    """The first of the ports for HTTP; those between nodes lie a hundred above."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return min(found.getsockname()[1], 65_000)


def _line(process: subprocess.Popen[str], beginning: str, seconds: float) -> str:
    """The next line that begins so; the JVM is killed when it does not come."""
    alarm = Timer(seconds, process.kill)
    alarm.start()
    try:
        found = next((line for line in process.stdout if line.startswith(beginning)), None)
    finally:
        alarm.cancel()
    if found is None:
        raise NotHere(f"the OpenSearch cluster ended without saying {beginning!r}")
    return found
