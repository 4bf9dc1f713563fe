"""The process in which files are worked on: it cannot hang, fill or tell anything, and leaves nothing behind."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from content.privacy.kinds import Decision
from content.privacy.renditions import sandbox
from content.privacy.renditions.model import Box, Choices, Limits, Refused, Source
from content.privacy.renditions.sandbox import call
from content.privacy.renditions.worker import read_choices, run_clean, run_inspect, run_page, write_choices
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions.make_ofd import register
from tests.content.privacy.renditions.make_picture import octets, scene

pytestmark = pytest.mark.nodatabase
CULPRITS = "tests.content.privacy.renditions.culprits"
LIMITS = Limits(seconds=20, memory=1 << 30)
ID = id_number()


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Where the folders of the child processes are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def refusal(name: str, limits: Limits = LIMITS, **request) -> str:
    with pytest.raises(Refused) as refused:
        call(f"{CULPRITS}:{name}", request, b"data", limits)
    assert ID not in refused.value.reason
    return refused.value.code


def test_the_child_answers_in_json_and_octets_and_knows_no_secret(folders, monkeypatch):
    monkeypatch.setenv("GONGKAI_MASTER_KEY", "secret")
    answer, data = call(f"{CULPRITS}:echo", {"a": [1, "二"]}, b"abc", LIMITS)
    assert (answer["got"], data) == ({"a": [1, "二"]}, b"cba")
    assert not any(name.startswith("GONGKAI") for name in answer["names"])
    assert Path(answer["here"]).parent == folders
    assert list(folders.iterdir()) == []


@pytest.mark.parametrize(("name", "codes"), [
    ("refuse", {"nested"}), ("stumble", {"damaged"}), ("swell", {"large"}), ("die", {"damaged"}),
    ("absent", {"damaged"}), pytest.param("fill", {"damaged", "large"}, marks=pytest.mark.full)])
def test_whatever_happens_there_is_a_refusal(folders, name, codes):
    assert refusal(name) in codes
    assert list(folders.iterdir()) == []


@pytest.mark.parametrize("name", ["hang", "spin"])
def test_it_is_ended_with_all_it_started(folders, name, monkeypatch, tmp_path_factory):
    monkeypatch.setattr(sandbox, "GRACE", 1.0)
    note, begun = tmp_path_factory.mktemp("note") / "pid", time.monotonic()
    assert refusal(name, Limits(seconds=3), note=str(note)) == "slow"
    assert time.monotonic() - begun < 15
    assert list(folders.iterdir()) == []
    if name == "hang":
        assert _ended(int(note.read_text(encoding="utf-8")))


def _ended(number: int) -> bool:
    """Whether a process is no more, or is only waiting to be buried."""
    for _ in range(50):
        try:
            if Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
            os.kill(number, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


def test_what_a_killed_process_left_is_removed(folders):
    left = folders / f"{sandbox.PREFIX}left"
    left.mkdir()
    os.utime(left, (0, 0))
    (folders / f"{sandbox.PREFIX}young").mkdir()
    refusal("refuse")
    assert [each.name for each in folders.iterdir()] == [f"{sandbox.PREFIX}young"]


def test_the_verbs_of_files(folders):
    source, choices = Source(register(ID), f"名单{ID}.ofd"), Choices(ocr=False)
    inspection = run_inspect(source, choices)
    assert [(each.where, each.normal) for each in inspection.findings] == [("文件名", ID), ("第1页", ID)]
    made = run_clean(source, choices)
    assert (made.name, made.action, made.verified) == (f"名单{'*' * 18}.ofd", "cleaned", True)
    assert made.inspection == inspection
    assert run_page(Source(octets(scene())), "picture", choices).startswith(b"\x89PNG")


def test_a_file_that_is_too_large_is_not_even_handed_on(monkeypatch):
    monkeypatch.setattr("content.privacy.renditions.worker.call", None)
    with pytest.raises(Refused) as refused:
        run_clean(Source(bytes(21 * 1024 * 1024), "a.xlsx"), Choices())
    assert refused.value.code == "large"


def test_choices_come_through_as_they_were():
    choices = Choices({("ID_CARD", ID): Decision.keep}, {"MOBILE": "partial"}, frozenset({"12345"}), True, True,
                      (Box("page 1", 0.1, 0.2, 0.3, 0.4),), {ID: "ID_CARD"}, False, Limits(octets=7))
    assert read_choices(write_choices(choices)) == choices
