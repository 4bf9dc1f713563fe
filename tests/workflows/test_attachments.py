"""Attachments on the way to the public: who has to have looked, and what may not change any more."""

from __future__ import annotations

import pytest
from factories import STATEMENT
from slips import SLIPS

from content import attachments, preparing
from content.documents import Attachment, Document
from content.privacy.renditions.model import Box
from workflows.moves import Refused

WORDS = "两幅照片都看过，没有个人信息"


@pytest.fixture
def sent(house, county):
    """`sent(text)`: a draft with an attachment, prepared and on its way to the reviewer; and the attachment."""
    def send(text: str, *, submit: bool = True) -> tuple[int, int]:
        with house.database.writer.begin() as session:
            document = county.write(session)
            made = attachments.take(session, house, document, "现场.txt", text.encode(),
                                    actor_id=county.users["zhangli"])
            number, file = document.id, made.id
        while preparing.turn(house, "tests", SLIPS):
            pass
        if submit:
            with house.database.writer.begin() as session:
                county.move(session, session.get_one(Document, number), "submit", "zhangli")
        return number, file
    return send


def test_nothing_is_sent_while_an_attachment_is_not_ready(session, house, county):
    document = county.write(session)
    attachments.take(session, house, document, "a.txt", b"a\n", actor_id=county.users["zhangli"])
    with pytest.raises(Refused, match="还在检查"):
        county.move(session, document, "submit", "zhangli")


def test_a_reviewer_looks_at_pictures_before_he_lets_them_pass(session, house, county, sent):
    number, file = sent("picture 1\n")
    document, attachment = session.get_one(Document, number), session.get_one(Attachment, file)
    with pytest.raises(Refused, match="作出说明"):
        county.move(session, document, "approve", "zhoumin")
    attachments.vouch(session, house, document, attachment, WORDS, actor_id=county.users["zhoumin"])
    county.move(session, document, "approve", "zhoumin")
    county.move(session, document, "clear", "helixin", statement=STATEMENT)
    county.move(session, document, "sign", "wangjianguo")
    assert [each["id"] for each in document.live.rendition.files] == [file]


def test_what_is_shown_of_an_attachment_does_not_change_after_the_statement(session, county, sent):
    number, file = sent("a\n")
    document = session.get_one(Document, number)
    county.move(session, document, "approve", "zhoumin")
    county.move(session, document, "clear", "helixin", statement=STATEMENT)
    attachments.choose(session, document, session.get_one(Attachment, file), actor_id=county.users["zhangli"],
                       boxes=[Box("x", 0, 0, 1, 1)])
    with pytest.raises(Refused, match="又有改动"):
        county.move(session, document, "sign", "wangjianguo")


def test_not_even_in_an_emergency(session, house, county, sent):
    number, _file = sent("picture 1\n", submit=False)
    document = session.get_one(Document, number)
    with pytest.raises(Refused, match="作出说明"):
        county.move(session, document, "publish_urgently", "zhoumin", why="防汛")
    assert document.live is None and document.state == "draft"


def test_who_uploads_has_written_on_it(session, house, county):
    document = county.publish(session, county.write(session, by="zhangli"))
    county.move(session, document, "revise", "zhangli", why="补充附件")
    attachments.take(session, house, document, "a.txt", b"a\n", actor_id=county.users["zhoumin"])
    session.commit()
    while preparing.turn(house, "tests", SLIPS):
        pass
    session.refresh(document)
    county.move(session, document, "submit", "zhangli")
    with pytest.raises(Refused, match="不能在一条流程里办两步"):
        county.move(session, document, "approve", "zhoumin")
