"""Finding documents on their way: by title, by id, by address and by 文号."""

from __future__ import annotations

from content import manuscripts
from content.documents import Document
from content.manuscripts import Wanted

POLICY = {"number": "清民〔2026〕8号", "genre": "通知", "topic": "其他", "formed": "2026-11-02", "validity": "有效"}


def titles(session, **wanted) -> set[str]:
    return {each.title for each in manuscripts.listed(session, Wanted(**wanted), 0, 50)}


def test_by_words_owner_column_and_state(session, county):
    first = county.write(session, title="供水检修通知")
    county.write(session, title="供电检修通知", path="shjz")
    county.move(session, first, "submit", "zhangli")
    assert titles(session, words="检修") == {"供水检修通知", "供电检修通知"}
    assert titles(session, words="供水 通知") == {"供水检修通知"}
    assert titles(session, words=str(first.id)) == {"供水检修通知"}
    assert titles(session, words="100%_") == set()
    assert titles(session, states=["draft"]) == {"供电检修通知"}
    assert titles(session, columns=[county.columns["shjz"]]) == {"供电检修通知"}
    assert titles(session, columns=[]) == titles(session, owner_id=county.users["sunjing"]) == set()
    assert manuscripts.count(session, Wanted(words="检修")) == 2


def test_a_document_is_meant_by_number_address_or_id(session, county):
    document = county.publish(session, county.write(session, type_name="policy", title="办法", data=POLICY))
    url = document.live.url
    absolute = f"https://www.qingyuan.example{url}"
    for written in (str(document.id), url, absolute, "清民[2026]008号", " 清民（2026）8号 "):
        assert manuscripts.find(session, written) is document, written
    for written in ("", "999999", "清民〔2026〕9号", "/doc/2026/999.html", "随便写的", "９９"):
        assert manuscripts.find(session, written) is None, written


def test_the_last_issue_of_each_column(session, county):
    county.publish(session, county.write(session, title="第一期"))
    second = county.publish(session, county.write(session, title="第二期"))
    county.write(session, title="草稿")
    column = county.columns["tzgg"]
    assert manuscripts.last_issues(session, [column, county.columns["shjz"]]) == {column: second.id}


def test_revisions_newest_first(session, county):
    from content import writing
    document = county.write(session)
    writing.save(session, document, base_id=document.head_id, title="二稿", body="", data={}, actor_id=1)
    assert [each.ordinal for each in manuscripts.revisions(session, document.id)] == [2, 1]
    assert manuscripts.revision(session, document.id, 2) is document.head
    assert manuscripts.revision(session, document.id, 3) is None
    assert manuscripts.newest_in(session, document.column_id, "notice") is session.get(Document, document.id)
