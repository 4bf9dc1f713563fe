"""Writing: revisions, conflicts, drafts, copies, other columns; nothing typed is lost."""

from __future__ import annotations

import colander
import pytest

from content import journal, repository, writing
from content.base import now
from content.documents import Immutable, Revision
from content.types import all_types, type_of


def save(session, county, document, base, body, by="zhangli", title="标题"):
    return writing.save(session, document, base_id=base, title=title, body=body, data={}, actor_id=county.users[by])


def test_saving_makes_a_new_revision_and_the_same_again_does_not(session, county):
    document = county.write(session)
    first = document.head_id
    second = save(session, county, document, first, "<p>二</p>")
    assert (second.ordinal, document.head_id) == (2, second.id)
    assert save(session, county, document, second.id, "<p>二</p>") is second


def test_two_editors_of_one_revision_both_keep_their_text(session, county):
    document = county.write(session)
    base = document.head_id
    save(session, county, document, base, "<p>张丽的稿</p>")
    with pytest.raises(writing.Conflict) as caught:
        save(session, county, document, base, "<p>孙静的稿</p>", by="sunjing")
    assert "张丽的稿" in caught.value.theirs.body
    kept = writing.draft_of(session, county.users["sunjing"], document.id)
    assert kept.fields["body"] == "<p>孙静的稿</p>" and kept is caught.value.draft


def test_a_draft_is_one_for_each_person_and_goes_when_saved(session, county):
    document = county.write(session)
    for text in ("一", "二"):
        writing.keep_draft(session, county.users["zhangli"], {"title": text}, document=document,
                           base_id=document.head_id)
    assert writing.draft_of(session, county.users["zhangli"], document.id).fields == {"title": "二"}
    save(session, county, document, document.head_id, "<p>二</p>")
    assert writing.draft_of(session, county.users["zhangli"], document.id) is None


def test_nobody_gets_anothers_draft(session, county):
    mine = writing.keep_draft(session, county.users["zhangli"], {"title": "我的"}, type_name="notice")
    other = writing.keep_draft(session, county.users["sunjing"], {"title": "他的"}, draft_id=mine.id,
                               type_name="notice")
    assert other.id != mine.id and mine.fields == {"title": "我的"}


def test_a_revision_never_changes(session, county):
    document = county.write(session)
    document.head.title = "另一个标题"
    with pytest.raises(Immutable):
        session.flush()


def test_what_is_written_is_sanitised(session, county):
    document = county.write(session, body='<p onclick="x()">停水<script>alert(1)</script></p>')
    assert "script" not in document.head.body and "onclick" not in document.head.body and "停水" in document.head.body


def test_a_column_takes_only_its_types(session, county):
    with pytest.raises(writing.NotHere, match="不收"):
        county.write(session, path="dtxw", type_name="policy")


def test_a_copy_is_the_next_issue(session, county):
    document = county.write(session, title="第三季度低保公示", data={"ends": "2026-10-20", "keywords": "低保"})
    copy = writing.copy_as_new(session, document, county.node(session), actor_id=county.users["zhangli"])
    assert copy.id != document.id and copy.copied_from == document.id and copy.state == "draft"
    assert copy.head.title == "第三季度低保公示" and copy.head.data == {"keywords": "低保"}


def test_a_document_keeps_its_address_in_another_column(session, county):
    document = county.publish(session, county.write(session))
    url = document.live.url
    node = county.node(session, "zwgk/zcwj")
    writing.relocate(session, document, node, actor_id=1, also=[county.columns["tzgg"]], why="归口")
    session.commit()
    assert document.live.url == url and document.live.column_id == node.id
    for path in ("zwgk", "zwgk/zcwj", "tzgg"):
        listed = repository.latest(session, now(), 5, columns=[each.id for each in county.node(session, path).walk()])
        assert [each.document_id for each in listed] == [document.id]
    assert journal.history(session, "document", document.id)[-1].payload["why"] == "归口"


@pytest.mark.parametrize("written", ["清政办[2026]12号", "清政办（2026）012号", "清政办【2026】 第12号",
                                     "清政办〔２０２６〕12号"])
def test_a_document_number_is_kept_in_its_standard_spelling(session, county, written):
    document = county.write(session, path="zwgk/zcwj", type_name="policy", data={"number": written})
    assert document.head.data["number"] == "清政办〔2026〕12号"


def test_a_bad_value_is_named_by_its_field(session, county):
    with pytest.raises(colander.Invalid) as caught:
        county.write(session, path="zwgk/zcwj", type_name="policy", data={"number": "第十二号", "formed": "明天"})
    assert set(caught.value.asdict()) & {"number", "formed"}


def test_a_body_beyond_the_longest_is_refused_before_it_is_read(session, county):
    document = county.write(session)
    most = save(session, county, document, document.head_id, "字" * writing.MOST_BODY)
    with pytest.raises(writing.TooLong, match="400001个"):
        save(session, county, document, most.id, "字" * (writing.MOST_BODY + 1))
    with pytest.raises(writing.TooLong):
        county.write(session, body="字" * (writing.MOST_BODY + 1))
    assert document.head is most


@pytest.mark.nodatabase
@pytest.mark.parametrize("name", sorted(all_types()))
def test_every_type_names_fields_that_it_has(name):
    kind = type_of(name)
    fields = {node.name for node in kind.fields()}
    assert set(kind.required) <= fields and set(kind.relations) <= fields
    assert all(node.shape in ("line", "textarea", "date", "choice", "document") for node in kind.fields())
    assert kind.clean({}) == {}


def test_the_types_of_a_revision_are_those_of_its_document(session, county):
    document = county.write(session)
    assert session.get_one(Revision, document.head_id).document is document
