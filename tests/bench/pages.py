"""Published pages: nginx as we configure it against nginx with the same bytes, our own server against an empty view on
the same server, and a document that is not yet a file; `python -m tests.bench.pages` measures this alone.

Each pair is asked in turns, so that what else the machine does hits both; the turn of the median ratio counts. Where
wrk is installed it asks, with as much of a processor as it takes; otherwise `bench.load`, which nginx outruns.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from factories import make_county, open_house
from sqlalchemy import select

from bench import servers
from bench.load import in_turns, per_second
from bench.texts import line
from content.documents import Live
from portal import deploy
from portal.importing import Importer
from portal.instance import Instance
from portal.published.copies import COPIES, copy_of
from portal.published.store import stores
from portal.settings import Settings

TURNS, SECONDS, CONNECTIONS = 7, 1, 16
MAIN = """{user}worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  sendfile on; keepalive_requests 1000000; types {{ text/html html; application/rss+xml rss; }}
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; {more}
}}
"""
SAME = "access_log {folder}/access.log; gzip_static on; server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}"


def measure(folder: Path, documents: int = 100) -> dict[str, Any]:
    """`{asked_by, rates: {what: (ours, other)}}`, in requests a second; without nginx only our own server."""
    home = folder / "var"
    documents = min(documents, 100)
    paths, fresh = _county(home, documents)
    with ExitStack() as stack:
        own = stack.enter_context(servers.ours(home, "--no-worker"))
        bare = stack.enter_context(servers.empty())
        pairs = {"not yet rendered: ours / empty view": ((own, fresh), (bare, "/"))}
        _published(home, own, paths.values())
        pairs |= {f"{name}: ours / empty view": ((own, path), (bare, "/")) for name, path in paths.items()}
        if (program := shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")) is not None:
            with_ours, same = (stack.enter_context(each) for each in _both(program, home, folder / "nginx"))
            pairs |= {f"{name}: nginx / nginx, same bytes": ((with_ours, path), (same, path))
                      for name, path in paths.items()}
        return {"asked_by": "wrk" if shutil.which("wrk") else "bench.load",
                "rates": {what: _compared(*pair) for what, pair in pairs.items()}}


def table(figures: dict[str, Any]) -> Iterator[str]:
    yield f"published pages, asked by {figures['asked_by']}: requests a second, and the ratio"
    for what, (ours, other) in figures["rates"].items():
        yield f"{what:<48}{ours:>12,.0f}{other:>12,.0f}{ours / other:>8.2f}"


def _county(home: Path, documents: int) -> tuple[dict[str, str], str]:
    """A small county; the addresses that are published, and that of a document that is not."""
    home.mkdir(parents=True)
    instance = Instance(Settings.load(home), open_house(home))
    make_county(instance.house)
    importer = Importer(instance.house, "zwgk/zcwj")
    for _outcome in importer.run([line(number) for number in range(1, documents + 1)]):
        pass
    with instance.house.database.reader() as session:
        first, second = (live.url for live in session.scalars(select(Live).order_by(Live.document_id).limit(2)))
    instance.close()
    return {"home": "/", "column": "/zwgk/zcwj/", "document": first, "feed": "/feeds/latest.rss"}, second


def _published(home: Path, server: servers.Server, paths: Iterator[str]) -> None:
    for path in paths:
        stores(home)["zh"].write(path, server.get(path))


def _both(program: str, home: Path, folder: Path) -> Iterator[Any]:
    """nginx as `gongkai deploy nginx` configures it, and nginx with the same files and nothing more to do."""
    port, store = servers.free_port(), stores(home)["zh"]
    ours = deploy.filled("nginx", Settings.load(home), deploy.Place(port))["nginx.conf"]
    yield _nginx(program, folder / "ours", port, ours.replace("/var/log/nginx", str(folder / "ours")))
    port, pages = servers.free_port(), folder / "same" / "pages"
    for path in store.paths():
        source = store.file_of(path)
        target = pages / source.relative_to(store.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        for file in (source, *(copy_of(source, end) for end in COPIES)):
            if file.exists():
                shutil.copy2(file, target.parent / file.name)
    yield _nginx(program, folder / "same", port, SAME.format(folder=folder / "same", port=port))


@contextmanager
def _nginx(program: str, folder: Path, port: int, more: str) -> Iterator[servers.Server]:
    folder.mkdir(parents=True, exist_ok=True)
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder is closed to others
    (folder / "main.conf").write_text(MAIN.format(folder=folder, user=user, more=more))
    with servers.running([program, "-c", str(folder / "main.conf")], port) as server:
        yield server


def _compared(*pair: tuple[servers.Server, str]) -> tuple[float, float]:
    return in_turns(TURNS, *(partial(_rate, server, path) for server, path in pair))


def _rate(server: servers.Server, path: str) -> float:
    if (program := shutil.which("wrk")) is None:
        return per_second(server.port, path, SECONDS, CONNECTIONS)
    told = subprocess.run([program, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip",
                           f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told:
        raise SystemExit(f"not measured: {path} fails")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as where:
        for row in table(measure(Path(where))):
            print(row)
