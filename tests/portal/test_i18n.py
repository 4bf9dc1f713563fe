"""Languages: which one is spoken, how it is changed, and that the switch leads nowhere else."""

import pytest
from small_app import configurator
from webtest import TestApp

from portal.i18n import safe_back


@pytest.fixture(scope="module")
def app():
    config = configurator()
    config.add_route("page", "/page")
    config.add_view(lambda request: request.locale_name, route_name="page", renderer="string")
    return config.make_wsgi_app()


def test_chinese_unless_a_cookie_says_otherwise(app):
    client = TestApp(app)
    assert client.get("/page").text == "zh_Hans"
    client.set_cookie("lang", "xx")
    assert client.get("/page").text == "zh_Hans"
    client.set_cookie("lang", "en")
    assert client.get("/page").text == "en"


def test_switch_remembers_and_goes_back(app):
    client = TestApp(app)
    answer = client.get("/lang/en", params={"back": "/page?x=1"})
    assert answer.location == "http://localhost/page?x=1"
    assert "HttpOnly" in answer.headers["Set-Cookie"] and "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert answer.follow().text == "en"
    client.get("/lang/zh")
    assert client.get("/page").text == "zh_Hans"


def test_unknown_language_is_not_found(app):
    TestApp(app).get("/lang/fr", status=404)


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil", "evil",
                                  "", "/a\r\nSet-Cookie: x", "/\t/evil.example", "javascript:alert(1)", "http:/x"])
def test_back_never_leaves_the_site(back):
    assert safe_back(back) == "/"


@pytest.mark.parametrize("back", ["/", "/zc/", "/search?q=低保&page=2", "/doc/2026/1.html#fj"])
def test_back_to_a_page_of_ours(back):
    assert safe_back(back) == back
