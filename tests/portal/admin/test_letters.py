"""Templates of letters at the desk: shown as a letter, refused with the reason, kept in versions, taken back."""

import pytest

from portal.letters import html
from workflows import letters
from workflows.letters import samples

URL = "/desk/letters"


def test_every_template_is_listed_and_opens(browser):
    client = browser("fangkai")
    page = client.get(URL)
    for kind, each in letters.shipped().items():
        assert page.html.find("a", href=f"{URL}/{kind}").text == each.name
    for kind in ("receipt", "reply.partly", "remedies.reconsider_first", "consultation.co_agency"):
        assert client.get(f"{URL}/{kind}").forms[1]["body"].value.splitlines() == \
            list(letters.shipped()[kind].paragraphs)
    client.get(f"{URL}/nothing", status=404)
    client.get(f"{URL}/reply.nothing", status=404)


def test_every_template_has_a_preview_without_a_hole(session):
    for kind, base in letters.shipped().items():
        letter = samples.sample(session, base)
        page = html(letter.plain())
        assert "$" not in page and letter.title, kind
        first = next((line for line in base.paragraphs if "$" not in line and "｜" not in line), "")
        assert first in page and all(samples.meaning(name) for name in base.allowed), kind


def test_a_preview_shows_what_was_typed_and_keeps_nothing(browser):
    client = browser("fangkai")
    form = client.get(f"{URL}/reply.petition").forms[1]
    form["body"] = "请到信访局反映：${where}"
    page = form.submit("preview")
    assert "请到信访局反映：某县" in page.html.find("article").text
    assert page.forms[1]["body"].value == "请到信访局反映：${where}"
    assert "请到信访局反映" not in client.get(f"{URL}/reply.petition").forms[1]["body"].value


def test_what_is_wrong_comes_back_filled_with_the_reason(browser):
    form = browser("fangkai").get(f"{URL}/receipt").forms[1]
    form["body"] = "${part}\n收到${received_day}"
    page = form.submit("save")
    assert "没有“${received_day}”这一项；可以用：" in page.html.find(class_="error-summary").text
    assert page.forms[1]["body"].value.splitlines() == ["${part}", "收到${received_day}"]


def test_versions_are_kept_read_again_and_taken_back(browser):
    client = browser("fangkai")
    form = client.get(f"{URL}/reasons_notice").forms[1]
    form["title"], form["body"] = "说明理由通知", "请说明理由：${why}"
    page = form.submit("save").follow()
    assert page.forms[1]["title"].value == "说明理由通知" and "第1版" in page.text and "方凯" in page.text
    page = page.forms[1].submit("reset").follow()
    assert page.forms[1]["title"].value == "政府信息公开申请说明理由告知书"
    assert page.forms[1].submit("reset").follow().text.count("恢复系统自带的内容 ·") == 0
    assert client.get(f"{URL}/reasons_notice?version=1").forms[1]["body"].value == "请说明理由：${why}"
    assert "第2版" in client.get(URL).text


@pytest.mark.parametrize("login", ["luoyan", "zhangli", "shenjie", "zhengguodong", "wangjianguo"])
def test_nobody_else_touches_templates(browser, login):
    client = browser(login)
    assert client.get(URL, expect_errors=True).status_int == 403
    assert client.get(f"{URL}/receipt", expect_errors=True).status_int == 403
