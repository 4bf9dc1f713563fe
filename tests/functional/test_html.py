"""Whole pages of the sample county: well-formed, without anything inline, with the headers, with links that lead on."""

import re
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import feedparser
import html5lib
import pytest
from lxml import etree, html

import themes
from portal.headers import ALWAYS, content_policy

HTML = "text/html"
HANDLER = re.compile(r"on[a-z]+")
LINKS = (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src"), ("form", "action"))
# Pages that only answer a form; tests/browser/test_answers.py and those of the desk look at them.
ELSEWHERE = {"desk/conflict.pt", "desk/admin/password_once.pt", "errors/kept.pt"}
# Pages of one application, which is filed first, and of one picture: tests/browser/test_apply.py and
# tests/browser/test_attachments.py look at them.
ELSEWHERE |= {"desk/case.pt", "desk/cases.pt", "desk/file.pt", "desk/case_enter.pt", "desk/case_fee.pt",
              "desk/case_letter.pt", "desk/case_reply.pt", "desk/case_active.pt",
              "desk/case_values.pt", "desk/file_picture.pt",
              "public/apply_check.pt", "public/apply_letter.pt", "public/apply_receipt.pt", "public/apply_status.pt",
              "public/apply_mine.pt", "public/apply_withdraw.pt", "public/opinion.pt", "public/opinion_received.pt"}
# One entry of a register, which is made first: tests/portal/admin/test_registers.py looks at it.
ELSEWHERE |= {"desk/supervision/event.pt", "desk/supervision/withheld_item.pt"}
# A push needs an official account: tests/portal/desk/test_pushes.py looks at it.
ELSEWHERE |= {"desk/pushes/page.pt", "desk/pushes/phone.pt"}
# A mail that waits: tests/portal/public/test_mailbox.py looks at it.
ELSEWHERE |= {"desk/admin/mailbox_letter.pt"}
# An order, which an auditor gives first: tests/browser/test_supervision.py looks at it.
ELSEWHERE |= {"desk/supervision/order.pt"}
# What leads out of a touch screen: tests/browser/test_screens.py looks at it.
ELSEWHERE |= {"public/kiosk_take.pt"}
KEPT_NOWHERE = ("/desk", "/login", "/account", "/apply/new", "/apply/receipt", "/apply/status", "/apply/recover",
                "/apply/account", "/apply/mine", "/subscribe/link", "/subscribe/end")
SAME = 2  # so many addresses of one shape
FEW = 300  # so many addresses are asked for when following links


def parsed(response):
    return html.fromstring(response.body.decode("utf-8"))


def gather(answers, problem):
    """{name: what `problem` finds in a page}, without those in which it finds nothing."""
    found = {name: problem(page, response) for name, (page, response) in answers.items()}
    return {name: what for name, what in found.items() if what}


def test_every_page_answers_as_it_should(answers):
    wrong = gather(answers, lambda page, response: response.status_int != page.status and response.status)
    assert wrong == {}


def test_every_page_is_well_formed(answers):
    def errors(page, response):
        parser = html5lib.HTMLParser()
        parser.parse(response.body, transport_encoding="utf-8")
        return [(at, code, about) for at, code, about in parser.errors]
    assert gather(answers, errors) == {}


def test_nothing_is_inline(answers):
    def inline(page, response):
        tree = parsed(response)
        here = [f"<{each.tag} {name}>" for each in tree.iter(etree.Element) for name in each.attrib
                if name == "style" or HANDLER.fullmatch(name)]
        here += [f"<{each.tag}>" for each in tree.iter("style", "script") if not each.get("src")]
        return here + [url for _, _, url, _ in tree.iterlinks() if url.startswith("javascript:")]
    assert gather(answers, inline) == {}


def test_every_page_has_one_heading_one_title_and_no_id_twice(answers):
    def wrong(page, response):
        tree = parsed(response)
        ids = tree.xpath("//@id")
        twice = {each for each in ids if ids.count(each) > 1}
        counts = {path: len(tree.findall(path)) for path in (".//h1", "head/title", ".//main")}
        return {path: count for path, count in counts.items() if count != 1} or twice
    assert gather(answers, wrong) == {}


def test_titles_tell_pages_apart(answers):
    """Two pages have the same title only where they are views of one document."""
    titles = {}
    for name, (page, response) in answers.items():
        if name.endswith(" zh") and response.status_int == 200:
            titles.setdefault(parsed(response).findtext("head/title").strip(), set()).add(page.path.partition("?")[0])
    assert "" not in titles
    assert {title: paths for title, paths in titles.items() if len(_subjects(paths)) > 1} == {}


def _subjects(paths):
    """What pages are about: the views of a document at the desk are about that document."""
    return {re.sub(r"(/desk/document/\d+)/.*", r"\1", path) for path in paths}


def test_language_is_said_and_chinese_texts_are_marked(answers):
    for name, (_, response) in answers.items():
        wanted = "zh-CN" if name.endswith(" zh") else "en"
        assert parsed(response).get("lang") == wanted, name


def test_headers_are_on_every_page(answers):
    def missing(page, response):
        told = {name: response.headers.get(name) for name in ALWAYS}
        policy = response.headers["Content-Security-Policy"]
        wrong = {name: value for name, value in told.items() if value != ALWAYS[name]}
        if policy not in (content_policy(), content_policy(editor=True)):
            wrong["Content-Security-Policy"] = policy
        return wrong
    assert gather(answers, missing) == {}


def test_only_pages_with_the_editor_may_have_inline_styles(answers):
    """The looser policy is for the desk alone, and where there is an editor."""
    loose = {page.path for page, response in answers.values()
             if "unsafe" in response.headers["Content-Security-Policy"]}
    edited = {page.path for page, response in answers.values() if b"data-editor" in response.body}
    assert loose == edited and all(path.startswith("/desk/") for path in loose)


def test_desk_is_kept_nowhere_and_citizens_pages_are_asked_for_anew(answers):
    """What belongs to one visitor, known by his cookie, is kept by no cache that others use."""
    for page, response in answers.values():
        desk = page.path.startswith(KEPT_NOWHERE)
        own = "gongkai" in response.request.cookies or "Set-Cookie" in response.headers
        wanted = "no-store" if desk else "private, no-cache" if own else "no-cache"
        assert response.headers["Cache-Control"] == wanted, page.path


def test_site_tags_are_on_every_public_page(answers):
    """Of domain: SiteName, SiteDomain, SiteIDCode in every head; a document names its column and itself."""
    for name, (_page, response) in answers.items():
        tags = {each.get("name"): each.get("content") for each in parsed(response).iterfind(".//meta")}
        assert tags["SiteName"] and tags["SiteDomain"] and tags["SiteIDCode"], name
        if name.startswith("document-"):
            assert tags["ArticleTitle"] and tags["PubDate"] and tags["ColumnName"], name


# -- links --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def followed(site):
    """{address: response} of everything that a citizen reaches from the home page, up to a number."""
    client, waiting, seen = site.client(), ["/"], {}
    while waiting and len(seen) < FEW:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen[path] = client.get(path, expect_errors=True)
        if seen[path].content_type == HTML and seen[path].status_int == 200:
            waiting += [each for each in _links(path, seen[path]) if each not in seen]
    return seen


def _links(path, response):
    tree, base = parsed(response), urljoin("http://localhost", path)
    found = dict.fromkeys(urldefrag(urljoin(base, each.get(name)))[0]
                          for tag, name in LINKS for each in tree.iter(tag) if each.get(name))
    paths = [urlsplit(url) for url in found if urlsplit(url).netloc == "localhost"]
    return [f"{each.path}?{each.query}" if each.query else each.path for each in paths
            if not each.path.startswith(("/lang/", "/variant/"))]


def test_every_link_leads_somewhere(followed):
    assert len(followed) == FEW
    lost = {path: each.status for path, each in followed.items() if each.status_int not in (200, 302, 303)}
    assert lost == {}


def test_links_of_the_desk_lead_somewhere_too(site, answers):
    """Each link of a page of the desk can be opened by who sees it: no door that is closed to him."""
    lost = {}
    for login in sorted({page.login for page, _ in answers.values() if page.login}):
        client = site.client(login)
        own = [(page, response) for page, response in answers.values() if page.login == login]
        paths = {path for page, response in own if response.status_int == 200 for path in _shown(page.path, response)}
        for path in _some(paths):
            status = client.get(path, expect_errors=True).status_int
            if status not in (200, 302, 303, 410):
                lost[f"{login} {path}"] = status
    assert lost == {}


def _some(paths):
    """Two of each shape: the pages of a hundred documents are made by one view."""
    shapes = {}
    for path in sorted(paths):
        shapes.setdefault(re.sub(r"=[^&]*", "=", re.sub(r"\d+", "0", path)), []).append(path)
    return [path for found in shapes.values() for path in found[:SAME]]


def _shown(path, response):
    tree, base = parsed(response), urljoin("http://localhost", path)
    urls = {urlsplit(urljoin(base, each.get("href"))) for each in tree.iter("a") if each.get("href")}
    return {f"{each.path}?{each.query}" if each.query else each.path for each in urls
            if each.netloc == "localhost" and each.path.startswith("/desk")}


def test_fragments_are_on_their_page(answers):
    def missing(page, response):
        tree = parsed(response)
        here = {url[1:] for _, _, url, _ in tree.iterlinks() if url.startswith("#") and len(url) > 1}
        return here - set(tree.xpath("//@id"))
    assert gather(answers, missing) == {}


# -- feeds and maps -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feeds_are_read_without_a_complaint(site, answers, form):
    client = site.client()
    column = answers["column zh"][0].path
    unit = next(iter(site.instance.house.tree(site.instance.house.database.reader()).departments.by_code))
    places = [f"/feeds/latest.{form}", f"/feeds/column{column.rstrip('/')}.{form}", f"/feeds/department/{unit}.{form}",
              f"/search.{form}?q=%E9%80%9A%E7%9F%A5"]
    for place in places:
        response = client.get(place)
        feed = feedparser.parse(response.body, response_headers={"content-type": response.headers["Content-Type"]})
        assert feed.bozo == 0, (place, feed.get("bozo_exception"))
        assert feed.version == {"rss": "rss20", "atom": "atom10"}[form]
        assert feed.feed.title and feed.feed.link and feed.entries, place
        for entry in feed.entries:
            assert entry.id and entry.title and entry.link.startswith("http") and entry.published_parsed
            assert client.get(urlsplit(entry.link).path).status_int == 200


def test_map_for_search_engines_names_every_public_document_once(site):
    client = site.client()
    pages = [url for part in _located(client, "/sitemap.xml") for url in _located(client, urlsplit(part).path)]
    documents = [url for url in pages if "/doc/" in url]
    listed = client.get("/catalogue.csv").body.decode("utf-8-sig").splitlines()
    assert len(pages) == len(set(pages)) and len(documents) > 100
    assert len(listed) == len(documents) + 1


def _located(client, path):
    return [each.text for each in etree.fromstring(client.get(path).body).iterfind(".//{*}loc")]


# -- nothing is left out ------------------------------------------------------------------------------------------

def test_every_template_of_a_page_was_looked_at(site, answers):
    """A new page belongs into tests/pages.py, so that it is held to all of this."""
    folder = Path(themes.__file__).parent / "default" / "templates"
    whole = {path.relative_to(folder).as_posix() for path in folder.rglob("*.pt")
             if re.search(r'use-macro="(layout|desk)"', path.read_text("utf-8"))}
    assert whole - site.rendered - ELSEWHERE == set()
    assert whole >= ELSEWHERE
