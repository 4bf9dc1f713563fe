"""Layouts and macros render what they are given, escaped, in both languages; static files are named by content."""

import datetime as dt
import hashlib
from types import SimpleNamespace

import html5lib
import pytest
from small_app import SITE, Sheet, configurator
from webtest import TestApp

import themes
from portal import paging
from portal.rendering import site_title
from portal.settings import Site

PUBLIC = """<metal:page use-macro="layout"><metal:main fill-slot="main">
<tal:x metal:use-macro="macros['breadcrumb']" /><h1>${title}</h1></metal:main></metal:page>"""
DESK = '<metal:page use-macro="desk"><metal:main fill-slot="main"><h1>写</h1></metal:main></metal:page>'


@pytest.fixture(scope="module")
def sheet():
    return Sheet()


def strict(markup: str):
    """Parse as a browser would, failing on anything that is not well-formed HTML5."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(markup)


def document(**more) -> SimpleNamespace:
    return SimpleNamespace(url="/doc/2026/1.html", title="低保<公示>", date=dt.date(2026, 11, 20), **more)


def test_public_page_is_well_formed_and_has_every_site_tag(sheet):
    page = sheet(PUBLIC, title="社会救助", breadcrumb=[("社会救助", "")],
                 page_tags=[("ColumnName", "社会救助")], feeds=[("最新", "/feed.xml", "application/rss+xml")])
    head = {tag.get("name"): tag.get("content") for tag in strict(page).iter("meta")}
    assert head["SiteName"] == "清源县人民政府信息公开"
    assert head["SiteDomain"] == SITE.domain and head["SiteIDCode"] == SITE.id_code
    assert head["ColumnName"] == "社会救助"
    assert "<title>社会救助 - 清源县人民政府信息公开</title>" in page
    assert '<link rel="alternate" type="application/rss+xml" title="最新" href="/feed.xml"' in page


def test_footer_lists_what_the_guideline_asks_for(sheet):
    page = sheet(PUBLIC, title="社会救助")
    footer = page[page.index("<footer"):]
    for fact in (SITE.host_organ, SITE.phone, SITE.address, SITE.postcode, SITE.id_code, SITE.icp,
                 SITE.police_record, "站点地图", "我为政府网站找错", "党政机关网站"):
        assert fact in footer
    assert 'href="/report-error?page=%2Fzc%2F"' in footer


def test_facts_that_are_unknown_leave_no_empty_line():
    page = Sheet(site=Site(organ="清源县人民政府"))(PUBLIC, title="")
    assert "备案号" not in page and "邮编" not in page and "<title>清源县人民政府信息公开</title>" in page


def test_desk_page_is_well_formed_and_not_for_search_engines(sheet):
    page = sheet(DESK, title="写", identity=SimpleNamespace(name="张丽", unit="县民政局"))
    strict(page)
    assert '<meta name="robots" content="noindex"' in page and "张丽，县民政局" in page
    assert 'action="/logout"' in page and 'name="csrf_token" value="token"' in page


def test_english_page_speaks_english_and_leaves_contents_chinese():
    page = Sheet("en")(PUBLIC, title="社会救助", breadcrumb=[("社会救助", "")])
    assert '<html lang="en"' in page and "Report an error" in page and "Skip to content" in page
    assert 'lang="zh-CN" hreflang="zh-CN">中文</a>' in page and "/lang/zh?back=%2Fzc%2F" in page


def test_documents_are_escaped_and_dated(sheet):
    rows = [document(pinned=True, notes=["县民政局"], status=("ok", "有效")), document()]
    page = sheet("""<tal:x tal:define="documents rows" metal:use-macro="macros['documents']" />""", rows=rows)
    assert "低保&lt;公示&gt;" in page and "<公示>" not in page
    assert 'datetime="2026-11-20"' in page and "11月20日" in page
    assert page.count("置顶") == 1 and 'class="status status-ok">有效' in page and "县民政局" in page


def test_heading_level_of_documents(sheet):
    source = """<tal:x tal:define="documents rows; level 'h3'" metal:use-macro="macros['documents']" />"""
    page = sheet(source, rows=[document()])
    assert "<h3" in page and "<h2" not in page


@pytest.mark.parametrize("kind", ["info", "ok", "warn", "late", "stop"])
def test_alert(sheet, kind):
    source = """<tal:x tal:define="heading '没有保存'; body '<b>'" metal:use-macro="macros['alert']" />"""
    page = sheet(source, kind=kind)
    assert f"alert-{kind}" in page and "<svg" in page and "&lt;b&gt;" in page
    assert ('role="alert"' in page) == (kind == "late")


def test_slots_take_markup(sheet):
    for macro in ("alert", "empty", "panel"):
        page = sheet(f"""<tal:x tal:define="kind 'info'; heading '标题'" metal:use-macro="macros['{macro}']">
            <metal:b fill-slot="body"><p>有<a href="/">链接</a></p></metal:b></tal:x>""")
        assert '<p>有<a href="/">链接</a></p>' in page


def test_status_facts_and_empty(sheet):
    page = sheet("""<div><tal:x tal:define="kind 'late'; words '超期'; badge True" metal:use-macro="macros['status']" />
        <tal:x tal:define="facts [('栏目', '救助')]" metal:use-macro="macros['facts']" />
        <tal:x tal:define="heading '还没有'; body '等一等'" metal:use-macro="macros['empty']" /></div>""")
    assert 'class="badge status status-late">超期' in page
    assert "<dt>栏目</dt><dd>救助</dd>" in page and "<b>还没有</b>" in page and "等一等" in page


def test_pagination(sheet):
    pages = paging.from_oldest(95, 10, 4, lambda page: f"/zc/{page or ''}")
    page = sheet("""<tal:x metal:use-macro="macros['pagination']" />""", pages=pages)
    assert 'aria-current="page">4</a>' in page and 'href="/zc/"' in page and 'rel="next"' in page
    alone = paging.from_oldest(3, 10, None, lambda page: "/")
    assert "<nav" not in sheet("""<tal:x metal:use-macro="macros['pagination']" />""", pages=alone)


def test_what_pages_have_in_common_is_filled_once_and_for_each_site_and_language_anew(sheet):
    from portal import templating

    filled = []
    def counted(template, **values):
        filled.append(template.filename)
        return render(template, **values)
    render, templating.Page.render = templating.Page.render, counted
    try:
        first, second = Sheet(), Sheet("en", Site(organ="清水县人民政府"))
        pages = [first(PUBLIC, title=title) for title in ("甲", "乙")] + [second(PUBLIC, title="丙")]
    finally:
        templating.Page.render = render
    contact = [name for name in filled if name.endswith("contact.pt")]
    assert len(contact) == 2
    assert all(SITE.icp in page and "站点地图" in page for page in pages[:2])
    assert SITE.icp not in pages[2] and "站点地图" not in pages[2] and "清水县人民政府" in pages[2]


def test_a_template_that_fails_says_where():
    from portal.rendering import loader

    with pytest.raises(AttributeError) as problem:
        loader(SimpleNamespace(registry=SimpleNamespace(settings={}), theme="default"))["frame/nav.pt"](
            entries=[None], t=str)
    assert any("entry.url" in note and "frame/nav.pt:6" in note for note in problem.value.__notes__)


def test_search_box_keeps_the_query(sheet):
    source = """<tal:x tal:define="id 'q'; large True" metal:use-macro="macros['search']" />"""
    page = sheet(source, query='"><script>')
    assert 'value="&#34;&gt;&lt;script&gt;"' in page or "&quot;&gt;&lt;script&gt;" in page
    assert "<script>" not in page


def test_editor_scripts_speak_the_language():
    source = """<tal:x metal:use-macro="macros['editor']" />"""
    assert "editor-zh.js" in Sheet()(source) and "editor-zh.js" not in Sheet("en")(source)


def test_flash_is_said_once():
    config = configurator()
    config.add_route("say", "/say")
    config.add_route("page", "/page")
    config.add_view(lambda request: request.session.flash(("ok", "已保存")) or request.response, route_name="say")
    config.add_view(lambda request: {}, route_name="page", renderer="desk/layout.pt")
    client = TestApp(config.make_wsgi_app())
    assert "已保存" not in client.get("/page").text
    client.get("/say")
    first = client.get("/page").text
    assert "已保存" in first and "alert-ok" in first and "已保存" not in client.get("/page").text


def test_a_visitor_without_session_is_given_none():
    config = configurator()
    config.add_route("page", "/page")
    config.add_view(lambda request: {}, route_name="page", renderer="layout.pt")
    assert "Set-Cookie" not in TestApp(config.make_wsgi_app()).get("/page").headers


def test_asset_address_holds_the_hash_of_the_file_and_is_served_for_a_year(sheet):
    digest = hashlib.sha256((themes.HERE / "default/static/site.css").read_bytes()).hexdigest()[:12]
    address = sheet("<p>${asset('site.css')}</p>")[3:-4]
    assert address == f"/static/site.css?v={digest}"
    answer = TestApp(sheet.app).get(address)
    assert answer.content_type == "text/css" and "max-age=31536000" in answer.headers["Cache-Control"]


def test_asset_that_is_not_there_is_an_error(sheet):
    with pytest.raises(FileNotFoundError):
        sheet("<p>${asset('no-such.css')}</p>")


def test_unknown_theme_stops_the_start():
    config = configurator()
    config.registry.settings["gongkai"].theme = "no-such-theme"
    with pytest.raises(LookupError, match="no-such-theme"):
        from portal.rendering import includeme

        includeme(config)


@pytest.mark.parametrize(("organ", "name", "whole"), [
    ("清源县人民政府", "政府信息公开", "清源县人民政府信息公开"),
    ("清源县人民政府", "清源县人民政府网", "清源县人民政府网"),
    ("清源县", "信息公开网", "清源县信息公开网"),
])
def test_site_title(organ, name, whole):
    assert site_title(Site(organ=organ, name=name), "zh") == whole


def test_the_gaps_of_a_part_are_filled_in_each_page_and_quoted(sheet):
    source = """<div>${frame('footer', {'report': address})}</div>"""
    first, second = (sheet(source, address=address) for address in ("/r?a=1&b=2", '"><script>'))
    assert 'href="/r?a=1&amp;b=2"' in first and "站点地图" in first
    assert 'href="&quot;&gt;&lt;script&gt;"' in second and "<script>" not in second
    assert "/r?a=1" not in second and "\ufdd0" not in first + second
