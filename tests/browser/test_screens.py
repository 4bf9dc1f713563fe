"""Screens in a real browser: the touch screen goes home by itself, the wall turns, large print is large."""

import axe
import pytest

pytestmark = pytest.mark.browser

STANDING, LYING = {"width": 1080, "height": 1920}, {"width": 1920, "height": 1080}
WALL = {"width": 3840, "height": 1080}
# What can be touched and is seen, in a text or not, that is lower than so many pixels.
SMALL = """least => [...document.querySelectorAll('a[href], button, input, select, summary')]
  .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.closest('.gongwen-body, .skip'))
  .filter(each => each.type !== 'hidden' && !each.classList.contains('skip'))
  .filter(each => each.getBoundingClientRect().height < least - 0.5)
  .map(each => each.outerHTML.slice(0, 90) + ' ' + Math.round(each.getBoundingClientRect().height))"""


def places(window):
    """A document and a list that the home page of the window leads to."""
    document = window.locator("a[href^='/doc/']").first.get_attribute("href")
    return [document, "/catalogue", "/search?q=%E4%BD%8E%E4%BF%9D", "/departments"]


@pytest.mark.parametrize("size", [STANDING, LYING], ids=["standing", "lying"])
def test_a_finger_hits_everything_on_a_touch_screen(people, size):
    window = people.citizen(viewport=size)
    window.goto("/kiosk")
    small = {}
    for path in ["/kiosk", "/kiosk/columns", *places(window)]:
        window.goto(path)
        if found := window.evaluate(SMALL, 64):
            small[path] = found
        assert window.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    assert small == {}, small


def test_a_touch_screen_goes_home_when_nobody_is_there(people):
    window = people.citizen(viewport=STANDING)
    window.clock.install()
    window.goto("/kiosk")
    window.goto("/catalogue")
    dialog = window.locator(".kiosk-idle")
    window.clock.run_for(44_000)
    assert not dialog.is_visible()
    window.clock.run_for(3_000)
    assert dialog.is_visible() and 10 <= int(dialog.locator("[data-left]").inner_text()) <= 15
    assert window.evaluate("document.activeElement.hasAttribute('data-stay')")
    dialog.locator("[data-stay]").click()
    assert not dialog.is_visible()
    window.clock.run_for(40_000)
    assert not dialog.is_visible() and window.url.endswith("/catalogue")
    window.clock.run_for(22_000)
    window.wait_for_url("**/kiosk")


def test_a_touch_screen_works_without_scripts_and_has_no_barriers(people):
    window = people.citizen(viewport=STANDING, java_script_enabled=False)
    window.goto("/kiosk")
    window.get_by_role("link", name="低保", exact=True).click()
    assert window.locator(".doc-list, .results, main a[href^='/doc/']").count()
    window.get_by_role("navigation", name="触摸屏").get_by_role("link", name="首页").click()
    window.get_by_role("link", name="T", exact=True).click()
    assert window.url.endswith("/kiosk/columns#letter-T")
    seen = people.citizen()
    seen.goto("/kiosk")
    for path in ("/kiosk", "/kiosk/columns", "/login", places(seen)[0]):
        seen.goto(path)
        assert axe.barriers(seen) == [], path
    assert "/kiosk/take?" not in seen.url and seen.locator(".kiosk-bar").is_visible()


@pytest.mark.parametrize("size", [LYING, WALL, STANDING], ids=["lying", "wide", "standing"])
def test_the_wall_turns_by_itself_and_fits(people, size):
    window = people.citizen(viewport=size)
    window.clock.install()
    window.goto("/display")
    first = window.locator("main h2").all_inner_texts()
    assert len(first) == 4
    assert window.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        size["width"], size["height"]]
    lowest = min(window.locator("main h2").evaluate_all(
        "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"))
    assert lowest >= min(size.values()) / 20  # 1/200 of ten metres on a wall one metre high
    window.clock.run_for(12_500)
    window.locator("main[data-next$='page=3']").wait_for()
    assert not set(first) & set(window.locator("main h2").all_inner_texts())


def test_a_wall_that_is_cut_off_shows_nothing_old(people):
    window = people.citizen(viewport=LYING)
    window.clock.install()
    window.goto("/display")
    window.route("**/display?*", lambda route: route.fulfill(status=502, body="bad gateway"))
    for _turn in range(3):
        assert window.locator("main h2").first.is_visible()
        with window.expect_response("**/display?*"):
            window.clock.run_for(12_500)
    window.locator("[data-lost]").wait_for()
    assert not window.locator("main").is_visible()
    window.unroute("**/display?*")
    window.clock.run_for(12_500)
    window.locator("main h2").first.wait_for()
    assert not window.locator("[data-lost]").is_visible()


def test_large_print_is_large_and_has_no_barriers(people):
    window = people.citizen(viewport=axe.PHONE)
    window.goto("/")
    window.get_by_role("link", name="长者版").click()
    window.locator(".to-normal a:focus").wait_for()
    assert window.context.cookies() == []  # chosen in the browser: the portal was not asked
    found = places(window)
    for path in ["/", *found, "/apply"]:
        window.goto(path)
        assert window.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 18, path
        assert axe.barriers(window) == [], path
    window.goto("/")
    assert window.locator(".elder-number").is_visible()
    window.get_by_role("link", name="返回普通版").click()
    assert not window.locator(".elder-number").is_visible()
    plain = people.citizen(viewport=axe.PHONE, java_script_enabled=False)
    plain.goto("/")
    plain.get_by_role("link", name="长者版").click()
    plain.locator(".elder-number").wait_for()  # seen, on the page that comes
