"""What people do in a browser, step by step, and what a program gets from the same site; for the browser tests."""

import time
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

WEIGHTS, CHECK = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


def identity_number(first):
    """The seventeen digits with their check character (GB 11643)."""
    return first + CHECK[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


# -- at the desk --------------------------------------------------------------------------------------------------

def begin(window, column="社会救助"):
    """From 写一篇 to the form of a notice."""
    window.goto("/desk")
    window.locator("main").get_by_role("link", name="写一篇").click()
    row = window.get_by_role("row").filter(has_text=column)
    row.get_by_role("link", name="通知公告").first.click()
    window.locator("input[name=title]").wait_for()


def settle(window):
    """Mask everything that was found; returns how many values waited."""
    found = window.locator("fieldset.finding-open").count()
    while window.locator("button[name=mask_all]").count():
        window.locator("button[name=mask_all]").first.click()
    waiting = window.locator("fieldset.finding-open")
    for number in range(waiting.count()):
        waiting.nth(number).locator("input[value=mask]").check()
    if waiting.count():
        window.get_by_role("button", name="保存处理结果").click()
    assert window.locator("fieldset.finding-open").count() == 0
    return found


def open_task(window, title):
    """The person's first work of this title, from the list of what waits."""
    window.goto("/desk")
    window.get_by_role("row").filter(has_text=title).get_by_role("link", name=title, exact=True).click()
    assert window.locator("h1").inner_text() == title


def press(window, button, why="", statement=False):
    """Decide: opinion, statement, button. The page that follows says what was done."""
    form = window.locator("form.decide")
    if why:
        form.locator("textarea[name=why]").fill(why)
    if statement:
        form.locator("input[name=statement]").check()
    form.get_by_role("button", name=button, exact=True).click()


def address(window):
    return urlsplit(window.get_by_role("link", name="看公开的页面").get_attribute("href")).path


# -- as any program -----------------------------------------------------------------------------------------------

def fetched(site, path):
    """Status and bytes of an address, as any program gets them."""
    try:
        with urlopen(site.url + path) as response:
            return response.status, response.read()
    except HTTPError as problem:
        return problem.code, problem.read()


def wait_until(condition, what, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds} s")
