"""What forms answer when something is wrong: said on a page without barriers, with everything typed still there."""

import axe
import pytest

pytestmark = pytest.mark.browser


def write(window):
    """A first draft of a notice, saved; returns its address at the desk."""
    window.goto("/desk/write")
    window.get_by_role("row").filter(has_text="社会救助").get_by_role("link", name="通知公告").first.click()
    window.locator("input[name=title]").fill("临时救助金发放公告")
    window.locator("textarea[name=body]").fill("<p>每户800元。</p>")
    window.get_by_role("button", name="保存", exact=True).click()
    window.wait_for_url("**/desk/document/*/edit")
    return window.url.removesuffix("/edit")


def test_wrong_password(people):
    window = people.citizen()
    window.goto("/login")
    window.locator("input[name=login]").fill("zhangli")
    window.locator("input[name=password]").fill("Not-his-2026")
    window.locator("main form button[type=submit]").click()
    window.get_by_role("alert").wait_for()
    assert window.locator("input[name=login]").input_value() == "zhangli"
    assert axe.barriers(window) == []


def test_form_comes_back_filled(people):
    window = people.officer("zhangli", java_script_enabled=False)
    window.goto("/desk/write")
    window.get_by_role("link", name="通知公告").first.click()
    window.locator("textarea[name=body]").fill("<p>每户800元。</p>")
    window.get_by_role("button", name="保存并检查").click()
    assert "请填写标题" in window.locator(".error-summary").inner_text()
    assert window.locator("textarea[name=body]").input_value() == "<p>每户800元。</p>"


def test_errors_of_a_form_are_announced_and_reached(people):
    """The focus is on the summary; its link leads to the field."""
    window = people.citizen()
    window.goto("/report-error?page=/catalogue")
    window.locator("textarea[name=message]").fill("错")
    window.locator("main form button[type=submit]").click()
    window.locator(".error-summary").wait_for()
    assert window.evaluate("document.activeElement.className") == "error-summary"
    assert axe.barriers(window) == []
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    assert window.evaluate("document.activeElement.name") == "message"


def test_two_editors_of_one_revision(people):
    """Both texts are kept: the second is shown the difference, and saves upon the first."""
    plain = {"java_script_enabled": False}
    first, second = people.officer("zhangli", **plain), people.officer("chenhao")
    place = write(first)
    second.goto(f"{place}/edit")
    second.locator(".tox-tbtn[aria-label='加粗']").wait_for()
    first.locator("textarea[name=body]").fill("<p>每户900元，按月发放。</p>")
    first.get_by_role("button", name="保存", exact=True).click()
    body = second.frame_locator(".tox-edit-area iframe").locator("body")
    body.press("Control+End")
    body.press_sequentially("公示7天。")
    second.get_by_role("button", name="保存", exact=True).click()
    second.get_by_role("heading", name="两个人同时改了这一稿").wait_for()
    second.locator(".tox-tbtn[aria-label='加粗']").wait_for()
    shown = second.locator("main").inner_text()
    assert "张丽" in shown and "每户900元，按月发放。" in shown
    assert "每户800元。公示7天。" in second.evaluate("hugerte.get(0).getContent()")
    assert axe.barriers(second) == []
    second.get_by_role("button", name="保存", exact=True).click()
    second.wait_for_url("**/edit")
    second.goto(place)
    assert "公示7天。" in second.locator("main").inner_text()
    assert "900" in second.locator("del").all_inner_texts()  # what the first wrote, struck out


def test_refused_step_says_what_is_missing(people):
    window = people.officer("zhangli", java_script_enabled=False)
    window.goto("/desk/write")
    window.get_by_role("row").filter(has_text="社会救助").get_by_role("link", name="通知公告").first.click()
    window.locator("input[name=title]").fill("临时救助对象")
    window.locator("textarea[name=body]").fill("<p>联系手机13703990417。</p>")
    window.get_by_role("button", name="保存并检查").click()
    window.get_by_role("link", name="回到稿件，送审").click()
    form = window.locator("form.decide")
    form.locator("textarea[name=why]").fill("请尽快")
    form.get_by_role("button", name="送部门审核").click(force=True)
    assert "个人信息没有处理" in window.locator("main").inner_text()
    assert window.locator("textarea[name=why]").first.input_value() == "请尽快"
