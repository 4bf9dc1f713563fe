"""`gongkai serve` as a process: it answers, works, and stops cleanly when told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import select

from content.documents import Live

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def served(county):
    """A running server; gives the process and its address."""
    port = free_port()
    command = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())", "--home",
               str(county.house.home), "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    yield process, f"http://127.0.0.1:{port}"
    process.kill()
    process.communicate()


def page(address: str, wait: float = 60.0) -> str:
    """The page, as soon as the server listens."""
    patience = time.monotonic() + wait
    while True:
        try:
            with urlopen(address, timeout=20) as answer:
                return answer.read().decode()
        except URLError as problem:
            if time.monotonic() > patience or not isinstance(problem.reason, ConnectionRefusedError):
                raise
            time.sleep(0.1)


def within(seconds: float, true) -> bool:
    patience = time.monotonic() + seconds
    while time.monotonic() < patience:
        if true():
            return True
        time.sleep(0.1)
    return False


def test_half_a_gigabyte_is_refused_by_its_first_lines_and_nobody_waits(served):
    _process, address = served
    page(f"{address}/")
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as visitor:
        visitor.sendall(f"POST /desk/document/1/files HTTP/1.1\r\nHost: {host}\r\nContent-Type: "
                        "multipart/form-data; boundary=x\r\nContent-Length: 524288000\r\n\r\n".encode())
        assert "政府信息公开" in page(f"{address}/")
        answer = b"".join(iter(lambda: visitor.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 413") and "一次最多可以发送64兆字节" in answer


def test_it_serves_follows_and_stops(county, served):
    process, address = served
    assert "政府信息公开" in page(f"{address}/")
    with county.house.database.writer.begin() as session:
        document_id = county.publish(session, county.write(session, title="关于供水检修的通知")).id
    with county.house.database.reader() as session:
        url = session.scalars(select(Live).where(Live.document_id == document_id)).one().url
    assert "供水检修" in page(address + url)
    assert within(30, lambda: url in page(f"{address}/search?q=%E4%BE%9B%E6%B0%B4"))  # the worker inside indexed it
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0 and b"Traceback" not in err
    assert os.listdir(county.house.home / "run") == []  # nobody has to wait for its leases
