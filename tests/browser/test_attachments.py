"""The whole way of an attachment in a browser: a table whose hidden column holds ID numbers, a picture with a box."""

import io

import axe
import openpyxl
import pytest
from PIL import Image
from steps import address, begin, fetched, identity_number, open_task, press, settle

from tests.content.privacy.renditions.judge import traces

pytestmark = pytest.mark.browser
TITLE, NAME = "兴隆镇2026年冬季取暖补助发放情况公示", "取暖补助名单.xlsx"
NUMBERS = [identity_number(first) for first in ("41039919880307412", "41039919951121305", "41039919631009218")]
MOBILE, PEOPLE = "13703990417", ("赵一平", "钱二安", "孙三立")
PATIENCE = 90_000  # milliseconds in which the worker has looked at a small file, on a busy machine


def table() -> bytes:
    """A list of names with a telephone, and in a hidden column the numbers of their papers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名单"
    sheet.append(["姓名", "村（社区）", "身份证号", "补助（元）"])
    for name, number in zip(PEOPLE, NUMBERS, strict=True):
        sheet.append([name, "新华社区", number, 200])
    sheet.append(["联系电话", f"村委会联系人{MOBILE}", None, None])
    sheet.column_dimensions["C"].hidden = True
    book.properties.creator = f"张福来{MOBILE}"
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def picture() -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(into, "PNG")
    return into.getvalue()


def draft(window, title):
    """A new notice of one sentence, and the page of its attachments."""
    begin(window)
    window.locator("input[name=title]").fill(title)
    window.locator(".tox-tbtn[aria-label='加粗']").wait_for()
    window.frame_locator(".tox-edit-area iframe").locator("body").press_sequentially("名单见附件。")
    window.get_by_role("button", name="保存并检查").click()
    window.wait_for_url("**/findings")
    window.get_by_role("link", name="附件").click()
    window.wait_for_url("**/files")


def upload_by_keys(window, name, data):
    """From the field of files to the button with Tab, and Enter."""
    window.locator("#file").focus()
    window.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": data})
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.textContent.trim()") == "上传"
    window.keyboard.press("Enter")
    window.get_by_text("1个文件，已上传1个").wait_for()
    window.locator(".file").filter(has_text=name).wait_for()


def status(window, words):
    """Wait until the worker has got so far; the page renews itself."""
    window.locator(".status", has_text=words).first.wait_for(timeout=PATIENCE)


def test_the_whole_way_of_a_table_with_a_hidden_column(people, site):
    editor = people.officer("zhangli")
    draft(editor, TITLE)
    upload_by_keys(editor, NAME, table())
    status(editor, "待处理个人信息")
    hidden = editor.locator(".file .alert-warn").inner_text()
    assert "名单" in hidden and "C" in hidden
    assert axe.barriers(editor) == []
    editor.get_by_role("link", name="去处理").click()
    places = editor.locator(".beside").inner_text()
    assert all(number in places for number in NUMBERS) and MOBILE in places
    assert axe.barriers(editor) == []
    assert settle(editor) == 1  # the hidden column is left out: nobody decides about it
    status(editor, "公开版已就绪")
    editor.get_by_role("link", name="全部附件").click()
    editor.get_by_role("link", name="回到稿件").click()
    press(editor, "送部门审核")
    editor.get_by_text("已送部门审核").first.wait_for()
    reviewer = people.officer("zhoumin")
    open_task(reviewer, TITLE)
    reviewer.get_by_role("link", name="附件（1）").click()
    assert "C" in reviewer.locator(".file-diff").inner_text()
    for login, button, statement in (("zhoumin", "通过，送保密审查", False), ("helixin", "可以公开，送签发", True),
                                     ("wangjianguo", "签发并公开", False)):
        officer = reviewer if login == "zhoumin" else people.officer(login)
        open_task(officer, TITLE)
        press(officer, button, statement=statement)
        officer.locator("main .alert-ok").wait_for()
    _downloaded(people, site, address(officer))


def _downloaded(people, site, document):
    """A citizen gets the table; no number is in any part of it, nor in the page."""
    citizen = people.citizen()
    citizen.goto(document)
    with citizen.expect_download() as download:
        citizen.get_by_role("link", name="取暖补助名单").first.click()
    with open(download.value.path(), "rb") as file:
        data = file.read()
    assert traces(data, (*NUMBERS, MOBILE)) == [] and traces(fetched(site, document)[1], (*NUMBERS, MOBILE)) == []
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert set(PEOPLE) <= set(cells) and not any(number in cells for number in NUMBERS)


def test_a_box_is_drawn_without_scripts_and_with_the_mouse(people):
    editor = people.officer("zhangli")
    draft(editor, "兴隆镇取暖补助发放现场")
    page = editor.url
    plain = people.officer("zhangli", java_script_enabled=False)
    plain.goto(page)
    plain.set_input_files("#file", {"name": "现场.png", "mimeType": "image/png", "buffer": picture()})
    plain.get_by_role("button", name="上传").click()
    editor.goto(page)
    editor.locator("[data-waiting]").wait_for(state="detached", timeout=PATIENCE)
    plain.goto(page)
    plain.get_by_role("link", name="看检查结果").click()
    plain.locator(".thumbs a").click()
    plain.get_by_role("button", name="打开原图").click()
    for name, percent in (("left", 10), ("top", 20), ("right", 30), ("bottom", 40)):
        plain.locator(f"#{name}").fill(str(percent))
    plain.get_by_role("button", name="涂黑这里").click()
    assert plain.locator("rect.box-black").count() == 1
    editor.goto(plain.url)
    frame = editor.locator(".is-drawing").bounding_box()
    editor.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    editor.mouse.down()
    editor.mouse.move(frame["x"] + frame["width"] * 0.75, frame["y"] + frame["height"] * 0.75, steps=3)
    editor.mouse.up()
    assert abs(float(editor.locator("#left").input_value()) - 50) < 1
    assert abs(float(editor.locator("#bottom").input_value()) - 75) < 1
    editor.keyboard.press("Enter")  # the button has the focus
    editor.locator("rect.box-black").nth(1).wait_for(state="attached")
    assert axe.barriers(editor) == []
