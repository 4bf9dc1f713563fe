"""Supervision in a browser: an auditor finds a stale column and orders repair, the editor publishes, the finding turns
by itself, the auditor verifies; an editor of another department sees none of it.

The pictures of the auditor's desk in the README are made here:
`GONGKAI_PICTURES=docs .venv/bin/python -m pytest tests/browser/test_supervision.py`.
"""

import os
import re
from pathlib import Path

import pytest
from steps import open_task, press, settle, wait_until

pytestmark = pytest.mark.browser
COLUMN, TITLE = "应急管理", "关于做好2026年冬季森林防火工作的通知"
AUDITOR, EDITOR, STRANGER = "zhengguodong", "chenhao", "zhangli"
LIST = "/desk/supervision/findings"


def test_a_stale_column_is_put_right(people, site, tmp_path):
    auditor = people.officer(AUDITOR)
    _pictures(auditor, tmp_path)
    address = _order(auditor)
    _order_on_paper(auditor, address)
    _nobody_else_sees_it(people, address)
    _put_right(people, address)
    wait_until(lambda: "待核验" in _words(auditor, address), "the finding turns by itself")
    _step(auditor, "核验销号")
    assert "已销号" in _words(auditor, address)
    citizen = people.citizen()
    citizen.goto("/health")
    assert COLUMN not in citizen.locator("section[aria-labelledby=late]").inner_text()


def _words(window, address):
    window.goto(address)
    return window.locator("main").inner_text()


def _step(window, button, **filled):
    """Open a step of the finding, fill in what it asks, take it."""
    step = window.locator("details.case-step").filter(has_text=button).first
    if step.get_attribute("open") is None:
        step.locator("summary").click()
    for name, value in filled.items():
        field = step.locator(f"[name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    step.get_by_role("button", name=button, exact=True).click()
    window.locator("[role=status]").first.wait_for()


def _order(window):
    """He finds it in the list, confirms it, orders repair. Returns the address of the finding."""
    wait_until(lambda: COLUMN in _words(window, f"{LIST}?rule=column_stale"), "the first look of the worker")
    row = window.get_by_role("row").filter(has_text=COLUMN)
    assert "红" in row.inner_text()
    row.get_by_role("link").first.click()
    window.wait_for_url(re.compile(r"/desk/supervision/\d+$"))
    address = window.url
    assert "已经超过" in window.locator("main").inner_text()
    _step(window, "确认问题")
    _step(window, "下达督办单", order_days="5", demand="公开8月以来的应急管理信息\n说明没有按期公开的原因",
          responsible=window.locator("[name=responsible] option").filter(has_text="陈").first.inner_text())
    assert "整改中" in window.locator("main").inner_text()
    return address


def _order_on_paper(window, address):
    window.goto(f"{address}/order")
    assert re.search(r"督办〔\d{4}〕\d+号", window.locator("h1").inner_text())
    assert window.locator(".demands li").count() == 2
    answer = window.request.get(f"{address}/order.pdf")
    assert answer.ok and answer.body().startswith(b"%PDF")


def _nobody_else_sees_it(people, address):
    window = people.officer(STRANGER)
    assert COLUMN not in window.locator("main").inner_text()
    assert COLUMN not in _words(window, f"{LIST}?state=")
    for path in ("", "/order", "/order.pdf"):
        assert window.request.get(f"{address}{path}").status == 404


def _put_right(people, address):
    """陈昊 sees the order on his desk, writes what is missing from his columns; three others let it through."""
    editor = people.officer(EDITOR)
    assert editor.locator("main").get_by_role("link", name=re.compile("督办")).first.is_visible()
    editor.goto("/desk/rhythm")
    row = editor.get_by_role("row").filter(has_text=COLUMN)
    assert "超期" in row.inner_text() and "督办" in row.inner_text()
    row.get_by_role("link", name=re.compile("^写通知公告")).click()
    editor.locator("input[name=title]").fill(TITLE)
    editor.locator(".tox-tbtn[aria-label='加粗']").wait_for()
    body = editor.frame_locator(".tox-edit-area iframe").locator("body")
    body.press_sequentially("森林防火期为今年12月1日至明年5月31日，防火区内禁止野外用火。")
    editor.get_by_role("button", name="保存并检查").click()
    editor.wait_for_url("**/findings")
    settle(editor)
    editor.get_by_role("link", name="回到稿件，送审").click()
    press(editor, "送部门审核")
    for login, button, statement in (("liuyang", "通过，送保密审查", False), ("helixin", "可以公开，送签发", True),
                                     ("wangjianguo", "签发并公开", False)):
        window = people.officer(login)
        open_task(window, TITLE)
        press(window, button, statement=statement)
        window.locator("[role=status]").first.wait_for()


# -- pictures -----------------------------------------------------------------------------------------------------

def _pictures(window, tmp_path):
    """Of the auditor's desk, as a test looks at it; into a folder of the project only where that is asked for."""
    folder = Path(os.environ.get("GONGKAI_PICTURES") or tmp_path)
    wait_until(lambda: COLUMN in _words(window, f"{LIST}?rule=column_stale"), "the first look of the worker")
    for name, path in (("supervision", "/desk/supervision"), ("findings", LIST)):
        window.goto(path)
        window.wait_for_load_state("networkidle")
        window.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").stat().st_size > 20_000
