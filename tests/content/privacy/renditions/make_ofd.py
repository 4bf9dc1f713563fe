"""Makes OFD files, with a value in each place that such a file has for it."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape

from tests.content.privacy.made import id_number

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
Members = dict[str, str | bytes]


def text(words: str, x: float = 20, y: float = 20, size: float = 5, more: str = "", within: str = "") -> str:
    """A TextObject at a place in millimetres."""
    steps = f'DeltaX="g {len(words) - 1} {size}"' if len(words) > 1 else ""
    number = 101 + int(x) + 300 * int(y)
    return (f'<ofd:TextObject ID="{number}" Boundary="{x} {y} 180 8" Font="2" Size="{size}" {more}>{within}'
            f'<ofd:TextCode X="0" Y="6" {steps}>{escape(words)}</ofd:TextCode></ofd:TextObject>')


def ofd(page: str, *, info: str = "", document: str = "", resources: str = "", body: str = "",
        parts: Members | None = None, page_more: str = "") -> bytes:
    """An OFD file of one page; `info` goes to DocInfo, `document` and `body` to Document and DocBody."""
    members: Members = {
        "OFD.xml": f'<ofd:OFD {_SPACE} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{"0" * 32}'
                   f"</ofd:DocID>{info}</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{body}"
                   "</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_SPACE}><ofd:CommonData><ofd:MaxUnitID>99999</ofd:MaxUnitID>"
                              "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
                              "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>"
                              f'<ofd:Page ID="10" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>{document}'
                              "</ofd:Document>",
        "Doc_0/PublicRes.xml": f'<ofd:Res {_SPACE} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="2" FontName="宋体"/>'
                               f"</ofd:Fonts>{resources}</ofd:Res>",
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {_SPACE}>{page_more}<ofd:Content><ofd:Layer ID=\"50\">{page}"
                                          "</ofd:Layer></ofd:Content></ofd:Page>",
        **(parts or {}),
    }
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
        for name, inside in members.items():
            file.writestr(name, inside if isinstance(inside, bytes) else _HEAD + inside)
    return into.getvalue()


def register(value: str) -> bytes:
    """A list with a value under its header, as it is made by any converter: a table of loose texts."""
    return ofd(text("困难群众补贴公示", 60, 20)
               + text("姓名", 20, 40) + text("身份证号", 60, 40) + text("金额", 160, 40)
               + text("宋永刚", 20, 50) + text(value, 60, 50) + text("300元", 160, 50)
               + text("文号：青民〔2024〕17号", 20, 70) + text("咨询电话（民政局办公室）：0379-66234567", 20, 90))


def _letters(value: str) -> str:
    """Every letter an object of its own, as some printers write them."""
    return "".join(text(char, 20 + 3 * at, 60) for at, char in enumerate(value))


def _part(name: str, reference: str = "") -> Callable[[str], bytes]:
    return lambda value: ofd(text("公示"), document=reference, parts={
        name: f"<ofd:Any {_SPACE}><ofd:Parameter Name=\"备注\">{value}</ofd:Parameter></ofd:Any>"})


PLACES: dict[str, Callable[[str], bytes]] = {
    "text": register,
    "letters": lambda value: ofd(text("公示") + _letters(value)),
    "two objects": lambda value: ofd(text(value[:8], 20, 60) + text(value[8:], 60, 60)),
    "drawn twice": lambda value: ofd(text(value, 20, 60) + text(value, 20.2, 60)),
    "glyphs": lambda value: ofd(text(value, 20, 60, within="<ofd:CGTransform CodePosition=\"0\" CodeCount=\"18\" "
                                     "GlyphCount=\"18\"><ofd:Glyphs>1 2 3</ofd:Glyphs></ofd:CGTransform>")),
    "block": lambda value: ofd(f'<ofd:PageBlock ID="7">{text(value)}</ofd:PageBlock>'),
    "invisible": lambda value: ofd(text("公示") + text(value, 20, 60, more='Visible="false"')),
    "transparent": lambda value: ofd(text("公示") + text(value, 20, 60, more='Alpha="0"')),
    "author": lambda value: ofd(text("公示"), info=f"<ofd:Author>张三{value}</ofd:Author>"),
    "custom data": lambda value: ofd(text("公示"), info='<ofd:CustomDatas><ofd:CustomData Name="经办身份证">'
                                     f"{value}</ofd:CustomData></ofd:CustomDatas>"),
    "outline": lambda value: ofd(text("公示"), document='<ofd:Outlines><ofd:OutlineElem Title='
                                 f'"{value}"/></ofd:Outlines>'),
    "permission": lambda value: ofd(text("公示"), document=f'<ofd:Permissions><ofd:Signature Creator="{value}"/>'
                                    "</ofd:Permissions>"),
    "annotation": _part("Doc_0/Annots/Page_0/Annotation.xml", "<ofd:Annotations>Annots/Annotations.xml"
                        "</ofd:Annotations>"),
    "tag": _part("Doc_0/Tags/CustomTags.xml", "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"),
    "left part": _part("Doc_0/Pages/Page_9/Content.xml"),
    "attachment": lambda value: ofd(text("公示"), document="<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>",
                                    parts={"Doc_0/Attachs/a.txt": value.encode()}),
    "seal": lambda value: ofd(text("公示"), body="<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>",
                              parts={"Doc_0/Signs/Sign_0/Seal.esl": b"\x30\x82" + value.encode()}),
    "composite": lambda value: ofd('<ofd:CompositeObject ID="9" ResourceID="80" Boundary="0 0 9 9"/>', resources=(
        '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="80" Width="99" Height="9"><ofd:Content>'
        f"{text(value)}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>")),
    "font name": lambda value: ofd(text("公示"), resources='<ofd:Fonts><ofd:Font ID="3" FontName='
                                   f'"{value}"/></ofd:Fonts>'),
    "attribute": lambda value: ofd(text("公示") + text("补贴", more=f'Name="{value}" LineWidth="{value[:17]}"')),
    "part name": lambda value: ofd(text("公示"), parts={f"Doc_0/{value}.xml": "<a/>"}),
    "remark": lambda value: ofd(text("公示") + f"<!-- {value} -->"),
}


def random_ofd(rng: random.Random) -> tuple[bytes, list[str]]:
    """An OFD file with an identity number in a place taken at random, and the number."""
    value = id_number(birth=f"19{rng.randint(40, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}",
                      serial=f"{rng.randint(0, 999):03d}")
    return PLACES[rng.choice(sorted(PLACES))](value), [value]
