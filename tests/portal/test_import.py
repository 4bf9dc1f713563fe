"""Importing: what comes in, what becomes of it, and that repeating it changes nothing, whenever it was stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from content import journal
from content.base import SHANGHAI
from content.documents import Document, Live
from portal.cli import main
from portal.importing import BadLine, Importer, body_html, metadata, read_line
from portal.instance import Instance

ROOT = Path(__file__).parents[2]
MANY = 160  # several commits
CLEAN = {"id": "doc-1", "title": "青河县人民政府关于加强供水管理的通知", "issuer": "青河县人民政府",
         "doc_number": "青政[2019]012 号", "date": "2019-03-05", "category": "县政府文件",
         "topic": "城乡建设、环境保护/水务",
         "body_text": "第一章 总则\n第一条 为了加强供水管理，制定本办法。\n　　一、水价<另行>规定。\n第二节 附则"}
LEAKING = CLEAN | {"id": "doc-2", "body_text": "联系人张三，手机13912345678。"}


def lines(*records: dict | str) -> list[bytes]:
    return [(each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)).encode() for each in records]


def bring(county, *records: dict | str, column: str = "zwgk/zcwj"):
    importer = Importer(county.house, column)
    list(importer.run(lines(*records)))
    return importer.outcome


def only(county, **where: object) -> Document:
    with county.house.database.reader() as session:
        return session.scalars(select(Document).filter_by(**where)).unique().one()


def test_a_clean_document_is_published_with_its_own_date(county):
    assert bring(county, CLEAN).published == 1
    document = only(county, source_id="doc-1")
    live, data = document.live, document.head.data
    assert (document.state, document.imported, document.type) == ("published", True, "policy")
    assert live.published.astimezone(SHANGHAI).isoformat() == "2019-03-05T12:00:00+08:00"
    assert (live.url, live.number, live.topic) == ("/doc/2019/1.html", "青政〔2019〕12号", "城乡建设、环境保护")
    assert (data["genre"], data["issuer"], data["formed"]) == ("通知", "青河县人民政府", "2019-03-05")


def test_what_is_imported_is_in_the_journal(county):
    bring(county, CLEAN)
    with county.house.database.reader() as session:
        rows = journal.history(session, "document", only(county).id)
    assert [row.action for row in rows] == ["document.create", "document.import"]
    assert rows[1].actor_id is None and rows[1].payload["to"] == "published"


def test_what_holds_personal_data_waits_as_a_draft(county):
    outcome = bring(county, LEAKING, CLEAN)
    assert (outcome.published, outcome.drafts) == (1, 1)
    document = only(county, source_id="doc-2")
    assert document.state == "draft" and document.live is None and document.imported


def test_repeating_changes_nothing(county):
    bring(county, CLEAN, LEAKING)
    with county.house.database.reader() as session:
        before = journal.latest(session)
    again = bring(county, CLEAN, LEAKING, CLEAN)
    with county.house.database.reader() as session:
        assert journal.latest(session) == before
    assert (again.published, again.drafts, again.skipped) == (0, 0, 3)


def test_one_id_twice_in_a_file_is_one_document(county):
    outcome = bring(county, CLEAN, CLEAN | {"title": "另一个标题"})
    assert (outcome.published, outcome.skipped) == (1, 1) and only(county).title == CLEAN["title"]


@pytest.mark.parametrize(("line", "words"), [
    ("nonsense", "not JSON"), ("[1]", "object"), ("{}", "id"),
    (json.dumps(CLEAN | {"date": "2019-13-01"}), "date"), (json.dumps(CLEAN | {"title": None}), "title"),
    (json.dumps(CLEAN | {"body_text": 7}), "body_text"), (json.dumps(CLEAN | {"title": "x\ud800"}), "title"),
    ("[" * 100_000, "not JSON"), (json.dumps(CLEAN | {"id": " "}), "id"),
])
def test_a_bad_line_says_what_is_wrong(line, words):
    with pytest.raises(BadLine, match=words):
        read_line(line.encode())
    with pytest.raises(BadLine, match="UTF-8"):
        read_line(b"\xff\xfe")


def test_a_bad_line_is_named_and_the_rest_is_done(county, tmp_path, capsys):
    path = tmp_path / "in.jsonl"
    undated, last = CLEAN | {"id": "doc-3", "date": "?"}, CLEAN | {"id": "doc-4"}
    path.write_bytes(b"\n".join(lines(CLEAN, "nonsense", "", undated, last)))
    status = main(["--home", str(county.house.home), "import", str(path), "--column", "/zwgk/zcwj/", "--json"])
    out, err = capsys.readouterr()
    assert status == 1 and json.loads(out) == {"published": 2, "drafts": 0, "skipped": 0, "bad": 2}
    assert "line 2: not JSON" in err and "line 4: " in err and "100%" in err


def test_a_text_that_is_too_long_is_a_bad_line(county):
    outcome = bring(county, CLEAN | {"id": "long", "body_text": "字" * 400_000}, CLEAN)
    assert outcome.published == 1 and outcome.bad[0][0] == 1 and "最多400000个字符" in outcome.bad[0][1]


@pytest.mark.parametrize(("words", "named"), [(["missing.jsonl", "--column", "zwgk/zcwj"], "missing.jsonl"),
                                              (["here.jsonl", "--column", "no/where"], "no/where")])
def test_what_is_not_there_is_bad_input(county, tmp_path, monkeypatch, capsys, words, named):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.jsonl").write_bytes(lines(CLEAN)[0])
    assert main(["--home", str(county.house.home), "import", *words]) == 2
    err = capsys.readouterr().err
    assert named in err and err.count("\n") == 1


def test_the_type_is_one_that_the_column_takes(county):
    assert bring(county, CLEAN, column="tzgg").published == 1
    bring(county, CLEAN | {"id": "doc-9", "doc_number": "旧编号X-7"}, column="zwgk/zcwj")
    assert only(county, source_id="doc-9").type == "notice"  # no 发文字号 in the sense of a policy document
    bring(county, CLEAN | {"id": "doc-10"}, column="dtxw")
    assert only(county, source_id="doc-10").type == "news"


def test_paragraphs_headings_and_articles():
    assert body_html(CLEAN["body_text"]) == (
        "<h2>第一章 总则</h2>\n<p><strong>第一条</strong> 为了加强供水管理，制定本办法。</p>\n"
        "<p>一、水价&lt;另行&gt;规定。</p>\n<h3>第二节 附则</h3>")


@pytest.mark.parametrize(("title", "genre"), [("关于防汛的通知", "通知"), ("关于机构改革的决定（2018年修订）", "决定"),
                                              ("残疾人就业条例", "")])
def test_the_genre_is_how_the_title_ends(title, genre):
    assert metadata(read_line(lines(CLEAN | {"title": title})[0]))["genre"] == genre


def test_an_unknown_topic_is_filed_under_others():
    assert metadata(read_line(lines(CLEAN | {"topic": "行政法规"})[0]))["topic"] == "其他"


def test_a_killed_import_is_completed_by_repeating_it(county, tmp_path):
    path = tmp_path / "many.jsonl"
    records = [CLEAN | {"id": f"doc-{n}", "title": f"关于第{n}期供水的通知"} for n in range(MANY)]
    path.write_bytes(b"\n".join(lines(*records)))
    command = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())", "--home",
               str(county.house.home), "import", str(path), "--column", "zwgk/zcwj", "--json"]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert first.stderr.readline()  # a tenth is done
    time.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    with county.house.database.reader() as session:
        done = len(session.scalars(select(Live.document_id)).all())
    assert 0 < done < MANY
    again = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert json.loads(again.stdout) == {"published": MANY - done, "drafts": 0, "skipped": done, "bad": 0}
    with county.house.database.reader() as session:
        sources = Counter(session.scalars(select(Document.source_id)))
        assert sources == Counter({f"doc-{n}": 1 for n in range(MANY)})
        assert sorted(session.scalars(select(Live.serial))) == list(range(1, MANY + 1))


def test_imported_documents_are_found(county):
    bring(county, CLEAN, LEAKING)
    assert main(["--home", str(county.house.home), "worker", "--once"]) == 0
    instance = Instance.open(county.house.home)
    assert instance.engine.ids() == {only(county, source_id="doc-1").id}
    instance.close()
