"""Word files: every place where one can keep a value, what is shown of it, and that the rest looks as before."""

import subprocess
from io import BytesIO
from random import Random
from zipfile import ZipFile

import pypdfium2
import pytest
from PIL import Image, ImageChops

from content.privacy.kinds import Decision
from content.privacy.renditions.formats.docx import FORMAT
from content.privacy.renditions.model import Choices, Refused, Source
from content.privacy.renditions.office import program
from content.privacy.renditions.verifier import verify
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions.judge import lost, traces
from tests.content.privacy.renditions.make_docx import (
    CHART_FRAME,
    KEPT,
    PLACES,
    box,
    chart,
    docx,
    field,
    heading,
    paragraph,
    picture,
    plain_picture,
    random_docx,
    run,
    table,
)

pytestmark = pytest.mark.nodatabase
ID = id_number()
PLAIN = Choices(ocr=False)


@pytest.mark.parametrize("place", PLACES)
def test_a_value_is_gone_wherever_it_stands(place):
    source = Source(PLACES[place](ID), "公示.docx")
    built = FORMAT.build(source, PLAIN)
    assert not traces(built.data, [ID, ID[:15]])
    assert not lost(built.data, [KEPT])
    assert verify(FORMAT.inspect(source, PLAIN).findings, built, PLAIN) == []


@pytest.mark.parametrize("place", ["run", "split runs", "table", "header", "footnote", "text box", "chart",
                                   "alternative text", "comment", "deleted", "vanished", "field code", "core", "link"])
def test_the_editor_is_told_where_a_value_stands(place):
    found = [each for each in FORMAT.inspect(Source(PLACES[place](ID)), PLAIN).findings if each.normal == ID]
    assert found
    assert all(each.where for each in found)
    unseen = {"chart", "comment", "deleted", "vanished", "field code", "core", "link"}
    assert any(each.dropped for each in found) == (place in unseen)


def test_places_are_named_as_a_reader_names_them():
    body = paragraph(run("甲")) + paragraph(run(ID)) + table(("姓名", "证件号码"), ("张三", id_number(serial="456")))
    places = [each.where for each in FORMAT.inspect(Source(docx(body)), PLAIN).findings]
    assert places == ["正文第3段", "表格1第2行第2列"]


@pytest.mark.parametrize("seed", range(6))
def test_random_files_leak_nothing(seed):
    data, planted = random_docx(Random(seed))
    assert not traces(FORMAT.build(Source(data), PLAIN).data, planted)


def test_what_nobody_must_hide_is_the_same():
    body = (paragraph(run("项目代码2024-410399-48-01-123456，热线12345。", '<w:b/><w:sz w:val="28"/>'))
            + table(("指标", "数值"), ("人口", "123456789"), properties='<w:tblStyle w:val="TableGrid"/>')
            + paragraph(picture(description="清源县地图"), box("注：数据截至年底")) + paragraph(CHART_FRAME)
            + paragraph('<w:hyperlink r:id="rIdLink">' + run("县政府网站") + "</w:hyperlink>")
            + paragraph(field(" PAGE ", "1"), field(' TOC \\o "1-3" ', "目录")))
    source = Source(docx(body, parts=chart("全县"), links={"rIdLink": "https://www.example.gov.cn/xxgk"}))
    inspection, built = FORMAT.inspect(source, PLAIN), FORMAT.build(source, PLAIN)
    assert (inspection.findings, inspection.hidden, built.changed) == ((), (), False)
    assert not lost(built.data, ["项目代码2024-410399-48-01-123456", "123456789", "注：数据截至年底", "全县", "人数",
                                 "目录", "清源县地图", "https://www.example.gov.cn/xxgk"])
    assert FORMAT.build(Source(built.data), PLAIN).data == built.data


def test_decisions_are_followed():
    other = id_number(serial="456")
    source = Source(docx(paragraph(run(f"{ID}和"), run(other[:8]), run(other[8:]))))
    choices = Choices(decisions={("ID_CARD", ID): Decision.keep, ("ID_CARD", other): Decision.delete}, ocr=False)
    assert FORMAT.build(source, choices).text.splitlines()[1] == f"{ID}和"


def test_hidden_things_are_left_out_or_shown_as_was_chosen():
    body = (paragraph(run("甲"), run("乙乙", "<w:vanish/>"), run("丙丙", '<w:color w:val="FFFFFF"/>'))
            + table(("姓名", "数"), ("丁丁", "1"), row="<w:trPr><w:hidden/></w:trPr>"))
    source, hidden = Source(docx(body)), ["乙乙", "丙丙", "丁丁"]
    left_out = FORMAT.build(source, PLAIN)
    assert left_out.changed
    assert lost(left_out.data, hidden) == hidden
    shown = FORMAT.build(source, Choices(keep_hidden=True, ocr=False))
    assert not lost(shown.data, hidden)
    assert FORMAT.inspect(Source(shown.data), PLAIN).hidden == ()
    assert FORMAT.inspect(source, PLAIN).hidden == (
        "隐藏文字（正文第2段），公开版中已去除", "与底色相同的文字（正文第2段），公开版中已去除",
        "隐藏的表格行（表格1第2行），公开版中已去除")


def test_white_writing_on_dark_cells_is_seen():
    cell = '<w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr>'
    white = '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr>'
    body = table(("甲甲", "乙")).replace("<w:tcPr/>", cell).replace("<w:r>", white)
    built = FORMAT.build(Source(docx(body)), PLAIN)
    assert not lost(built.data, ["甲甲"])
    assert not built.changed


def test_tracked_changes_are_accepted():
    body = paragraph(run("罚款"), '<w:del w:id="1" w:author="某">' + run("3000", tag="delText") + "</w:del>",
                     '<w:ins w:id="2" w:author="某">' + run("5000") + "</w:ins>", run("元"))
    built = FORMAT.build(Source(docx(body)), PLAIN)
    assert "罚款5000元" in built.text
    assert lost(built.data, ["3000", "w:author"]) == ["3000", "w:author"]
    assert "revisions" in built.removed


def test_what_is_cropped_away_is_gone():
    whole = Image.open(BytesIO(plain_picture(size=(100, 50))))
    whole.paste((255, 0, 0), (60, 0, 100, 50))
    whole.save(into := BytesIO(), "PNG")
    source = docx(paragraph(picture(crop='<a:srcRect r="50000"/>')), loose={"word/media/image1.png": into.getvalue()})
    built = FORMAT.build(Source(source), PLAIN)
    with ZipFile(BytesIO(built.data)) as file, Image.open(file.open("word/media/image1.png")) as shown:
        assert shown.size == (50, 50)
        assert shown.getcolors() == [(2500, (20, 90, 160))]


def test_vector_pictures_are_left_out_and_named():
    source = docx(paragraph(picture()), loose={"word/media/image1.png": b"\x01\0\0\0l\0\0\0" + ID.encode()})
    inspection, built = FORMAT.inspect(Source(source), PLAIN), FORMAT.build(Source(source), PLAIN)
    assert "矢量图" in inspection.hidden[0]
    assert not traces(built.data, [ID])
    assert built.changed


def test_what_cannot_be_read_is_named():
    body = paragraph(run("甲"), "<x:y>" + run("乙") + "</x:y>")
    assert FORMAT.inspect(Source(docx(body)), PLAIN).hidden == ("无法识别的内容（正文第2段），公开版中已去除",)
    unseen = docx("", parts=heading("header", "丙"), sections='<w:headerReference w:type="even" r:id="rId_header9"/>')
    assert FORMAT.inspect(Source(unseen), PLAIN).hidden == ("未显示的页眉页脚，公开版中已去除",)


def test_headers_of_pages_that_have_them_stay():
    sections = '<w:headerReference w:type="first" r:id="rId_header9"/><w:titlePg/>'
    built = FORMAT.build(Source(docx("", parts=heading("header", "首页页眉"), sections=sections)), PLAIN)
    assert not lost(built.data, ["首页页眉"])


@pytest.mark.parametrize("members", [{"word/document.xml": "<w:document/>"}, {"word/document.xml": ""},
                                     {"_rels/.rels": "<x/>"}, {"word/styles.xml": "<!DOCTYPE a><a/>"}])
def test_broken_files_are_refused(members):
    with pytest.raises(Refused) as refused:
        FORMAT.build(Source(docx("", loose=members)), PLAIN)
    assert refused.value.code == "damaged"


def test_deep_nesting_hides_nothing():
    body = "<w:sdt><w:sdtContent>" * 110 + paragraph(run(ID)) + "</w:sdtContent></w:sdt>" * 110
    assert not traces(FORMAT.build(Source(docx(body)), PLAIN).data, [ID])


@pytest.mark.full
@pytest.mark.skipif(program() is None, reason="LibreOffice is not installed")
def test_a_clean_file_looks_the_same(tmp_path):
    body = (paragraph(run("通知", '<w:b/><w:color w:val="C00000"/><w:sz w:val="44"/>'), look='<w:jc w:val="center"/>')
            + table(("指标", "数值"), ("人口", "12"), properties='<w:tblBorders><w:insideH w:val="single" w:sz="4"/>'
                                                             "</w:tblBorders>")
            + paragraph(picture(), box("注：数据截至年底")) + paragraph(CHART_FRAME))
    source = docx(body, parts=chart("全县"))
    (tmp_path / "before.docx").write_bytes(source)
    (tmp_path / "after.docx").write_bytes(FORMAT.build(Source(source), PLAIN).data)
    subprocess.run([program(), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
                    "pdf", "--outdir", tmp_path, tmp_path / "before.docx", tmp_path / "after.docx"],
                   check=True, capture_output=True, timeout=180)
    before, after = (_pages(tmp_path / f"{name}.pdf") for name in ("before", "after"))
    assert len(before) == len(after)
    assert all(ImageChops.difference(*each).getbbox() is None for each in zip(before, after, strict=True))


def _pages(path):
    return [page.render(scale=1).to_pil().convert("RGB") for page in pypdfium2.PdfDocument(path)]
