"""Columns at the desk: the tree, the form, promises in plain fields, old addresses that go on leading there."""

import datetime as dt

import pytest
from sqlalchemy import select

from content.base import now
from content.journal import Row
from content.people import Grant, Role, User
from content.tree import FIELDS, Column


@pytest.fixture
def column(house):
    """`column(path)`: the column's row as it is now."""
    def read(number: int) -> Column:
        with house.database.reader() as session:
            return session.get_one(Column, number)
    return read


@pytest.fixture
def fill(browser, county):
    """`fill(path, field=value)`: change a column, or with `new` make one; the answer."""
    client = browser("fangkai")

    def send(path: str = "tzgg", new: bool = False, **fields):
        address = "/desk/columns/new" if new else f"/desk/columns/{county.columns[path]}"
        form = client.get(address).forms["column"]
        for name, value in fields.items():
            form[name] = str(value)
        return form.submit(expect_errors=True)
    return send


def test_saving_without_a_change_changes_nothing(house, county, fill, column):
    for path in county.columns:
        before = {key: getattr(column(county.columns[path]), key) for key in (*FIELDS, "id")}
        assert fill(path).status_int == 303
        assert {key: getattr(column(county.columns[path]), key) for key in before} == before
    with house.database.reader() as session:
        assert not session.scalars(select(Row).where(Row.action == "column.change")).unique().all()


def test_a_new_path_redirects_the_old_one(fill, browser, house):
    assert fill(slug="tongzhi", why="路径太短").status_int == 303
    answer = browser().get("/tzgg/")
    assert answer.status_int == 301 and answer.location == "http://localhost/tongzhi/"
    with house.database.reader() as session:
        row = session.scalars(select(Row).where(Row.action == "column.change")).unique().one()
    assert row.payload["why"] == "路径太短" and row.payload["after"] == {"slug": "tongzhi"}


def test_a_new_column_takes_the_pinyin_of_its_name(fill, browser, county):
    answer = fill(new=True, name="高龄津贴", department_id=county.departments["QY-mzj"],
                  parent_id=county.columns["zwgk"])
    assert answer.status_int == 303
    assert browser().get("/zwgk/gaolingjintie/").status_int == 200


@pytest.mark.parametrize(("fields", "said"), [
    ({"name": ""}, "error-summary"), ({"slug": "不行"}, "只能用小写字母"), ({"slug": "shjz"}, "同一级已有路径"),
    ({"slug": "desk"}, "是网站自己要用的"), ({"kind": "external"}, "要填写以 http"),
    ({"type": "yearly"}, "还要填写"), ({"type": "yearly", "due_month_day": "13-01"}, "要写成 03-31"),
    ({"type": "event"}, "只填一个"), ({"days": "0"}, "error-summary"), ({"days": "<b>"}, "error-summary"),
])
def test_what_cannot_be_is_said_at_the_form(fill, fields, said):
    answer = fill(**fields)
    assert answer.status_int == 200 and said in answer and 'class="error-summary"' in answer
    name, value = list(fields.items())[-1]
    assert answer.forms["column"][name].value == value


@pytest.mark.parametrize(("fields", "rule"), [
    ({"type": "interval", "days": 14}, {"type": "interval", "days": 14, "warn_before_days": 5}),
    ({"type": "yearly", "due_month_day": "03-31"}, {"type": "yearly", "due_month_day": "03-31", "warn_before_days": 5}),
    ({"type": "quarterly", "due_days_after_quarter_end": 15, "warn_before_days": ""},
     {"type": "quarterly", "due_days_after_quarter_end": 15}),
    ({"type": "monthly", "due_day": 5, "warn_before_days": ""}, {"type": "monthly", "due_day": 5}),
    ({"type": "event", "working_days_after_event": 20}, {"type": "event", "working_days_after_event": 20}),
    ({"type": "reply", "working_days": 5}, {"type": "reply", "working_days": 5}),
    ({"type": "static"}, {"type": "static"}),
])
def test_every_promise_can_be_said(county, fill, column, fields, rule):
    assert fill(**fields).status_int == 303
    assert column(county.columns["tzgg"]).rule == rule


def test_masks_audience_and_archiving_are_kept(county, fill, column, browser):
    client = browser("fangkai")
    form = client.get(f"/desk/columns/{county.columns['tzgg']}").forms["column"]
    next(box for box in form.fields["checkbox"] if box._value == "MOBILE").checked = True
    form["column-content-audience"] = "internal"
    form["years"] = "5"
    assert form.submit().status_int == 303
    assert column(county.columns["tzgg"]).masks == {"MOBILE": "partial"}
    assert column(county.columns["tzgg"]).audience == "internal"
    assert column(county.columns["tzgg"]).archive == {"years": 5}
    assert browser().get("/tzgg/", expect_errors=True).status_int in (303, 403)


def test_who_looks_after_one_office_changes_its_columns_only(house, county, browser):
    with house.database.writer.begin() as session:
        session.get_one(User, county.users["sunjing"]).grants = [
            Grant(role=Role.SYSTEM_ADMIN.value, department_id=county.departments["QY-mzj"])]
    client = browser("sunjing")
    client.get(f"/desk/columns/{county.columns['zwgk']}", status=403)
    form = client.get(f"/desk/columns/{county.columns['tzgg']}").forms["column"]
    assert [value for value, *_rest in form["department_id"].options] == [str(county.departments["QY-mzj"])]
    form = client.get("/desk/columns/new").forms["column"]
    form["name"] = "新栏目"
    assert "请选一个上级栏目" in form.submit()
    form["parent_id"] = str(county.columns["tzgg"])
    assert form.submit().status_int == 303


def test_the_list_shows_the_tree_without_a_query_for_each_column(browser, count_queries, house, county):
    client = browser("fangkai")
    client.get("/desk/columns")
    few = count_queries(lambda: client.get("/desk/columns"))
    with house.database.writer.begin() as session:
        session.add_all(Column(name=f"栏目{n}", slug=f"lanmu{n}", code=f"9{n}", kind="list", rule={"type": "static"},
                               parent_id=county.columns["tzgg"], workflow="publication", types=["notice"],
                               department_id=county.departments["QY-mzj"], audience="public") for n in range(30))
    assert count_queries(lambda: client.get("/desk/columns")) == few


def test_a_promise_says_whether_statements_count_and_which_cases_it_is_about(fill, column, county):
    number = county.columns["tzgg"]
    assert fill(statement_counts="true").status_int == 303
    assert column(number).rule["statement_counts"] is True
    assert fill(type="reply", working_days=7, cases="letter").status_int == 303
    assert column(number).rule == {"type": "reply", "working_days": 7, "cases": "letter"}
    assert fill(cases="").status_int == 303 and column(number).rule == {"type": "reply", "working_days": 7}


def test_an_easier_promise_does_not_undo_that_it_was_broken_and_says_so(fill, house, county, session):
    county.publish(session, county.write(session), now=now() - dt.timedelta(days=60))
    session.commit()
    assert "改宽承诺不会消掉超期" in fill(days=90).follow().text
    assert "改宽承诺不会消掉超期" not in fill(days=100).follow().text
