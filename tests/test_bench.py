"""The report of the bench: every ratio stands in table and chart, and a goal that was missed is said."""

from __future__ import annotations

import xml.etree.ElementTree as tree

import pytest
from bench import report

pytestmark = pytest.mark.nodatabase
BASICS = {"index_few": 500.0, "index_many": 450.0, "search_few": {"p50_ms": 2.0, "p99_ms": 9.0},
          "search_many": {"p50_ms": 4.0, "p99_ms": 20.0}, "import_per_second": 12.0, "scan_mb_per_second": 1.5}
VISIBLE = {"visible_s": 0.4, "slowest_s": 0.9, "files": 9, "most_files": 10, "pages": 1200,
           "built_per_core": 150.0}
SEARCH = {"ms": {"all": {"median": 4.0, "p99": 60.0}}, "indexed_per_second": 450.0}


@pytest.fixture
def found(monkeypatch):
    monkeypatch.setattr(report.search, "table", lambda figures: [f"{figures} lines of its own"])
    return {"documents": (1000, 10000), "engine": "tantivy", "published": True, "filled_s": 9.0, "load": (0.1, 1.9),
            "basics": BASICS, "visible": {"few": VISIBLE, "many": VISIBLE}, "search": SEARCH,
            "pages": {"asked_by": "wrk", "rates": {"home: nginx / nginx, same bytes": (950.0, 1000.0),
                                "home: ours / empty view": (500.0, 1000.0)}},
            "serving": {"pages": {"home": {"few": 1000.0, "many": 980.0}}, "start_s": 1.6,
                        "memory_mb": {"resident": 320.0, "anonymous": 210.0},
                        "search_ms": {"median": 12.0, "p99": 91.0}}}


def test_every_ratio_stands_in_the_table_and_in_the_chart(found, tmp_path):
    written = report.write(tmp_path, "bench", found).read_text()
    drawn = tree.fromstring((tmp_path / "bench.svg").read_text())
    words = {each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")}
    for row in report.rows(found):
        assert f"| {row.what} |" in written and {row.what, f"{row.ratio:.2f}"} <= words


def test_what_misses_its_goal_is_said(found):
    missed = {row.what for row in report.rows(found) if not row.met}
    assert missed == {"home: ours / empty view", "search page, p99: 80 ms / ours",
                      "full build: ours / 200 pages per core", "memory: 300 MB / ours"}
