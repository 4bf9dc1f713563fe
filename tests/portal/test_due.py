"""`gongkai due`: JSON in, JSON out, without any instance."""

import io
import json
import sys

import pytest

from portal.cli import main

CASE = {"id": "a", "received": "2026-09-18", "events": []}


@pytest.fixture
def due(tmp_path, capsys, monkeypatch):
    """Runs `gongkai due` on what is written; gives status, the results and the lines of standard error."""
    def run(written):
        octets = written if isinstance(written, bytes) else json.dumps(written).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets)))
        try:
            status = main(["--home", str(tmp_path / "nowhere"), "due"])
        except SystemExit as stopped:
            status = stopped.code
        out, err = capsys.readouterr()
        return status, json.loads(out)["results"] if out else None, err.splitlines()
    return run


def test_the_dates_of_a_case(due):
    status, (result,), err = due({"cases": [CASE]})
    assert (status, err) == (0, [])
    assert {name: result[name] for name in ("id", "supplement_notice_due", "status", "due")} == {
        "id": "a", "supplement_notice_due": "2026-09-29", "status": "running", "due": "2026-10-22"}
    assert [step["day"] for step in result["explanation"] if step["day"]] == list(range(1, 21))


def test_a_case_that_contradicts_itself_is_refused_alone(due):
    longer = {"type": "extension", "date": "2026-09-21", "working_days": 30}
    bad = CASE | {"id": "b", "events": [longer]}
    status, (first, second), err = due({"cases": [bad, CASE]})
    assert status == 0 and err == []
    assert first["status"] == "invalid" and "第三十三条" in first["reason"] and first["due"] is None
    assert second["due"] == "2026-10-22"


def test_what_is_expected_is_checked(due):
    assert due({"cases": [CASE | {"expected": {"due": "2026-10-22"}}]})[0] == 0
    assert due({"cases": [CASE | {"expected": {"due": "2026-10-21"}}]})[0] == 1


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b'{"cases": 3}', b'{"cases": [3]}', b"\xff\xfe"])
def test_bad_input_is_one_line(due, written):
    status, results, err = due(written)
    assert (status, results, len(err)) == (2, None, 1)
