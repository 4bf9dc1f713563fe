"""kill -9 while attachments are being prepared: nothing is half, nothing stays taken, everything is made at last."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from content import attachments, clearing, filing
from content.blobs import Blob
from content.documents import Document
from portal.instance import Instance
from portal.verifying import CHECKS

ROOT = Path(__file__).parents[2]
WORKER = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())"]


def workbook(number: int) -> bytes:
    book = openpyxl.Workbook()
    for row in range(200):
        book.active.append([f"第{number}号名单", row, "城关镇"])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def work(home: Path, *more: str) -> subprocess.Popen:
    return subprocess.Popen([*WORKER, "--home", str(home), "worker", *more], cwd=ROOT, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, start_new_session=True)


@pytest.mark.full
def test_killed_while_preparing(county):
    house, chance = county.house, random.Random(20261122)
    with house.database.writer.begin() as session:
        document = county.write(session)
        for number in range(6):
            attachments.take(session, house, document, f"名单{number}.xlsx", workbook(number),
                             actor_id=county.users["zhangli"])
        number = document.id
    for _ in range(6):
        process = work(house.home)
        time.sleep(chance.uniform(2, 6))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    last = work(house.home, "--once")
    _out, err = last.communicate(timeout=400)
    assert last.returncode == 0, err.decode()
    instance = Instance.open(house.home)
    with house.database.reader() as session:
        document = session.get_one(Document, number)
        files = clearing.review(session, house, document, document.head).files
        assert [each.stage for each in files] == [filing.READY] * 6
        assert {each.attachment.lease_owner for each in files} == {None}
        assert [sentence for check in CHECKS for sentence in check.run(instance, session)] == []
        assert session.query(Blob).count() == 6 * 3  # an original, an inspection, a rendition each
    instance.close()
