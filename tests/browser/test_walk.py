"""The whole way of a notice in a browser, by four people and a citizen, with a pasted list of ID numbers."""

import re
from contextlib import suppress
from urllib.parse import quote, urlsplit

import pytest
from index_terms import known
from steps import address, begin, fetched, identity_number, open_task, press, settle, wait_until

pytestmark = pytest.mark.browser
COLUMN = "社会救助"
TITLE = "兴隆镇2026年冬季临时救助对象名单公示"
WORD = "枫杨巷"  # stands in no other document
NUMBERS = [identity_number(first) for first in ("41039919880307412", "41039919951121305", "41039919631009218")]
WIDE = identity_number("41039919770415366")
MOBILE, ACCOUNT = "13703990417", "6222021714000123457"
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
ORIGINALS = [*NUMBERS, WIDE, WIDE.translate(FULL_WIDTH), MOBILE, ACCOUNT]
DELETED = re.compile(rb"<at:deleted-entry[^>]*>")  # what tells feed readers to drop their copies names an address
SPLIT = f"{NUMBERS[1][:6]}<span lang=EN-US>{NUMBERS[1][6:14]}</span>{NUMBERS[1][14:]}"
FROM_WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office">
<head><meta name=Generator content="Microsoft Word 15">
<style>p.MsoNormal {{mso-style-parent:""; font-family:宋体}}</style></head><body lang=ZH-CN>
<p class=MsoNormal style='text-indent:32.0pt'>{WORD}等处的救助对象公示如下，<span lang=EN-US>2026</span>年有异议请反映。
<o:p></o:p></p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse;mso-border-alt:solid windowtext .5pt'>
<tr><td width=120><p class=MsoNormal>姓名</p></td><td><p class=MsoNormal>身份证号<o:p></o:p></p></td>
<td><p>联系电话</p></td></tr>
<tr><td>赵一平</td><td><p class=MsoNormal><span lang=EN-US>{NUMBERS[0]}</span></p></td><td>{MOBILE}</td></tr>
<tr><td>钱二安</td><td>{SPLIT}</td><td></td></tr></table></body></html>"""
FROM_EXCEL = f"""<table border=0 cellspacing=0 style="border-collapse:collapse">
<tr><th>户主</th><th>身份证号码</th><th>银行账号</th></tr>
<tr><td class=xl65 style="mso-number-format:'\\@'">{NUMBERS[2]}</td><td>{WIDE.translate(FULL_WIDTH)}</td>
<td>{ACCOUNT}</td></tr></table>"""


# -- what people do -----------------------------------------------------------------------------------------------

def paste_event(window, markup):
    """A paste as Word makes it: the browser's event, with HTML as it stands in the clipboard."""
    editor = window.frame_locator(".tox-edit-area iframe").locator("body")
    editor.click()
    editor.evaluate("""(body, html) => {
      const data = new DataTransfer()
      data.setData('text/html', html)
      body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))
    }""", markup)


def paste_by_keys(window, markup):
    """Copy from another page and paste, with the keys."""
    other = window.context.new_page()
    other.set_content(markup)
    other.keyboard.press("Control+a")
    other.keyboard.press("Control+c")
    other.close()
    editor = window.frame_locator(".tox-edit-area iframe").locator("body")
    editor.press("Control+End")
    editor.press("Control+v")


# -- what the public gets -----------------------------------------------------------------------------------------

def public_answers(site, column, document):
    """{address: bytes} of everything public that could speak of a document."""
    feed = f"/feeds/column{column.rstrip('/')}"
    paths = ["/", document, column, f"{column}?format=csv", "/catalogue", "/catalogue.csv", "/sitemap", "/sitemap.xml",
             f"/sitemap/{document.split('/')[2]}.xml", "/sitemap/columns.xml", f"/report-error?page={quote(document)}",
             *(f"{base}.{form}" for base in (feed, "/feeds/latest", "/feeds/department/QY-mzj")
               for form in ("rss", "atom"))]
    for words in (WORD, TITLE, *ORIGINALS):
        paths += [f"/search?q={quote(words)}", f"/search.rss?q={quote(words)}", f"/search.atom?q={quote(words)}"]
    for page in (document, column):
        source = fetched(site, page)[1].decode("utf-8")
        paths += re.findall(r'(?:href|src)="(/[^"]*(?:csv|rss|atom|qr|svg|png|share)[^"]*)"', source)
    return {path: fetched(site, path.replace("&amp;", "&"))[1] for path in dict.fromkeys(paths)}


def leaks(texts):
    """Which original stands where. A page of a search for it may repeat what was typed, and only that."""
    found = []
    for place, content in texts.items():
        for original in ORIGINALS:
            asked = f"q={quote(original)}" in str(place)
            if original.encode() in content and not asked:
                found.append(f"{original} in {place}")
    return found


def indexed(site, document):
    return document.encode() in fetched(site, f"/search?q={quote(WORD)}")[1]


def index_files(site):
    """{path: bytes} of the search index; the worker may take a file away meanwhile."""
    found = {}
    for path in (site.home / "index").rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            found[path] = path.read_bytes()
    return found


# -- the walk -----------------------------------------------------------------------------------------------------

def test_the_whole_way_of_a_notice(people, site):
    _write(people)
    _review(people)
    document = _sign(people)
    column = _found_by_a_citizen(people, site, document)
    _nothing_leaks(site, column, document)
    _withdraw(people)
    _gone_at_once(site, column, document)


def _write(people):
    """张丽 pastes two tables from office programs, masks what is found, and submits."""
    window = people.officer("zhangli")
    begin(window)
    window.locator("input[name=title]").fill(TITLE)
    window.locator(".tox-tbtn[aria-label='加粗']").wait_for()
    paste_event(window, FROM_WORD)
    paste_by_keys(window, FROM_EXCEL)
    pasted = window.evaluate("hugerte.get(0).getContent()")
    assert pasted.count("<table") == 2 and "mso" not in pasted.lower() and "style=" not in pasted
    window.get_by_role("button", name="保存并检查").click()
    window.wait_for_url("**/findings")
    assert settle(window) >= 5
    text = window.locator(".manuscript").first.inner_text()
    assert all(number in text for number in (NUMBERS[0], NUMBERS[2], MOBILE))
    window.get_by_role("link", name="按公众看到的样子预览").click()
    assert not leaks({window.url: window.content().encode()}) and "赵一平" in window.content()
    window.go_back()
    window.get_by_role("link", name="回到稿件，送审").click()
    press(window, "送部门审核")
    window.get_by_text("已送部门审核").first.wait_for()


def _review(people):
    """周敏 returns it, 张丽 changes it; 周敏 sees the change and the findings, approves; 何立新 states and clears."""
    reviewer = people.officer("zhoumin")
    open_task(reviewer, TITLE)
    press(reviewer, "退回修改", why="请写明公示期")
    editor = people.officer("zhangli")
    editor.goto("/desk")
    assert "请写明公示期" in editor.locator("main").inner_text()
    editor.get_by_role("row").filter(has_text=TITLE).get_by_role("link").last.click()
    if not editor.url.endswith("/edit"):
        editor.get_by_role("link", name="改稿").click()
    editor.locator(".tox-tbtn[aria-label='加粗']").wait_for()
    body = editor.frame_locator(".tox-edit-area iframe").locator("body")
    body.press("Control+End")
    body.press("Enter")
    body.press_sequentially("公示期7天。")
    editor.get_by_role("button", name="保存并检查").click()
    editor.wait_for_url("**/findings")
    assert settle(editor) == 0  # what was settled stays settled
    editor.get_by_role("link", name="回到稿件，送审").click()
    press(editor, "送部门审核")
    open_task(reviewer, TITLE)
    assert "公示期7天。" in reviewer.locator("ins").all_inner_texts()
    assert reviewer.locator("#findings .finding").count() >= 5
    press(reviewer, "通过，送保密审查")
    clearer = people.officer("helixin")
    open_task(clearer, TITLE)
    press(clearer, "可以公开，送签发")
    assert clearer.get_by_text("这一步没有办成").count() == 1  # without the statement
    press(clearer, "可以公开，送签发", statement=True)
    clearer.get_by_text("已作出保密审查结论").first.wait_for()


def _sign(people):
    """王建国 signs: it is public. Returns its address."""
    signer = people.officer("wangjianguo")
    open_task(signer, TITLE)
    press(signer, "签发并公开")
    signer.get_by_text("已签发，公众现在就能看到").first.wait_for()
    return address(signer)


def _found_by_a_citizen(people, site, document):
    """In its column, by search, and in the feed; masked, and readable. Returns the column's address."""
    window = people.citizen()
    window.goto("/")
    window.get_by_role("link", name=re.compile(f"^{COLUMN}")).first.click()
    column = urlsplit(window.url).path
    window.get_by_role("link", name=TITLE).click()
    assert urlsplit(window.url).path == document
    shown = window.locator("main").inner_text()
    assert "赵一平" in shown and "公示期7天。" in shown and re.search(r"\*{6,}", shown) and WORD in shown
    assert window.locator("main article table").count() >= 2
    wait_until(lambda: indexed(site, document), "the index")
    window.goto("/")
    window.get_by_role("searchbox").fill(WORD)
    window.keyboard.press("Enter")
    window.get_by_role("link", name=TITLE).wait_for()
    window.goto(column)
    feed = window.get_by_role("link", name="订阅本栏目（RSS）").get_attribute("href")
    text = fetched(site, feed)[1].decode("utf-8")
    assert TITLE in text and document in text
    return column


def _nothing_leaks(site, column, document):
    """No original is in any public answer, nor in any file of the index."""
    answers = public_answers(site, column, document)
    assert len(answers) > 25
    assert leaks(answers) == []
    for original in ORIGINALS:
        assert document.encode() not in answers[f"/search?q={quote(original)}"], original
        assert TITLE.encode() not in answers[f"/search.rss?q={quote(original)}"], original
    files = index_files(site)
    assert leaks(files) == [] and known(site.home / "index")(WORD[:2])
    wide = {path: content for path, content in files.items()
            if any(original.encode(code) in content for original in ORIGINALS for code in ("utf-16-le", "utf-32-le"))}
    assert wide == {}


def _withdraw(people):
    """周敏 takes it back, with a reason."""
    window = people.officer("zhoumin")
    window.goto("/desk/manuscripts?all=1")
    window.get_by_role("searchbox").fill(TITLE)
    window.keyboard.press("Enter")
    window.get_by_role("link", name=TITLE, exact=True).first.click()
    if window.locator("details.others:not([open])").count():
        window.get_by_text("其他办理").click()
    form = window.locator("form").filter(has=window.locator("input[name=transition][value=withdraw]"))
    form.get_by_role("radio", name="涉及个人隐私").check()
    form.locator("textarea[name=why]").fill("公示名单有误")
    form.get_by_role("button").click()
    window.get_by_text("已撤回，公众已看不到").first.wait_for()


def _gone_at_once(site, column, document):
    """Before any follower has moved; its address says why, without its title. Then the index has forgotten it too."""
    answers = public_answers(site, column, document)
    assert fetched(site, document)[0] == 410
    speaking = [path for path, content in answers.items() if TITLE.encode() in content and quote(TITLE) not in path]
    naming = [path for path, content in answers.items()
              if document.encode() in DELETED.sub(b"", content)
              and not path.startswith(("/report-error", document))]
    assert speaking == [] and naming == []
    tombstone = answers[document].decode("utf-8")
    assert "涉及个人隐私" in tombstone
    assert not any(word in tombstone for word in ("公示名单有误", TITLE, WORD))
    wait_until(lambda: not any(WORD[:2].encode() in content for content in index_files(site).values()),
               "the index forgets")


# -- without scripts ----------------------------------------------------------------------------------------------

def test_the_way_without_scripts(people, site):
    """Writing, settling, returning, reviewing, signing and reading, in browsers that run no script."""
    title, plain = "兴隆镇冬季取暖补助发放公告", {"java_script_enabled": False}
    editor = people.officer("zhangli", **plain)
    begin(editor)
    editor.locator("input[name=title]").fill(title)
    editor.locator("textarea[name=body]").fill(f"<p>发放对象身份证号{NUMBERS[0]}，标准每户200元。</p>")
    editor.get_by_role("button", name="保存并检查").click()
    assert settle(editor) == 1
    editor.get_by_role("link", name="回到稿件，送审").click()
    press(editor, "送部门审核")
    reviewer = people.officer("zhoumin", **plain)
    open_task(reviewer, title)
    press(reviewer, "退回修改")
    assert reviewer.get_by_text("请写明理由").count()
    press(reviewer, "退回修改", why="请核对标准")
    editor.goto("/desk")
    editor.get_by_role("link", name=title, exact=True).first.click()
    press(editor, "送部门审核")
    for login, button, statement in (("zhoumin", "通过，送保密审查", False), ("helixin", "可以公开，送签发", True),
                                     ("wangjianguo", "签发并公开", False)):
        officer = people.officer(login, **plain)
        open_task(officer, title)
        press(officer, button, statement=statement)
        assert officer.locator("main .alert-ok").count() == 1
    citizen = people.citizen(**plain)
    citizen.goto("/")
    citizen.get_by_role("link", name=title).first.click()
    assert "每户200元" in citizen.locator("main").inner_text() and NUMBERS[0] not in citizen.content()
    wait_until(lambda: b"/doc/" in fetched(site, f"/search?q={quote(title)}")[1], "the index")
    citizen.get_by_role("searchbox").fill(title)
    citizen.keyboard.press("Enter")
    citizen.get_by_role("link", name=title).first.click()
    assert citizen.locator("h1").inner_text() == title
