"""Files before the public: stored renditions alone, through the gate, with all that browsers ask for."""

from __future__ import annotations

import feedparser
import pytest
from slips import SLIPS

from content import attachments, preparing
from content.base import now
from content.blobs import key_of
from content.documents import Attachment, FileRendition, Live
from content.search import Query
from portal.instance import Instance
from portal.public import files
from portal.verifying import public_files
from workflows.access import SYSTEM
from workflows.engine import fire

MOBILE = "13812345678"
TEXT = f"清源县高龄津贴申请表\n王芳手机{MOBILE}\n"


@pytest.fixture
def publish(site):
    """`publish(text, name, …)`: a live document with an attachment; its address and the attachment's."""
    def go(text: str = TEXT, name: str = "申请表 一.txt", **values) -> tuple[str, str]:
        house, county = site.county.house, site.county
        with house.database.writer.begin() as session:
            document = county.write(session, **values)
            number = attachments.take(session, house, document, name, text.encode(),
                                      actor_id=county.users["zhangli"]).id
        turn(house)
        with house.database.writer.begin() as session:
            document = session.get_one(type(document), document.id)
            county.settle_all(session, document)
            preparing.wake(session, [document.id])
        turn(house)
        with house.database.writer.begin() as session:
            document = session.get_one(type(document), document.id)
            fire(session, house, document, "import", SYSTEM)
            url = document.live.url
        return url, f"{url.removesuffix('.html')}/files/{number}/{name}"
    return go


def turn(house):
    while preparing.turn(house, "tests", SLIPS):
        pass


def test_the_page_lists_it_and_gives_the_rendition(site, publish):
    url, _address = publish()
    page = site.get(url)
    link = page.html.find("ul", class_="files").a
    assert "申请表 一" in page.html.find("ul", class_="files").text and "公开版" in page
    found = site.app.get(link["href"])
    assert MOBILE not in found.text and "高龄津贴" in found.text
    assert found.headers["Content-Disposition"].startswith('attachment; filename="file-')
    assert "filename*=UTF-8''%E7%94%B3" in found.headers["Content-Disposition"]
    assert found.headers["X-Content-Type-Options"] == "nosniff" and found.headers["Cache-Control"] == "no-cache"


def test_browsers_that_have_it_and_those_that_want_parts(site, publish):
    _url, address = publish()
    whole = site.get(address)
    tag, size = whole.headers["ETag"], len(whole.body)
    assert tag.startswith('"') and whole.headers["Accept-Ranges"] == "bytes"
    assert site.get(address, headers={"If-None-Match": tag}, status=304).body == b""
    assert site.get(address, headers={"If-Modified-Since": whole.headers["Last-Modified"]}, status=304).body == b""
    part = site.get(address, headers={"Range": "bytes=3-8"}, status=206)
    assert part.body == whole.body[3:9] and part.headers["Content-Range"] == f"bytes 3-8/{size}"
    assert site.get(address, headers={"Range": "bytes=3-8", "If-Range": '"other"'}, status=200).body == whole.body
    site.get(address, headers={"Range": f"bytes={size}-"}, status=416)
    head = site.app.head(str(whole.request.path))
    assert head.body == b"" and head.headers["Content-Length"] == str(size)


def test_through_the_gate(site, publish, county):
    url, address = publish()
    tag = site.get(address).headers["ETag"]
    site.fire(url, "withdraw", why="泄露个人信息", reason_kind="privacy")
    gone = site.get(address, headers={"If-None-Match": tag}, status=410)
    assert "申请表" not in gone and site.app.head(str(gone.request.path), status=410).body == b""


@pytest.mark.parametrize("change", ["internal", "over"])
def test_what_may_not_be_read_has_no_files(site, publish, change):
    _url, address = publish()
    with site.county.house.database.writer.begin() as session:
        live = session.query(Live).one()
        live.audience = "internal" if change == "internal" else live.audience
        live.ends = now().date().replace(year=2020) if change == "over" else None
    assert site.get(address, expect_errors=True, status=303 if change == "internal" else 410)


@pytest.mark.parametrize("path", [
    "/doc/2026/999/files/1/x.txt", "{base}/files/999/x.txt", "{base}/files/{other}/二.txt", "{base}/files/1/../2",
    "{base}/files/0", "/doc/0000/1/files/1/x"])
def test_what_is_not_there(site, publish, path):
    url, _address = publish()
    _second, other = publish("另一份\n", "二.txt")
    base = url.removesuffix(".html")
    number = other.split("/")[-2]
    site.get(path.format(base=base, other=number), status=404)


def test_a_former_name_leads_to_the_present_one(site, publish):
    _url, address = publish()
    answer = site.get(address.replace("申请表", "旧名"), status=302)
    assert answer.location.endswith("%E7%94%B3%E8%AF%B7%E8%A1%A8%20%E4%B8%80.txt")


def test_a_file_that_a_correction_took_out_is_gone(site, publish, county):
    url, address = publish()
    site.fire(url, "revise", by="zhangli", why="附件有误")
    with county.house.database.writer.begin() as session:
        document = site.document(session, url)
        attachments.drop(session, document, session.get_one(Attachment, document.head.attachments[0]),
                         actor_id=county.users["zhangli"])
    assert site.get(address).status_int == 200  # until the correction is out
    with county.house.database.writer.begin() as session:
        document = site.document(session, url)
        fire(session, county.house, document, "import", SYSTEM)
    site.get(address, status=404)


def test_names_and_words_of_files_are_found_and_feeds_enclose_them(site, publish):
    url, _address = publish()
    site.index()
    assert [hit.url for hit in site.engine.search(Query("高龄津贴申请表")).hits] == [url]
    assert site.engine.search(Query(MOBILE)).total == 0
    for form in ("rss", "atom"):
        entry = feedparser.parse(site.app.get(f"/feeds/latest.{form}").body).entries[0]
        assert entry.enclosures[0].href.startswith("https://www.qingyuan.example/doc/")
        assert entry.enclosures[0].type == "text/plain"


def test_verify_says_when_a_file_is_not_what_was_verified(site, publish, county):
    publish()
    instance = Instance.open(county.house.home)
    with county.house.database.reader() as session:
        assert list(public_files(instance, session)) == []
        made = session.query(FileRendition).one()
        county.house.blobs.store.path(key_of(made.address)).unlink()
        assert len(list(public_files(instance, session))) == 1
    instance.close()


@pytest.mark.nodatabase
@pytest.mark.parametrize(("media_type", "told"), [
    ("text/html", "application/octet-stream"), ("image/svg+xml", "application/octet-stream"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", None),
    ("text/csv", "text/csv; charset=utf-8"), ("application/pdf", None)])
def test_nothing_that_runs_is_told_to_a_browser(media_type, told):
    assert files._media_type(FileRendition(media_type=media_type)) == (told or media_type)
