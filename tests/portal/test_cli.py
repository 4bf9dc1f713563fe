"""The command line as scripts use it: exit status, one line on standard error, JSON alone on standard output."""

from __future__ import annotations

import importlib
import io
import json
import socket
import stat
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from content import journal, keys
from content.base import local_date
from content.collect import collect
from content.documents import Document
from content.people import User
from content.places import Place
from content.search.model import IndexAway
from content.tallies import DayTally, ListTally
from content.tree import Column
from portal import commands, passwords
from portal.cli import main, names
from portal.followers.search import entries_for
from portal.instance import Instance
from portal.settings import SETTINGS, Settings

DEPARTMENTS = [{"code": "QH-jyj", "name": "青河县教育局", "parent": "QH", "level": "部门"},
               {"code": "QH", "name": "青河县人民政府", "parent": None, "level": "县"}]
COLUMNS = [{"code": "0101", "name": "政策文件", "parent": "01", "department": "QH-jyj", "audience": "public"},
           {"code": "01", "name": "政务公开", "parent": None, "department": "QH", "update": {"type": "static"}},
           {"code": "0102", "name": "公开指南", "parent": "01", "department": "QH", "content_type": "static"},
           {"code": "0103", "name": "内部通报", "parent": "01", "department": "QH", "audience": "internal"}]


@pytest.fixture
def gongkai(home, capsys):
    """Runs a command on this instance; gives status, standard output and the lines of standard error."""
    def run(*words: str) -> tuple[int, str, list[str]]:
        try:
            status = main(["--home", str(home), *words])
        except SystemExit as ended:
            status = ended.code
        out, err = capsys.readouterr()
        return status, out, err.splitlines()
    return run


@pytest.fixture
def lists(tmp_path):
    """Files with a county's departments and columns."""
    for name, rows in (("departments", DEPARTMENTS), ("columns", COLUMNS)):
        (tmp_path / f"{name}.json").write_text(json.dumps({name: rows}, ensure_ascii=False), encoding="utf-8")
    return ["--departments", str(tmp_path / "departments.json"), "--columns", str(tmp_path / "columns.json")]


def test_a_command_is_named_like_its_file_so_that_it_is_found_without_the_others():
    assert {name: importlib.import_module(f"portal.commands.{module}").COMMAND.name
            for name, module in names().items()} == {name: name for name in names()}


def test_every_command_is_explained(gongkai):
    status, out, _ = gongkai("--help")
    assert status == 0
    words = "".join(out.split())
    for command in collect(commands, "COMMAND").values():
        assert command.name in words and "".join(command.help.split()) in words


@pytest.mark.parametrize("words", [["frobnicate"], [], ["import"], ["search"], ["draw", "x", "--format", "y"]])
def test_wrong_words_are_refused_in_one_line(gongkai, words):
    status, out, err = gongkai(*words)
    assert (status, out, len(err)) == (2, "", 1)


@pytest.mark.parametrize(("words", "named"), [
    (["search", "通知\udcff"], "query"), (["import", "x.jsonl", "--column", "\udce4\udcb8"], "column"),
    (["user", "add", "a", "--name", "甲", "--department", "QH", "--role", "editor", "--role", "\udcff"], "role"),
    (["search", "\ud800"], "query")])
def test_bytes_that_are_no_text_are_refused_in_one_line(gongkai, house, words, named):
    status, out, err = gongkai(*words)
    assert (status, out, len(err)) == (2, "", 1) and named in err[0] and "is not UTF-8" in err[0]


def test_a_backup_under_a_name_that_is_no_text_is_refused_in_one_line_or_made(gongkai, house, tmp_path):
    status, out, err = gongkai("backup", f"{tmp_path}/\udcff")
    made = [*tmp_path.glob("*/20*")]
    if house.database.is_sqlite:  # names its copy in a statement
        assert (status, out, len(err), made) == (2, "", 1, []) and "is not UTF-8" in err[0]
    else:
        assert (status, len(made)) == (0, 1)


def test_a_file_may_have_a_name_that_is_no_text(gongkai, house, county, tmp_path):
    assert gongkai("export", f"{tmp_path}/\udcd6\udcd0")[0] == 0
    assert json.loads((tmp_path / "\udcd6\udcd0" / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("place", ["site", "site/package", "export", "blobs/../package.tar", "pages/below"])
def test_no_package_is_written_where_the_portal_serves(gongkai, house, county, tmp_path, place):
    (tmp_path / "disk").mkdir()
    (house.home / "site").symlink_to(tmp_path / "disk")
    (house.home / "pages").symlink_to(tmp_path / "disk")
    status, out, err = gongkai("export", str(house.home / place))
    assert (status, out, len(err)) == (2, "", 1) and "name a folder elsewhere" in err[0]
    assert not [*(tmp_path / "disk").iterdir()]


@pytest.mark.parametrize("words", [["columns"], ["verify"], ["worker", "--once"], ["search", "x"], ["serve"]])
def test_a_folder_without_an_instance_says_what_to_do(tmp_path, capsys, words):
    assert main(["--home", str(tmp_path / "none"), *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "init" in err and err.count("\n") == 1


def test_the_home_may_come_from_the_environment(house, monkeypatch, capsys):
    monkeypatch.setenv("GONGKAI_HOME", str(house.home))
    assert main(["columns", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"columns": []}


# -- init -------------------------------------------------------------------------------------------------------

def test_init_makes_an_instance_and_can_be_repeated(gongkai, home, lists):
    assert gongkai("init", *lists)[0] == 0
    key = home / "secrets" / "master.key"
    before = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    status, out, _ = gongkai("init", *lists)
    assert status == 0 and "新建0个，已有4个" in out and key.read_bytes() == before
    assert gongkai("verify")[0] == 0


def test_a_plain_list_of_columns_gets_paths_types_and_workflows(gongkai, home, lists):
    gongkai("init", *lists)
    rows = {row["code"]: row for row in json.loads(gongkai("columns", "--json")[1])["columns"]}
    assert rows["0101"] == {"path": "zhengwugongkai/zhengcewenjian", "name": "政策文件", "code": "0101", "documents": 0,
                            "updated": None}
    columns = _columns(home)
    assert columns["0101"].types[0] == "policy" and columns["0102"].kind == "page"
    assert columns["0103"].workflow == "internal" and columns["0101"].workflow == "publication"


def _columns(home: Path) -> dict[str, Column]:
    instance = Instance.open(home)
    with instance.house.database.reader() as session:
        found = {column.code: column for column in session.scalars(select(Column))}
    instance.close()
    return found


def test_every_planted_row_is_in_the_journal(gongkai, home, lists):
    gongkai("init", *lists)
    instance = Instance.open(home)
    with instance.house.database.reader() as session:
        actions = [row.action for row in journal.after(session, 0) if row.subject_kind != "key"]
    instance.close()
    assert actions == ["department.create"] * 2 + ["column.create"] * 4


@pytest.mark.parametrize("asked", [
    ("backup", "FILE"), ("backup", "FILE/below"), ("export", "FILE/below"), ("build", "--processes", "0"),
    ("build", "--forget", "")])
def test_a_place_that_cannot_be_is_bad_input(gongkai, home, asked):
    gongkai("init")
    status, out, err = gongkai(*(each.replace("FILE", str(home / "settings.toml")) for each in asked))
    assert status == 2 and len(err) == 1 and out == ""


@pytest.mark.parametrize("address", ["mysql://gk:Pass-4711@host/x", "postgresql+psycopg://gk:Pass-4711@host:port/x",
                                     "Pass-4711"])
def test_an_address_of_no_database_is_refused_and_not_told(gongkai, monkeypatch, address):
    monkeypatch.setenv("GONGKAI_DATABASE", address)
    for command in ("init", "verify"):
        status, out, err = gongkai(command)
        assert status == 2 and len(err) == 1 and "database" in err[0] and "4711" not in err[0] + out


def test_settings_are_shown_without_passwords(gongkai, monkeypatch):
    monkeypatch.setenv("GONGKAI_DATABASE", "postgresql+psycopg://gk:Pa:ss@4711@host/x")
    monkeypatch.setenv("GONGKAI_SEARCH", "nosuch://gk:Pass-4711@host")
    for words in (["settings"], ["settings", "--json"]):
        out = gongkai(*words)[1]
        assert "4711" not in out and "postgresql+psycopg://gk:***@host/x" in out and "nosuch://gk:***@host" in out
    monkeypatch.delenv("GONGKAI_DATABASE")
    gongkai("init")
    status, _out, err = gongkai("search", "x")
    assert status == 2 and "nosuch" in err[0] and "4711" not in err[0]


def test_a_file_is_no_folder_of_an_instance(capsys, tmp_path):
    (tmp_path / "file").touch()
    assert main(["--home", str(tmp_path / "file"), "verify"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("row", "named"), [
    ({"code": "09", "name": "无主栏目", "department": "QH-none"}, "QH-none"),
    ({"code": "09", "name": "孤儿", "parent": "77", "department": "QH"}, "77"),
    ({"code": "01", "name": "重复", "department": "QH"}, "01"),
    ({"name": "没有代码", "department": "QH"}, "没有代码"),
])
def test_a_wrong_list_is_refused_whole(gongkai, tmp_path, lists, row, named):
    path = tmp_path / "columns.json"
    path.write_text(json.dumps({"columns": [*COLUMNS, row]}, ensure_ascii=False), encoding="utf-8")
    status, _, err = gongkai("init", *lists)
    assert status == 2 and len(err) == 1 and named in err[0]
    assert json.loads(gongkai("columns", "--json")[1]) == {"columns": []}


@pytest.mark.parametrize("text", ["", "[]", '{"columns": 3}', '{"rows": []}', "\x00"])
def test_a_file_that_is_no_list_is_refused(gongkai, tmp_path, home, text):
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    status, _, err = gongkai("init", "--columns", str(path))
    assert (status, len(err)) == (2, 1) and not (home / "gongkai.db").exists()


def test_a_half_made_home_is_completed(gongkai, home):
    keys.MasterKey.create(home / "secrets" / "master.key")
    assert gongkai("init")[0] == 0
    assert gongkai("verify")[0] == 0


def test_a_lost_master_key_is_not_replaced(gongkai, house):
    with house.database.writer.begin() as session:
        house.keys.rotate(session, actor_id=None)
    key = house.home / "secrets" / "master.key"
    kept = key.read_bytes()
    key.unlink()
    status, _, err = gongkai("init")
    assert status == 2 and "put the key back" in err[0] and not key.exists()
    keys.MasterKey.create(key)
    status, _, err = gongkai("init")
    assert status == 2 and "belongs to master key" in err[0]
    key.write_bytes(kept)
    assert gongkai("init")[0] == 0


def test_the_sample_goes_into_an_empty_instance_only(gongkai, county):
    status, _, err = gongkai("init", "--sample")
    assert status == 2 and "empty instance" in err[0]


# -- questions --------------------------------------------------------------------------------------------------

def feed(monkeypatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text), encoding="utf-8"))


def test_scan_answers_line_by_line_without_an_instance(tmp_path, capsys, monkeypatch):
    feed(monkeypatch, '{"id": "a", "text": "联系人手机13912345678。"}\n\n{"id": "b", "text": "无"}\n'.encode())
    assert main(["--home", str(tmp_path / "none"), "scan"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["id"] == "a" and first["spans"] == [[5, 16, "MOBILE"]] and "13912345678" not in first["masked"]
    assert second == {"id": "b", "spans": [], "masked": "无"}


def test_scan_names_a_bad_line_and_does_the_rest(gongkai, monkeypatch):
    feed(monkeypatch, b'{"id": 1, "text": "x"}\nnot json\n\xff\n{"id": 4}\n{"id": 5, "text": "y"}\n'
                      b'{"id": 6, "text": "\\ud800"}\n')
    status, out, err = gongkai("scan")
    assert status == 2 and [json.loads(line)["id"] for line in out.splitlines()] == [1, 5]
    assert [line.split(":")[1].strip() for line in err] == ["line 2", "line 3", "line 4", "line 6"]


def test_search_shows_what_may_be_read_though_the_index_is_late(gongkai, house, county):
    with house.database.writer.begin() as session:
        documents = [county.publish(session, county.write(session, title=f"关于供水检修的通知{n}")) for n in "一二"]
    assert gongkai("worker", "--once")[0] == 0
    found = json.loads(gongkai("search", "供水检修", "--json")[1])
    assert found["total"] == 2 and {hit["id"] for hit in found["hits"]} == {each.id for each in documents}
    assert found["hits"][0].keys() == {"id", "source_id", "title", "url", "date", "score", "snippet"}
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, documents[0].id), "withdraw", "zhoumin", why="内容有误",
                    reason_kind="error")
    found = json.loads(gongkai("search", "供水检修", "--json")[1])
    assert found["total"] == 1 and [hit["id"] for hit in found["hits"]] == [documents[1].id]
    assert json.loads(gongkai("search", "供水", "--limit", "0", "--json")[1])["hits"] == []


def test_columns_count_each_document_once_with_what_lies_below(gongkai, house, county):
    with house.database.writer.begin() as session:
        document = county.write(session, path="zwgk/zcwj", also=[county.columns["zwgk"]])
        county.publish(session, document)
    rows = {row["path"]: row for row in json.loads(gongkai("columns", "--json")[1])["columns"]}
    assert rows["zwgk"]["documents"] == rows["zwgk/zcwj"]["documents"] == 1 and rows["zwgk"]["updated"]
    assert rows["tzgg"]["documents"] == 0


def test_draw_gives_both_formats(gongkai):
    assert "<svg" in gongkai("draw", "publication")[1]
    assert "department_review" in gongkai("draw", "publication", "--format", "mermaid")[1]
    status, _, err = gongkai("draw", "nothing")
    assert status == 2 and "publication" in err[0]


def test_settings_lists_every_one_with_its_sentence(gongkai):
    rows = json.loads(gongkai("settings", "--json")[1])["settings"]
    assert [row["name"] for row in rows] == [each.name for each in SETTINGS] and all(row["sentence"] for row in rows)


def test_a_wrong_setting_is_said_in_one_line(gongkai, home):
    (home / "settings.toml").write_text("frob = 1\n", encoding="utf-8")
    status, _, err = gongkai("columns")
    assert (status, len(err)) == (2, 1) and "frob" in err[0]


@pytest.mark.parametrize("rule", ["{organ}信公开〔{year}〕号", "{organ}〔{year}〕{number}号", "{year}{serial"])
def test_a_rule_that_cannot_number_letters_is_refused_at_start(gongkai, home, rule):
    (home / "settings.toml").write_text(f'letter_rule = "{rule}"\n', encoding="utf-8")
    status, _, err = gongkai("columns")
    assert (status, len(err)) == (2, 1) and "letter_rule" in err[0]


# -- verify -----------------------------------------------------------------------------------------------------

def test_verify_is_clean_and_tells_how_late_the_index_is(gongkai, house, county):
    with house.database.writer.begin() as session:
        county.publish(session, county.write(session))
        house.blobs.put(session, "原件".encode())
    status, out, _ = gongkai("verify", "--json")
    said = json.loads(out)
    assert status == 0 and said["ok"] and said["index_lag"] == said["journal"] > 0
    gongkai("worker", "--once")
    assert json.loads(gongkai("verify", "--json")[1])["index_lag"] == 0


def test_verify_names_a_changed_blob(gongkai, house, county):
    with house.database.writer.begin() as session:
        address = house.blobs.put(session, b"x")
    (house.home / "blobs" / address[:2] / address).write_bytes(b"y")
    status, _, err = gongkai("verify")
    assert status == 1 and len(err) == 1 and address in err[0]


def test_verify_names_a_live_document_without_text(gongkai, house, county):
    with house.database.writer.begin() as session:
        document = county.publish(session, county.write(session))
        session.flush()
        document.live.rendition_id = None
    status, _, err = gongkai("verify")
    assert status == 1 and f"document {document.id}" in err[0]


def test_verify_names_what_is_wrong_in_the_index_and_reindex_mends_it(gongkai, house, county):
    with house.database.writer.begin() as session:
        kept, gone = (county.publish(session, county.write(session, title=f"通知{n}")) for n in "甲乙")
    gongkai("worker", "--once")
    _tamper(house, gone.id, kept.id)
    status, out, err = gongkai("verify")
    assert status == 1 and f"document {gone.id}" in err[0] and "document 999" in out
    assert gongkai("reindex")[0] == 0
    assert gongkai("verify")[0] == 0


def test_a_rebuild_whose_server_went_away_is_said_to_be_run_again(gongkai, house, county, monkeypatch):
    def away(*_: object) -> None:
        raise IndexAway("the search cluster does not answer: http://one")

    monkeypatch.setattr("portal.worker.rebuild", away)
    assert gongkai("reindex") == (2, "", ["gongkai reindex: the search cluster does not answer: http://one; the former "
                                          "index goes on answering: run it again"])


def test_verify_names_counts_that_are_wrong_and_recount_mends_them(gongkai, house, county):
    with house.database.writer.begin() as session:
        document = county.publish(session, county.write(session))
        session.flush()
        about, day = (document.live.department_id, document.live.year), local_date(document.live.published)
        session.execute(update(ListTally).where(ListTally.column_id == county.columns["tzgg"]).values(own=3))
        session.execute(delete(DayTally))
        session.add(ListTally(column_id=999, audience="public", department_id=1, year=1999, documents=2, own=2))
        session.execute(update(Place).values(published=document.live.published - timedelta(days=2)))
    found = json.loads(gongkai("verify", "--json")[1])["checks"]["counts"]
    assert found[:3] == [
        f"the list of tzgg, department {about[0]}, {about[1]} (public): documents 1, own 3 kept, documents 1, own 1 "
        "counted: run recount",
        "the list of column 999, department 1, 1999 (public): documents 2, own 2 kept, documents 0, own 0 counted: "
        "run recount",
        f"day {day} (public): documents 0, policies 0 kept, documents 1, policies 0 counted: run recount"]
    assert len(found) == 4 and f"document {document.id} was published at another time than its place" in found[3]
    status, _, err = gongkai("verify")
    assert status == 1 and err == [f"gongkai verify: {found[0]}"]
    assert [json.loads(gongkai("recount", "--json")[1]) for _ in "12"] == [{"mended": 4}, {"mended": 0}]
    assert gongkai("verify")[0] == 0


@pytest.mark.parametrize("written", [
    "page_size = 0", "page_size = 7.9", "port = 99999", "worker_seconds = -1", 'theme = "nope"', 'host = ["a"]',
    'demo = "maybe"', "behind_tls = 0.5", 'mail_tls = "bogus"', 'site = "x"', "upload_megabytes = 0",
    "[site]\nphone = 1"])
def test_settings_that_cannot_be_are_refused_in_one_line(gongkai, home, written):
    (home / "settings.toml").write_text(f"{written}\n", encoding="utf-8")
    status, out, err = gongkai("doctor", "--json")
    name = written.partition(" ")[0].partition("\n")[0]
    assert (status, out, len(err)) == (2, "", 1) and name.strip("[]") in err[0]


def test_settings_in_another_encoding_are_refused_in_one_line(gongkai, home):
    (home / "settings.toml").write_bytes('demo = true # 示例'.encode("gbk"))
    status, out, err = gongkai("columns")
    assert (status, out, len(err)) == (2, "", 1) and "UTF-8" in err[0]


def test_the_environment_says_settings_in_words(tmp_path, monkeypatch):
    for name, value in (("PUBLISHED_PAGES", "off"), ("DEMO", "Yes"), ("PORT", "80"), ("WORKER_SECONDS", "2")):
        monkeypatch.setenv(f"GONGKAI_{name}", value)
    told = Settings.load(tmp_path)
    assert (told.published_pages, told.demo, told.port, told.worker_seconds) == (False, True, 80, 2.0)


def _tamper(house, removed: int, like: int) -> None:
    instance = Instance.open(house.home)
    with house.database.reader() as session:
        entry = entries_for(session, house.tree(session), [like])[0]
    instance.engine.update([replace(entry, id=999)], removed=[removed])
    instance.close()


# -- keys and people --------------------------------------------------------------------------------------------

def test_after_rewrapping_the_new_master_key_opens_everything(gongkai, house, tmp_path):
    with house.database.writer.begin() as session:
        address = house.blobs.put(session, "原件".encode())
    old = (house.home / "secrets" / "master.key").read_bytes()
    assert gongkai("keys", "rotate")[0] == 0
    status, out, _ = gongkai("keys", "rewrap", "--new", str(tmp_path / "new.key"))
    assert status == 0 and "个数据密钥" in out
    assert (house.home / "secrets" / "master.key").read_bytes() == (tmp_path / "new.key").read_bytes() != old
    instance = Instance.open(house.home)
    with instance.house.database.reader() as session:
        assert instance.house.blobs.get(session, address) == "原件".encode()
    instance.close()


def test_the_first_administrator_gets_a_password_for_the_first_login(gongkai, house, county):
    status, out, _ = gongkai("user", "add", "admin1", "--name", "赵敏", "--department", "QY-zfb",
                             "--role", "security_admin@QY", "--role", "editor@" + _code(house, "tzgg"))
    password = out.strip().rpartition("：")[2]
    with house.database.reader() as session:
        user = session.scalars(select(User).where(User.login == "admin1")).one()
        roles = {(grant.role, grant.department_id is None) for grant in user.grants}
    assert status == 0 and passwords.matches(user.password_hash, password) and user.must_change
    assert roles == {("security_admin", False), ("editor", True)}


def _code(house, path: str) -> str:
    with house.database.reader() as session:
        return house.tree(session).find(path).code


@pytest.mark.parametrize("words", [["--role", "king"], ["--role", "editor@nowhere"], ["--department", "QY-none"]])
def test_what_is_unknown_makes_no_account(gongkai, house, county, words):
    status, _, err = gongkai("user", "add", "new1", "--name", "新人", "--department", "QY", *words)
    assert status == 2 and len(err) == 1
    with house.database.reader() as session:
        assert session.scalar(select(User.id).where(User.login == "new1")) is None


def test_a_given_password_must_be_a_good_one(gongkai, house, county, monkeypatch):
    words = ["user", "add", "new1", "--name", "新人", "--department", "QY", "--password-stdin"]
    feed(monkeypatch, b"123456\n")
    assert gongkai(*words)[0] == 2
    feed(monkeypatch, b"Sunny-Hill-2026\n")
    assert gongkai(*words)[0] == 0
    with house.database.reader() as session:
        user = session.scalars(select(User).where(User.login == "new1")).one()
    assert passwords.matches(user.password_hash, "Sunny-Hill-2026") and not user.must_change


def test_unlock_lets_an_account_in_again(gongkai, house, county):
    with house.database.writer.begin() as session:
        session.get_one(User, county.users["zhangli"]).failures = 5
    assert gongkai("user", "unlock", "zhangli")[0] == 0
    with house.database.reader() as session:
        assert session.get_one(User, county.users["zhangli"]).failures == 0
    assert gongkai("user", "unlock", "nobody")[0] == 2


def test_a_taken_port_is_said_in_one_line(gongkai, house):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, _, err = gongkai("serve", "--port", str(taken.getsockname()[1]))
    assert status == 2 and "is taken" in err[-1]
