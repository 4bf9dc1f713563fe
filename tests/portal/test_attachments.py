"""The worker prepares attachments beside its other work: by itself, again after what concerns them, killed or not."""

from __future__ import annotations

import io
from threading import Event, Thread

import openpyxl
import pytest
from slips import SLIPS

from content import attachments, clearing, filing, journal, tree
from content.documents import Attachment, Document
from content.people import Department
from content.tree import Column
from portal import worker as working
from portal.instance import Instance
from portal.worker import Worker

MOBILE = "13812345678"


@pytest.fixture
def instance(county):
    made = Instance.open(county.house.home)
    yield made
    made.close()


@pytest.fixture
def worker(instance, monkeypatch):
    monkeypatch.setattr(working, "tools", lambda instance: SLIPS)
    made = Worker(instance)
    yield made
    made.close()


@pytest.fixture
def attached(county):
    """`attached(data, name)`: the number of a draft with an attachment."""
    def take(data: bytes = b"a list\n", name: str = "名单.txt") -> int:
        with county.house.database.writer.begin() as session:
            document = county.write(session)
            attachments.take(session, county.house, document, name, data, actor_id=county.users["zhangli"])
            return document.id
    return take


def stage(county, number: int) -> str:
    with county.house.database.reader() as session:
        document = session.get_one(Document, number)
        return clearing.review(session, county.house, document, document.head).files[0].stage


def settle(county, number: int) -> None:
    with county.house.database.writer.begin() as session:
        assert county.settle_all(session, session.get_one(Document, number)) == 1


def test_a_real_file_goes_the_whole_way_in_processes_of_its_own(county, instance, attached):
    book = openpyxl.Workbook()
    book.active.append(["姓名", "手机号码"])
    book.active.append(["王芳", int(MOBILE)])
    data = io.BytesIO()
    book.save(data)
    number, real = attached(data.getvalue(), "名单.xlsx"), Worker(instance)
    try:
        assert real.once() == [] and stage(county, number) == filing.OPEN
        settle(county, number)
        assert real.once() == [] and stage(county, number) == filing.READY
    finally:
        real.close()


def test_decisions_columns_and_the_directory_make_it_look_again(county, instance, worker, attached):
    number = attached(f"王芳手机{MOBILE}\n".encode())
    worker.once()
    settle(county, number)
    assert worker.once() == [] and stage(county, number) == filing.READY
    with county.house.database.writer.begin() as session:
        tree.change(session, session.get_one(Column, county.columns["tzgg"]), actor_id=None,
                    masks={"MOBILE": "partial"})
    assert stage(county, number) == filing.PREPARING
    assert worker.once() == [] and stage(county, number) == filing.READY
    with county.house.database.writer.begin() as session:
        session.add(Department(code="QY-new", name="新局", short_name="新局", level="部门", phone="0399-6661111"))
        journal.record(session, "department.create", ("department", 99), actor_id=None, name="新局")
    assert stage(county, number) == filing.WAITING  # a phone of the office may be in it
    assert worker.once() == [] and stage(county, number) == filing.READY


def test_the_dead_hold_no_attachments(county, instance, worker, attached):
    number = attached()
    with county.house.database.writer.begin() as session:
        attachment = session.query(Attachment).filter_by(document_id=number).one()
        attachment.lease_owner = worker.presence.owner
        attachment.lease_until = attachment.uploaded.replace(year=2999)
    assert worker.once() == [] and stage(county, number) == filing.WAITING
    worker._free(worker.presence.owner)
    assert worker.once() == [] and stage(county, number) == filing.READY


def test_a_long_look_keeps_nothing_else_waiting(county, instance, attached, monkeypatch):
    looking, go_on = Event(), Event()

    def long(source, choices):
        looking.set()
        assert go_on.wait(60)
        return SLIPS.inspect(source, choices)

    monkeypatch.setattr(working, "tools", lambda instance: working.Tools(long, SLIPS.clean))
    attached()
    made, stop = Worker(instance), Event()
    thread = Thread(target=made.run, args=(stop,))
    thread.start()
    try:
        assert looking.wait(60)
        with county.house.database.writer.begin() as session:
            document_id = county.publish(session, county.write(session)).id
        assert any(document_id in instance.engine.ids() or stop.wait(0.1) for _ in range(300))
    finally:
        go_on.set()
        stop.set()
        thread.join()
        made.close()
