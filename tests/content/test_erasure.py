"""Erasing a revision by law: its words go, that it was stays, and nothing else can be changed."""

from __future__ import annotations

import pytest
from slips import SLIPS
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from content import attachments, journal, preparing, writing
from content.blobs import key_of
from content.documents import Document, Rendition, Revision
from content.erasure import StillPublic, erase_revision
from workflows import cards

LEAK = "李秀英住城关镇人民路9号"


@pytest.fixture
def withdrawn(session, county):
    """A document that was public, was corrected, and is withdrawn; its first revision holds what must go."""
    document = county.publish(session, county.write(session, title=LEAK, body=f"<p>{LEAK}</p>"))
    county.move(session, document, "revise", "zhangli", why="更正")
    writing.save(session, document, base_id=document.head_id, title="更正稿", body="<p>更正稿</p>", data={},
                 actor_id=county.users["zhangli"], note="去掉住址")
    writing.keep_draft(session, county.users["zhangli"], {"body": LEAK}, document=document)
    session.commit()
    return document


def words(session, document):
    session.expire_all()
    revisions = session.query(Revision).filter_by(document_id=document.id).order_by(Revision.ordinal).all()
    renditions = session.query(Rendition).all()
    return "".join(each.title + each.body + str(each.data) for each in (*revisions, *renditions))


def test_a_revision_and_what_was_made_of_it_are_emptied_and_the_journal_says_so(session, county, withdrawn):
    assert LEAK in words(session, withdrawn)
    with pytest.raises(StillPublic, match="先撤回"):
        erase_revision(session, county.house, withdrawn, 1, actor_id=7, why="本人要求删除")
    county.move(session, withdrawn, "withdraw", "wangjianguo", why="泄露住址", reason_kind="privacy")
    erase_revision(session, county.house, withdrawn, 1, actor_id=7, why="个人信息保护法第四十七条")
    session.commit()
    assert LEAK not in words(session, withdrawn) and "更正稿" in words(session, withdrawn)
    assert writing.draft_of(session, county.users["zhangli"], withdrawn.id) is None
    rows = journal.history(session, "document", withdrawn.id)
    assert (rows[-1].action, rows[-1].payload["ordinal"]) == ("document.erase", 1)
    assert list(journal.verify(session)) == []


def test_neither_tombstone_nor_archive_card_keeps_what_was_erased(session, county):
    document = county.publish(session, county.write(session, title=LEAK))
    county.move(session, document, "withdraw", "wangjianguo", why=LEAK, reason_kind="error")
    session.commit()
    assert document.live.title == LEAK and LEAK in journal.canonical(cards.card(session, document)["what"])
    erase_revision(session, county.house, document, 1, actor_id=7, why="个人信息保护法第四十七条")
    session.commit()
    session.expire_all()
    card = cards.card(session, document)
    assert (document.live.title, document.live.reason, card["what"]["title"]) == ("", "", "")
    assert card["versions"][0]["erased"] and card["versions"][0]["sha256"]["rendition"]


def test_what_is_rolled_back_is_not_erased(session, county):
    document = county.write(session, title=LEAK)
    session.commit()
    erase_revision(session, county.house, document, 1, actor_id=7, why="x")
    session.rollback()
    session.commit()
    assert session.get_one(Document, document.id).title == LEAK


@pytest.mark.parametrize(("ordinal", "why", "problem"), [(9, "x", LookupError), (1, " ", ValueError)])
def test_it_needs_a_revision_and_a_reason(session, county, ordinal, why, problem):
    with pytest.raises(problem):
        erase_revision(session, county.house, county.write(session), ordinal, actor_id=7, why=why)


@pytest.mark.parametrize("statement", [
    "UPDATE revision SET title = '', body = '', note = '', data = '{}', attachments = '[]' WHERE ordinal = 2",
    "UPDATE revision SET body = 'x' WHERE ordinal = 1", "UPDATE revision SET author_id = NULL WHERE ordinal = 1",
    "UPDATE rendition SET body = 'x'", "DELETE FROM rendition", "DELETE FROM revision WHERE ordinal = 1"])
def test_an_erasure_on_record_lets_through_nothing_but_the_emptying(house, session, county, withdrawn, statement):
    county.move(session, withdrawn, "withdraw", "wangjianguo", why="泄露住址", reason_kind="privacy")
    erase_revision(session, county.house, withdrawn, 1, actor_id=7, why="x")
    session.commit()
    with pytest.raises(DatabaseError, match="append-only"), house.database.writer.begin() as other:
        other.execute(text(statement))


def test_files_that_only_an_erased_revision_shows_are_gone(house, session, county):
    document = county.write(session)
    kept, gone = (attachments.take(session, house, document, f"{LEAK}.txt", data, actor_id=county.users["zhangli"])
                  for data in (b"kept", b"gone"))
    attachments.drop(session, document, gone, actor_id=county.users["zhangli"])
    session.commit()
    while preparing.turn(house, "tests", SLIPS):
        pass
    session.refresh(gone)
    paths = [house.blobs.store.path(key_of(address)) for address in (kept.address, gone.address)]
    erase_revision(session, house, document, 3, actor_id=7, why="本人要求删除")
    session.rollback()
    assert [path.exists() for path in paths] == [True, True]
    erase_revision(session, house, document, 3, actor_id=7, why="本人要求删除")
    session.commit()
    assert [path.exists() for path in paths] == [True, False]
    assert gone.name == gone.sha256 == "" and kept.name and list(house.blobs.verify(session)) == []
