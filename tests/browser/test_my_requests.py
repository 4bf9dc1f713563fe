"""我的申请 in a browser, wide and narrow: from the login to a case without its query code, and out again."""

import axe
import pytest

from content import applicants
from content.base import local_date, now
from content.people import Department
from portal import passwords
from portal.instance import Instance
from workflows import applications

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "wangshu@mail.example", "Sunny-2026-day"
WANTED = "柳林乡2025年塘坝清淤工程补偿款发放明细"


@pytest.fixture(scope="module")
def filed(site):
    """An account, made past the mail; one case in it, and number and code of another that is not."""
    instance = Instance.open(site.home)
    house = instance.house
    with house.database.writer.begin() as session:
        holder = applicants.open_account(session, house, EMAIL, passwords.hashed(PASSWORD), at=now())
        organ = session.query(Department).filter_by(code="QY-mzj").one().id
        made = [applications.file(
            session, house, "disclosure_request", "disclosure_request", "filed", office_id=organ,
            applicant={"name": "闻人望舒", "phone": "13703995528"}, request={"description": WANTED},
            applicant_class="natural", channel="internet", submitted=local_date(now())) for _turn in range(2)]
        applicants.hold(session, holder.id, made[0][0].id, filed=True, at=now())
        found = made[0][0].number, made[1][0].number, made[1][1]
    instance.close()
    return found


def press(window, button):
    with window.expect_navigation():
        window.locator("main").get_by_role("button", name=button, exact=True).click()


def test_from_the_login_to_a_case_and_out_again(people, filed):
    mine, other, code = filed
    window = people.citizen(viewport=axe.PHONE)
    window.goto("/apply")
    window.locator("main").get_by_role("link", name="我的申请").click()
    window.locator("[name=email]").fill(EMAIL)
    window.locator("[name=password]").fill(PASSWORD)
    press(window, "登录")
    assert axe.barriers(window) == []
    window.locator("[name=number]").fill(other)
    window.locator("[name=code]").fill(code)
    press(window, "放进“我的申请”")
    assert window.locator(".mine > li").count() == 2 and axe.barriers(window) == []
    press(window, mine)
    assert WANTED in window.locator("main").inner_text() and axe.barriers(window) == []
    for path in ("/apply/account", "/apply/account/close"):
        window.goto(path)
        assert axe.barriers(window) == []
    window.goto("/apply/mine")
    press(window, "退出登录")
    assert window.goto("/apply/mine").url.endswith("/apply/account/login")
    assert window.goto("/desk").url.partition("?")[0].endswith("/login")
