"""Published pages in a browser: a notice is published, corrected and withdrawn, and the server sends files."""

from __future__ import annotations

import pytest
from factories import STATEMENT
from steps import wait_until

from content import writing
from content.documents import Document
from portal.published.store import stores

pytestmark = pytest.mark.browser
OLD, NEW = "周一八点停水", "周二九点停水"


@pytest.fixture
def site(small_site):
    return small_site


def correct(county, number: int) -> None:
    """All the way again, by four people; committed with the signature."""
    with county.house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        county.move(session, document, "revise", "zhangli", why="日期有误")
        writing.save(session, document, base_id=document.head_id, title=document.head.title, body=f"<p>{NEW}。</p>",
                     data={}, actor_id=county.users["zhangli"])
        county.settle_all(session, document)
        for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                                ("clear", "helixin", {"statement": STATEMENT}), ("sign", "wangjianguo", {})):
            county.move(session, document, name, by, **facts)


def test_what_is_published_corrected_and_withdrawn_is_so_in_the_files(county, site, people):
    store = stores(site.home)["zh"]
    with county.house.database.writer.begin() as session:
        document = county.publish(session, county.write(session, title="关于停水的通知", body=f"<p>{OLD}。</p>"))
        number, url = document.id, document.live.url

    def says(path: str) -> str:
        return (store.read(path) or b"").decode()
    wait_until(lambda: OLD in says(url) and "关于停水" in says("/tzgg/"), "the pages", 60)
    citizen = people.citizen()
    assert citizen.goto("/tzgg/").headers["etag"]  # which only a file has
    citizen.get_by_role("link", name="关于停水的通知").click()
    citizen.get_by_text(OLD).wait_for()

    citizen.get_by_role("link", name="长者版").click()
    citizen.locator("link[href*='elder']").wait_for(state="attached")
    citizen.reload()
    citizen.locator("link[href*='elder']").wait_for(state="attached")
    citizen.get_by_text(OLD).wait_for()
    foreigner = people.citizen()
    foreigner.goto("/lang/en?back=/departments")
    assert foreigner.locator("html").get_attribute("lang") == "en" and foreigner.url.endswith("/departments")

    correct(county, number)
    wait_until(lambda: NEW in says(url), "the correction", 60)
    citizen.goto(url)
    citizen.get_by_text(NEW).wait_for()
    assert citizen.get_by_text(OLD).count() == 0

    reviewer = people.officer("zhoumin")
    reviewer.goto(f"/desk/document/{number}")
    if reviewer.locator("details.others:not([open])").count():
        reviewer.get_by_text("其他办理").click()
    form = reviewer.locator("form").filter(has=reviewer.locator("input[name=transition][value=withdraw]"))
    form.get_by_role("radio", name="涉及个人隐私").check()
    form.locator("textarea[name=why]").fill("内容有误")
    form.get_by_role("button").click()
    reviewer.get_by_text("已撤回，公众已看不到").first.wait_for()
    assert store.read(url) is None
    assert citizen.goto(url).status == 410
    citizen.goto("/tzgg/")
    assert citizen.get_by_role("link", name="关于停水的通知").count() == 0
