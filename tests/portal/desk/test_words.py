"""Word lists at the desk: searched, changed, struck, brought in and out, tried; and what a writer sees of them."""

from __future__ import annotations

from urllib.parse import urlencode

import html5lib
from factories import add_role
from sqlalchemy import select
from webtest import Upload

from content import wordlists
from content.checks import Checked
from content.journal import Row
from content.people import Role
from content.wordlists import WordEntry
from workflows import checks

URL, AUDITOR = "/desk/supervision/words", "zhengguodong"


def asked(**query) -> str:
    return f"{URL}?{urlencode(query)}"


def actions(house) -> list[str]:
    with house.database.reader() as session:
        return list(session.scalars(select(Row.action).where(Row.subject_kind == "word_entry").order_by(Row.seq)))


def test_only_auditors_keep_the_list(browser):
    for login, status in ((AUDITOR, 200), ("zhangli", 403), ("fangkai", 403)):
        assert browser(login).get(URL, expect_errors=True).status_int == status


def test_an_auditor_of_one_department_reads_the_list_and_changes_nothing_of_it(browser, house, county):
    with house.database.writer.begin() as session:
        add_role(session, county, "sunjing", Role.AUDITOR, "QY-scj")
    auditor = browser("sunjing")
    page = auditor.get(URL)
    assert set(page.forms) & {"entry-form", "import-form"} == set() and "try-form" in page.forms
    token = page.forms["try-form"]["csrf_token"].value
    for part, sent in (("", {"wrong": "清原县", "kind": "forbidden"}), ("/strike", {"wrong": "布署"}),
                       ("/restore", {"wrong": "布署"}), ("/import", {"file": Upload("a.csv", b"a,b,wrong,")})):
        auditor.post(f"{URL}{part}", {"csrf_token": token, **sent}, status=403)
    assert actions(house) == []


def test_an_entry_is_added_changed_struck_and_restored(browser, house, county):
    auditor = browser(AUDITOR)
    form = auditor.get(URL).forms["entry-form"]
    form["wrong"], form["right"], form["kind"], form["unless"] = "清原县", "清源县", "wrong", "清原县志"
    assert form.submit().status_int == 303
    page = auditor.get(asked(q="清原县"))
    assert "清源县" in page and "本单位设定" in page
    with house.database.writer.begin() as session:
        document = county.publish(session, county.write(session, body="<p>清原县供水。见清原县志。</p>"))
        checks.run(session, house, 100, names=["words"])
        found, = session.get_one(Checked, (document.id, "words")).found
        assert found["word"] == "清原县" and found["count"] == 1
    assert _press(auditor.get(asked(q="清原县")), "strike").status_int == 303
    assert "没有这样的词条" in auditor.get(asked(q="清原县"))
    assert _press(auditor.get(asked(q="布署")), "strike").status_int == 303
    with house.database.reader() as session:
        assert "布署" not in wordlists.effective(session)
    assert "已停用" in auditor.get(asked(q="布署"))
    assert _press(auditor.get(asked(q="布署")), "restore").status_int == 303
    with house.database.reader() as session:
        assert wordlists.effective(session) == wordlists.shipped() and not session.scalars(select(WordEntry)).all()
    assert actions(house) == ["word_entry.put", "word_entry.strike", "word_entry.strike", "word_entry.restore"]


def _press(page, what):
    return next(form for form in page.forms.values() if form.action.endswith(f"/{what}")).submit()


def test_a_form_with_a_mistake_comes_back_filled(browser, house):
    page = browser(AUDITOR).get(asked(edit="布署"))
    html5lib.HTMLParser(strict=True).parse(page.text)
    form = page.forms["entry-form"]
    assert (form["wrong"].value, form["right"].value) == ("布署", "部署")
    form["right"] = "布署"
    page = form.submit(expect_errors=True)
    assert page.status_int == 422 and "正确写法和它自己一样" in page
    assert page.forms["entry-form"]["wrong"].value == "布署"
    assert actions(house) == []


def test_out_and_in_again(browser, house):
    auditor = browser(AUDITOR)
    out = auditor.get(f"{URL}.csv").body
    assert "布署,部署,错别字" in out.decode("utf-8-sig")
    for data, status in ((out, 303), ("新词条,新的,禁用表述,\r\n布署,部署,错别字,".encode("gb18030"), 303),
                         ("词,错,错别字,".encode(), 422), (b"\xff\xfe\xfd", 422)):
        form = auditor.get(URL).forms["import-form"]
        form["file"] = Upload("words.csv", data)
        assert form.submit(expect_errors=True).status_int == status
    with house.database.reader() as session:
        assert {(each.wrong, each.kind, each.unless) for each in session.scalars(select(WordEntry))} == {
            ("布署", "wrong", ""), ("新词条", "forbidden", "")}


def test_a_text_is_tried_and_kept_nowhere(browser, house):
    form = browser(AUDITOR).get(URL).forms["try-form"]
    form["text"] = "截止目前，自己经营的帐篷已布署。"
    page = form.submit()
    assert [mark.text for mark in page.html.find_all("mark")] == ["截止目前", "布署"]
    assert actions(house) == []


def test_the_writer_is_told_and_not_stopped(browser, written, press):
    number = written(body="<p>现就供水工作布署如下。</p>")
    page = browser("zhangli").get(f"/desk/document/{number}")
    assert "“布署”应为“部署”" in page
    assert press("zhangli", number, "submit").status_int == 303
