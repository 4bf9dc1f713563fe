"""Clearing: what is found, what was decided, and a rendition that is read again before anybody sees it."""

from __future__ import annotations

import pytest

from content import clearing
from content.privacy import Decision

MOBILE = "13812345678"


def review(county, session, document):
    return clearing.review(session, county.house, document, document.head)


def make(county, session, document):
    node = county.house.tree(session).by_id[document.column_id]
    return clearing.make(session, county.house, document, document.head, node, address="/doc/2026/1")


def test_one_value_is_one_finding_wherever_it_stands(session, county):
    document = county.write(session, title=f"关于王芳（手机{MOBILE}）的答复", data={"summary": f"联系手机 {MOBILE}"},
                            body=f'<p>王芳手机{MOBILE}。</p><p><a href="tel:{MOBILE}">拨打</a></p>')
    found = review(county, session, document).found
    assert [each.kind for each in found] == ["MOBILE"]
    assert found[0].count == 4 and {"标题", "内容概述", "正文"} <= set(found[0].places)


def test_masking_reaches_every_place(session, county):
    document = county.write(session, title=f"关于王芳（手机{MOBILE}）的答复", data={"summary": f"联系手机 {MOBILE}"},
                            body=f'<p>王芳手机{MOBILE}。</p><p><a href="tel:{MOBILE}">拨打</a></p>')
    county.settle_all(session, document)
    made = make(county, session, document)
    assert MOBILE not in "".join((made.title, made.summary, made.body, made.text, str(made.data)))


def test_deleting_takes_the_words_out(session, county):
    document = county.write(session, body=f"<p>请拨打王芳手机{MOBILE}咨询。</p>")
    county.settle_all(session, document, Decision.delete)
    assert "*" not in make(county, session, document).body


def test_keeping_needs_a_reason(session, county):
    document = county.write(session, body=f"<p>王芳手机{MOBILE}。</p>")
    with pytest.raises(ValueError, match="说明理由"):
        county.settle_all(session, document, Decision.keep, "  ")


@pytest.mark.parametrize("told", [MOBILE, f"{MOBILE[:3]} {MOBILE[3:7]}-{MOBILE[7:]}"])
def test_the_reason_must_not_tell_what_is_kept(session, county, told):
    """It goes into the journal, which auditors read and nobody can change."""
    document = county.write(session, body=f"<p>王芳手机{MOBILE}。</p>")
    with pytest.raises(ValueError, match="不要写出"):
        county.settle_all(session, document, Decision.keep, f"{told}是办公电话")
    assert len(review(county, session, document).open) == 1


def test_a_decision_can_be_taken_back(session, county):
    document = county.write(session, body=f"<p>王芳手机{MOBILE}。</p>")
    county.settle_all(session, document)
    clearing.reopen(session, document, review(county, session, document).found[0], actor_id=1)
    assert len(review(county, session, document).open) == 1


@pytest.mark.parametrize(("body", "said"), [
    (f"<p>王芳手机{MOBILE}。</p>", "没有处理"), ("<p>机密★20年</p><p>内容</p>", "密级"),
    ('<p>现场<img src="/x.png" alt="照片"></p>', "图片")])
def test_nothing_goes_out_unsettled_secret_or_unseen(session, county, body, said):
    document = county.write(session, body=body)
    with pytest.raises(clearing.NotClean, match=said):
        make(county, session, document)


def test_an_attachment_stops_publication(session, county):
    document = county.write(session)
    from content import writing

    writing.save(session, document, base_id=document.head_id, title="t", body="<p>b</p>", data={}, attachments=(1,),
                 actor_id=county.users["zhangli"])
    with pytest.raises(clearing.NotClean, match="附件"):
        make(county, session, document)


def test_what_the_finished_rendition_still_shows_stops_it(session, county, monkeypatch):
    """Whatever went wrong while cutting, the last look finds it."""
    document = county.write(session, body=f"<p>王芳手机{MOBILE}。</p>")
    county.settle_all(session, document)
    monkeypatch.setattr(clearing.privacy, "rewrite_html", lambda html, *args, **more: html)
    with pytest.raises(clearing.NotClean, match="公开版里仍"):
        make(county, session, document)


def test_office_phones_of_the_directory_stay(session, county):
    document = county.write(session, body="<p>请拨打 0399-6660000 咨询。</p>")
    county.settle_all(session, document)
    assert "0399-6660000" in make(county, session, document).body


def test_a_preview_never_shows_what_is_open(session, county):
    document = county.write(session, body=f"<p>王芳手机{MOBILE}。</p>")
    node = county.house.tree(session).by_id[document.column_id]
    shown = clearing.render(session, county.house, document, document.head, node, review(county, session, document))
    assert MOBILE not in shown.body


def test_settlements_hold_no_value_and_no_plain_hash(session, county):
    import hashlib

    document = county.write(session, body=f"<p>王芳手机{MOBILE}。</p>")
    county.settle_all(session, document)
    kept = document.settlements[0]
    assert MOBILE not in kept.key and kept.key != hashlib.sha256(MOBILE.encode()).hexdigest()
