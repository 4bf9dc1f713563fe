"""Packages: everything public and nothing else, brought elsewhere whole, again without change, and never believed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest
from applications import lent
from factories import make_county, open_house
from sqlalchemy import select
from webtest import TestApp

from content import attachments, preparing
from content.documents import Document, Live
from content.preparing import Tools
from content.privacy.renditions.cleaning import clean, inspect
from content.writing import save
from portal.cli import main
from portal.harvest.fetching import Unreachable
from portal.packages import layout, writing
from portal.packages.bringing import Bringer
from portal.packages.layout import BadPackage
from portal.packages.reading import is_package, opened
from portal.packages.writing import Portal, write
from portal.settings import SETTINGS, Settings, Site
from workflows.access import SYSTEM
from workflows.engine import fire

TOOLS = Tools(inspect, clean)
PHONE = "13912345678"
SAME = ("index_number", "title", "type", "state", "issuer", "number", "topic", "validity", "formed", "ends",
        "published", "summary", "text", "html", "archived")  # what the API tells of a document


def book(*cells: str) -> bytes:
    made, into = openpyxl.Workbook(), io.BytesIO()
    made.active.append(cells)
    made.save(into)
    return into.getvalue()


def publish(county, title: str, file: bytes = b"", **values: object) -> int:
    with county.house.database.writer.begin() as session:
        document = county.write(session, title=title, **values)
        if file:
            attachments.take(session, county.house, document, "路段.xlsx", file, actor_id=document.owner_id)
        number = document.id
    while preparing.turn(county.house, "test", TOOLS):
        pass
    with county.house.database.writer.begin() as session:
        county.settle_all(session, session.get_one(Document, number))
        fire(session, county.house, session.get_one(Document, number), "import", SYSTEM)
    return number


@pytest.fixture
def there(tmp_path):
    """The portal that is exported: three documents of which one was withdrawn, and a draft."""
    home = tmp_path / "there"
    home.mkdir()
    county = make_county(open_house(home))
    publish(county, "关于停水的通知", book("路段", "停水时间"))
    publish(county, "关于低保的通知", body=f"<p>联系电话{PHONE}。</p>")
    gone = publish(county, "关于撤回的通知")
    with county.house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, gone), "withdraw", "zhoumin", why="金额有误",
                    reason_kind="privacy")
        county.write(session, title="没有写完的稿子")
    yield county
    county.house.database.dispose()


@pytest.fixture
def package(there, tmp_path) -> Path:
    write(portal_of(there), tmp_path / "package")
    return tmp_path / "package"


def portal_of(county) -> Portal:
    values = {each.name: each.default for each in SETTINGS} | {"base_url": "http://there.example"}
    return Portal(county.house, Settings(county.house.home, Site(id_code="4100000001"), values))


@pytest.fixture
def empty(house):
    """Another portal, in which nothing is yet."""
    with house.database.writer.begin() as session:
        house.keys.begin(session)
    return house


def bring(house, path: Path, into: str = "", own: str = "4103990001"):
    with opened(path, house.home) as package:
        bringer = Bringer(house, package, into, own, TOOLS)
        for _ in bringer.run():
            pass
    return bringer.outcome


def shown(house) -> list[tuple]:
    """What the public reads."""
    with house.database.reader() as session:
        nodes = house.tree(session).by_id
        return [(each.url, each.index_number, each.title, each.published, nodes[each.column_id].path,
                 each.rendition.text, tuple(file["name"] for file in each.rendition.files))
                for each in session.scalars(select(Live).order_by(Live.year, Live.serial)) if each.rendition]


def test_it_holds_what_the_public_may_read_and_nothing_else(package):
    everything = b"".join(each.read_bytes() for each in package.rglob("*") if each.is_file()).decode("utf-8", "replace")
    assert PHONE not in everything and "没有写完" not in everything and "金额有误" not in everything
    assert "关于撤回的通知" not in everything
    told = [json.loads(line) for line in (package / layout.DOCUMENTS).read_bytes().splitlines()]
    assert ["withdrawn" in each for each in told] == [False, False, True]
    journal = [json.loads(line) for line in (package / layout.JOURNAL).read_bytes().splitlines()]
    assert {each.get("action") for each in journal} >= {"document.import", "document.withdraw", None}
    assert "payload" not in "".join(journal[0]) or "payload_hash" in journal[0]


def test_a_portal_moves_with_its_addresses_and_again_nothing_changes(there, package, empty):
    outcome = bring(empty, package)
    assert (outcome.new, outcome.published, outcome.problems) == (2, 2, [])
    assert shown(empty) == shown(there.house)
    with empty.database.reader() as session:
        documents = session.scalars(select(Document)).unique().all()
        units = empty.tree(session).departments.by_id
        assert {(each.workflow, units[each.department_id].code) for each in documents} == {("publication", "QY-mzj")}
    again = bring(empty, package)
    assert (again.new, again.changed, again.problems) == (0, 0, []) and shown(empty) == shown(there.house)


def read_by_http(lend, county, base: str) -> dict[str, dict]:
    """`{address: what the portal answers}` of every document, as a stranger finds them: by the API, and each file."""
    app = TestApp(lend(county.house, portal_of(county).settings))
    found = {}
    for change in app.get("/api/v1/changes?limit=100").json["changes"]:
        path = change["url"].removeprefix(base)
        if change["kind"] == "withdrawn":
            found[path] = {"withdrawn": app.get(path, expect_errors=True).status_int}
            continue
        told = app.get(f"/api/v1/documents/{change['id']}").json
        assert told["title"] in app.get(path).html.find("h1").get_text()
        found[path] = {name: told[name] for name in SAME} | {
            "metadata": told["metadata"] | {"issuer": told["issuer"]},  # which is told of what moved in any case
            "column": told["column"]["path"], "department": told["department"]["code"],
            "relations": sorted((each["kind"], each["direction"], each["url"]) for each in told["relations"]),
            "files": [(each["name"], each["sha256"], hashlib.sha256(app.get(
                quote(each["url"].removeprefix(base))).maybe_follow().body).hexdigest()) for each in told["files"]]}
    return found


def test_both_portals_answer_the_same_also_of_what_was_corrected_and_abolished(there, empty, tmp_path):
    """Compared by the API and the pages of each, not by the tables; what stood before a correction does not move."""
    policy = {"number": "清政办〔2023〕33号", "genre": "通知", "topic": "其他", "formed": "2023-05-01",
              "validity": "有效"}
    house, old = there.house, publish(there, "旧办法", path="zwgk/zcwj", type_name="policy", data=policy)
    publish(there, "新办法", path="zwgk/zcwj", type_name="policy",
            data=policy | {"number": "清政办〔2026〕12号", "abolishes": old})
    with house.database.writer.begin() as session:
        document = session.get_one(Document, 1)
        there.move(session, document, "revise", "zhangli", why="更正")
        head = document.head
        save(session, document, base_id=head.id, title="关于停水的通知（更正）", body="<p>改到周五停水。</p>",
             data=head.data, actor_id=there.users["zhangli"])
        there.publish(session, document)
    write(portal_of(there), tmp_path / "moved.tar")
    outcome = bring(empty, tmp_path / "moved.tar")
    assert (outcome.published, outcome.problems) == (4, [])
    with lent() as lend:
        ours, theirs = (read_by_http(lend, replace(there, house=each), "http://there.example")
                        for each in (house, empty))
    gone = [path for path, told in ours.items() if told.get("withdrawn")]
    assert len(gone) == 1 and ours.pop(gone[0]) == {"withdrawn": 410}
    assert theirs == ours and len(ours) == 4
    corrected, abolished = (next(told for path, told in theirs.items() if path.endswith(end))
                            for end in ("/1.html", "/4.html"))
    assert "周五" in corrected["text"] and "城关镇部分区域停水" not in corrected["text"]
    assert len(corrected["files"]) == 1 and all(told == octets for _name, told, octets in corrected["files"])
    assert [each[:2] for each in abolished["relations"]] == [("abolishes", "from")]


def test_a_newer_package_brings_what_is_new_and_the_next_number_is_free(there, package, empty, tmp_path):
    bring(empty, package)
    publish(there, "关于供暖的通知")
    write(portal_of(there), tmp_path / "newer.tar")
    assert is_package(tmp_path / "newer.tar")
    assert bring(empty, tmp_path / "newer.tar").new == 1
    assert shown(empty) == shown(there.house) and not list(empty.home.glob("package-*"))


def test_below_a_column_it_gets_addresses_of_ours_and_leaves_ours_alone(package, county):
    publish(county, "本站的通知")
    refused = bring(county.house, package)
    assert refused.new == 1 and "--into" in refused.problems[0]
    outcome = bring(county.house, package, into="zwgk")
    assert not outcome.problems and outcome.loops + outcome.new == 2
    with county.house.database.reader() as session:
        assert county.house.tree(session).find("zwgk/tzgg").department_id == county.house.tree(session).find(
            "zwgk").department_id


def test_what_the_detectors_find_waits_for_a_person(package, empty):
    """A package that was made by somebody else: its text was never cleaned."""
    _rewrite(package, layout.DOCUMENTS, lambda text: text.replace("城关镇部分区域停水", f"请电{PHONE}"))
    outcome = bring(empty, package)
    assert (outcome.published, outcome.held) == (1, 1) and PHONE not in str(shown(empty))


def _rewrite(package: Path, name: str, change) -> None:
    """As a forger would: with hashes that fit."""
    path, manifest = package / name, json.loads((package / layout.MANIFEST).read_text())
    path.write_text(change(path.read_text()))
    manifest["lists"][name] = layout.described(path)
    (package / layout.MANIFEST).write_text(json.dumps(manifest))


def test_what_is_withdrawn_while_it_is_written_is_not_in_it(there, tmp_path, monkeypatch):
    real = writing._documents

    def documents(portal, folder, into, tell):
        real(portal, folder, into, tell)
        with there.house.database.writer.begin() as session:
            there.move(session, session.get_one(Document, 1), "withdraw", "zhoumin", why="不妥", reason_kind="privacy")

    monkeypatch.setattr(writing, "_documents", documents)
    write(portal_of(there), tmp_path / "package")
    everything = b"".join(each.read_bytes() for each in (tmp_path / "package").rglob("*") if each.is_file()).decode()
    assert "停水" not in everything and not list((tmp_path / "package").glob("files/*/*"))


def _member(told: tarfile.TarInfo, data: bytes = b"") -> bytes:
    told.size = len(data) if told.type == tarfile.REGTYPE else told.size
    return told.tobuf(tarfile.GNU_FORMAT) + data + b"\0" * (-len(data) % 512)


def _named(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    told = tarfile.TarInfo(name)
    told.type, told.linkname, told.size = kind, link, size
    return told


TARS = {
    "climbs": _member(_named("../../evil"), b"x"),
    "absolute": _member(_named("/tmp/evil"), b"x"),
    "link": _member(_named(layout.MANIFEST, tarfile.SYMTYPE, "/etc/passwd")),
    "hard link": _member(_named(layout.JOURNAL, tarfile.LNKTYPE, "/etc/passwd")),
    "device": _member(_named(layout.MANIFEST, tarfile.CHRTYPE)),
    "folder": _member(_named("files", tarfile.DIRTYPE)),
    "long name": _named("a" * 300).tobuf(tarfile.GNU_FORMAT),
    "pax": _named("年", tarfile.REGTYPE).tobuf(tarfile.PAX_FORMAT),
    "sparse": _named(layout.MANIFEST, tarfile.GNUTYPE_SPARSE, size=2**40).tobuf(tarfile.GNU_FORMAT),
    "cut off": _named(layout.MANIFEST, size=2**40).tobuf(tarfile.GNU_FORMAT),
    "twice": _member(_named(layout.MANIFEST), b"{}") * 2,
    "no header": b"\0" * 257 + b"ustar" + b"x" * 250,
}


def _journal_without_a_row(package: Path) -> None:
    _rewrite(package, layout.JOURNAL, lambda text: text.partition("\n")[2])


def _journal_with_another_time(package: Path) -> None:
    _rewrite(package, layout.JOURNAL, lambda text: text.replace('"at":"2', '"at":"1', 1))


def _linked(package: Path) -> None:
    (package / layout.COLUMNS).unlink()
    os.symlink("/etc/passwd", package / layout.COLUMNS)


def _piped(package: Path) -> None:
    (package / layout.DOCUMENTS).unlink()
    os.mkfifo(package / layout.DOCUMENTS)


FOLDERS = {
    "a changed list": lambda package: (package / layout.COLUMNS).write_text("{}\n"),
    "an endless line": lambda package: _rewrite(package, layout.DEPARTMENTS, lambda text: "[" * 30_000_000),
    "a deep line": lambda package: _rewrite(package, layout.DOCUMENTS, lambda text: '{"id":' * 900 + "1" + "}" * 900
                                            + "\n"),
    "a journal with a gap": _journal_without_a_row, "another time": _journal_with_another_time,
    "a link": _linked, "a pipe": _piped,
    "another version": lambda package: (package / layout.MANIFEST).write_text(
        '{"format": "gongkai-package", "version": 99}'),
    "a column above itself": lambda package: _rewrite(
        package, layout.COLUMNS, lambda text: text.replace('"path":"tzgg"', '"path":"nowhere/tzgg"')),
    "a column of ours": lambda package: _rewrite(package, layout.COLUMNS, lambda text: text.replace("tzgg", "desk")),
    "a number for a name": lambda package: _rewrite(
        package, layout.COLUMNS, lambda text: text.replace('"name":"', '"name":1,"x":"')),
}


def test_hostile_packages_are_refused_in_one_line_and_nothing_is_made(package, empty, tmp_path):
    paths = []
    for number, (what, octets) in enumerate(TARS.items()):
        paths.append((what, tmp_path / f"{number}.tar"))
        paths[-1][1].write_bytes(octets + b"\0" * 1024)
    for number, (what, spoil) in enumerate(FOLDERS.items()):
        paths.append((what, tmp_path / f"folder{number}"))
        shutil.copytree(package, paths[-1][1])
        spoil(paths[-1][1])
    for what, path in paths:
        try:
            bring(empty, path)
            problem = None
        except (BadPackage, Unreachable) as refused:
            problem = str(refused)
        assert problem and "\n" not in problem, what
    assert shown(empty) == [] and not (tmp_path.parent / "evil").exists() and not list(empty.home.glob("package-*"))


def test_a_file_that_was_changed_keeps_its_document_out_and_no_other(package, empty):
    file = next(package.glob("files/*/*"))
    file.write_bytes(b"MZ" + file.read_bytes())
    outcome = bring(empty, package)
    assert outcome.published == 1 and len(outcome.problems) == 1


def test_the_commands(there, home, tmp_path, capsys):
    target, elsewhere = tmp_path / "p.tar", ["--home", str(home)]
    assert main(["--home", str(there.house.home), "export", str(target), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["documents"] == 3
    assert main(["--home", str(there.house.home), "export", str(target)]) == 2
    assert main([*elsewhere, "init"]) == 0
    capsys.readouterr()
    assert main([*elsewhere, "import", str(target), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["published"] == 2
    for words in (["--column", "tzgg"], ["--into", "nowhere"]):
        assert main([*elsewhere, "import", str(target), *words]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
