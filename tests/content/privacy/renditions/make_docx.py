"""Word files made by the tests, part by part, with a value put wherever a Word file can keep one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from random import Random
from xml.sax.saxutils import escape, quoteattr

from PIL import Image

from tests.content.privacy.made import bank_card, id_number

OFFICE = "http://schemas.openxmlformats.org/"
RELATION = OFFICE + "officeDocument/2006/relationships/"
SPACES = " ".join(f'xmlns:{name}="{uri}"' for name, uri in {
    "w": OFFICE + "wordprocessingml/2006/main", "r": OFFICE + "officeDocument/2006/relationships",
    "a": OFFICE + "drawingml/2006/main", "c": OFFICE + "drawingml/2006/chart", "m": OFFICE + "officeDocument/2006/math",
    "wp": OFFICE + "drawingml/2006/wordprocessingDrawing", "pic": OFFICE + "drawingml/2006/picture",
    "mc": OFFICE + "markup-compatibility/2006", "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office", "x": "urn:example:unknown",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
}.items())
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
DRAWING = OFFICE + "drawingml/2006/"
KEPT = "清民〔2024〕17号"  # stands in every file, and must stay


def run(text: str, look: str = "", tag: str = "t") -> str:
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{properties}<w:{tag} xml:space="preserve">{escape(text)}</w:{tag}></w:r>'


def paragraph(*runs: str, look: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{''.join(runs)}</w:p>"


def field(code: str, shown: str = "") -> str:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return (mark.format("begin") + run(code, tag="instrText") + mark.format("separate") + run(shown)
            + mark.format("end"))


def table(*rows: tuple[str, ...], properties: str = "", row: str = "") -> str:
    cells = ["".join(f"<w:tc><w:tcPr/>{cell if cell.startswith('<w:') else paragraph(run(cell))}</w:tc>"
                     for cell in each) for each in rows]
    inside = "".join(f"<w:tr>{row if number else ''}{each}</w:tr>" for number, each in enumerate(cells))
    grid = "<w:tblGrid>" + "<w:gridCol w:w=\"2000\"/>" * len(rows[0]) + "</w:tblGrid>"
    return f"<w:tbl><w:tblPr><w:tblW w:w=\"0\" w:type=\"auto\"/>{properties}</w:tblPr>{grid}{inside}</w:tbl>"


def box(text: str, *, old: str | None = None) -> str:
    """A text box as Word 2010 writes it, with the copy for older programs."""
    inside = f"<w:txbxContent>{paragraph(run(text))}</w:txbxContent>"
    copy = f"<w:txbxContent>{paragraph(run(text if old is None else old))}</w:txbxContent>"
    return (f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="2000000" '
            f'cy="500000"/><wp:docPr id="7" name="box"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/'
            f'office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" '
            f'y="0"/><a:ext cx="2000000" cy="500000"/></a:xfrm><a:prstGeom prst="rect"/></wps:spPr><wps:txbx>{inside}'
            f"</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
            f'<mc:Fallback><w:pict><v:shape style="width:200pt;height:40pt" alt="x"><v:textbox>{copy}</v:textbox>'
            f"</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>")


def picture(*, description: str = "", name: str = "1", hidden: str = "", crop: str = "") -> str:
    return (f'<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" '
            f'name={quoteattr(name)} descr={quoteattr(description)}{hidden}/><a:graphic><a:graphicData '
            f'uri="{DRAWING}picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="rIdPicture"/>{crop}<a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom '
            f'prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>')


def plain_picture(colour: tuple[int, int, int] = (20, 90, 160), size: tuple[int, int] = (40, 40)) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", size, colour).save(into, "PNG")
    return into.getvalue()


def part(root: str, inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {SPACES}>{inside}</w:{root}>'


def docx(body: str, *, parts: dict[str, tuple[str, str, str | bytes]] | None = None,
         links: dict[str, str] | None = None, sections: str = "", styles: str = "", settings: str = "",
         loose: dict[str, str | bytes] | None = None) -> bytes:
    """A Word file. `parts`: name -> (relationship's kind, content type, content), with the id rId_ + its name's stem;
    `links`: id -> address; `loose`: members that nothing refers to."""
    known = {
        "word/styles.xml": ("styles", TYPE + "styles+xml", part("styles", (
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
            + styles))),
        "word/settings.xml": ("settings", TYPE + "settings+xml", part("settings", settings)),
        **(parts or {}),
    }
    main = part("document", f"<w:body>{paragraph(run(KEPT))}{body}<w:sectPr>{sections}<w:pgSz w:w=\"11906\" "
                            f"w:h=\"16838\"/></w:sectPr></w:body>")
    pictures = '<Relationship Id="rIdPicture" Type="' + RELATION + 'image" Target="media/image1.png"/>'
    relations = pictures + "".join(
        f'<Relationship Id="rId_{name.rpartition("/")[2].partition(".")[0]}" Type="{RELATION}{kind}" Target="/{name}"/>'
        for name, (kind, _, _) in known.items())
    relations += "".join(f'<Relationship Id="{name}" Type="{RELATION}hyperlink" Target={quoteattr(target)} '
                         f'TargetMode="External"/>' for name, target in (links or {}).items())
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (_, kind, _) in known.items())
    members = {
        "[Content_Types].xml": (
            f'<Types xmlns="{OFFICE}package/2006/content-types"><Default Extension="rels" ContentType="application/'
            f'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="png" ContentType="image/png"/><Default Extension="bin" ContentType="application/'
            f'octet-stream"/><Override PartName="/word/document.xml" ContentType="{TYPE}document.main+xml"/>{types}'
            f"</Types>"),
        "_rels/.rels": relationships(f'<Relationship Id="rId1" Type="{RELATION}officeDocument" '
                                     f'Target="word/document.xml"/>'),
        "word/document.xml": main,
        "word/_rels/document.xml.rels": relationships(relations),
        "word/media/image1.png": plain_picture(),
        **{name: content for name, (_, _, content) in known.items()},
        **(loose or {}),
    }
    return packed(members)


def relationships(inside: str) -> str:
    return f'<Relationships xmlns="{OFFICE}package/2006/relationships">{inside}</Relationships>'


def packed(members: dict[str, str | bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return into.getvalue()


def notes(kind: str, text: str, number: str = "2") -> dict[str, tuple[str, str, str]]:
    one = kind[:-1]
    inside = f'<w:{one} w:id="{number}">{paragraph(run(text))}</w:{one}>'
    return {f"word/{kind}.xml": (kind, f"{TYPE}{kind}+xml", part(kind, inside))}


def heading(kind: str, text: str) -> dict[str, tuple[str, str, str]]:
    root = {"header": "hdr", "footer": "ftr"}[kind]
    return {f"word/{kind}9.xml": (kind, f"{TYPE}{kind}+xml", part(root, paragraph(run(text))))}


def chart(category: str, title: str = "人数") -> dict[str, tuple[str, str, str]]:
    content = (f'<?xml version="1.0"?><c:chartSpace {SPACES}><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r>'
               f"<a:t>{escape(title)}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:layout/><c:barChart>"
               f'<c:barDir val="col"/><c:grouping val="clustered"/><c:ser><c:idx val="0"/><c:order val="0"/><c:cat>'
               f"<c:strRef><c:f>{escape(category)}!$A$1</c:f><c:strCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>"
               f"{escape(category)}</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>Sheet1!$B$1"
               f'</c:f><c:numCache><c:ptCount val="1"/><c:pt idx="0"><c:v>12</c:v></c:pt></c:numCache></c:numRef>'
               f'</c:val></c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart><c:catAx><c:axId val="1"/><c:scaling/>'
               f'<c:axPos val="b"/><c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling/><c:axPos '
               f'val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea></c:chart></c:chartSpace>')
    return {"word/charts/chart1.xml": ("chart", "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
                                       content)}


CHART_FRAME = (f'<w:r><w:drawing><wp:inline><wp:extent cx="3000000" cy="2000000"/><wp:docPr id="3" name="c"/>'
               f'<a:graphic><a:graphicData uri="{DRAWING}chart"><c:chart r:id="rId_chart1"/></a:graphicData>'
               f"</a:graphic></wp:inline></w:drawing></w:r>")
_TRACKED = 'w:id="5" w:author="王某" w:date="2024-01-02T03:04:05Z"'
_STYLE = '<w:style w:type="character" w:styleId="{}"><w:name w:val="{}"/><w:rPr>{}</w:rPr></w:style>'


def _split(value: str) -> str:
    """A value of which every character is a run of its own, with marks of the spelling checker between."""
    return '<w:proofErr w:type="spellStart"/>'.join(run(char) for char in value)


def _properties(name: str, inside: str) -> dict[str, str]:
    return {f"docProps/{name}.xml": f'<?xml version="1.0"?><p xmlns="urn:p">{inside}</p>'}


Place = Callable[[str], bytes]
PLACES: dict[str, Place] = {
    "run": lambda value: docx(paragraph(run(f"证件号码{value}。"))),
    "split runs": lambda value: docx(paragraph(run("证件号码"), _split(value))),
    "comment inside": lambda value: docx(paragraph(run(value)).replace(value, f"{value[:7]}<!-- x -->{value[7:]}")),
    "tab inside": lambda value: docx(paragraph(run("号码" + value[:7]), "<w:r><w:tab/></w:r>", run(value[7:]))),
    "line end inside": lambda value: docx(paragraph(run("号码" + value[:7]), "<w:r><w:br/></w:r>", run(value[7:]))),
    "soft hyphen inside": lambda value: docx(
        paragraph(run("号码" + value[:7]), "<w:r><w:softHyphen/></w:r>", run(value[7:]))),
    "zero width": lambda value: docx(paragraph(run("号码" + "\u200b".join(value)))),
    "full width": lambda value: docx(paragraph(run("号码" + "".join(chr(ord(char) + 0xFEE0) for char in value)))),
    "symbols": lambda value: docx(paragraph(run("号码"), *(
        f'<w:r><w:sym w:font="SimSun" w:char="{ord(char):04X}"/></w:r>' for char in value))),
    "table": lambda value: docx(table(("姓名", "证件号码"), ("张三", value))),
    "cells of digits": lambda value: docx(table(("证件号码", *value))),
    "two paragraphs of a cell": lambda value: docx(table(
        ("姓名", "证件号码"), ("张三", paragraph(run(value[:9])) + paragraph(run(value[9:]))))),
    "nested table": lambda value: docx(table(("表", table(("姓名", "证件号码"), ("张三", value)) + paragraph()))),
    "header": lambda value: docx("", parts=heading("header", value),
                                 sections='<w:headerReference w:type="default" r:id="rId_header9"/>'),
    "footer": lambda value: docx("", parts=heading("footer", value),
                                 sections='<w:footerReference w:type="default" r:id="rId_footer9"/>'),
    "header not shown": lambda value: docx("", parts=heading("header", value),
                                           sections='<w:headerReference w:type="first" r:id="rId_header9"/>'),
    "footnote": lambda value: docx(paragraph('<w:r><w:footnoteReference w:id="2"/></w:r>'),
                                   parts=notes("footnotes", value)),
    "endnote": lambda value: docx(paragraph('<w:r><w:endnoteReference w:id="2"/></w:r>'),
                                  parts=notes("endnotes", value)),
    "footnote without reference": lambda value: docx("", parts=notes("footnotes", value)),
    "comment": lambda value: docx(paragraph('<w:r><w:commentReference w:id="2"/></w:r>'),
                                  parts=notes("comments", value)),
    "people": lambda value: docx("", loose={"word/people.xml": part("people", f'<w:person w:author="{value}"/>')}),
    "deleted": lambda value: docx(paragraph(run("甲"), f"<w:del {_TRACKED}>{run(value, tag='delText')}</w:del>")),
    "inserted": lambda value: docx(paragraph(run("甲"), f"<w:ins {_TRACKED}>{run(value)}</w:ins>")),
    "moved away": lambda value: docx(paragraph(run("甲"), f"<w:moveFrom {_TRACKED}>{run(value)}</w:moveFrom>")),
    "reviser": lambda value: docx(paragraph(f'<w:ins w:id="5" w:author="{value}">{run("甲")}</w:ins>')),
    "changed look": lambda value: docx(paragraph(run("甲", f'<w:rPrChange w:id="1" w:author="{value}"/>'))),
    "deleted row": lambda value: docx(table(("姓名", "号码"), ("张三", value),
                                            row=f"<w:trPr><w:del {_TRACKED}/></w:trPr>")),
    "field code": lambda value: docx(paragraph(field(f' DOCVARIABLE "{value}" ', "见附件"))),
    "nested field": lambda value: docx(paragraph(field(" IF 1 = 1 ", "甲").replace(
        run(" IF 1 = 1 ", tag="instrText"), run(" IF ", tag="instrText") + field(" PAGE ", value)))),
    "counting field": lambda value: docx(paragraph(field(" PAGE ", value))),
    "drawn field": lambda value: docx(paragraph(field(rf" EQ \o({value[:9]},{value[9:]}) ").replace(
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', ""))),
    "field that never ends": lambda value: docx(
        paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', run(value))),
    "simple field": lambda value: docx(paragraph(f'<w:fldSimple w:instr="REF {value}">{run("甲")}</w:fldSimple>')),
    "form field": lambda value: docx(paragraph(
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="f"/><w:textInput><w:default w:val="{value}"/>'
        f'</w:textInput></w:ffData></w:fldChar></w:r>{run(" FORMTEXT ", tag="instrText")}'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r>')),
    "chosen of a list": lambda value: docx(paragraph(
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:listEntry w:val="{value}"/></w:ddList>'
        f'</w:ffData></w:fldChar></w:r>{run(" FORMDROPDOWN ", tag="instrText")}'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r>')),
    "link": lambda value: docx(paragraph(f'<w:hyperlink r:id="rIdLink" w:tooltip="{value}">{run("甲")}</w:hyperlink>'),
                               links={"rIdLink": f"https://example.org/?id={value}"}),
    "escaped link": lambda value: docx(paragraph(f'<w:hyperlink r:id="rIdLink">{run("甲")}</w:hyperlink>'), links={
        "rIdLink": "https://example.org/" + "".join(f"%{ord(char):02x}" for char in value)}),
    "template": lambda value: docx("", settings='<w:attachedTemplate r:id="rIdT"/>', loose={
        "word/_rels/settings.xml.rels": relationships(
            f'<Relationship Id="rIdT" Type="{RELATION}attachedTemplate" Target="file:///C:/{value}.dotx" '
            f'TargetMode="External"/>')}),
    "text box": lambda value: docx(paragraph(run("甲"), box(value))),
    "old text box": lambda value: docx(paragraph(run("甲"), box("乙", old=value))),
    "only old text box": lambda value: docx(paragraph(
        f'<w:r><w:pict><v:rect style="width:90pt;height:30pt" alt="{value}"><v:textbox><w:txbxContent>'
        f"{paragraph(run(value))}</w:txbxContent></v:textbox></v:rect></w:pict></w:r>")),
    "word art": lambda value: docx(paragraph(
        f'<w:r><w:pict><v:shape style="width:90pt;height:30pt"><v:textpath on="t" string="{value}"/></v:shape>'
        f"</w:pict></w:r>")),
    "alternative text": lambda value: docx(paragraph(picture(description=f"证件号码{value}"))),
    "picture's name": lambda value: docx(paragraph(picture(name=value))),
    "core": lambda value: docx("", loose=_properties("core", f"<creator>{value}</creator>")),
    "custom": lambda value: docx("", loose=_properties("custom", f'<property name="{value}">{value}</property>')),
    "custom data": lambda value: docx("", loose={"customXml/item1.xml": f"<x>{value}</x>"}),
    "variable": lambda value: docx("", settings=f'<w:docVars><w:docVar w:name="a" w:val="{value}"/></w:docVars>'),
    "vanished": lambda value: docx(paragraph(run("甲"), run(value, "<w:vanish/>"))),
    "vanished by style": lambda value: docx(paragraph(run("甲"), run(value, '<w:rStyle w:val="Gone"/>')),
                                            styles=_STYLE.format("Gone", "gone", "<w:vanish/>")),
    "white": lambda value: docx(paragraph(run("甲"), run(value, '<w:color w:val="FFFFFF"/>'))),
    "black on black": lambda value: docx(paragraph(run("甲"), run(value, '<w:highlight w:val="black"/>'))),
    "tiny": lambda value: docx(paragraph(run("甲"), run(value, '<w:sz w:val="2"/>'))),
    "hidden row": lambda value: docx(table(("姓名", "号码"), ("张三", value), row="<w:trPr><w:hidden/></w:trPr>")),
    "hidden picture": lambda value: docx(paragraph(picture(description=value, hidden=' hidden="1"'))),
    "bookmark": lambda value: docx(paragraph(f'<w:bookmarkStart w:id="1" w:name="B{value}"/>', run("甲"),
                                             '<w:bookmarkEnd w:id="1"/>',
                                             f'<w:hyperlink w:anchor="B{value}">{run("乙")}</w:hyperlink>')),
    "content control": lambda value: docx(
        f'<w:sdt><w:sdtPr><w:alias w:val="{value}"/><w:tag w:val="{value}"/><w:dataBinding w:xpath="{value}"/>'
        f'</w:sdtPr><w:sdtContent>{paragraph(run("甲"), run(value))}</w:sdtContent></w:sdt>'),
    "smart tag": lambda value: docx(paragraph(
        f'<w:smartTag w:uri="u" w:element="e"><w:smartTagPr><w:attr w:name="n" w:val="{value}"/></w:smartTagPr>'
        f'{run("甲")}</w:smartTag>')),
    "reading of characters": lambda value: docx(paragraph(
        f"<w:r><w:ruby><w:rubyPr/><w:rt>{run(value)}</w:rt><w:rubyBase>{run('甲')}</w:rubyBase></w:ruby></w:r>")),
    "numerals of Wingdings": lambda value: docx(paragraph("<w:r>" + "".join(
        f'<w:sym w:font="Wingdings" w:char="F0{0x80 + int(char):02X}"/>' if char.isdigit() else f"<w:t>{char}</w:t>"
        for char in value) + "</w:r>")),
    "from right to left": lambda value: docx(paragraph(f'<w:bdo w:val="rtl">{run(value[::-1])}</w:bdo>')),
    "begun by the numbering": lambda value: docx(paragraph(run(value[10:])), parts={"word/numbering.xml": (
        "numbering", TYPE + "numbering+xml", part(
            "numbering", '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:lvlText '
                         f'w:val="{value[:10]}"/></w:lvl></w:abstractNum>'))}),
    "formula": lambda value: docx(paragraph(f"<m:oMath><m:r><m:t>{value}</m:t></m:r></m:oMath>")),
    "numbering": lambda value: docx("", parts={"word/numbering.xml": ("numbering", TYPE + "numbering+xml", part(
        "numbering", f'<w:abstractNum w:abstractNumId="1"><w:name w:val="{value}"/><w:lvl w:ilvl="0"><w:lvlText '
                     f'w:val="{value}%1"/></w:lvl></w:abstractNum>'))}),
    "style's name": lambda value: docx("", styles=_STYLE.format(value, value, "<w:b/>")),
    "font's name": lambda value: docx(paragraph(run("甲", f'<w:rFonts w:ascii="{value}"/>'))),
    "table's title": lambda value: docx(table(("甲", "乙"), properties=f'<w:tblCaption w:val="{value}"/>')),
    "other document": lambda value: docx('<w:altChunk r:id="rId_chunk"/>', parts={
        "word/chunk.html": ("aFChunk", "text/html", f"<html>{value}</html>")}),
    "embedded file": lambda value: docx("", loose={"word/embeddings/a.docx": docx(paragraph(run(value)))}),
    "macro": lambda value: docx("", loose={"word/vbaProject.bin": value.encode()}),
    "glossary": lambda value: docx("", loose={"word/glossary/document.xml": part("x", paragraph(run(value)))}),
    "chart": lambda value: docx(paragraph(CHART_FRAME), parts=chart(value)),
    "chart's title": lambda value: docx(paragraph(CHART_FRAME), parts=chart("甲", value)),
    "unknown element": lambda value: docx(paragraph(run("甲"), f"<x:y>{value}</x:y>")),
    "unknown attribute": lambda value: docx(
        paragraph(run("甲")).replace("<w:p>", f'<w:p x:y="{value}" w:val="{value}">')),
    "known attribute": lambda value: docx(paragraph(run("甲"), look=f'<w:jc w:val="{value}"/>')),
    "between elements": lambda value: docx(paragraph(run("甲")).replace("<w:r>", f"{value}<w:r>")),
    "picture nobody shows": lambda value: docx("", loose={"word/media/image7.png": plain_picture() + value.encode()}),
}


def random_docx(rng: Random) -> tuple[bytes, list[str]]:
    """A file with paragraphs and tables, some of whose pieces hold planted values, and those values."""
    planted: list[str] = []

    def value() -> str:
        made = rng.choice([
            lambda: id_number(birth=f"19{rng.randint(30, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}",
                              serial=f"{rng.randint(0, 999):03d}"),
            lambda: f"1{rng.choice('3589')}{rng.randint(0, 10 ** 9 - 1):09d}",
            lambda: bank_card(f"62{rng.randint(1000, 9999)}{rng.randint(100000, 999999)}"),
        ])()
        planted.append(made)
        return made

    def pieces(text: str) -> str:
        cuts = sorted(rng.sample(range(1, len(text)), rng.randint(0, 4)))
        return "".join(run(text[start:end], rng.choice(["", "<w:b/>", '<w:color w:val="FF0000"/>']))
                       for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True))

    blocks = [
        lambda: paragraph(run("根据有关规定，现将名单公示如下。")),
        lambda: paragraph(pieces(f"联系人张三{value()}。")),
        lambda: paragraph(run("甲"), run(value(), rng.choice(["<w:vanish/>", '<w:color w:val="FFFFFF"/>']))),
        lambda: table(("姓名", "号码"), *(("李四", paragraph(pieces(value()))) for _ in range(rng.randint(1, 3)))),
        lambda: paragraph(run("乙"), box(f"号码{value()}")),
        lambda: paragraph(run("丙"), f"<w:del {_TRACKED}>{run(value(), tag='delText')}</w:del>"),
        lambda: paragraph(f"<w:ins {_TRACKED}>{pieces(value())}</w:ins>"),
        lambda: paragraph(field(f' DOCVARIABLE "{value()}" ', "丁")),
        lambda: paragraph(picture(description=f"图 {value()}")),
        lambda: paragraph('<w:r><w:footnoteReference w:id="2"/></w:r>'),
        lambda: paragraph(CHART_FRAME),
    ]
    body = "".join(rng.choice(blocks)() for _ in range(rng.randint(2, 8)))
    parts = {**heading("header", f"页眉{value()}"), **notes("footnotes", value()), **notes("comments", value()),
             **chart(value())}
    data = docx(body, parts=parts, sections='<w:headerReference w:type="default" r:id="rId_header9"/>',
                loose=_properties("core", f"<creator>{value()}</creator>"),
                settings=f'<w:docVars><w:docVar w:name="a" w:val="{value()}"/></w:docVars>')
    return data, planted
