"""The servers that are measured, each a process of its own: ours, one with an empty view, nginx with the same bytes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

EMPTY = """
import sys
from pyramid.config import Configurator
from pyramid.response import Response
from waitress import serve
config = Configurator()
config.add_route("empty", "/")
config.add_view(lambda request: Response("ok"), route_name="empty")
serve(config.make_wsgi_app(), port=int(sys.argv[1]), threads=8, _quiet=True)
"""
NGINX = """
{user}worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; default_type text/html; sendfile on; keepalive_requests 1000000;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}
}}
"""
PATIENCE = 300.0  # seconds to wait for a server


@dataclass(frozen=True)
class Server:
    """A server that answers; `started` seconds it took until it did."""

    port: int
    pid: int
    started: float

    def get(self, path: str) -> bytes:
        return _get(self.port, path)

    def memory(self) -> dict[str, float]:
        """Megabytes: `resident` are all in memory, with the parts of files that are mapped, which lie in the system's
        cache of files and are given up when memory is short; `anonymous` those that are in no file."""
        told = dict(line.split(":", 1) for line in Path(f"/proc/{self.pid}/status").read_text().splitlines())
        return {name: round(int(told[key].split()[0]) / 1024, 1)
                for name, key in (("resident", "VmRSS"), ("anonymous", "RssAnon"))}


def _alone() -> None:
    """A process of Python serves from one processor, and who asks has the others: threads that wake each other across
    processors cost more than what they serve, and never the same twice."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _installed() -> dict[str, str]:
    """The environment without the wish that nothing compiled be kept: what is installed is compiled already."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPYCACHEPREFIX": _compiled().name}


@cache
def _compiled() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="gongkai-bench-")


@contextmanager
def running(command: list[str], port: int, path: str = "/") -> Iterator[Server]:
    """A process that serves on `port`. Raises `RuntimeError` when it ends, or does not answer."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_installed(),
                               preexec_fn=_alone if command[0] == sys.executable else None)
    try:
        while True:
            with suppress(OSError):
                _get(port, path)
                break
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"{command[0]} does not serve (exit {process.poll()})")
            time.sleep(0.01)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(30)


def ours(home: Path, *more: str) -> contextmanager:
    port = free_port()
    return running([sys.executable, "-c", "from portal.cli import main; raise SystemExit(main())", "--home", str(home),
                    "serve", "--port", str(port), *more], port, "/healthz")


def empty() -> contextmanager:
    port = free_port()
    return running([sys.executable, "-c", EMPTY, str(port)], port)


def nginx(folder: Path, pages: dict[str, bytes]) -> contextmanager | None:
    """nginx with these pages, by name; None where there is no nginx."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        return None
    port = free_port()
    (folder / "pages").mkdir(parents=True)
    folder.chmod(0o755)
    for name, body in pages.items():
        (folder / "pages" / name).write_bytes(body)
    (folder / "nginx.conf").write_text(NGINX.format(
        folder=folder, port=port, user="user root;\n" if os.geteuid() == 0 else ""))  # the folder is closed to others
    return running([program, "-c", str(folder / "nginx.conf")], port, f"/{next(iter(pages))}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.read()
