"""Checks of what is public and the rules that read them: each with a document that is bad and one that is well."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from factories import today
from sqlalchemy import select

from content import attachments, links, wordlists
from content import checks as kept
from content.base import local_date, now
from content.checks import Checked
from content.documents import Document, FileRendition, Live, Relation, Rendition
from content.links import Link, LinkUse
from content.privacy import Decision
from content.wordlists import Word
from workflows import checks
from workflows.judging import judge
from workflows.looking import Scope
from workflows.rules import all_rules

POLICY = {"number": "清政办〔2026〕12号", "genre": "通知", "topic": "其他", "validity": "有效"}


@pytest.fixture
def publish(county, session):
    """`publish(body="…", data={…})`: a document that is public."""
    def made(type_name: str = "notice", *, data: dict | None = None, path: str = "tzgg", **values) -> Document:
        if type_name == "policy":
            data = POLICY | {"formed": today().isoformat(), "issuer": "清源县民政局"} | (data or {})
        document = county.write(session, path=path, type_name=type_name, data=data or {}, **values)
        return county.publish(session, document)
    return made


def change(session, document: Document, **values) -> None:
    """Alter what is public behind the portal's back, as an older version of it may have left it."""
    old = document.live.rendition
    kept = {name: getattr(old, name) for name in ("revision_id", "title", "summary", "body", "text", "data", "files")}
    made = Rendition(made=now(), chain=[], **kept | values)
    session.add(made)
    session.flush()
    document.live.rendition_id = made.id
    session.flush()
    session.expire(document.live, ["rendition"])


def run(session, county, **more) -> int:
    done = checks.run(session, county.house, 100, **more)
    session.flush()
    return done


def found(session, document: Document, name: str) -> list[dict]:
    return session.get_one(Checked, (document.id, name)).found


def told(session, county, rule: str, *, day: dt.date | None = None, scope: Scope | None = None) -> list:
    judged = judge(session, county.house, day or today(), rules=[rule], scope=scope)
    return [(each.found.id, each.found.severity) for each in judged]


# -- how checks run ---------------------------------------------------------------------------------------------

def test_a_document_is_checked_once_by_each_check_and_again_under_another_mark(session, county, publish):
    document, names = publish(), len(checks.all_checks())
    assert checks.run(session, county.house, 2) == 2  # bounded
    assert run(session, county) == names - 2 and run(session, county) == 0
    wordlists.put(session, Word("城关镇部分", "", "form"), actor_id=None)
    assert run(session, county) == 1
    assert found(session, document, "words") == [
        {"word": "城关镇部分", "right": "", "kind": "form", "place": "正文", "count": 1}]


def test_what_was_corrected_counts_as_bad_until_it_was_read_again(session, county, publish):
    document = publish(body="<p>截止目前，已布署完毕。</p>")
    run(session, county)
    assert told(session, county, "wrong_words") == [(document.id, "yellow")]
    change(session, document, body="<p>截至目前，已部署完毕。</p>", text="截至目前，已部署完毕。", summary="")
    assert told(session, county, "wrong_words") == [(document.id, "yellow")]
    few = Scope(frozenset({"document"}), documents=frozenset({document.id}))
    assert told(session, county, "wrong_words", scope=few) == []  # who verifies a repair need not wait
    run(session, county)
    assert told(session, county, "wrong_words") == []


def test_the_day_of_a_finding_stays_while_it_is_bad(session, county, publish):
    document = publish(body="<p>截止目前</p>")
    first = now() - dt.timedelta(days=20)
    checks.run(session, county.house, 100, at=first)
    run(session, county)
    row = session.get_one(Checked, (document.id, "words"))
    assert row.since == local_date(first) and told(session, county, "wrong_words") == [(document.id, "red")]
    assert told(session, county, "wrong_words", day=local_date(first) - dt.timedelta(days=1)) == []


def test_a_document_without_a_fault_has_no_finding(session, county, publish):
    publish("policy", body="<p>各乡镇人民政府，县政府各部门：现将有关事项通知如下。</p>")
    publish("interpretation", data={"interprets": session.scalar(select(Live.document_id)), "form": "text"})
    publish(body='<p>见<a href="/tzgg/">通知公告</a>，截止日期为11月30日，帐篷自备。</p>')
    run(session, county)
    mine = ["metadata", "validity", "policy_without_interpretation", "interpretation_without_policy", "broken_links",
            "broken_files", "personal_data", "wrong_words"]
    assert set(mine) <= set(all_rules())
    assert judge(session, county.house, today(), rules=mine) == []


# -- metadata ---------------------------------------------------------------------------------------------------

FAULTS = (
    ({"topic": ""}, "主题分类"), ({"number": "清政办12"}, "发文字号"), ({"number": "清政办〔2019〕12号"}, "发文字号"),
    ({"formed": "2099-01-01"}, "成文日期"), ({"expires": "2020-01-01"}, "失效日期"),
    ({"effective": "2030-01-02", "expires": "2030-01-01"}, "失效日期"), ({"issuer": "张三丰"}, "发布机构"),
    ({"validity": "尚未施行"}, "实施日期"), ({"validity": "废止", "abolished": "2099-01-01"}, "有效性"))
WELL = ({"issuer": "县民政局、县市场监督管理局"}, {"issuer": "国务院"}, {"issuer": "中原省发展和改革委员会"},
        {"issuer": "县教育局（体育局）"}, {"expires": "2099-01-01"}, {"validity": "废止"})


def test_metadata_that_are_missing_or_contradict_each_other(session, county, publish):
    document = publish("policy")
    right = dict(document.live.rendition.data)
    for data, field in FAULTS:
        change(session, document, data=right | data)
        run(session, county, names=["metadata"])
        assert field in [each["field"] for each in found(session, document, "metadata")], data
    assert told(session, county, "metadata") == [(document.id, "red")]
    for data in WELL:
        change(session, document, data=right | data)
        run(session, county, names=["metadata"])
        assert found(session, document, "metadata") == [], data


def test_what_was_brought_along_is_not_asked_for_what_nobody_gave_it(session, county, publish):
    document = publish("policy")
    document.imported = True
    change(session, document, data={"formed": "2099-01-01"})
    run(session, county, names=["metadata"])
    assert [each["field"] for each in found(session, document, "metadata")] == ["成文日期"]


def test_a_page_with_nothing_on_it(session, county, publish):
    document = publish()
    change(session, document, text="", body="")
    run(session, county, names=["metadata"])
    assert found(session, document, "metadata") == [{"field": "正文", "problem": "是空的，也没有附件"}]


# -- personal data ----------------------------------------------------------------------------------------------

def test_personal_data_is_found_anew_and_its_value_is_told_nowhere(session, county, publish):
    document = publish()
    change(session, document, body="<p>联系人李某，13812345678</p>", title="关于110101199003070011的通知")
    document.live.title = "关于110101199003070011的通知"
    run(session, county)
    places = found(session, document, "personal_data")
    assert {(each["kind"], each["place"]) for each in places} == {("ID_CARD", "标题"), ("MOBILE", "正文")}
    judged, = judge(session, county.house, today(), rules=["personal_data"])
    assert judged.found.severity == "red"
    whole = judged.found.words + repr(judged.found.evidence)
    assert "13812345678" not in whole and "110101199003070011" not in whole


def test_what_somebody_decided_to_keep_is_no_finding(session, county):
    document = county.write(session, body="<p>举报人联系电话13812345678</p>")
    assert county.settle_all(session, document, Decision.keep, "本人要求公布") == 1
    county.publish(session, document)
    run(session, county)
    assert found(session, document, "personal_data") == []


# -- files ------------------------------------------------------------------------------------------------------

def with_file(session, county, document: Document, data: bytes, name: str = "名单.csv", sha256: str = "",
              text: str = "甲,乙") -> FileRendition:
    """A published file as it is entered, without all that goes before."""
    taken = attachments.take(session, county.house, document, name, b"a,b\n1,2\n", actor_id=county.users["zhangli"])
    made = FileRendition(attachment_id=taken.id, digest="x", made=now(), name=name, size=len(data), text=text,
                         address=county.house.blobs.put(session, data),
                         sha256=sha256 or hashlib.sha256(data).hexdigest())
    session.add(made)
    session.flush()
    change(session, document, files=[{"id": taken.id, "file": made.id, "role": "file", "name": name}])
    return made


@pytest.mark.parametrize(("data", "name", "sha256", "problem"), [
    (b"a,b\n1,2\n", "名单.csv", "", ""),
    (b"a,b\n1,2\n", "名单.csv", "0" * 64, "公开版和核验过的不是同一个文件"),
    (b"%PDF-1.7 broken", "名单.pdf", "", "文件打不开"),
    (b"PK\x03\x04 broken", "名单.xlsx", "", "文件打不开"),
    (b"a,b\n1,2\n", "名单.pdf", "", "文件名以“.pdf”结尾，内容却不是"),
])
def test_files_open_as_what_they_are_called(session, county, publish, data, name, sha256, problem):
    document = publish()
    with_file(session, county, document, data, name, sha256)
    run(session, county, names=["files"])
    assert [each["problem"] for each in found(session, document, "files")] == ([problem] if problem else [])


def test_a_file_that_is_gone(session, county, publish):
    document = publish()
    made = with_file(session, county, document, b"a,b\n1,2\n")
    (county.house.blobs.store.folder / made.address[:2] / made.address).unlink()
    run(session, county, names=["files"])
    assert told(session, county, "broken_files") == [(document.id, "red")]


def test_words_of_files_are_read_too(session, county, publish):
    document = publish()
    with_file(session, county, document, b"a,b\n1,2\n", text="电话13812345678，截止目前")
    run(session, county)
    assert found(session, document, "personal_data") == [{"kind": "MOBILE", "place": "附件1", "count": 1}]
    assert [each["place"] for each in found(session, document, "words")] == ["附件1"]


# -- links ------------------------------------------------------------------------------------------------------

def test_links_to_our_own_addresses_are_looked_up(session, county, publish):
    other = publish(title="关于停水的通知")
    gone = publish(title="关于停电的通知")
    body = "".join(f'<p><a href="{href}">某处</a></p>' for href in (
        other.live.url, gone.live.url, "/tzgg/", "/mei/you/", "/doc/2026/99999.html", "/search?q=1", "#top",
        "mailto:a@b.example", f"{other.live.url}#x", "./P020260101.pdf"))
    document = publish(title="关于供气的通知", body=body)
    county.move(session, gone, "withdraw", "zhoumin", why="内容有误", reason_kind="error")
    run(session, county, names=["links"])
    assert {each["url"]: each["problem"] for each in found(session, document, "links")} == {
        "/doc/2026/99999.html": "没有这个地址", f"/doc/{document.live.year}/P020260101.pdf": "没有这个地址",
        gone.live.url: "指向的信息已撤回", "/mei/you/": "没有这个地址"}
    assert told(session, county, "broken_links") == [(document.id, "yellow")]
    assert told(session, county, "broken_links", day=today() + dt.timedelta(days=7)) == [(document.id, "red")]


def test_other_addresses_are_noted_once_and_broken_after_two_days(session, county, publish):
    body = '<p><a href="https://a.example/x#1">甲</a><a href="https://a.example/x">乙</a></p>'
    documents = [publish(title=f"关于供水的通知{n}", body=body) for n in range(2)]
    run(session, county, names=["links"])
    link = session.scalars(select(Link)).one()
    assert link.url == "https://a.example/x" and len(session.scalars(select(LinkUse)).all()) == 2
    day = today()
    assert not links.keep(link, "超时", day=day, at=now()) and not link.broken
    assert not links.keep(link, "超时", day=day, at=now()) and not link.broken  # one failure a day counts
    assert links.keep(link, "超时", day=day + dt.timedelta(days=1), at=now()) and link.broken
    kept.again(session, "links", links.named_by(session, [link.id]), now())
    assert run(session, county, names=["links"]) == 2
    assert found(session, documents[0], "links") == [{"url": "https://a.example/x", "problem": "超时"}]
    assert links.keep(link, "", day=day, at=now()) and not link.broken


# -- words ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "severity"), [
    ("台湾总统", "red"), ("布署工作", "yellow"), ("其它事项", "yellow"), ("所谓“台湾总统”", None), ("自己经营", None)])
def test_severity_follows_the_kind_of_word(session, county, publish, text, severity):
    document = publish(body=f"<p>{text}</p>")
    run(session, county, names=["words"])
    assert told(session, county, "wrong_words") == ([(document.id, severity)] if severity else [])


def test_recommended_forms_are_not_asked_of_what_was_brought_along(session, county, publish):
    documents = [publish(body=f"<p>{text}</p>") for text in ("其它事项", "其它布署")]
    for document in documents:
        document.imported = True
    session.flush()
    run(session, county, names=["words"])
    assert told(session, county, "wrong_words") == [(documents[1].id, "yellow")]


# -- validity and interpretations -------------------------------------------------------------------------------

def test_expired_but_shown_as_valid(session, county, publish):
    document = publish("policy", data={"formed": "2026-01-05", "expires": "2099-01-01"})
    assert told(session, county, "validity") == []
    change(session, document, data=document.live.rendition.data | {"expires": "2026-10-01"})
    judged, = judge(session, county.house, today(), rules=["validity"])
    assert judged.found.id == document.id and judged.found.since == dt.date(2026, 10, 1)


def test_abolished_by_another_but_shown_as_valid(session, county, publish):
    old = publish("policy", title="关于临时救助的通知", data={"number": "清政办〔2026〕1号"})
    new = publish("policy", title="关于废止的通知")
    session.add(Relation(source_id=new.id, target_id=old.id, kind="abolishes"))
    session.flush()
    assert told(session, county, "validity", day=today()) == []  # the system has a day for it
    assert told(session, county, "validity", day=today() + dt.timedelta(days=1)) == [(old.id, "red")]
    old.live.validity = "废止"
    session.flush()
    assert told(session, county, "validity", day=today() + dt.timedelta(days=1)) == []


def test_policy_without_interpretation_after_three_working_days(session, county, publish):
    document = publish("policy", data={"standing": "normative"})
    plain = publish("policy", title="关于印发名单的通知", data={"number": "清政办〔2026〕2号"})
    for each in (document, plain):
        each.live.published = dt.datetime(2026, 11, 5, 2, tzinfo=dt.UTC)  # a Thursday
    session.flush()
    rule = "policy_without_interpretation"
    assert told(session, county, rule, day=dt.date(2026, 11, 10)) == []
    assert told(session, county, rule, day=dt.date(2026, 11, 11)) == [(document.id, "red")]
    publish("interpretation", data={"interprets": document.id, "form": "text"})
    assert told(session, county, rule, day=today() + dt.timedelta(days=30)) == []


def test_interpretation_without_policy(session, county, publish):
    policy = publish("policy")
    document = publish("interpretation", data={"interprets": policy.id, "form": "text"})
    assert told(session, county, "interpretation_without_policy") == []
    county.move(session, policy, "withdraw", "zhoumin", why="内容有误", reason_kind="error")
    assert told(session, county, "interpretation_without_policy") == [(document.id, "red")]


# -- limits of their own ----------------------------------------------------------------------------------------

def test_a_document_may_have_a_limit_of_its_own(session, county, publish):
    data = {"formed": "2026-11-02", "limit_days": 5, "limit_basis": "《行政处罚法》第四十八条"}
    document = publish(data=data)
    assert document.live.limit_days == 5
    document.live.published = dt.datetime(2026, 11, 9, 2, tzinfo=dt.UTC)  # the fifth working day after
    session.flush()
    assert told(session, county, "late_disclosure") == []
    document.live.published = dt.datetime(2026, 11, 10, 2, tzinfo=dt.UTC)
    session.flush()
    assert told(session, county, "late_disclosure") == [(document.id, "red")]
