"""A report that was signed is known again, in every form; a changed one, a borrowed proof, another house are not."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pytest
from factories import make_county, open_house

from portal.reporting import excel, html, pdf
from portal.reporting.model import Cell, Grid, Paper, Section
from portal.reporting.proof import EMPTY, NoProof, problems, proof_of, seal

CLAIM = {"kind": "audit", "columns": 3, "empty": 0, "stale": 0, "journal": {"seq": 7, "hash": "ab"}}
FORMS = {"html": lambda sheet: html.page(sheet).encode(), "xlsx": excel.write, "pdf": pdf.write}


def report(form: str, words: str = "目前无空白栏目") -> bytes:
    grid = Grid("栏目", ((Cell("栏目", head=True), Cell("状态", head=True)), (Cell("通知公告"), Cell("正常"))))
    line = () if form == "pdf" else (EMPTY,)
    return FORMS[form](Paper("监察报告", "清源县人民政府", (Section("一、结论", (words, *line), (grid,)),)))


@pytest.fixture
def session(county):
    with county.house.database.reader() as opened:
        yield opened


@pytest.mark.parametrize("form", FORMS)
def test_a_signed_report_is_known_again(county, session, form):
    keys = county.house.keys
    data = seal(keys, session, report(form), CLAIM)
    proof = proof_of(data)
    assert proof.claim == CLAIM and not problems(keys, session, data, proof)


@pytest.mark.parametrize("form", FORMS)
def test_a_proof_holds_for_its_own_report_alone(county, session, form):
    keys = county.house.keys
    proof = proof_of(seal(keys, session, report(form), CLAIM))
    other = seal(keys, session, report(form, "空白栏目9个"), CLAIM)
    assert problems(keys, session, other, proof) == ["the report was changed after it was signed"]


def test_a_changed_word_is_found_out(county, session):
    keys = county.house.keys
    page = seal(keys, session, report("html"), CLAIM).replace("目前无空白栏目".encode(), "目前有空白栏目".encode())
    assert problems(keys, session, page, proof_of(page))
    book = seal(keys, session, report("xlsx"), CLAIM)
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(made := io.BytesIO(), "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<sheetData>", b"<sheetData><row/>"))
    assert problems(keys, session, made.getvalue(), proof_of(made.getvalue()))


def test_a_file_that_was_only_stored_anew_is_the_same(county, session):
    keys, made = county.house.keys, io.BytesIO()
    with pikepdf.open(io.BytesIO(seal(keys, session, report("pdf"), CLAIM))) as document:
        document.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert not problems(keys, session, made.getvalue(), proof_of(made.getvalue()))


def test_a_changed_claim_and_another_house_are_found_out(county, session, tmp_path):
    keys = county.house.keys
    data = seal(keys, session, report("html"), CLAIM)
    proof = proof_of(data)
    changed = type(proof)({**proof.claim, "empty": 1}, proof.digest, proof.public, proof.signature)
    assert problems(keys, session, data, changed) == ["the signature is not that of this house"]
    (tmp_path / "other").mkdir()
    other = make_county(open_house(tmp_path / "other")).house
    with other.database.reader() as elsewhere:
        assert problems(other.keys, elsewhere, data, proof) == ["the signature is not that of this house"]
    other.database.dispose()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<p>words</p>",
                                  EMPTY.encode() * 2, EMPTY.encode()])
def test_a_file_without_a_proof_says_so(data):
    with pytest.raises(NoProof):
        proof_of(data)
