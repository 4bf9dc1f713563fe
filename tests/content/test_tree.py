"""The tree: its picture, its paths and redirects, what a column may be."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from content import journal, tree
from content.tree import BadColumn, Column, slug_of


@pytest.fixture
def queries(house):
    """The statements that were sent while the test ran."""
    sent: list[str] = []

    def note(connection, cursor, statement, *rest):
        sent.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(house.database.engine, "before_cursor_execute", note)


def column(session, county, path):
    return session.get_one(Column, county.columns[path])


def test_a_path_of_any_depth_costs_one_query(session, county, house, queries):
    parent = county.columns["zwgk"]
    for depth in range(8):
        parent = tree.create(session, actor_id=None, parent_id=parent, name=f"第{depth}级", slug=f"l{depth}",
                             department_id=county.departments["QY-zfb"]).id
    session.commit()
    house.tree(session)
    queries.clear()
    found = house.tree(session).find("/zwgk/l0/l1/l2/l3/l4/l5/l6/l7/")
    assert found.name == "第7级" and len(found.chain) == 9
    assert len(queries) == 1


def test_the_picture_is_renewed_when_the_journal_says_so(session, county, house):
    before = house.tree(session)
    assert house.tree(session) is before
    tree.change(session, column(session, county, "tzgg"), actor_id=1, name="公示公告")
    session.commit()
    assert house.tree(session).find("tzgg").name == "公示公告"
    assert before.find("tzgg").name == "通知公告"


def test_old_paths_lead_to_renamed_and_moved_columns_for_ever(session, county, house):
    tree.change(session, column(session, county, "zwgk"), actor_id=1, slug="zhengwu")
    tree.change(session, column(session, county, "zwgk/zcwj"), actor_id=1, slug="zhengce")
    session.commit()
    tree.change(session, column(session, county, "zwgk/zcwj"), actor_id=1, parent_id=None)
    session.commit()
    picture = house.tree(session)
    for old in ("zwgk/zcwj", "zhengwu/zcwj", "zhengwu/zhengce"):
        assert picture.find(old) is None
        assert picture.moved(old).path == "zhengce"
    assert picture.moved("zwgk").path == "zhengwu"
    assert picture.moved("nie/da") is None


def test_a_column_goes_before_a_redirect(session, county, house):
    tree.change(session, column(session, county, "tzgg"), actor_id=1, slug="gonggao")
    tree.create(session, actor_id=1, name="新通知", slug="tzgg", department_id=county.departments["QY-zfb"])
    session.commit()
    assert house.tree(session).find("tzgg").name == "新通知"


@pytest.mark.parametrize(("values", "said"), [
    ({"slug": "Tong Zhi"}, "小写字母"), ({"slug": "desk"}, "网站自己要用"), ({"slug": "zwgk"}, "同一级已有"),
    ({"name": " "}, "名称没有填写"), ({"kind": "external", "external_url": "javascript:alert(1)"}, "http"),
    ({"slug": "zhangli-13812345678"}, "手机号码"),
    ({"rule": {"type": "daily"}}, "更新规则"), ({"audience": "some"}, "audience")])
def test_what_cannot_be_is_refused_and_nothing_changes(session, county, values, said):
    found = column(session, county, "tzgg")
    with pytest.raises(BadColumn, match=said):
        tree.change(session, found, actor_id=1, **values)
    assert (found.slug, found.name, found.kind) == ("tzgg", "通知公告", "list")


def test_a_column_does_not_go_below_itself(session, county):
    with pytest.raises(BadColumn, match="下级"):
        tree.change(session, column(session, county, "zwgk"), actor_id=1, parent_id=county.columns["zwgk/zcwj"])


def test_a_change_is_journalled_with_before_and_after(session, county):
    tree.change(session, column(session, county, "tzgg"), actor_id=3, why="改名", name="公示公告")
    session.commit()
    row = journal.history(session, "column", county.columns["tzgg"])[-1]
    assert row.actor_id == 3
    assert (row.payload["before"], row.payload["after"]) == ({"name": "通知公告"}, {"name": "公示公告"})


def test_internal_is_inherited_and_dates_are_too(session, county, house):
    tree.change(session, column(session, county, "zwgk"), actor_id=1, audience="internal",
                closed=dt.date(2026, 1, 1))
    session.commit()
    node = house.tree(session).find("zwgk/zcwj")
    assert not node.is_public() and not node.is_open(dt.date(2026, 1, 1)) and node.is_open(dt.date(2025, 12, 31))


def test_a_slug_is_proposed_from_the_pinyin():
    assert slug_of("通知公告") == "tongzhigonggao"
    assert slug_of("！？") == "lanmu"


def test_a_column_that_moved_below_its_own_former_path_ends_no_search_in_a_ring(session, county, house):
    tree.change(session, column(session, county, "tzgg"), actor_id=1, slug="lao")
    above = tree.create(session, actor_id=1, name="新栏目", slug="tzgg", department_id=county.departments["QY-zfb"])
    tree.change(session, column(session, county, "tzgg"), actor_id=1, parent_id=above.id)
    session.commit()
    picture = house.tree(session)
    assert picture.moved("tzgg/nie/you") is None
    assert picture.moved("lao").path == "tzgg/lao"


def test_two_siblings_that_swap_their_paths_are_found_where_they_are(session, county, house):
    one, two = column(session, county, "zwgk"), column(session, county, "tzgg")
    for found, slug in ((one, "lin"), (two, "zwgk"), (one, "tzgg")):
        tree.change(session, found, actor_id=1, slug=slug)
    session.commit()
    picture = house.tree(session)
    assert (picture.find("tzgg").id, picture.find("zwgk").id) == (one.id, two.id)
    assert picture.find("zwgk/zcwj") is None and picture.moved("zwgk/zcwj").path == "tzgg/zcwj"
    assert picture.moved("lin").id == one.id


def test_nobody_sees_a_tree_that_is_not_committed(session, county, house):
    kept = house.tree(session)
    made = tree.create(session, actor_id=1, name="未提交", slug="wei", department_id=county.departments["QY-zfb"])
    assert made.id in house.tree(session).by_id
    session.rollback()
    assert house.tree(session) is kept and kept.find("wei") is None


@pytest.mark.parametrize("change", ["move", "twin"])
def test_two_who_change_the_tree_at_once_do_not_break_it(county, house, change):
    """Each waits for the other and then judges by what is there: no ring, no twin among the top columns."""
    paths, start = ("zwgk", "tzgg"), threading.Barrier(2)

    def alter(place):
        with house.database.writer() as session:
            start.wait(10)
            try:
                found = session.get_one(Column, county.columns[paths[place]])
                other = county.columns[paths[1 - place]]
                values = {"parent_id": other} if change == "move" else {"slug": "tong"}
                tree.change(session, found, actor_id=1, **values)
                session.commit()
            except BadColumn:
                return "refused"
            return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(alter, (0, 1))) == ["done", "refused"]
    with house.database.reader() as session:
        assert len(house.tree(session).by_id) == len(county.columns)
