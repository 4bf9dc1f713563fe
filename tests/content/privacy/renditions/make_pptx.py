"""Presentations made by the tests, with a value put wherever a presentation can keep one."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache
from random import Random
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from pptx import Presentation

from tests.content.privacy.made import bank_card, id_number
from tests.content.privacy.renditions.make_docx import (
    DRAWING,
    KEPT,
    OFFICE,
    RELATION,
    chart,
    packed,
    plain_picture,
)

SLIDE = "ppt/slides/slide1.xml"
_TYPE = "application/vnd.openxmlformats-officedocument.presentationml."
_SPACES = (f'xmlns:a="{DRAWING}main" xmlns:r="{OFFICE}officeDocument/2006/relationships" '
           f'xmlns:p="{OFFICE}presentationml/2006/main"')
Members = dict[str, str | bytes]


@cache
def _base() -> dict[str, bytes]:
    """The parts of a presentation of two slides without any writing."""
    made = Presentation()
    made.core_properties.title = "汇报"
    for layout in list(made.slide_layouts):
        if layout.name not in ("Blank", "Title and Content"):
            made.slide_layouts.remove(layout)
    for _ in range(2):
        made.slides.add_slide(made.slide_layouts[-1])
    made.save(into := io.BytesIO())
    with ZipFile(into) as file:
        return {name: file.read(name) for name in file.namelist()}


def run(text: str, look: str = "") -> str:
    return f"<a:r><a:rPr lang=\"zh-CN\"{look}/><a:t>{escape(text)}</a:t></a:r>"


def shape(*runs: str, place: tuple[int, int] = (1_000_000, 1_000_000), name: str = "s", about: str = "",
          inside: str = "") -> str:
    left, top = place
    return (f'<p:sp><p:nvSpPr><p:cNvPr id="9" name={quoteattr(name)}{about}/><p:cNvSpPr txBox="1"/><p:nvPr>{inside}'
            f'</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="3000000" cy="500000"/>'
            f'</a:xfrm><a:prstGeom prst="rect"/></p:spPr><p:txBody><a:bodyPr/><a:p>{"".join(runs)}</a:p></p:txBody>'
            f"</p:sp>")


def frame(uri: str, inside: str) -> str:
    return (f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="8" name="f"/><p:cNvGraphicFramePr/><p:nvPr/>'
            f'</p:nvGraphicFramePr><p:xfrm><a:off x="1000" y="1000"/><a:ext cx="3000000" cy="2000000"/></p:xfrm>'
            f'<a:graphic><a:graphicData uri="{uri}">{inside}</a:graphicData></a:graphic></p:graphicFrame>')


def table(*rows: tuple[str, ...]) -> str:
    cells = ["".join(f"<a:tc><a:txBody><a:bodyPr/><a:p>{run(text)}</a:p></a:txBody><a:tcPr/></a:tc>" for text in row)
             for row in rows]
    grid = '<a:gridCol w="1000000"/>' * len(rows[0])
    return frame(DRAWING + "table", f"<a:tbl><a:tblPr/><a:tblGrid>{grid}</a:tblGrid>"
                 + "".join(f'<a:tr h="300000">{row}</a:tr>' for row in cells) + "</a:tbl>")


def picture(description: str = "") -> str:
    return (f'<p:pic><p:nvPicPr><p:cNvPr id="7" name="p" descr={quoteattr(description)}/><p:cNvPicPr/><p:nvPr/>'
            f'</p:nvPicPr><p:blipFill><a:blip r:embed="rIdPicture"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
            f'<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/>'
            f"</p:spPr></p:pic>")


def smart_art(shown: str, kept: str) -> tuple[str, Members, str]:
    """SmartArt: its frame, its parts (drawing and data), and the relationships of the slide."""
    drawn = (f'<dsp:drawing xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram" {_SPACES}><dsp:spTree>'
             f'<dsp:nvGrpSpPr><dsp:cNvPr id="0" name=""/><dsp:cNvGrpSpPr/></dsp:nvGrpSpPr><dsp:grpSpPr/><dsp:sp><dsp:'
             f'nvSpPr><dsp:cNvPr id="0" name=""/><dsp:cNvSpPr/></dsp:nvSpPr><dsp:spPr><a:xfrm><a:off x="0" y="0"/>'
             f'<a:ext cx="900000" cy="500000"/></a:xfrm><a:prstGeom prst="rect"/></dsp:spPr><dsp:txBody><a:bodyPr/>'
             f"<a:p>{run(shown)}</a:p></dsp:txBody></dsp:sp></dsp:spTree></dsp:drawing>")
    model = (f'<dgm:dataModel xmlns:dgm="{DRAWING}diagram" {_SPACES}><dgm:ptLst><dgm:pt><dgm:t><a:p>{run(kept)}</a:p>'
             f'</dgm:t></dgm:pt></dgm:ptLst><dgm:extLst><a:ext uri="u"><dsp:dataModelExt xmlns:dsp="http://schemas.'
             f'microsoft.com/office/drawing/2008/diagram" relId="rIdDrawing"/></a:ext></dgm:extLst></dgm:dataModel>')
    relations = (f'<Relationship Id="rIdData" Type="{RELATION}diagramData" Target="/ppt/diagrams/data1.xml"/>'
                 f'<Relationship Id="rIdDrawing" Type="http://schemas.microsoft.com/office/2007/relationships/'
                 f'diagramDrawing" Target="/ppt/diagrams/drawing1.xml"/>')
    art = frame(DRAWING + "diagram", f'<dgm:relIds xmlns:dgm="{DRAWING}diagram" r:dm="rIdData"/>')
    return art, {"ppt/diagrams/data1.xml": model, "ppt/diagrams/drawing1.xml": drawn}, relations


def pptx(shapes: str = "", *, relations: str = "", parts: Members | None = None, after: str = "", show: str = "",
         edit: Callable[[dict[str, str | bytes]], None] | None = None) -> bytes:
    """A presentation of two slides: `shapes` on the first, `after` behind its shapes; `show` an attribute of it;
    `relations` and `parts` added; `edit` may change whatever else."""
    members: dict[str, str | bytes] = {**_base(), "ppt/media/image1.png": plain_picture(), **(parts or {})}
    second = members["ppt/slides/slide2.xml"].decode().replace("</p:spTree>", shape(run(KEPT)) + "</p:spTree>")
    first = members[SLIDE].decode().replace("</p:spTree>", shapes + "</p:spTree>")
    first = re.sub("(<p:clrMapOvr>.*?</p:clrMapOvr>)", lambda match: match[1] + after, first, flags=re.DOTALL)
    members |= {"ppt/slides/slide2.xml": second, SLIDE: first.replace("<p:sld ", f"<p:sld {show} ", 1)}
    links = (f'<Relationship Id="rIdPicture" Type="{RELATION}image" Target="../media/image1.png"/>'
             f'<Relationship Id="rIdChart" Type="{RELATION}chart" Target="/word/charts/chart1.xml"/>{relations}')
    beside = "ppt/slides/_rels/slide1.xml.rels"
    members[beside] = members[beside].decode().replace("</Relationships>", links + "</Relationships>")
    types = members["[Content_Types].xml"].decode()
    members["[Content_Types].xml"] = types.replace("<Override", '<Default Extension="png" ContentType="image/png"/>'
                                                                "<Override", 1)
    if edit:
        edit(members)
    return packed(members)


CHART_FRAME = frame(DRAWING + "chart", f'<c:chart xmlns:c="{DRAWING}chart" r:id="rIdChart"/>')


def _chart(value: str) -> Members:
    return {name: content for name, (_, _, content) in chart(value).items()}


def _notes(value: str) -> bytes:
    notes = (f"<p:notes {_SPACES}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/>"
             f"</p:nvGrpSpPr><p:grpSpPr/>{shape(run(value))}</p:spTree></p:cSld></p:notes>")
    return pptx(parts={"ppt/notesSlides/notesSlide1.xml": notes}, relations=(
        f'<Relationship Id="rIdNotes" Type="{RELATION}notesSlide" Target="/ppt/notesSlides/notesSlide1.xml"/>'))


def _comments(value: str) -> bytes:
    comments = f'<p:cmLst {_SPACES}><p:cm authorId="0"><p:text>{value}</p:text></p:cm></p:cmLst>'
    return pptx(parts={"ppt/comments/comment1.xml": comments}, relations=(
        f'<Relationship Id="rIdNotes" Type="{RELATION}comments" Target="/ppt/comments/comment1.xml"/>'))


def _art(shown: str, kept: str) -> bytes:
    art, parts, relations = smart_art(shown, kept)
    return pptx(art, parts=parts, relations=relations)


def _on(part: str, inside: str) -> bytes:
    """A presentation with a shape on its layout or master."""

    def edit(members: dict[str, str | bytes]) -> None:
        members[part] = members[part].decode().replace("</p:spTree>", inside + "</p:spTree>")

    return pptx(edit=edit)


def _in(part: str, old: str, new: str) -> bytes:
    def edit(members: dict[str, str | bytes]) -> None:
        content = members[part]
        text = content if isinstance(content, str) else content.decode()
        assert old in text
        members[part] = text.replace(old, new, 1)

    return pptx(edit=edit)


_LAYOUT, _MASTER = "ppt/slideLayouts/slideLayout7.xml", "ppt/slideMasters/slideMaster1.xml"
PLACES: dict[str, Callable[[str], bytes]] = {
    "run": lambda value: pptx(shape(run(f"证件号码{value}。"))),
    "split runs": lambda value: pptx(shape(*(run(char) for char in value))),
    "line end inside": lambda value: pptx(shape(run("号码" + value[:7]), "<a:br/>", run(value[7:]))),
    "tab inside": lambda value: pptx(shape(run("号码" + value[:7] + "\t" + value[7:]))),
    "two shapes": lambda value: pptx(shape(run(value[:9])) + shape(run(value[9:]))),
    "table": lambda value: pptx(table(("姓名", "证件号码"), ("张三", value))),
    "cells of digits": lambda value: pptx(table(("证件号码", *value))),
    "group": lambda value: pptx(f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="3" name="g"/><p:cNvGrpSpPr/><p:nvPr/>'
                                f"</p:nvGrpSpPr><p:grpSpPr/>{shape(run(value))}</p:grpSp>"),
    "alternative text": lambda value: pptx(picture(f"证件号码{value}")),
    "shape's name": lambda value: pptx(shape(run("甲"), name=value)),
    "shape's title": lambda value: pptx(shape(run("甲"), about=f' title="{value}"')),
    "notes": _notes,
    "comment": _comments,
    "hidden slide": lambda value: pptx(shape(run(value)), show='show="0"'),
    "hidden shape": lambda value: pptx(shape(run(value), about=' hidden="1"')),
    "beside the slide": lambda value: pptx(shape(run(value), place=(-9_000_000, 0))),
    "tiny": lambda value: pptx(shape(run("甲"), run(value, ' sz="100"'))),
    "layout": lambda value: _on(_LAYOUT, shape(run(value))),
    "layout's prompt": lambda value: _on(_LAYOUT, shape(run(value), inside='<p:ph type="body" idx="13"/>')),
    "master": lambda value: _on(_MASTER, shape(run(value))),
    "layout nobody uses": lambda value: _on("ppt/slideLayouts/slideLayout2.xml", shape(run(value))),
    "slide's name": lambda value: _in(SLIDE, "<p:cSld", f'<p:cSld name="{value}"'),
    "theme's name": lambda value: _in("ppt/theme/theme1.xml", 'name="Office', f'name="{value}'),
    "core": lambda value: _in("docProps/core.xml", "<dc:title>", f"<dc:title>{value} "),
    "presentation's extension": lambda value: _in(
        "ppt/presentation.xml", "</p:presentation>", f'<p:extLst><p:ext uri="{value}"/></p:extLst></p:presentation>'),
    "custom show": lambda value: _in("ppt/presentation.xml", "</p:presentation>",
                                     f'<p:custShowLst><p:custShow name="{value}" id="0"/></p:custShowLst>'
                                     f"</p:presentation>"),
    "animation": lambda value: pptx(after=f'<p:timing><p:tnLst><p:par><p:cTn id="1" presetID="1"><p:childTnLst><p:cmd '
                                          f'cmd="{value}"/></p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>'),
    "link": lambda value: pptx(
        shape(f'<a:r><a:rPr><a:hlinkClick r:id="rIdLink" tooltip="{value}"/></a:rPr><a:t>甲</a:t></a:r>'),
        relations=f'<Relationship Id="rIdLink" Type="{RELATION}hyperlink" Target="tel:{value}" '
                  f'TargetMode="External"/>'),
    "film": lambda value: pptx(
        shape(run("甲"), inside='<a:videoFile r:link="rIdFilm"/>'), parts={"ppt/media/media1.mp4": value.encode()},
        relations=f'<Relationship Id="rIdFilm" Type="{RELATION}video" Target="/ppt/media/media1.mp4"/>'),
    "tag": lambda value: pptx(parts={"ppt/tags/tag1.xml": f'<p:tagLst {_SPACES}><p:tag name="A" val="{value}"/>'
                                                          f"</p:tagLst>"}),
    "embedded file": lambda value: pptx(
        frame(OFFICE + "presentationml/2006/ole", f'<p:oleObj name="{value}" r:id="rIdOle"/>'),
        parts={"ppt/embeddings/a.pptx": pptx(shape(run(value)))}),
    "chart": lambda value: pptx(CHART_FRAME, parts=_chart(value)),
    "smart art": lambda value: _art(value, "甲"),
    "smart art's data": lambda value: _art("甲", value),
    "unknown attribute": lambda value: _in(SLIDE, "<p:cSld", f'<p:cSld id="{value}" other="{value}"'),
}


def random_pptx(rng: Random) -> tuple[bytes, list[str]]:
    """A presentation whose shapes, tables, pictures and notes hold planted values, and those values."""
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

    def pieces(text: str) -> list[str]:
        cuts = sorted(rng.sample(range(1, len(text)), rng.randint(0, 4)))
        return [run(text[start:end], rng.choice(["", ' b="1"']))
                for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    shapes = [
        lambda: shape(run("根据有关规定，现将名单公示如下。")),
        lambda: shape(*pieces(f"联系人张三{value()}。")),
        lambda: shape(*pieces(f"甲{value()}"), about=' hidden="1"'),
        lambda: shape(*pieces(f"乙{value()}"), place=(20_000_000, 0)),
        lambda: shape(run("丙"), about=f' descr="{value()}"'),
        lambda: table(("姓名", "号码"), *(("李四", value()) for _ in range(rng.randint(1, 3)))),
        lambda: picture(f"图 {value()}"),
        lambda: CHART_FRAME,
    ]
    on_slide = "".join(rng.choice(shapes)() for _ in range(rng.randint(2, 7)))
    art, parts, relations = smart_art(f"丁{value()}", value())
    data = pptx(on_slide + art, relations=relations, parts={**parts, **_chart(value())},
                show=rng.choice(["", 'show="0"']))
    return data, planted
