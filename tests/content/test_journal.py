"""The journal: order, chain, refusal, erasure."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from content import journal


def write(house, *numbers):
    for number in numbers:
        with house.database.writer.begin() as session:
            journal.record(session, "test.write", ("test", number), actor_id=None, words=f"第{number}件")


def problems(house):
    with house.database.reader() as session:
        return list(journal.verify(session))


def tamper(house, statement, *drop):
    """Change the database as somebody with its password could: triggers off first."""
    with house.database.writer.begin() as session:
        for name in drop:
            session.execute(text(f"DROP TRIGGER {name}" if house.database.is_sqlite else
                                 f"ALTER TABLE {name.split('_no_')[0]} DISABLE TRIGGER USER"))
        session.execute(text(statement))


def test_rows_are_numbered_without_gaps_and_chained(house):
    write(house, 1, 2, 3)
    with house.database.reader() as session:
        rows = journal.after(session, 0)
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [journal.GENESIS, rows[0].hash, rows[1].hash]
    assert rows[2].payload == {"words": "第3件"}
    assert problems(house) == []


def test_what_is_rolled_back_is_not_in_it(house):
    with house.database.writer() as session:
        journal.record(session, "test.write", ("test", 1), actor_id=None)
        session.rollback()
        journal.record(session, "test.write", ("test", 2), actor_id=None)
        session.commit()
        assert [row.subject_id for row in journal.after(session, 0)] == [2]


def test_what_a_savepoint_undoes_is_not_in_it(house):
    with house.database.writer.begin() as session:
        journal.record(session, "test.write", ("test", 1), actor_id=None)
        inner = session.begin_nested()
        journal.record(session, "test.write", ("test", 2), actor_id=None)
        inner.rollback()
        with session.begin_nested():
            journal.record(session, "test.write", ("test", 3), actor_id=None)
    with house.database.reader() as session:
        assert [row.subject_id for row in journal.after(session, 0)] == [1, 3]


@pytest.mark.parametrize("statement", ["UPDATE journal SET action = 'x'", "DELETE FROM journal",
                                       "UPDATE journal_payload SET body = '{}'", "DELETE FROM journal_payload",
                                       "UPDATE journal_payload SET body = NULL, salt = NULL"])
def test_the_database_refuses_changes(house, statement):
    write(house, 1)
    with pytest.raises(DatabaseError, match="append-only"), house.database.writer.begin() as session:
        session.execute(text(statement))


def test_an_erasure_empties_the_payload_and_the_chain_still_verifies(house):
    write(house, 1, 2)
    with house.database.writer.begin() as session:
        journal.erase(session, 1, actor_id=7, why="个人信息保护法第四十七条")
    with house.database.reader() as session:
        rows = journal.after(session, 0)
        assert rows[0].payload == {}
        assert rows[1].payload == {"words": "第2件"}
        assert rows[2].action == journal.ERASED and rows[2].payload["why"]
    assert problems(house) == []


def test_erasing_a_row_that_is_not_there_is_refused(house):
    with house.database.writer() as session, pytest.raises(LookupError):
        journal.erase(session, 99, actor_id=1, why="x")


def test_verify_names_the_first_break(house):
    write(house, 1, 2, 3)
    tamper(house, "UPDATE journal SET action = 'test.forged' WHERE seq = 2", "journal_no_update")
    assert problems(house)[0] == "journal row 2 was changed: its hash is wrong"


def test_verify_finds_a_changed_payload_a_missing_row_and_an_unrecorded_erasure(house):
    write(house, 1, 2, 3, 4)
    tamper(house, "UPDATE journal_payload SET body = '{}' WHERE seq = 1", "journal_payload_no_update")
    assert problems(house) == ["the payload of journal row 1 was changed"]
    tamper(house, "UPDATE journal_payload SET body = NULL, salt = NULL WHERE seq = 1")
    assert problems(house) == ["the payload of journal row 1 is gone without a journalled erasure"]
    tamper(house, "DELETE FROM journal_payload WHERE seq = 3", "journal_payload_no_delete")
    tamper(house, "DELETE FROM journal WHERE seq = 3", "journal_no_delete")
    assert "journal row 3 is missing: the next one is 4" in problems(house)


def test_latest_of_a_kind(house):
    write(house, 1, 2)
    with house.database.reader() as session:
        assert journal.latest(session) == 2
        assert journal.latest(session, "test") == 2
        assert journal.latest(session, "column") == 0
