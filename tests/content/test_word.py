"""Word files: what a reader of the page sees becomes text; what is hidden is named; what it says of itself is found."""

from __future__ import annotations

import io
import zipfile
import zlib
from copy import deepcopy

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from lxml import html
from PIL import Image

from content.privacy import sanitise_html
from content.privacy.renditions import office
from content.privacy.renditions.model import Limits, Refused
from content.word import placed, read_word, running
from content.word.metadata import openness, proposals
from content.word.numbering import counted
from content.word.outline import Line, Role, roles

pytestmark = pytest.mark.nodatabase
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
HIDDEN_ID = "11010119900307771X"


def add(document, text, align=None, size=16, **looks):
    """A paragraph with its text in one run; `looks` are properties of its font."""
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, paragraph.alignment = Pt(size), align
    for name, value in looks.items():
        setattr(run.font, name, value)
    return paragraph


def written(document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def picture(size=(40, 20), colour="red") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    file.seek(0)
    return file


@pytest.fixture
def document():
    return docx.Document()


def official(document):
    """A notice of a county government with everything that the standard asks for."""
    add(document, "清源县人民政府办公室文件", CENTRE, 62).runs[0].font.color.rgb = RGBColor(255, 0, 0)
    add(document, "清政办[2026] 012 号　　　　签发人：王建国", CENTRE)
    add(document, "清源县人民政府办公室关于印发", CENTRE, 22)
    add(document, "清源县高龄津贴发放管理办法的通知", CENTRE, 22)
    add(document, "各乡镇人民政府，县政府各部门：")
    add(document, "　　现印发给你们，自2027年1月1日起施行，有效期5年。")
    add(document, "一、总体要求", bold=True)
    add(document, "（一）发放对象", bold=True)
    add(document, "附件：发放标准")
    add(document, "清源县人民政府办公室", RIGHT)
    add(document, "二〇二六年十一月二十日", RIGHT)
    add(document, "（此件公开发布）")
    add(document, "附件")
    add(document, "发放标准", CENTRE, 22)
    add(document, "抄送：县委办公室。")
    add(document, "清源县人民政府办公室　2026年11月21日印发")
    return document


def test_an_official_document_becomes_text_and_metadata(document):
    text = read_word(written(official(document)), "通知（定稿）.docx")
    assert text.title == "清源县人民政府办公室关于印发清源县高龄津贴发放管理办法的通知"
    assert text.data == {"number": "清政办〔2026〕12号", "formed": "2026-11-20", "issuer": "清源县人民政府办公室",
                         "genre": "通知", "effective": "2027-01-01", "expires": "2031-12-31"}
    shown = [(each.tag, each.get("class", ""), each.text_content()) for each in html.fragments_fromstring(text.body)]
    assert shown == [
        ("p", "no-indent", "各乡镇人民政府，县政府各部门："),
        ("p", "", "现印发给你们，自2027年1月1日起施行，有效期5年。"),
        ("h2", "", "一、总体要求"), ("h3", "", "（一）发放对象"), ("p", "", "附件：发放标准"),
        ("p", "signature", "清源县人民政府办公室"), ("p", "sign-date", "二〇二六年十一月二十日"),
        ("p", "", "（此件公开发布）"), ("p", "no-indent", "附件"), ("h2", "", "发放标准")]
    assert any("版记" in each and "县委办公室" in each for each in text.hidden)
    assert any("王建国" in each for each in text.hidden) and "王建国" not in text.body
    assert text.body == sanitise_html(text.body)


def test_hidden_things_stay_behind_and_are_named(document):
    paragraph = add(document, "可以看见")
    for text, looks in (("甲" + HIDDEN_ID, {"hidden": True}), ("乙" + HIDDEN_ID, {"size": Pt(1)})):
        run = paragraph.add_run(text)
        for name, value in looks.items():
            setattr(run.font, name, value)
    paragraph.add_run("丙" + HIDDEN_ID).font.color.rgb = RGBColor(255, 255, 255)
    white = paragraph.add_run("，深底白字")
    white.font.color.rgb = RGBColor(255, 255, 255)
    white._element.rPr.append(parse_xml(f'<w:shd {nsdecls("w")} w:fill="1F3864"/>'))
    document.add_comment(paragraph.runs[:1], "丁" + HIDDEN_ID)
    document.sections[0].header.paragraphs[0].text = "戊" + HIDDEN_ID
    document.sections[0].footer.paragraphs[0].text = "第 1 页"
    text = read_word(written(document), "x.docx")
    assert text.body == "<p>可以看见，深底白字</p>"
    said = "".join(text.hidden)
    assert all(each in said for each in ("隐藏的文字3处", "批注1条", "丁", "页眉、页脚", "戊"))
    assert "第 1 页" not in said


def test_revisions_count_as_accepted(document):
    paragraph = add(document, "罚款")
    ins, gone = OxmlElement("w:ins"), OxmlElement("w:del")
    old, new = paragraph.add_run("8000元")._element, paragraph.add_run("5000元")._element
    for text in old.iter(qn("w:t")):
        text.tag = qn("w:delText")
    gone.append(old)
    ins.append(new)
    paragraph._element.extend([gone, ins])
    mark = paragraph._element.get_or_add_pPr()
    mark.append(parse_xml(f'<w:rPr {nsdecls("w")}><w:del w:id="9" w:author="x"/></w:rPr>'))
    add(document, "，限期缴纳。")
    text = read_word(written(document), "x.docx")
    assert text.body == "<p>罚款5000元，限期缴纳。</p>"
    assert any("8000元" in each for each in text.hidden) and any("新增" in each for each in text.messages)


def test_tables_keep_headers_spans_and_their_name(document):
    add(document, "表1 发放标准", CENTRE)
    table = document.add_table(4, 3)
    rows = (("序号", "标准", ""), ("", "年龄", "元"), ("1", "80—89", "50"), ("2", "90以上", "100"))
    for cells, words in zip(table.rows, rows, strict=True):
        for cell, word in zip(cells.cells, words, strict=True):
            cell.text = word
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    found = html.fragment_fromstring(read_word(written(document), "x.docx").body)
    assert found.findtext("caption") == "表1 发放标准"
    assert [(th.text_content(), th.get("scope"), th.get("rowspan"), th.get("colspan")) for th in found.iter("th")] == [
        ("序号", "col", "2", None), ("标准", "colgroup", None, "2"), ("年龄", "col", None, None),
        ("元", "col", None, None)]
    assert [td.text for td in found.iter("td")] == ["1", "80—89", "50", "2", "90以上", "100"]


def test_automatic_numbers_become_text(document):
    kinds = "".join(f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
                    '<w:suff w:val="nothing"/></w:lvl>' for depth, (form, text) in enumerate(
                        (("chineseCounting", "%1、"), ("decimal", "%1.%2"), ("bullet", "•"))))
    root = document.part.numbering_part.element
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{kinds}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for words, depth in (("总体要求", 0), ("对象", 1), ("标准", 1), ("保障措施", 0), ("分工", 1), ("要点", 2)):
        properties = add(document, words)._element.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="77"/>'
                                    '</w:numPr>'))
    body = read_word(written(document), "x.docx").body
    assert body == ("<p>一、总体要求</p><p>一.1对象</p><p>一.2标准</p><p>二、保障措施</p><p>二.1分工</p>"
                    "<ul><li>要点</li></ul>")


def test_notes_links_fields_and_boxes(document):
    paragraph = add(document, "见官网")
    link = document.part.relate_to("https://www.example.gov.cn/", docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, True)
    paragraph._element.append(parse_xml(
        f'<w:hyperlink {nsdecls("w", "r")} r:id="{link}"><w:r><w:t>链接</w:t></w:r></w:hyperlink>'))
    for kind, text in (("begin", ""), (None, ' IF "x" = "y" '), ("separate", ""), ("", "结果"), ("end", "")):
        inner = {None: f"<w:instrText>{text}</w:instrText>", "": f"<w:t>{text}</w:t>"}.get(
            kind, f'<w:fldChar w:fldCharType="{kind}"/>')
        paragraph._element.append(parse_xml(f'<w:r {nsdecls("w")}>{inner}</w:r>'))
    paragraph._element.append(parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent><w:p>'
        '<w:r><w:t>框里的话</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>'))
    text = read_word(written(document), "x.docx")
    assert text.body == ('<p>见官网<a href="https://www.example.gov.cn/">链接</a>结果</p><p>框里的话</p>')
    assert any("文本框" in each for each in text.messages)


def test_pictures_come_along_as_they_are_seen(document):
    document.add_picture(picture())
    shown = document.paragraphs[-1]._element
    next(shown.iter(qn("wp:docPr"))).set("descr", "北门水厂外景")
    cut = deepcopy(shown)
    document.element.body.insert(1, cut)
    next(cut.iter(qn("pic:blipFill"))).insert(1, parse_xml(f'<a:srcRect {nsdecls("a")} l="50000" t="0" r="0" b="0"/>'))
    next(cut.iter(qn("wp:docPr"))).set("descr", "IMG_2034.png")
    text = read_word(written(document), "x.docx")
    whole, part = text.pictures
    assert (whole.media_type, whole.alt, part.alt) == ("image/png", "北门水厂外景", "")
    assert Image.open(io.BytesIO(whole.data)).size == (40, 20) and Image.open(io.BytesIO(part.data)).size == (20, 20)
    assert any("替代文字" in each for each in text.messages) and any("裁剪" in each for each in text.messages)
    made = placed(text.body, {1: "/desk/file/7"})
    assert made.count("<img") == 1 and 'src="/desk/file/7"' in made and "北门水厂外景" in made


def changed(data: bytes, member: str, new: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for each in old.namelist():
            made.writestr(each, new if each == member else old.read(each))
    return file.getvalue()


LAUGHS = (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><w:document xmlns:w="'
          b'http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&c;</w:t></w:r></w:p>'
          b"</w:body></w:document>")
DEEP = (b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        + b"<w:ins>" * 2000 + b"</w:ins>" * 2000 + b"</w:body></w:document>")


@pytest.mark.parametrize("make, code", [
    (lambda data: data[:len(data) // 2], "damaged"), (lambda data: b"", "misnamed"),
    (lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "damaged"), (lambda data: b"{\\rtf1 x}", "legacy"),
    (lambda data: b"%PDF-1.7 x", "misnamed"), (lambda data: changed(data, "word/document.xml", LAUGHS), "damaged"),
    (lambda data: changed(data, "word/document.xml", DEEP), "damaged"),
    (lambda data: changed(data, "word/styles.xml", zlib.decompress(zlib.compress(bytes(60_000_000)))), "large"),
], ids=["cut", "empty", "old", "rtf", "pdf", "entities", "deep", "bomb"])
def test_files_that_are_none_are_refused_with_a_way_out(document, monkeypatch, make, code):
    monkeypatch.setattr(office, "program", lambda: None)
    add(document, "通知")
    with pytest.raises(Refused) as refused:
        read_word(make(written(document)), "x.docx")
    assert refused.value.code == code and "请" in refused.value.reason


@pytest.mark.skipif(office.program() is None, reason="LibreOffice is not installed")
def test_a_file_of_an_older_kind_is_read_where_libreoffice_is():
    old = "{\\rtf1\\ansi\\ansicpg936 \\pard\\qc\\fs44\\b 2026\\b0\\par\\pard Plain{\\v hidden} text\\par}"
    text = running.run(old.encode(), "x.doc")
    assert "Plain text" in text.body and any("hidden" in each for each in text.hidden)


def test_marks_of_secrets_stop_the_import_wherever_they_stand(document):
    document.sections[0].header.paragraphs[0].text = "秘密★1年"
    with pytest.raises(Refused, match="涉密"):
        read_word(written(document), "x.docx")


def test_a_process_of_its_own_reads_the_same(document):
    document.add_picture(picture())
    data = written(official(document))
    assert running.run(data, "通知.docx") == read_word(data, "通知.docx")
    with pytest.raises(Refused) as refused:
        running.run(data, "通知.docx", Limits(octets=100))
    assert refused.value.code == "large"


# -- what the paragraphs are, without a file --------------------------------------------------------------------

def centred(text: str, size: float = 22) -> Line:
    return Line(text, "center", size)


@pytest.mark.parametrize("lines, expected", [
    ([centred("关于供水的公告"), Line("全体居民："), Line("县水务局"), Line("2026年3月1日")], {"formed": "2026-03-01",
     "issuer": "县水务局", "genre": "公告"}),
    ([centred("清源县人民政府令", 40), centred("清源县人民政府令第12号"), centred("清源县河道管理规定")],
     {"number": "清源县人民政府令第12号", "issuer": "清源县人民政府"}),
    ([centred("关于停水的通知"), centred("（2026年2月30日）"), centred("（2026年2月3日）")],
     {"formed": "2026-02-03", "genre": "通知"}),
    ([centred("会议纪要（节选）"), Line("按照清政办〔2026〕3号文件，自印发之日起施行。"), Line("清源县民政局", "right"),
      Line("二○二六年十二月三十一日", "right")],
     {"formed": "2026-12-31", "issuer": "清源县民政局", "genre": "纪要", "effective": "2026-12-31"}),
    ([centred("清源县民政局关于做好冬季救助的通知"), centred("清民〔2026〕31号"), Line("各乡镇人民政府：")],
     {"number": "清民〔2026〕31号", "genre": "通知"}),
    ([Line("没有标题的一段话。"), Line("2026年1月1日起停水。")], {}),
], ids=["notice", "decree", "under-the-title", "minutes", "above-its-number", "nothing"])
def test_metadata_is_recognised(lines, expected):
    assert proposals(lines, roles(lines)) == expected


@pytest.mark.parametrize("text, said", [
    ("（此件公开发布）", ("此件公开发布", False)), ("(此件依申请公开)", ("此件依申请公开", True)),
    ("此件不予公开", ("此件不予公开", True)), ("公开发布", ("", False))])
def test_openness_is_read_from_the_document(text, said):
    assert openness([Line("正文"), Line(text)]) == said


def test_numbers_in_words_and_long_centred_lines():
    assert [counted(n) for n in (1, 10, 12, 20, 105, 110, 2026)] == ["一", "十", "十二", "二十", "一百零五", "一百一十",
                                                                      "二千零二十六"]
    assert roles([centred("正文" * 60)]) == [Role.CENTRE]
