"""The editor in a real Chromium: under the portal's policy, in Chinese, paste cleaned, drafts saved, leaving warned."""

import json
import os
import shutil
import threading

import colander
import deform
import pytest
import waitress
from deform import widget as w
from pyramid.response import Response
from small_app import configurator

from portal.forms import SchemaForm
from portal.i18n import _

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
POLICY = ("default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data: blob:; "
          "form-action 'self'; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'")
FROM_WORD = """<p class="MsoNormal" style="mso-x: 1; font-family: 宋体"><span lang="EN-US" style="color: red">低保
<o:p></o:p></span></p><table border="1" class="MsoTable"><tr>
<td width="100" colspan="2" style="x: y"><p>姓名</p></td></tr></table>
<img src="http://127.0.0.1:1/x.png"><script>window.bad = true</script>"""

DOT = ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
       "RU5ErkJggg==")


class Draft(colander.Schema):
    revision = colander.SchemaNode(colander.Integer(), default=1, widget=w.HiddenWidget())
    title = colander.SchemaNode(colander.String(), title="标题")
    body = colander.SchemaNode(colander.String(), title="正文", missing="",
                               widget=w.RichTextWidget(attributes={"data-pictures": "/picture"}))


class Desk:
    """A page to write on, and addresses that take its drafts and pictures; `fails` makes it refuse them."""

    def __init__(self) -> None:
        self.drafts, self.pictures, self.fails = [], [], False
        config = configurator()
        config.add_route("write", "/write")
        config.add_route("save", "/save")
        config.add_route("picture", "/picture")
        config.add_view(self.write, route_name="write")
        config.add_view(self.picture, route_name="picture", request_method="POST", renderer="json")
        config.add_view(self.save, route_name="save", request_method="POST", renderer="json")
        self.server = waitress.create_server(config.make_wsgi_app(), host="127.0.0.1", port=0)
        self.url = f"http://127.0.0.1:{self.server.effective_port}/write"

    def write(self, request):
        form = SchemaForm(request, Draft, [deform.Button("send", _("保存"))], autosave="/save")
        sent = request.method == "POST"
        body = "<p>sent</p>" if sent else form.render({"revision": 1, "title": "救助", "body": "<p>第一段</p>"})
        scripts = "" if sent else "".join(
            f'<script src="{request.static_path("themes:default/static/" + name)}" defer></script>'
            for name in ("vendor/hugerte/hugerte.min.js", "editor-zh.js", "editor.js"))
        head = '<!DOCTYPE html><html lang="zh-CN"><link rel="icon" href="data:,"><title>写</title>'
        page = f"{head}<body>{body}{scripts}</body></html>"
        response = Response(page)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    def picture(self, request):
        if self.fails:
            request.response.status = 422
            return {"message": "图片已损坏，请重新导出"}
        self.pictures.append(request.POST["picture"].file.read())
        number = len(self.pictures)
        return {"location": f"/desk/file/{number}", "fields": {"revision": "8", "home": "3"},
                "action": "/write?saved=1", "pictures": "/picture"}

    def save(self, request):
        if self.fails:
            request.response.status = 409
            return {"message": "周敏也改了这份稿件"}
        self.drafts.append(dict(request.POST))
        return {"saved": "16:05", "fields": {"revision": str(len(self.drafts) + 1)}}


@pytest.fixture
def desk():
    desk = Desk()
    thread = threading.Thread(target=desk.server.run, daemon=True)
    thread.start()
    yield desk
    desk.server.close()


@pytest.fixture
def page(desk):
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(10000)
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(desk.url)
        page.wait_for_selector(".tox-edit-area iframe")
        page.locator(".tox-tbtn[aria-label='加粗']").wait_for()
        yield page
        browser.close()


def paste(page, markup):
    page.evaluate("hugerte.activeEditor || hugerte.get(0).focus()")
    page.evaluate(f"hugerte.get(0).execCommand('mceInsertClipboardContent', false, {{html: {json.dumps(markup)}}})")


def settled(page, is_so):
    """The text of the editor, once it is so. (The policy of the page forbids Playwright's own way of waiting.)"""
    for _turn in range(100):
        text = page.evaluate("hugerte.get(0).getContent()")
        if is_so(text):
            return text
        page.wait_for_timeout(100)
    raise TimeoutError(text)


def leave(page):
    page.evaluate("window.dispatchEvent(new Event('blur'))")


def test_paste_from_word_keeps_the_table_and_nothing_else(page):
    paste(page, FROM_WORD)
    text = page.evaluate("hugerte.get(0).getContent()")
    assert 'colspan="2"' in text and "低保" in text and "姓名" in text and "第一段" in text
    for clothes in ("style", "class", "Mso", "<img", "<span", "<font", "script", "o:p", "width"):
        assert clothes not in text
    assert page.evaluate("document.querySelector('[data-editor]').value") == text
    assert page.evaluate("window.bad") is None
    assert page.said == []


def test_pasted_pictures_are_sent_one_after_another_and_the_text_moves(page, desk):
    paste(page, f'<p>图</p><img src="{DOT}" alt="点"><img src="{DOT}#2"><img src="https://example.com/x.png">')
    text = settled(page, lambda text: "data:" not in text and "blob:" not in text)
    assert text.count("<img") == 2 and "example.com" not in text and 'src="/desk/file/1" alt="点"' in text
    assert desk.pictures[0].startswith(b"\x89PNG")
    form = page.locator("form")
    assert form.get_attribute("action") == "/write?saved=1" and page.evaluate("location.search") == "?saved=1"
    assert form.locator("[name=revision]").input_value() == "8" and form.locator("[name=home]").input_value() == "3"
    assert [said for said in page.said if "desk/file" not in said and "404" not in said] == []


def test_a_refused_picture_says_why_and_leaves_the_text(page, desk):
    desk.fails = True
    paste(page, f'<p>写好的话</p><img src="{DOT}">')
    page.get_by_text("图片已损坏，请重新导出").wait_for()
    assert "写好的话" in settled(page, lambda text: "<img" not in text)


def test_draft_is_saved_and_renews_its_revision(page, desk):
    paste(page, "<p>第二段</p>")
    leave(page)
    page.get_by_text("已自动保存 16:05").wait_for()
    assert "第二段" in desk.drafts[0]["body"] and desk.drafts[0]["revision"] == "1"
    assert desk.drafts[0]["csrf_token"]
    page.get_by_label("标题").fill("冬季救助")
    leave(page)
    page.wait_for_timeout(300)
    assert [draft["revision"] for draft in desk.drafts] == ["1", "2"]
    leave(page)
    page.wait_for_timeout(200)
    assert len(desk.drafts) == 2  # nothing changed, nothing sent


def test_refused_draft_says_why_and_is_tried_again(page, desk):
    desk.fails = True
    page.get_by_label("标题").fill("冬季救助")
    leave(page)
    page.get_by_text("周敏也改了这份稿件").wait_for()
    desk.fails = False
    leave(page)
    page.get_by_text("已自动保存 16:05").wait_for()
    assert desk.drafts[0]["title"] == "冬季救助"


def test_leaving_unsaved_is_warned_and_sending_is_not(page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("标题").fill("冬季救助")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("sent").wait_for()
    assert asked == []
    page.go_back()
    page.locator(".tox-tbtn[aria-label='加粗']").wait_for()
    page.get_by_label("标题").click()
    page.keyboard.type("x")
    page.reload()
    assert asked == ["beforeunload"]
