"""Figures and logs of operations: who may read them, what they count, what they never say, and what a scrape costs."""

from __future__ import annotations

import json
import logging

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text
from webtest import TestApp

from content import outbox
from portal import logs
from portal.settings import BadSettings, Settings
from portal.watching import watch
from portal.wiring import make_app

SCRAPER = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:6543"}


def figures(app: TestApp) -> dict[tuple, float]:
    answer = app.get("/metrics", extra_environ=SCRAPER)
    assert answer.headers["Cache-Control"] == "no-store"
    return {(each.name, *sorted(each.labels.values())): each.value
            for family in text_string_to_metric_families(answer.text) for each in family.samples}


def test_it_is_open_to_those_whom_the_settings_name(made):
    public = TestApp(made(base_url="https://www.qingyuan.example"))
    public.get("/metrics", extra_environ=SCRAPER, status=200)
    public.get("/metrics", extra_environ=SCRAPER | {"REMOTE_ADDR": "203.0.113.9"}, status=404)
    public.get("/metrics", extra_environ=SCRAPER | {"HTTP_HOST": "www.qingyuan.example"}, status=404)  # by the proxy
    other = TestApp(made(metrics_from="10.0.0.0/8"))
    other.get("/metrics", extra_environ=SCRAPER, status=404)
    other.get("/metrics", extra_environ=SCRAPER | {"REMOTE_ADDR": "10.1.2.3"}, status=200)
    TestApp(made(metrics_from="")).get("/metrics", extra_environ=SCRAPER, status=404)


def test_addresses_that_are_none_are_refused_at_start(house, county):
    settings = Settings.load(house.home)
    settings.values["metrics_from"] = "everybody"
    with pytest.raises(BadSettings, match="metrics_from"):
        make_app(house, settings)


def test_what_it_counts(made, county):
    app = TestApp(made())
    with county.house.database.writer.begin() as session:
        outbox.post(session, "mail", "wu@example.org", "k1")
    app.get("/")
    app.get("/search?q=wuxiaomei")
    app.get("/wu@example.org/13800138000", status=404)
    told = figures(app)
    assert told["gongkai_requests_total", "200", "Root"] >= 1 and told["gongkai_search_seconds_count",] == 1
    assert told["gongkai_request_queries_sum", "Root"] > 0 and told["gongkai_sql_seconds_total",] > 0
    assert told["gongkai_deliveries", "mail", "waiting"] == 1 and told["gongkai_journal_rows",] > 0
    assert told["gongkai_disk_free_bytes",] > 0 and told["gongkai_cases_overdue",] == 0
    words = " ".join(str(part) for key in told for part in key)
    assert not any(secret in words for secret in ("wu@", "wuxiaomei", "13800138000"))


def test_a_scrape_costs_the_same_whatever_there_is(made, county):
    app, engine, count = TestApp(made()), county.house.database.engine, []
    event.listen(engine, "before_cursor_execute", listener := lambda *_: count.append(1))
    figures(app)
    few, _ = len(count), count.clear()
    with county.house.database.writer.begin() as session:
        for number in range(20):
            county.write(session, title=f"通知{number}")
            outbox.post(session, "mail", "a@example.org", f"k{number}")
    count.clear()
    figures(app)
    event.remove(engine, "before_cursor_execute", listener)
    assert len(count) <= few <= 14


def test_slow_statements_are_told_without_their_values(house, capsys):
    engine = house.database.engine
    logs.set_up()
    watch(engine, 1)
    with house.database.reader() as session:
        session.execute(text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
                             "SELECT count(*) FROM n WHERE :name <> 'x'"), {"name": "吴晓梅"})
    watch(engine, 0)
    told = next(json.loads(line) for line in capsys.readouterr().err.splitlines() if "WITH RECURSIVE" in line)
    assert told["event"] == "slow query" and told["ms"] >= 1 and "吴晓梅" not in json.dumps(told, ensure_ascii=False)


def test_requests_are_told_without_what_is_anybodys(made, capsys):
    app = TestApp(made(slow_request_ms=1))
    capsys.readouterr()
    app.get("/doc/2026/1/files/7/%E5%90%B4%E6%99%93%E6%A2%85.docx?who=wu", status=404)
    app.get("/wu@example.org/13800138000", status=404)
    app.get("/search/%E5%90%B4%E6%99%93%E6%A2%85/110101%2019900307%20803X", status=404)
    app.request("/", method="11010119900307803X", expect_errors=True)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [each["path"] for each in lines if each["event"] == "request"] == [
        "/doc/2026/1/files/7/…", "/…/…", "/search/…/…", "/"]
    assert [each["method"] for each in lines if each["event"] == "request"] == ["GET", "GET", "GET", "other"]
    slow = next(each for each in lines if each["event"] == "slow request")
    assert slow["queries"] >= 1 and slow["view"].startswith("/doc/{year")
    written = json.dumps(lines, ensure_ascii=False)
    assert not any(secret in written for secret in ("吴晓梅", "wu@", "13800138000", "who=", "19900307"))


@pytest.mark.nodatabase
def test_what_libraries_log_has_our_form():
    try:
        raise ValueError("吴晓梅 110101199003070011")
    except ValueError as problem:
        info = (type(problem), problem, problem.__traceback__)
    record = logging.LogRecord("portal.worker", logging.ERROR, "x.py", 1, "mail to wu@example.org failed", (), info)
    told = json.loads(logs.Lines().format(record))
    assert told["event"] == "mail to … failed" and told["error"] == "ValueError" and told["trace"]
    assert "吴晓梅" not in json.dumps(told, ensure_ascii=False)
