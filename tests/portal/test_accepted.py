"""A name that somebody made up gets nowhere: not into a redirect, not into a page; our own names all work."""

import json

import pytest
from webtest import TestApp

from portal.accepted import PROBES, Accepted
from portal.settings import BadSettings, Settings, Site

EVIL = ("evil.example", "localhost.evil.example", "evil.example:6543", "www.qingyuan.example@evil.example", "6.6.6.6",
        "www.qingyuan.example evil.example", "www.qingyuan.example:80:80", "[::2]", "")


@pytest.fixture
def settings(tmp_path):
    """`settings(accepted_hosts=…, domain=…)`: those of a portal at www.qingyuan.example, with these of its own."""
    def made(domain: str = "", **values):
        loaded = Settings(tmp_path, Site(domain=domain), dict(Settings.load(tmp_path).values))
        loaded.values.update({"base_url": "https://www.qingyuan.example"} | values)
        return loaded
    return made


def taken(settings, *names):
    accepted = Accepted(settings)
    return [name for name in names if accepted.takes({"HTTP_HOST": name})]


@pytest.mark.nodatabase
def test_a_portal_has_the_names_of_its_address_and_those_that_are_set(settings):
    ours = ("www.qingyuan.example", "qingyuan.example:443", "WWW.Qingyuan.Example.", "localhost:6543", "127.0.0.1",
            "[::1]:80", "gov.example")
    assert taken(settings(domain="gov.example"), *ours, *EVIL) == [*ours]
    more = settings(accepted_hosts="10.0.0.5 *.QINGYUAN.example [fe80::1]")
    assert taken(more, "10.0.0.5:80", "m.qingyuan.example", "[fe80::1]", "10.0.0.6", "xqingyuan.example") == [
        "10.0.0.5:80", "m.qingyuan.example", "[fe80::1]"]
    assert taken(settings(accepted_hosts="*"), *EVIL) == ["evil.example", "localhost.evil.example", "evil.example:6543",
                                                          "6.6.6.6", "[::2]"]
    assert Accepted(settings()).takes({})


@pytest.mark.nodatabase
def test_a_portal_without_an_address_is_tried_out_by_number(settings):
    tried = settings(base_url="http://localhost:6543", host="0.0.0.0")
    assert taken(tried, "192.168.1.7:6543", "[fe80::1]", "evil.example") == ["192.168.1.7:6543", "[fe80::1]"]
    assert taken(settings(base_url="http://localhost:6543", host="192.168.1.7"), "192.168.1.7", "192.168.1.8") == [
        "192.168.1.7"]
    assert taken(settings(host="0.0.0.0"), "192.168.1.7", "0.0.0.0") == []


@pytest.mark.nodatabase
@pytest.mark.parametrize("written", ["https://a.example", "a.example:80", "a.*"])
def test_what_is_no_name_is_refused_at_start(tmp_path, written):
    (tmp_path / "settings.toml").write_text(f"accepted_hosts = {json.dumps(f'b.example {written}')}", encoding="utf-8")
    with pytest.raises(BadSettings, match="accepted_hosts"):
        Settings.load(tmp_path)


def test_another_name_gets_a_page_that_names_ours_alone(made):
    portal = TestApp(made(base_url="https://www.qingyuan.example"))
    for path, name in (("/", "evil.example"), ("/desk", "evil.example:6543"), ("/doc/2026/1.html", "evil.example"),
                       ("/static/fonts", "6.6.6.6"), ("/zwgk/zcwj", 'evil.example"><script>')):
        answer = portal.get(path, extra_environ={"HTTP_HOST": name}, status=400)
        assert "https://www.qingyuan.example" in answer.text and "evil.example" not in str(answer)
        assert "Location" not in answer.headers and "Set-Cookie" not in answer.headers
    told = portal.get("/search", headers={"Accept": "application/json"}, status=400,
                      extra_environ={"HTTP_HOST": "evil.example"})
    assert "www.qingyuan.example" in told.json["message"]
    assert portal.get("/desk", status=303, extra_environ={"HTTP_HOST": "qingyuan.example"}).location.startswith(
        "http://qingyuan.example/login")


def test_the_page_for_another_name_has_its_styles(made):
    portal, name = TestApp(made()), {"HTTP_HOST": "evil.example"}
    page = portal.get("/", status=400, extra_environ=name).html
    links = [link["href"] for link in page.select("link[rel=stylesheet]")]
    assert links and all(portal.get(link, extra_environ=name).content_type == "text/css" for link in links)
    assert page.select_one("a.btn-primary")["href"] == "http://localhost:6543"


def test_what_watches_the_process_asks_by_any_name(made):
    portal = TestApp(made(base_url="https://www.qingyuan.example"))
    for path in PROBES:
        answer = portal.get(path, expect_errors=True,
                            extra_environ={"HTTP_HOST": "10.1.2.3:6543", "REMOTE_ADDR": "127.0.0.1"})
        assert answer.status_int in (200, 503) and "base_url" not in answer.text


def test_a_published_page_is_no_way_around(made, county, house):
    (house.home / "site").mkdir(exist_ok=True)
    (house.home / "site" / "index.html").write_text("首页", encoding="utf-8")
    portal = TestApp(made())
    assert portal.get("/").text == "首页"
    for cookie in ("", "variant=elder", "lang=en"):
        refused = portal.get("/", headers={"Cookie": cookie}, extra_environ={"HTTP_HOST": "evil.example"}, status=400)
        assert refused.text != "首页"
