"""The archive card: made from the journal, the same again and again, and without a word that must not stand in it."""

from __future__ import annotations

import pytest

from content import journal, writing
from content.people import Department, User
from content.tree import Column, change
from workflows import cards

ID = "110101199003074477"


@pytest.fixture
def corrected(session, county):
    """A notice that was published, corrected in public, and withdrawn; committed."""
    document = county.publish(session, county.write(session, title="停水通知", body="<p>电话13812345678。</p>"))
    session.commit()
    county.move(session, document, "revise", "zhangli", why=f"群众{ID}反映日期有误")
    head = document.head
    writing.save(session, document, base_id=head.id, title="停水通知（更正）", body=head.body, actor_id=head.author_id,
                 data={"correction": f"更正日期，{ID}"})
    county.publish(session, document)
    session.commit()
    county.move(session, document, "withdraw", "wangjianguo", why="x", reason_kind="error")
    session.commit()
    return document


def test_a_card_tells_who_did_what_and_no_personal_data(session, corrected):
    card = cards.card(session, corrected)
    steps = [(step["action"].partition(".")[2], step["name"], step["unit"]) for step in card["steps"]]
    assert steps[:4] == [("submit", "张丽", "县民政局"), ("approve", "周敏", "县民政局"),
                         ("clear", "何立新", "县政府办公室"), ("sign", "王建国", "县政府办公室")]
    assert [each["changes"] for each in card["versions"]] == [[], ["标题"]]
    assert card["settled"] == {"手机号码": {"mask": 1}, "居民身份证号": {"mask": 1}}
    assert [each["kind"] for each in card["withdrawals"]] == ["error"] and card["state"] == "withdrawn"
    words = journal.canonical(card)
    assert ID not in words and "13812345678" not in words and "群众" in words


def test_a_card_is_the_same_whatever_is_renamed_later_and_as_of_any_row(session, county, corrected):
    before = cards.card(session, corrected)
    early = cards.card(session, corrected, before["versions"][0]["seq"])
    assert (early["state"], len(early["versions"]), early["what"]["title"]) == ("public", 1, "停水通知")
    session.get_one(User, county.users["wangjianguo"]).name = "王某"
    session.get_one(Department, county.departments["QY-zfb"]).short_name = "府办"
    change(session, session.get_one(Column, county.columns["tzgg"]), actor_id=None, name="公告")
    session.commit()
    assert cards.card(session, corrected) == before
    assert cards.card(session, corrected, early["evidence"]["upto"])["sha256"] == early["sha256"]
    assert cards.digest({name: value for name, value in before.items() if name != "sha256"}) == before["sha256"]


def test_evidence_is_that_of_the_journal_and_texts_are_known_by_their_hashes(session, corrected):
    card = cards.card(session, corrected)
    rows = {row.seq: row.hash for row in journal.history(session, "document", corrected.id)}
    assert {row["seq"]: row["hash"] for row in card["evidence"]["rows"]} == rows
    assert card["evidence"]["head"] == rows[max(rows)] and not list(journal.verify(session))
    head = corrected.head
    assert card["versions"][-1]["sha256"]["revision"] == cards.digest(
        {"title": head.title, "body": head.body, "data": head.data})


def test_the_public_card_names_offices_alone_and_nothing_that_is_still_on_its_way(session, county):
    document = county.publish(session, county.write(session))
    session.commit()
    before = cards.public_card(session, document.id, document.live)
    county.move(session, document, "revise", "zhangli", why="内部的理由")
    session.commit()
    assert cards.public_card(session, document.id, document.live) == before
    words = journal.canonical(before)
    assert "县政府办公室" in words and not any(name in words for name in ("张丽", "周敏", "何立新", "王建国", "理由"))


def test_there_is_no_card_of_what_never_was_public(session, county):
    document = county.write(session)
    session.commit()
    for make in (lambda: cards.card(session, document), lambda: cards.public_card(session, document.id, None)):
        with pytest.raises(cards.NeverPublished):
            make()


def test_a_row_that_was_erased_says_so_and_the_card_is_still_made(session, corrected):
    row = next(row for row in journal.history(session, "document", corrected.id) if row.action == "document.revise")
    journal.erase(session, row.seq, actor_id=7, why="个人信息保护法第四十七条")
    session.commit()
    session.expire_all()
    card = cards.card(session, corrected)
    assert [each["seq"] for each in card["evidence"]["rows"] if each["erased"]] == [row.seq]
    assert "群众" not in journal.canonical(card)
