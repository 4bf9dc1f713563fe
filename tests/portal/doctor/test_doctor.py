"""The doctor: each illness is found, named, and told what to do about; a broken instance is looked at all the same."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import text, update

from content import hosts, journal, outbox, published
from content.base import now
from content.keys import DataKey
from content.outbox import Delivery
from content.search import open_engine
from portal import cli
from portal.doctor import BAD, NOT_MADE, OK, WARN, Check, Found, Patient, checks, examine, limits, versions, worst
from portal.doctor import disk as disk_check
from portal.presence import Presence
from portal.published.store import stores
from portal.settings import Settings, Site


@pytest.fixture
def patient(house):
    """An instance that lacks nothing, with a worker at work."""
    with house.database.writer.begin() as session:
        house.keys.begin(session)
        journal.record(session, "column.change", ("column", 1), actor_id=None)
    site = Site(organ="清源县人民政府", host_organ="县政府办", domain="qingyuan.example", id_code="1309220001", icp="1",
                phone="1")
    settings = replace(Settings.load(house.home), site=site)
    settings.values.update(base_url="https://www.qingyuan.example", behind_tls=True, trusted_proxy="127.0.0.1",
                           mail_host="localhost", mail_from="a@qingyuan.example")
    presence, engine = Presence(house.home / "run"), open_engine(settings.search_url)
    house.home.chmod(0o750)
    yield Patient(settings, house, engine, at=dt.datetime(2026, 5, 8, 4, tzinfo=dt.UTC))
    presence.leave()
    engine.close()


def found(patient: Patient, name: str) -> tuple[str, list[str]]:
    verdict = next(iter(examine(patient, [checks()[name]])))
    return verdict.grade, [str(each.words) for each in verdict.found]


def test_a_whole_instance_is_well(patient):
    patient.at = now()
    named = [check for check in checks().values() if not check.outside and check.name not in ("versions", "calendar",
                                                                                               "limits")]
    ill = {verdict.check.name: verdict.found for verdict in examine(patient, named) if verdict.grade != OK}
    assert ill == {}


@pytest.mark.parametrize(("name", "value", "grade"), [
    ("base_url", "qingyuan", BAD), ("base_url", "http://www.qingyuan.example", BAD), ("behind_tls", False, WARN),
    ("base_url", "https://other.example", WARN), ("trusted_proxy", "", WARN), ("mail_from", "", BAD),
    ("mail_host", "", WARN), ("accepted_hosts", "a.example *", WARN)])
def test_settings_that_do_not_go_together(patient, name, value, grade):
    patient.settings.values[name] = value
    assert found(patient, "settings")[0] == grade


def test_who_else_may_read_the_keys(patient):
    (patient.home / "secrets" / "master.key").chmod(0o644)
    assert found(patient, "access")[0] == BAD


def test_a_changed_journal(patient):
    with patient.house.database.engine.begin() as connection:
        if patient.database.is_sqlite:
            for name in connection.scalars(text(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE journal SET action = 'other' WHERE seq = 1"))
    assert found(patient, "journal")[0] == BAD


def test_what_is_behind_the_journal(patient):
    assert found(patient, "index")[0] == OK  # it was written just now, by this clock in the past
    patient.at = now() + dt.timedelta(minutes=10)
    assert found(patient, "index")[0] == WARN
    patient.engine.update([], cursor=99)
    assert found(patient, "index")[0] == BAD


@pytest.mark.parametrize(("address", "most", "named"), [
    ("", "WHOOSH_MOST", "Whoosh"), ("postgresql://me@host/name", "POSTGRESQL_MOST", "PostgreSQL")])
def test_an_engine_that_is_outgrown(patient, monkeypatch, address, most, named):
    patient.settings.values["search"] = address
    assert found(patient, "index")[0] == OK
    monkeypatch.setattr(f"portal.doctor.index.{most}", -1)
    grade, words = found(patient, "index")
    assert grade == WARN and words[0].startswith(named)


@pytest.mark.parametrize(("name", "value", "named"), [
    ("search", "foo://bar", "设置 search"), ("synonyms", "/nowhere/own.txt", "设置 synonyms")])
def test_a_setting_with_which_no_index_opens(patient, name, value, named):
    patient.index = None
    patient.settings.values[name] = value
    grade, words = found(patient, "index")
    assert grade == BAD and words[0].startswith(named)


def test_no_worker(patient):
    (patient.home / "run").rename(patient.home / "gone")
    assert found(patient, "worker")[0] == (BAD if patient.database.is_sqlite else WARN)


def test_two_folders_under_one_name(patient):
    own = Presence(patient.home / "run")
    for owner, host, seen, grade in ((own.owner, patient.house.host, now(), OK), ("web-2-7-a", "web-2", now(), OK),
                                     ("web-1-8-b", patient.house.host, now() - dt.timedelta(hours=1), OK),
                                     ("web-1-9-c", patient.house.host, now(), BAD)):
        with patient.house.database.writer.begin() as session:
            session.add(hosts.Beat(owner=owner, host=host, beat=1, seen=seen))
        assert found(patient, "hosts")[0] == (OK if patient.database.is_sqlite else grade)
    own.leave()


def test_deliveries_that_stand(patient):
    patient.at = now()
    with patient.house.database.writer.begin() as session:
        outbox.post(session, "mail", "a@example.org", "k1")
        outbox.post(session, "mail", "a@example.org", "k2").state = outbox.FAILED
        session.execute(update(Delivery).where(Delivery.key == "k1").values(next_at=now() - dt.timedelta(hours=2)))
    grade, words = found(patient, "deliveries")
    assert grade == WARN and len(words) == 2


def test_old_keys(patient):
    with patient.house.database.writer.begin() as session:
        session.execute(update(DataKey).values(created=patient.at - dt.timedelta(days=800)))
    assert found(patient, "keys")[0] == WARN


@pytest.mark.parametrize(("day", "grade"), [((2026, 5, 8), OK), ((2026, 12, 1), WARN), ((2031, 1, 5), BAD)])
def test_the_years_days_off(patient, day, grade):
    patient.at = dt.datetime(*day, 4, tzinfo=dt.UTC)
    assert found(patient, "calendar")[0] == grade


def test_a_full_disk(patient, monkeypatch):
    room = SimpleNamespace(f_bavail=10, f_frsize=4096, f_files=0, f_favail=0)
    monkeypatch.setattr(disk_check.os, "statvfs", lambda path: room)
    assert found(patient, "disk")[0] == BAD


def test_what_the_system_allows(patient, monkeypatch):
    monkeypatch.setattr(limits.resource, "getrlimit", lambda kind: (256, 256))
    assert found(patient, "limits")[0] == WARN


def test_libraries_out_of_bounds(patient, monkeypatch):
    monkeypatch.setattr(versions.metadata, "requires", lambda name: ["pyramid>=99", "nothing-like-it", "x; extra=='t'"])
    assert found(patient, "versions")[0] == BAD


def test_files_that_cannot_be_kept(patient, monkeypatch):
    def full(store, key: str, data: bytes) -> None:
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(type(patient.house.blobs.store), "put", full)
    assert found(patient, "blobs")[0] == BAD


def test_a_place_of_files_that_was_moved_away_is_not_made_anew(patient):
    with patient.house.database.writer.begin() as session:
        patient.house.blobs.put(session, b"minutes of a meeting")
    assert found(patient, "blobs")[0] == OK and len([*patient.home.glob("blobs/*/*")]) == 1
    (patient.home / "blobs").rename(patient.home / "elsewhere")
    assert found(patient, "blobs")[0] == BAD and not (patient.home / "blobs").exists()


def test_pages_that_are_missing_or_late(patient, county):
    patient.settings.values["published_pages"] = True
    with patient.house.database.writer.begin() as session:
        year = county.publish(session, county.write(session)).live.year
    assert found(patient, "pages") == (WARN, ["还没有生成网页文件，每一页都由程序现做"])
    with patient.house.database.writer.begin() as session:
        published.expect(session, patient.house.host, ["/"], patient.at)
    assert found(patient, "pages")[0] == BAD
    for path in ("/", f"/doc/{year}/1.html"):
        stores(patient.home)["zh"].write(path, b"a page")
    assert found(patient, "pages")[0] == OK
    patient.at += dt.timedelta(minutes=20)
    assert found(patient, "pages") == (WARN, ["有网页该更新了还没有更新，最早的在 ${m} 分钟以前"])
    patient.settings.values["published_pages"] = False
    assert found(patient, "pages")[0] == OK


def test_a_database_that_is_missing_is_not_made(tmp_path):
    (tmp_path / "secrets").mkdir()
    patient = Patient(Settings.load(tmp_path))
    assert found(patient, "database") == (BAD, ["这里还没有数据库"])
    (tmp_path / "blobs").mkdir()
    for name in ("blobs", "journal", "database"):
        grade, words = found(patient, name)
    assert (grade, words) == (BAD, ["数据库文件不见了"]) and not (tmp_path / "gongkai.db").exists()
    patient.close()


def test_a_check_that_fails_says_so_without_quoting(patient):
    def run(_):
        raise ValueError("wu@example.org")
    verdict = next(iter(examine(patient, [Check("x", "x", run)])))
    assert verdict.grade == NOT_MADE and "wu@" not in str(verdict)
    assert worst([verdict]) == NOT_MADE and worst([]) == OK
    assert next(iter(examine(patient, [Check("y", "y", lambda _: [Found(OK, "a"), Found(BAD, "b")])]))).grade == BAD


@pytest.mark.nodatabase
def test_a_database_that_is_away_is_said_once(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GONGKAI_DATABASE", f"sqlite:///{tmp_path}/none/at/all.db")
    (tmp_path / "none").write_text("a file where a folder should be")
    assert cli.main(["--home", str(tmp_path), "doctor", "--json", "--quick"]) == 1
    told = {each["name"]: each["grade"] for each in json.loads(capsys.readouterr().out)["checks"]}
    assert (told["database"], told["disk"], told["journal"]) == (BAD, OK, NOT_MADE)


@pytest.mark.nodatabase
def test_there_is_no_instance(tmp_path, capsys):
    assert cli.main(["--home", str(tmp_path / "none"), "doctor"]) == 2
    assert "init" in capsys.readouterr().err


def test_ready_and_what_strangers_hear_of_it(browser, county):
    citizen = browser()
    with time_machine.travel(now(), tick=False):
        answer = citizen.get("/readyz", expect_errors=True)
    said = answer.json["checks"]
    assert said["database"] == OK and said["worker"] == (BAD if county.house.database.is_sqlite else WARN)
    assert answer.status_int == (503 if BAD in said.values() else 200)
    assert set(answer.json) == {"status", "checks"} and set(said.values()) <= {OK, WARN, BAD, NOT_MADE}
    presence = Presence(county.house.home / "run")
    with time_machine.travel(now() + dt.timedelta(seconds=2), tick=False):
        assert citizen.get("/readyz").json["status"] == OK
    presence.leave()


def test_the_desk_shows_it_to_who_looks_after_the_machine(browser):
    page = browser("fangkai").get("/desk/system")
    assert "gongkai worker" in page.text and "要办理的" in page.text


def test_a_clock_with_nothing_to_compare_it_with_is_not_called_well(patient):
    patient.settings.values.update(base_url="http://localhost:6543")
    assert found(patient, "clock")[0] == (NOT_MADE if patient.database.is_sqlite else OK)
