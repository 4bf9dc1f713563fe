"""Every kind of page for everybody: no violation that axe finds, no sideways scrolling, a visible focus, keys."""

import hashlib
import json

import axe
import pages
import pytest
from axe import DESKTOP, PHONE

from portal.instance import Instance

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def kinds(site):
    """Every kind of page, by who looks at it."""
    instance = Instance.open(site.home)
    found = pages.all_pages(instance.house)
    instance.close()
    return {login: [page for page in found if page.login == login] for login in {page.login for page in found}}


def test_axe_is_the_one_that_was_recorded():
    assert hashlib.sha256(axe.SOURCE.read_bytes()).hexdigest() == axe.SHA256


def looked_at(language, size, staff):
    """What most people see is looked at in every run, the rest in the full one."""
    usual = (language, size, staff) == ("zh", PHONE, False)
    return pytest.param(language, size, staff, marks=() if usual else pytest.mark.full,
                        id=f"{language}-{size['width']}-{'staff' if staff else 'citizens'}")


@pytest.mark.parametrize(("language", "size", "staff"), [
    looked_at(language, size, staff) for language in ("zh", "en") for size in (PHONE, DESKTOP)
    for staff in (False, True)])
def test_pages_have_no_barriers(people, site, kinds, language, size, staff):
    wrong = {}
    for login in sorted(login for login in kinds if bool(login) is staff):
        window = people.officer(login) if login else people.citizen()
        window.context.add_cookies([{"name": "lang", "value": language, "url": site.url}])
        for page in kinds[login]:
            window.goto(page.path)
            if found := axe.barriers(window, [size]):
                wrong[f"{page.name} {page.path}"] = found
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)


# -- keys alone ---------------------------------------------------------------------------------------------------

def focused(window):
    """What holds the focus: its words, and whether a line or a halo shows it."""
    return window.evaluate("""() => {
      const at = document.activeElement, style = getComputedStyle(at)
      return {words: at.textContent.trim(), name: at.getAttribute('name'), href: at.getAttribute('href'),
              seen: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
                    || style.boxShadow !== 'none'}
    }""")


def test_first_key_leads_past_the_navigation(people):
    window = people.citizen()
    window.goto("/")
    window.keyboard.press("Tab")
    assert focused(window)["words"] == "跳到正文" and focused(window)["seen"]
    assert window.locator(".skip").bounding_box()["y"] >= 0
    window.keyboard.press("Enter")
    assert window.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everything_on_the_home_page_is_reached_by_tab_and_seen(people, size):
    """Each link, button and field takes the focus once, in the order in which it stands in the page."""
    window = people.citizen(viewport=size)
    window.goto("/")
    wanted = window.evaluate("""() => [...document.querySelectorAll('a[href], button, input, select, summary')]
      .filter(each => each.checkVisibility({visibilityProperty: true}) && each.type !== 'hidden').length""")
    stops = []
    for _ in range(wanted):
        window.keyboard.press("Tab")
        stops.append(focused(window))
    assert [stop["words"] or stop["name"] for stop in stops if not stop["seen"]] == []
    assert stops[-1]["words"] == "我为政府网站找错"


def test_a_citizen_finds_a_document_by_keys(people):
    """Search, results, document, column: with Tab and Enter."""
    window = people.citizen()
    window.goto("/")
    tab_to(window, lambda at: at["name"] == "q")
    window.keyboard.type("低保")
    window.keyboard.press("Enter")
    window.wait_for_url("**/search?q=*")
    tab_to(window, lambda at: (at["href"] or "").startswith("/doc/"))
    window.keyboard.press("Enter")
    window.wait_for_url("**/doc/**")
    assert window.locator("h1").inner_text()


def tab_to(window, found, most=80):
    for _ in range(most):
        window.keyboard.press("Tab")
        if found(focused(window)):
            return
    raise AssertionError("the focus never came there")
