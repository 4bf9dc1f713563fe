"""`gongkai case import`: cases of earlier years, checked line by line; safe to repeat."""

import json

import pytest
from sqlalchemy import select

from content import cases, journal
from content.cases import Case

GOOD = {"number": "2024-001", "department": "QY-mzj", "received": "2024-03-01", "applicant_class": "自然人",
        "finished": "2024-03-20", "outcome": "部分公开", "applicant": {"name": "吴晓梅", "phone": "13800138000"},
        "remedies": [{"kind": "reconsideration", "result": "upheld", "filed": "2024-04-01", "day": "2024-05-10"}]}
OPEN = {"number": "2026-009", "department": "QY-scj", "received": "2026-01-05", "applicant_class": "company"}


@pytest.fixture
def imported(gongkai, tmp_path):
    def run(*lines):
        path = tmp_path / "cases.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
        status, out, err = gongkai("case", "import", str(path), "--json")
        return status, json.loads(out), [line for line in err if "line" in line]
    return run


def test_cases_are_kept_with_dates_outcome_and_sealed_person(imported, county):
    assert imported(GOOD, OPEN) == (0, {"imported": 2, "skipped": 0, "bad": 0}, [])
    assert imported(GOOD, OPEN) == (0, {"imported": 0, "skipped": 2, "bad": 0}, [])
    with county.house.database.writer() as session:
        old, new = session.scalars(select(Case).order_by(Case.number)).all()
        assert (old.state, old.outcome, old.clock, new.state) == ("closed", "partly", "answered", "handling")
        assert old.remedies[0].result == "upheld"
        assert cases.by_key(session, county.house, "phone", "138 0013 8000") == [old]
        assert b"138" not in old.sealed and "吴晓梅" not in str(journal.history(session, "case", old.id)[0].payload)


BAD = (
    ({"number": ""}, "受理编号"), ({"department": "x"}, "机构代码"), ({"received": "soon"}, "received"),
    ({"received": "2199-01-01"}, "2008年至今天"), ({"finished": "2024-02-01"}, "早于收到日"),
    ({"outcome": ""}, "outcome"), ({"outcome": "nothing"}, "没有"), ({"applicant_class": "x"}, "applicant_class"),
    ({"events": "x"}, "列表"), ({"applicant": ["x"]}, "对象"), ({"remedies": [{"kind": "x"}]}, "filed"),
    ({"events": [{"type": "extension", "date": "2024-03-05", "working_days": 40}]}, "第三十三条"),
    ({"channel": "owl"}, "channel"),
)


def test_bad_lines_are_named_and_stop_no_other(imported):
    status, counts, said = imported(*(GOOD | change for change, _ in BAD), "{", "[]", OPEN)
    assert (status, counts) == (1, {"imported": 1, "skipped": 0, "bad": len(BAD) + 2})
    for number, (line, (_, words)) in enumerate(zip(said, BAD, strict=False), 1):
        assert f"line {number}:" in line and words in line
    assert len(said) == len(BAD) + 2
