"""The rhythm of the sample county's columns, read from a history of the portal."""

from __future__ import annotations

import datetime as dt

import pytest

from content import events, journal
from content.documents import Document
from content.promises import EMPTY, LATE, OK, SOON
from content.tree import Column
from workflows.looking import Look, Scope
from workflows.rhythm import CLOSED
from workflows.rhythms import rhythms_of

day = dt.date
DAY = dt.timedelta(days=1)


def verdict(planted, code: str, on: dt.date):
    return rhythms_of(planted.look(on)).of(planted.node(code))


def states(planted, code: str, *days: dt.date) -> list[str]:
    return [verdict(planted, code, each).state for each in days]


# -- each type of rule that the tree has ----------------------------------------------------------------------------

@pytest.mark.parametrize(("code", "updated", "yellow", "due"), [
    ("0403", day(2026, 2, 8), day(2026, 2, 20), day(2026, 2, 22)),      # every 14 days, over Spring Festival
    ("010302", day(2025, 1, 20), day(2026, 1, 1), day(2026, 1, 31)),    # yearly by 31 January
    ("0901", day(2025, 10, 12), day(2026, 1, 8), day(2026, 1, 15)),     # 15 days after the quarter, over New Year
    ("010505", day(2025, 12, 24), day(2026, 1, 20), day(2026, 1, 25)),  # monthly by the 25th
])
def test_a_column_turns_yellow_and_red_by_its_own_rule(planted, code, updated, yellow, due):
    planted.publish(code, updated)
    path = planted.node(code).path
    for on, severity in ((yellow - DAY, None), (yellow, "yellow"), (due, "yellow"), (due + DAY, "red")):
        assert planted.severities("column_stale", on).get(path) == severity


def test_a_column_of_events_is_asked_about_each_event(planted):
    """七个工作日 after 2026-02-10 end on 26 February: Spring Festival lies between."""
    node = planted.node("0601")
    planted.publish("0601", day(2026, 1, 5))
    first = events.enter(planted.session, column_id=node.id, department_id=node.department_id, day=day(2026, 2, 10),
                         what="县人大常委会任免决定", evidence="清人常〔2026〕1号", actor_id=None)
    assert states(planted, "0601", day(2026, 2, 24), day(2026, 2, 25), day(2026, 2, 26), day(2026, 2, 27)) == [
        OK, SOON, SOON, LATE]
    found = [each for each in planted.found("column_stale", day(2026, 2, 27)) if each.subject == node.path]
    assert [(each.cycle, each.since, each.due) for each in found] == [
        (f"event/{first.id}", day(2026, 2, 27), day(2026, 2, 26))]
    planted.publish("0601", day(2026, 3, 2))
    assert not planted.found("column_stale", day(2026, 3, 2))
    spans = rhythms_of(planted.look(day(2026, 3, 10))).spans(node, day(2026, 2, 20), day(2026, 3, 10))
    assert [span.state for span in spans] == [OK, SOON, LATE, "free"] and spans[-1].first == day(2026, 3, 2)


def test_an_event_that_names_its_text_is_told_of_by_that_text_alone(planted):
    node = planted.node("0601")
    number = planted.publish("0601", day(2026, 3, 20))
    planted.publish("0601", day(2026, 3, 4))
    event = events.enter(planted.session, column_id=node.id, department_id=node.department_id, day=day(2026, 3, 2),
                         what="任免决定", evidence="", actor_id=None)
    assert states(planted, "0601", day(2026, 3, 19)) == ["free"]
    events.tell(planted.session, event, number, actor_id=None)
    assert states(planted, "0601", day(2026, 3, 19), day(2026, 3, 20)) == [LATE, "free"]
    events.annul(planted.session, event, "登记有误", actor_id=None)
    assert states(planted, "0601", day(2026, 3, 19)) == ["free"]


def test_a_manuscript_says_when_its_information_was_formed(planted):
    planted.publish("010507", day(2026, 1, 5))
    number = planted.manuscript("010507", day(2026, 3, 3), state="department_review", data={"formed": "2026-03-02"})
    path = planted.node("010507").path
    assert planted.severities("column_stale", day(2026, 3, 11)).get(path) == "yellow"
    found = next(each for each in planted.found("column_stale", day(2026, 3, 12)) if each.subject == path)
    assert (found.cycle, found.severity) == (f"document/{number}", "red") and f"第{number}号信息" not in found.words
    planted.session.get_one(Document, number).state = "discarded"
    assert not planted.found("column_stale", day(2026, 3, 12))


def test_letters_are_answered_within_what_the_mailbox_promises(planted):
    case = planted.letter(day(2025, 12, 29))
    planted.letter(day(2025, 12, 1), office="QY-mzj")  # not asked at the office whose column promises
    path = planted.node("1001").path
    for on, severity in ((day(2026, 1, 6), None), (day(2026, 1, 7), "yellow"), (day(2026, 1, 9), "red")):
        assert planted.severities("column_stale", on).get(path) == severity
    found = next(each for each in planted.found("column_stale", day(2026, 1, 9)) if each.subject == path)
    assert case.number in found.words and found.cycle == f"case/{case.id}"
    case.finished = day(2026, 1, 12)
    assert not [each for each in planted.found("column_stale", day(2026, 1, 12)) if each.subject == path]
    past = rhythms_of(planted.look(day(2026, 2, 1))).spans(planted.node("1001"), day(2026, 1, 1), day(2026, 2, 1))
    assert [span.state for span in past] == [OK, SOON, LATE, "free"]


# -- what counts as an update ---------------------------------------------------------------------------------------

def test_a_column_counts_what_is_below_it_and_a_container_without_a_rule_is_never_blank(planted):
    planted.publish("0402", day(2026, 11, 20))
    assert states(planted, "04", day(2026, 11, 22)) == [OK]
    blank = planted.severities("column_empty", day(2026, 11, 22))
    paths = {code: planted.node(code).path for code in ("01", "04", "0401", "0402", "0403", "0804", "0104", "1001")}
    assert paths["0401"] in blank and paths["0403"] in blank
    assert not blank.keys() & {paths[code] for code in ("01", "04", "0402", "0804", "0104", "1001")}


def test_what_is_internal_withdrawn_or_yet_to_come_is_no_update_for_the_public(planted):
    planted.publish("0401", day(2026, 11, 1), audience="public")
    planted.publish("0401", day(2026, 11, 10), audience="internal")
    planted.publish("0401", day(2026, 11, 12), state="withdrawn")
    planted.publish("0401", day(2026, 11, 20))
    assert verdict(planted, "0401", day(2026, 11, 13)).newest == day(2026, 11, 1)
    planted.publish("1201", day(2026, 11, 5))
    assert verdict(planted, "1201", day(2026, 11, 13)).newest == day(2026, 11, 5)


@pytest.mark.parametrize(("counts", "state"), [(True, OK), (False, LATE)])
def test_a_statement_counts_where_the_rule_says_so_and_fills_a_blank_column_anywhere(planted, counts, state):
    rule = {"type": "interval", "days": 30, "statement_counts": counts}
    planted.change("0801", day(2025, 6, 1), rule=rule)
    assert verdict(planted, "0801", day(2026, 11, 18)).blank
    planted.publish("0801", day(2026, 10, 1))
    planted.publish("0801", day(2026, 11, 10), type="statement")
    assert states(planted, "0801", day(2026, 11, 18)) == [state]
    planted.publish("0503", day(2026, 11, 10), type="statement")
    assert planted.node("0503").path not in planted.severities("column_empty", day(2026, 11, 18))


# -- rules and openings by the journal ------------------------------------------------------------------------------

def test_the_journal_tells_which_rule_was_in_force(planted):
    """Loosened in the afternoon of its first red day, and made static later: it stays red until an update comes."""
    planted.publish("0403", day(2026, 2, 8))
    planted.change("0403", day(2026, 2, 23), rule={"type": "interval", "days": 365})
    planted.change("0403", day(2026, 3, 23), rule={"type": "static"})
    assert states(planted, "0403", day(2026, 2, 22), day(2026, 2, 23), day(2026, 4, 1)) == [SOON, LATE, LATE]
    found = next(each for each in planted.found("column_stale", day(2026, 4, 1))
                 if each.subject == planted.node("0403").path)
    assert (found.since, found.due, found.cycle) == (day(2026, 2, 23), day(2026, 2, 22), "2026-02-22")
    planted.publish("0403", day(2026, 4, 2))
    assert states(planted, "0403", day(2026, 4, 2)) == ["free"]


def test_of_several_changes_within_a_day_the_last_one_counts(planted):
    """A slip of the keyboard that is put right at once does no harm."""
    planted.publish("0403", day(2026, 2, 8))
    planted.change("0403", day(2026, 2, 12), rule={"type": "interval", "days": 1})
    planted.change("0403", day(2026, 2, 12), rule={"type": "interval", "days": 14, "warn_before_days": 2})
    assert states(planted, "0403", day(2026, 2, 12), day(2026, 2, 19)) == [OK, OK]


def test_columns_that_open_and_close(planted):
    """Closed with the column above it; opened again, what was red is red still."""
    planted.publish("0403", day(2026, 2, 8))
    planted.change("04", day(2026, 2, 24), closed=day(2026, 2, 25))
    planted.change("04", day(2026, 6, 1), closed=None)
    assert states(planted, "0403", day(2026, 2, 24), day(2026, 2, 25), day(2026, 6, 1)) == [LATE, CLOSED, LATE]
    assert planted.node("0403").path not in planted.severities("column_stale", day(2026, 5, 1))
    planted.change("1003", day(2026, 2, 24), opened=day(2026, 3, 1))
    assert states(planted, "1003", day(2026, 2, 28), day(2026, 3, 1), day(2026, 5, 30), day(2026, 5, 31)) == [
        CLOSED, EMPTY, EMPTY, LATE]


def test_what_turns_within_the_month_is_foretold_in_order(planted):
    planted.publish("0403", day(2026, 11, 10))
    planted.publish("0402", day(2026, 11, 18))
    found = rhythms_of(planted.look(day(2026, 11, 20))).turning(day(2026, 12, 3))
    mine = [(node.code, on, state) for node, on, state in found if node.code in ("0402", "0403")]
    assert mine == [("0403", day(2026, 11, 22), SOON), ("0403", day(2026, 11, 25), LATE),
                    ("0402", day(2026, 11, 30), SOON), ("0402", day(2026, 12, 3), LATE)]


def test_the_past_of_a_blank_column_begins_where_its_verdict_does(planted):
    """Whatever day is looked at: the year on the auditor's desk and the list of findings say the same."""
    node = planted.node("0403")
    known = rhythms_of(planted.look(day(2026, 11, 20))).terms[node.id][0].first
    for on in (known - 30 * DAY, known + 30 * DAY):
        rhythms = rhythms_of(planted.look(on))
        past = rhythms.spans(node, known - 90 * DAY, on)
        assert [span.state for span in past] == [EMPTY, LATE]
        assert past[-1].first == rhythms.of(node).since == min(on, known)


# -- cost -----------------------------------------------------------------------------------------------------------

def test_queries_do_not_grow_with_columns_documents_and_events(planted):
    def judge_all() -> int:
        planted.session.flush()
        with planted.statements() as told:
            look = planted.look(day(2026, 11, 20))
            for node in look.columns:
                rhythms_of(look).of(node)
                rhythms_of(look).spans(node, day(2026, 1, 1), day(2026, 11, 20))
        return len(told)

    planted.publish("0601", day(2026, 11, 1), formed=day(2026, 10, 30))
    planted.letter(day(2026, 11, 1))
    judge_all()  # the house keeps its calendar from then on
    few = judge_all()
    for node in planted.house.tree(planted.session).walk():
        if node.kind == "list":
            planted.publish(node.code, day(2026, 5, 1), day(2026, 10, 1), formed=day(2026, 9, 1))
            events.enter(planted.session, column_id=node.id, department_id=node.department_id, day=day(2026, 9, 1),
                         what="事项", evidence="", actor_id=None)
            planted.letter(day(2026, 11, 2))
    assert judge_all() == few


def test_a_look_at_some_columns_says_the_same_as_one_at_all(planted):
    planted.publish("0403", day(2026, 2, 8))
    planted.publish("0402", day(2026, 11, 18))
    node, on = planted.node("0403"), day(2026, 11, 20)
    narrow = Look(planted.session, planted.house, on, Scope(frozenset({"document"}), columns=frozenset({node.id})))
    assert {each.code for each in narrow.columns} == {"04", "0403"}
    whole = planted.look(on)
    for each in narrow.columns:
        assert rhythms_of(narrow).of(each) == rhythms_of(whole).of(whole.tree.by_id[each.id])


def test_a_column_without_a_word_in_the_journal_is_judged_by_the_rule_it_has(planted):
    made = Column(name="直接写入的栏目", slug="zjxr", code="99", department_id=planted.unit("QY-zfb"), position=99,
                  rule={"type": "interval", "days": 7}, types=["notice"])
    planted.session.add(made)
    planted.session.flush()
    journal.record(planted.session, "column.erase", ("column", made.id), actor_id=None)  # the picture is taken anew
    planted.publish("99", day(2026, 11, 1))
    assert states(planted, "99", day(2026, 11, 8), day(2026, 11, 9)) == [SOON, LATE]
