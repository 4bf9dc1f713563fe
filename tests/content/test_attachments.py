"""Attachments on their way: taken in, inspected, settled, made, vouched for; nothing goes out but today's rendition."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from slips import SLIPS

from content import attachments, clearing, filing, journal, preparing, writing
from content.attachments import Unfit, clean_name
from content.base import now
from content.blobs import Blob, key_of
from content.documents import Attachment, FileRendition
from content.privacy import Decision
from content.privacy.renditions.model import Box, Refused

MOBILE = "13812345678"
OWNER = "tests"


@pytest.fixture
def desk(house, county):
    return Desk(house, county)


class Desk:
    """A draft with attachments, and a worker that is told when to turn."""

    def __init__(self, house, county):
        self.house, self.county, self.editor = house, county, county.users["zhangli"]
        with house.database.writer.begin() as session:
            self.number = county.write(session).id

    def write(self):
        return self.house.database.writer.begin()

    def document(self, session):
        return session.get_one(clearing.Document, self.number)

    def take(self, text="按规定公开的名单\n", name="名单.txt", **values) -> int:
        with self.write() as session:
            data = text if isinstance(text, bytes) else text.encode()
            return attachments.take(session, self.house, self.document(session), name, data,
                                    actor_id=self.editor, **values).id

    def turn(self, tools=SLIPS) -> int:
        count = 0
        while preparing.turn(self.house, OWNER, tools):
            count += 1
        return count

    def review(self, session):
        document = self.document(session)
        return clearing.review(session, self.house, document, document.head)

    def at(self, session, number) -> filing.Filed:
        return next(each for each in self.review(session).files if each.attachment.id == number)

    def settle(self, decision=Decision.mask, reason=""):
        with self.write() as session:
            count = self.county.settle_all(session, self.document(session), decision, reason)
            preparing.wake(session, [self.number])
        return count

    def make(self, session):
        document = self.document(session)
        node = self.house.tree(session).by_id[document.column_id]
        return clearing.make(session, self.house, document, document.head, node, address="/doc/2026/1")


def test_the_way_of_an_attachment(desk):
    number = desk.take(f"王芳手机{MOBILE}\n", name=f"{MOBILE}.txt")
    stages = []
    with desk.write() as session:
        stages.append(desk.at(session, number).stage)
        assert any("还在检查" in each for each in desk.review(session).blockers)
    desk.turn()
    with desk.write() as session:
        found = desk.review(session).found
        assert [each.kind for each in found] == ["MOBILE"] and found[0].places[0].startswith("附件“")
        assert MOBILE not in "".join(found[0].places)  # files and sheets may be called by somebody's number
        stages.append(desk.at(session, number).stage)
    desk.settle()
    with desk.write() as session:
        stages.append(desk.at(session, number).stage)
    desk.turn()
    with desk.write() as session:
        stages.append(desk.at(session, number).stage)
        made = desk.make(session)
        listed, = made.files
        data = desk.house.blobs.get(session, session.get_one(FileRendition, listed["file"]).address)
        assert MOBILE.encode() not in data and "王芳".encode() in data
    assert stages == [filing.WAITING, filing.OPEN, filing.PREPARING, filing.READY]


def test_one_decision_holds_for_the_text_and_all_files(desk, county):
    with desk.write() as session:
        document = desk.document(session)
        writing.save(session, document, base_id=document.head_id, title="t", body=f"<p>手机{MOBILE}。</p>", data={},
                     actor_id=desk.editor)
    desk.take(f"王芳手机{MOBILE}\n")
    desk.take(f"联系手机{MOBILE}\n", name="二.txt")
    desk.turn()
    with desk.write() as session:
        found, = desk.review(session).found
        assert found.count == 3
        clearing.settle(session, desk.document(session), found, Decision.keep, "本人同意公开", actor_id=desk.editor)
        row = journal.pending(session)[-1]
        assert row.payload["places"] == ["正文", "附件"]
        preparing.wake(session, [desk.number])
    desk.turn()
    with desk.write() as session:
        assert [each.stage for each in desk.review(session).files] == [filing.READY] * 2


def test_what_is_cut_elsewhere_is_cut_where_nothing_says_what_it_is(desk):
    """A label gives it away in the text, or in a hidden place of another file; bare it is found by nobody."""
    with desk.write() as session:
        document = desk.document(session)
        writing.save(session, document, base_id=document.head_id, title="t", data={}, actor_id=desk.editor,
                     body="<p>微信号：wangfang1985x</p>")
    number = desk.take("联系 wangfang1985x、lixiang1990y\n")
    desk.take("hidden: 微信号：lixiang1990y\n", name="二.txt")
    desk.turn()
    desk.settle()
    desk.turn()
    with desk.write() as session:
        assert desk.make(session)
        assert "1985x" not in desk.at(session, number).rendition.text
        assert "1990y" not in desk.at(session, number).rendition.text
        writing.save(session, desk.document(session), base_id=desk.document(session).head_id, title="t",
                     body="<p>微信号：wangfang1985x</p><p>问 lixiang1990y</p>", data={}, actor_id=desk.editor)
        with pytest.raises(clearing.NotClean, match="仍能找到应当去掉的"):
            desk.make(session)


@pytest.mark.parametrize("change", ["settle", "hidden", "box", "masks"])
def test_a_rendition_made_by_other_choices_is_not_found(desk, county, change):
    number = desk.take(f"王芳手机{MOBILE}\nhidden: 城关镇\n")
    desk.turn()
    desk.settle()
    desk.turn()
    with desk.write() as session:
        document, at = desk.document(session), desk.at(session, number)
        assert at.stage == filing.READY
        if change == "settle":
            found, = desk.review(session).found
            clearing.settle(session, document, found, Decision.delete, actor_id=desk.editor)
        elif change == "hidden":
            attachments.choose(session, document, at.attachment, actor_id=desk.editor, keep_hidden=True)
        elif change == "box":
            attachments.choose(session, document, at.attachment, actor_id=desk.editor,
                               boxes=[Box("page", 0.1, 0.1, 0.2, 0.2)])
        else:
            from content import tree
            tree.change(session, session.get_one(tree.Column, document.column_id), actor_id=None,
                        masks={"MOBILE": "partial"})
    with desk.write() as session:
        with pytest.raises(clearing.NotClean, match="附件“名单"):
            desk.make(session)
        preparing.wake(session, [desk.number])
    desk.turn()
    with desk.write() as session:
        assert desk.make(session).files
        assert session.query(FileRendition).count() == 1  # the former one, which nobody was shown, is gone


def test_newer_detectors_look_again(desk, monkeypatch):
    number = desk.take()
    desk.turn()
    monkeypatch.setattr(filing, "engine", lambda: "newer")
    with desk.write() as session:
        assert desk.at(session, number).stage == filing.WAITING


def test_what_is_refused_says_why_and_may_be_tried_again(desk):
    number = desk.take(b"\xff\xfe")
    desk.turn()
    with desk.write() as session:
        assert any("已损坏" in each for each in desk.review(session).blockers)
        attachments.again(session, desk.document(session), session.get_one(Attachment, number), actor_id=desk.editor)
        assert desk.at(session, number).stage == filing.WAITING


def test_pictures_that_no_program_reads_need_another_persons_word(desk, county):
    number = desk.take("picture 1\n")
    desk.turn()
    with desk.write() as session:
        document, attachment = desk.document(session), session.get_one(Attachment, number)
        assert desk.review(session).blockers == [] and desk.review(session).unseen
        with pytest.raises(clearing.NotClean, match="作出说明"):
            desk.make(session)
        with pytest.raises(Unfit, match="另一位"):
            attachments.vouch(session, desk.house, document, attachment, "看过", actor_id=desk.editor)
        attachments.vouch(session, desk.house, document, attachment, "看过，没有个人信息",
                          actor_id=county.users["zhoumin"])
        assert desk.make(session).files
        attachments.choose(session, document, attachment, actor_id=desk.editor, boxes=[Box("picture 1", 0, 0, 1, 1)])
        assert desk.review(session).unseen  # the statement was about the picture without the box


def test_a_file_that_was_changed_on_the_disk_does_not_go_out(desk):
    number = desk.take()
    desk.turn()
    with desk.write() as session:
        address = desk.at(session, number).rendition.address
        path = desk.house.blobs.store.path(key_of(address))
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(clearing.NotClean, match="损坏"):
            desk.make(session)


def test_what_the_last_look_finds_is_not_kept(desk):
    def careless(source, choices):
        made = SLIPS.clean(source, choices)
        return dataclasses.replace(made, built=dataclasses.replace(made.built, text=source.data.decode()))

    def unclean(source, choices):
        raise Refused("unclean", "公开版里仍有手机号码")

    number = desk.take(f"王芳手机{MOBILE}\n")
    desk.turn()
    desk.settle()
    for clean in (careless, unclean):
        with desk.write() as session:
            attachments.again(session, desk.document(session), session.get_one(Attachment, number),
                              actor_id=desk.editor)
        desk.turn(dataclasses.replace(SLIPS, clean=clean))
        with desk.write() as session:
            assert desk.at(session, number).stage == filing.FAILED
            assert any("没有通过核验" in each for each in desk.review(session).blockers)


# -- taking in ----------------------------------------------------------------------------------------------------

@pytest.mark.nodatabase
@pytest.mark.parametrize(("given", "kept"), [
    ("../../etc/passwd", "passwd"), ("C:\\文件\\名单.xlsx", "名单.xlsx"), ("a\u202excod.exe", "a xcod.exe"),
    ("x\r\nSet-Cookie: a.txt", "x Set-Cookie a.txt"), ("", "附件"), (".xlsx", "附件.xlsx"),
    ("长" * 300 + ".docx", None)])
def test_names_are_made_fit(given, kept):
    name = clean_name(given)
    assert name == kept if kept else (len(name) <= attachments.LONGEST_NAME and name.endswith(".docx"))


def test_what_is_not_taken(desk):
    with pytest.raises(Unfit, match="空的"):
        desk.take(b"")
    with pytest.raises(Unfit, match="最多可以收1兆字节"):
        desk.take("长" * 500_000, most=1024 * 1024)
    desk.take("一样的\n")
    with pytest.raises(Unfit, match="内容相同"):
        desk.take("一样的\n", name="别名.txt")
    first = desk.take("图\n", role=filing.PICTURE)
    assert desk.take("图\n", role=filing.PICTURE) == first


def test_files_come_go_and_change_places_by_revisions(desk):
    one, two = desk.take("一\n"), desk.take("二\n")
    three = desk.take("三\n", replaces=one)
    with desk.write() as session:
        document = desk.document(session)
        assert document.head.attachments == [three, two]
        attachments.order(session, document, [two, three], actor_id=desk.editor)
        attachments.drop(session, document, session.get_one(Attachment, two), actor_id=desk.editor)
        assert document.head.attachments == [three] and document.head.ordinal == 6
        with pytest.raises(Unfit, match="有变化"):
            attachments.order(session, document, [two, three], actor_id=desk.editor)


def test_an_upload_while_somebody_writes_loses_nothing(desk):
    with desk.write() as session:
        document = desk.document(session)
        base = document.head_id
        writing.keep_draft(session, desk.editor, {"body": "<p>正在写</p>"}, document=document, base_id=base)
    number = desk.take()
    with desk.write() as session:
        document = desk.document(session)
        assert writing.draft_of(session, desk.editor, document.id) is not None
        saved = writing.save(session, document, base_id=base, title="t", body="<p>正在写</p>", data={},
                             actor_id=desk.editor)
        assert saved.attachments == [number]


def test_another_documents_attachment_does_not_go_out(desk, county):
    number = desk.take()
    desk.turn()
    with desk.write() as session:
        other = county.write(session, body=f'<p>文</p><img src="/desk/file/{number}" alt="图">')
        session.flush()
        assert clearing.review(session, desk.house, other, other.head).lost == 1


def test_who_opened_an_original_is_on_record(desk):
    number = desk.take("原件\n")
    with desk.write() as session:
        data = attachments.open_original(session, desk.house, session.get_one(Attachment, number), actor_id=7)
        assert data == "原件\n".encode() and journal.pending(session)[-1].actor_id == 7


# -- turns --------------------------------------------------------------------------------------------------------

def test_a_turn_that_took_too_long_writes_nothing(desk):
    number = desk.take()

    def slow(source, choices):
        with desk.write() as session:
            session.get_one(Attachment, number).lease_owner = "another"
        return SLIPS.inspect(source, choices)

    preparing.turn(desk.house, OWNER, dataclasses.replace(SLIPS, inspect=slow))
    with desk.write() as session:
        attachment = session.get_one(Attachment, number)
        assert (attachment.lease_owner, attachment.inspection) == ("another", None)


def test_what_brings_its_worker_down_again_and_again_is_refused(desk):
    number = desk.take()
    for _ in range(preparing.MOST_ATTEMPTS):
        assert preparing._take(desk.house, OWNER, now()) == number
        with desk.write() as session:
            preparing.release(session, OWNER)  # as whoever finds its presence gone does
    desk.turn(dataclasses.replace(SLIPS, inspect=lambda *given: pytest.fail("taken once more")))
    with desk.write() as session:
        assert "多次" in desk.at(session, number).reason


def test_an_idle_worker_finds_nothing_and_former_inspections_are_gone(desk):
    number = desk.take("picture\n")
    desk.turn()
    with desk.write() as session:
        before = session.get_one(Attachment, number).inspection
        attachments.choose(session, desk.document(session), session.get_one(Attachment, number),
                           actor_id=desk.editor, keep_hidden=True)
    assert desk.turn() > 0 and desk.turn() == 0
    with desk.write() as session:
        assert session.get(Blob, before) is None and not desk.house.blobs.store.path(key_of(before)).exists()
        assert list(desk.house.blobs.verify(session)) == []


def test_files_that_a_crash_left_are_swept_away(desk):
    number = desk.take()
    with desk.house.database.reader() as session:
        left = desk.house.blobs.write(session, b"half")
        assert desk.house.blobs.sweep(session, now() - dt.timedelta(days=1)) == 0
        others = set(range(256)) - {int(left.address[:2], 16)}
        assert desk.house.blobs.sweep(session, now() + dt.timedelta(seconds=5), others) == 0
        assert desk.house.blobs.sweep(session, now() + dt.timedelta(seconds=5)) == 1
        assert not desk.house.blobs.store.path(key_of(left.address)).exists()
        assert desk.house.blobs.get(session, session.get_one(Attachment, number).address)
