"""Questions that are put to the driver itself: they say what the session says, and are heard and named like it."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, event, func, select, text
from sqlalchemy.exc import DBAPIError

from content.direct import Question
from content.documents import Document, Live, Rendition

COLUMNS = (*Live.__table__.columns, Rendition.data, Rendition.chain, Rendition.files, Document.imported)
WHOLE = (select(*COLUMNS).join(Rendition, Rendition.id == Live.rendition_id)
         .join(Document, Document.id == Live.document_id)
         .where(Live.document_id == bindparam("number"), Live.state == "public"))


@pytest.fixture
def live(county, house):
    with house.database.writer.begin() as session:
        return county.publish(session, county.write(session)).id


def test_a_row_is_the_one_that_the_session_reads(live, house):
    with house.database.reader() as session:
        asked = Question(WHOLE).row(session, number=live)
        assert not session.in_transaction()
        assert asked == list(session.execute(WHOLE, {"number": live}).one())
        assert Question(WHOLE).row(session, number=live + 1) is None


def test_what_a_transaction_has_not_committed_is_seen_in_it_alone(live, house):
    question = Question(select(Live.title).where(Live.document_id == bindparam("number")))
    with house.database.reader() as reader, house.database.writer() as session:
        session.get_one(Live, live).title = "改过的标题"
        session.flush()
        assert question.row(session, number=live) == ["改过的标题"]
        assert question.row(reader, number=live) != ["改过的标题"]
        session.rollback()


def test_who_listens_to_statements_hears_it(live, house):
    heard, engine = [], house.database.engine

    def note(connection, cursor, statement, *rest):
        heard.append((statement, connection.info))
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "after_cursor_execute", note)
    try:
        with house.database.reader() as session:
            Question(WHOLE).row(session, number=live)
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "after_cursor_execute", note)
    (before, here), (after, there) = heard
    assert "rendition" in before and before == after and here is there


def test_a_failure_has_the_name_that_sqlalchemy_gives_it_and_leaves_the_connection_usable(house):
    with house.database.reader() as session, pytest.raises(DBAPIError) as problem:
        Question(select(func.nobody_has_this(bindparam("secret")))).row(session, secret="王小明")
    assert "王小明" not in str(problem.value)
    assert house.database.engine.pool.checkedout() == 0
    with house.database.reader() as session:
        assert session.scalar(text("SELECT 1")) == 1
