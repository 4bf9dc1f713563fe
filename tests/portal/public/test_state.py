"""The portal says itself whether it keeps its promises, and says of a column what the column's own page says."""

import datetime as dt

from sqlalchemy import update

from content import feedback
from content.base import now
from content.documents import Listing, Live


def figures(site) -> list[str]:
    return [dd.get_text(" ").strip() for dd in site.get("/health").html.select(".figure-counts dd")]


def test_what_is_kept_and_what_is_blank(site):
    site.publish(title="通知")
    kept, late, blank, newest, *_rates = figures(site)
    assert (kept, late, blank) == ("1 共4个", "0 个", "3 个") and "今天" in newest
    named = [link["href"] for link in site.get("/health").html.select("#bare ~ ul a")]
    assert len(named) == 3 and "/tzgg/" not in named


def test_what_is_not_kept_is_named_and_what_waits_is_counted(site):
    site.publish(title="通知")
    with site.county.house.database.writer.begin() as session:
        long_ago = now() - dt.timedelta(days=40)
        session.execute(update(Live).values(published=long_ago, changed=long_ago))
        session.execute(update(Listing).values(published=long_ago))
        feedback.report(session, site.county.house.keys, page="/", message="错了",
                        department_id=site.county.departments["QY-mzj"])
    kept, late, _blank, _newest, _timely, _on_time, waiting, _looked = figures(site)
    assert (kept, late, waiting) == ("0 共4个", "1 个", "1")
    page = site.get("/health").html
    assert page.select_one("#late ~ .table-wrap a")["href"] == "/tzgg/"
    assert "超期10天" in site.get("/tzgg/") and 'href="/health"' in site.get("/")


def test_it_costs_a_fixed_number_of_queries(site):
    site.publish(title="通知")
    site.get("/health")
    assert site.queries("/health") <= 6
