"""Faults for a clean county: for each rule of supervision a function that plants some and says what is to be found.

Each yields `(rule, subject)` for every finding that must come of it, those of other rules among them: a letter that
nobody answered for months is over its limit as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from large_county import Large, moment
from sqlalchemy import update

from content import events, feedback, withheld
from content.documents import Live, Relation
from content.outbox import FAILED, Delivery
from content.people import Delegation, Department
from content.tree import Column

Planted = Iterator[tuple[str, str]]
SITE = "/"


def days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


def number(document: int) -> str:
    return f"QY-L-{document}"


def old(made: Large, more: int = 0) -> dt.date:
    """A day on which something may be published without the home page being renewed."""
    return made.newest - days(more)


# -- columns ------------------------------------------------------------------------------------------------------

def column_empty(made: Large) -> Planted:
    for slug, rule, age in (("kong1", {"type": "interval", "days": 30}, 100), ("kong2", {"type": "static"}, 100),
                            ("kong3", {"type": "monthly", "due_day": 20}, 90),
                            ("kong4", {"type": "quarterly", "due_days_after_quarter_end": 20}, 200),
                            ("kong5", {"type": "static"}, 3)):
        made.column(slug, rule, opened=made.day - days(age))
        yield "column_empty", slug


def column_stale(made: Large) -> Planted:
    for slug, rule, newest in (
            ("jiu1", {"type": "interval", "days": 14}, made.day - days(20)),
            ("jiu2", {"type": "interval", "days": 30}, made.day - days(29)),  # yellow
            ("jiu3", {"type": "yearly", "due_month_day": "03-31"}, dt.date(made.day.year - 1, 2, 1)),
            ("jiu4", {"type": "quarterly", "due_days_after_quarter_end": 20}, dt.date(made.day.year, 6, 15)),
            ("jiu5", {"type": "monthly", "due_day": 20}, dt.date(made.day.year, 9, 5))):
        made.document(made.column(slug, rule, opened=dt.date(2020, 1, 1)), newest)
        yield "column_stale", slug
    yield from _events(made)
    received = made.day - days(40)
    made.case("letter", "迟复1", received, state="handling", office=made.county.departments["QY-zfb"])
    yield from (("column_stale", "xinxiang"), ("case_due", "迟复1"))


def _events(made: Large) -> Planted:
    column = made.column("shijian", {"type": "event", "event": "领导任免", "working_days_after_event": 20},
                         opened=dt.date(2020, 1, 1))
    made.document(column, made.day - days(200))
    for ago in (60, 70):
        events.enter(made.session, column_id=column, department_id=made.owners[column], day=made.day - days(ago),
                     what="县长办公会议通过任免", evidence="会议纪要", actor_id=None)
        yield "column_stale", "shijian"


def home_stale(made: Large) -> Planted:
    """The county itself is quiet."""
    yield "home_stale", SITE


def national_veto(made: Large) -> Planted:
    """What the other faults come to: 3 home page, 4a news, 4b stale and 4c blank columns, 5 letters."""
    yield from (("national_veto", SITE) for _line in ("3", "4a", "4b", "4c", "5"))


def statutory_items(made: Large) -> Planted:
    for item in ("item3", "item7"):
        made.session.execute(update(Live).where(Live.column_id == made.columns[item]).values(validity="废止"))
        yield "statutory_items", f"zfxxgk/{item}"
    made.session.execute(update(Column).where(Column.id == made.columns["item9"]).values(basis=""))
    yield "statutory_items", SITE


def guide(made: Large) -> Planted:
    top = made.columns["zfxxgk"]
    column = made.column("zhinan2", {"type": "static"}, name="乡镇政府信息公开指南", parent=top, kind="page")
    yield "guide", number(made.document(column, old(made), kind="page", title="乡镇政府信息公开指南",
                                        body="本指南说明政府信息的分类和获取方式。"))
    made.column("zhinan3", {"type": "static"}, name="部门政府信息公开指南", parent=top, opened=made.day - days(100))
    yield from (("guide", "zfxxgk/zhinan3"), ("column_empty", "zfxxgk/zhinan3"))


def catalogue(made: Large) -> Planted:
    for _turn in range(3):
        yield "catalogue", number(made.document(made.columns["lm0"], old(made), live={"summary": " "}))


def annual_report(made: Large) -> Planted:
    """Organs that answer for a column and had no report."""
    for name in ("NB1", "NB2"):
        unit = Department(code=name, name=f"清源县{name}局", short_name=f"县{name}局", level="部门", organ_code="",
                          parent_id=made.county.departments["QY"])
        made.session.add(unit)
        made.session.flush()
        made.document(made.column(name.lower(), {"type": "static"}, owner=unit.id), old(made))
        yield "annual_report", name


# -- documents ----------------------------------------------------------------------------------------------------

def late_disclosure(made: Large) -> Planted:
    for wait in (40, 60, 90, 200, 400):
        yield "late_disclosure", number(made.document(made.columns["lm0"], old(made, 30),
                                                      formed=old(made, 30 + wait)))


def metadata(made: Large) -> Planted:
    day = old(made)
    for data in ({"number": "无号"}, {"topic": ""}, {"expires": (day - days(9)).isoformat(), "validity": "失效"},
                 {"issuer": "张三丰"}):
        policy, _other = made.interpreted(made.columns["lm1"], day, data=data,
                                          live={"validity": data.get("validity", "有效")})
        yield "metadata", number(policy)
    yield "metadata", number(made.document(made.columns["lm1"], day, data={"formed": (day + days(5)).isoformat()}))


def validity(made: Large) -> Planted:
    day = old(made, 200)
    for _turn in range(2):
        policy, _other = made.interpreted(made.columns["lm2"], day,
                                          data={"abolished": (made.day - days(50)).isoformat()})
        yield "validity", number(policy)
    ended, _other = made.interpreted(made.columns["lm2"], day)
    ending, _other = made.interpreted(made.columns["lm2"], day + days(30))
    made.put(Relation, source_id=ending, target_id=ended, kind="abolishes")
    yield "validity", number(ended)


def policy_without_interpretation(made: Large) -> Planted:
    for ago in (5, 10, 300):
        yield "policy_without_interpretation", number(made.policy(made.columns["lm3"], old(made, ago)))


def interpretation_without_policy(made: Large) -> Planted:
    for ago in (5, 10, 300):
        yield "interpretation_without_policy", number(made.interpretation(made.columns["lm3"], old(made, ago), None))


def broken_links(made: Large) -> Planted:
    for turn in range(3):
        body = f'详见<a href="/doc/2019/9{turn}.html">原来的通知</a>。'
        yield "broken_links", number(made.document(made.columns["lm4"], old(made), body=body))


def broken_files(made: Large) -> Planted:
    for turn in range(3):
        files = [{"id": 900 + turn, "file": 900 + turn, "name": f"附件{turn}.pdf"}]
        yield "broken_files", number(made.document(made.columns["lm4"], old(made), live={"files": files}))


def personal_data(made: Large) -> Planted:
    for words in ("身份证号110101199003070011", "联系手机13800138000", "银行卡号6222021234567890128"):
        body = f"申请人的{words}，已经核对。"
        yield "personal_data", number(made.document(made.columns["lm5"], old(made), body=body))


def wrong_words(made: Large) -> Planted:
    for words in ("已经按排落实。", "关于布署防汛的工作。", "关爱残废人的工作。", "其中部份项目完成。"):
        yield "wrong_words", number(made.document(made.columns["lm6"], old(made), body=words))


def emergency_unconfirmed(made: Large) -> Planted:
    for ago in (0, 3):
        yield "emergency_unconfirmed", number(made.document(made.columns["lm7"], old(made, ago), emergency=True))


# -- cases, people, registers -------------------------------------------------------------------------------------

def case_due(made: Large) -> Planted:
    """Of 20 working days a few are left to the first two."""
    for turn, ago in enumerate((27, 28, 60, 90)):
        made.case("disclosure_request", f"超期{turn}", made.day - days(ago), state="handling")
        yield "case_due", f"超期{turn}"


def supplement_late(made: Large) -> Planted:
    for turn in range(2):
        made.case("disclosure_request", f"未审{turn}", made.day - days(14), state="filed")
        yield "supplement_late", f"未审{turn}"


def letter_unanswered(made: Large) -> Planted:
    """The second comes near three months."""
    office = made.county.departments["QY-scj"]
    for turn, ago in enumerate((100, 80)):
        made.case("letter", f"久信{turn}", made.day - days(ago), state="handling", office=office)
        yield from (("letter_unanswered", f"久信{turn}"), ("case_due", f"久信{turn}"))


def delegation_expired(made: Large) -> Planted:
    """A reviewer and the officer of secrecy, for each of whom a manuscript waits."""
    county, session = made.county, made.session
    made.flush()
    for login, state, ago in (("zhoumin", "department_review", 2), ("helixin", "confidentiality_review", 10)):
        waiting = county.write(session, path="tzgg", title=f"等{login}办理的通知")
        waiting.state, waiting.state_since = state, moment(made.day - days(1))
        session.add(Delegation(from_id=county.users[login], to_id=county.users["yangsuqin"],
                               first_day=made.day - days(30), last_day=made.day - days(ago), why="出差"))
        yield "delegation_expired", login


def push_failures(made: Large) -> Planted:
    about = made.document(made.columns["lm8"], old(made))
    for turn, document in enumerate((None, about)):
        made.put(Delivery, channel="mail", key=f"failed/{turn}", receiver="a@b.example", message={}, state=FAILED,
                 attempts=9, next_at=moment(made.day - days(3)), problem="refused", receipt="",
                 created=moment(made.day - days(4)), document_id=document, lease_owner=None)
    unit = made.county.house.tree(made.session).departments.by_id[made.owners[made.columns["lm8"]]]
    yield from (("push_failures", SITE), ("push_failures", unit.code))


def report_unanswered(made: Large) -> Planted:
    for ago in (7, 20, 40):
        report = feedback.report(made.session, made.county.house.keys, page="/tzgg/", message="第二段有错字",
                                 department_id=made.county.departments["QY-mzj"])
        report.received = moment(made.day - days(ago))
        made.session.flush()
        yield "report_unanswered", f"找错{report.id}"


def withheld_review(made: Large) -> Planted:
    for ago in (400, 380, 350):
        item = withheld.enter(made.session, department_id=made.county.departments["QY-mzj"], title="会议纪要",
                              number="", attribute="withheld", basis="《条例》第十六条", formed=made.day - days(900),
                              reviewed=made.day - days(ago), actor_id=None)
        yield "withheld_review", f"不公开事项{item.id}"


FAULTS: dict[str, Callable[[Large], Planted]] = {plant.__name__: plant for plant in (
    column_empty, column_stale, home_stale, national_veto, statutory_items, guide, catalogue, annual_report,
    late_disclosure, metadata, validity, policy_without_interpretation, interpretation_without_policy, broken_links,
    broken_files, personal_data, wrong_words, emergency_unconfirmed, case_due, supplement_late, letter_unanswered,
    delegation_expired, push_failures, report_unanswered, withheld_review)}


def plant(made: Large) -> list[tuple[str, str]]:
    """Every fault, committed; what is to be found, each as often as it is to be found."""
    expected = [each for fault in FAULTS.values() for each in fault(made)]
    made.flush()
    made.seen()
    return expected
