"""The pictures and charts that stand on a sheet: found, cut to what is shown of them, and placed anew."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from content import privacy
from content.privacy.renditions import pictures
from content.privacy.renditions.formats._xlsx_allow import RELATION, child, local, relation, true
from content.privacy.renditions.formats._xlsx_read import Area, Workbook, name_of, relations
from content.privacy.renditions.formats._xlsx_view import View
from content.privacy.renditions.model import Limits, Refused

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
ART = "http://schemas.openxmlformats.org/drawingml/2006/main"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_FARTHEST = 100_000_000  # EMU, of which 360,000 are a centimetre
_QUARTER = 5_400_000  # of 1/60,000 degrees


@dataclass(frozen=True)
class Placed:
    """A picture on a sheet: `name` for boxes, `area` where it stood, `frame` its offsets and sizes in EMU."""

    name: str
    where: str
    data: bytes
    alternative: str
    area: Area | None  # between two cells of the rendition …
    offsets: tuple[int, int, int, int]
    size: tuple[int, int] | None  # … or at one, so large
    turned: int


@dataclass(frozen=True)
class Frame:
    """A chart on a sheet: the part that draws it, and its place as of a picture."""

    where: str
    part: str
    area: Area
    offsets: tuple[int, int, int, int]
    size: tuple[int, int] | None


@dataclass(frozen=True)
class Drawings:
    """What stands on the sheets: pictures and charts that are shown, by sheet; codes and sentences for the rest."""

    placed: dict[int, list[Placed]]
    charts: dict[int, list[Frame]]
    removed: frozenset[str]
    lost: tuple[str, ...]


def drawings(book: Workbook, views: list[View], limits: Limits) -> Drawings:
    """The drawings of a workbook. Shapes, charts and pictures of unknown kinds are told of and left out."""
    placed: dict[int, list[Placed]] = {}
    charts: dict[int, list[Frame]] = {}
    removed, lost = set(), []
    for at, view in enumerate(views):
        for part in dict.fromkeys(link.target for link in view.sheet.relations.values()
                                  if link.kind == "drawing" and not link.outside and link.target in book.pack):
            book.seen.add(part)
            book.drawn[part] = view.title
            for anchor in book.pack.xml(part):
                what = _what(anchor)
                where = f"{view.title}的{_TITLES.get(what, '图形')}"
                if what == "charts" and (chart := _chart(book, part, anchor, view, where)) is not None:
                    charts.setdefault(at, []).append(chart)
                    continue
                if what != "pictures":
                    removed |= {what} - {""}
                    lost += [where] if what and view.shown else []
                    continue
                try:
                    found = _picture(book, part, anchor, at, len(placed.get(at, ())) + 1, view, limits)
                except Refused:
                    removed.add("pictures")
                    lost.append(f"{where}（无法检查的格式）")
                    continue
                if found is None:
                    removed.add("pictures")
                else:
                    placed.setdefault(at, []).append(found)
    return Drawings(placed, charts, frozenset(removed), tuple(dict.fromkeys(lost)))


_TITLES = {"charts": "图表", "shapes": "图形或文本框", "pictures": "图片", "objects": "嵌入的对象"}


def _what(anchor: etree._Element) -> str:
    names = {local(each) for each in anchor.iter()}
    if "pic" in names and "grpSp" not in names:
        return "pictures"
    if "chart" in names or "graphicFrame" in names:
        return "charts"
    return "shapes" if names & {"sp", "cxnSp", "grpSp", "AlternateContent"} else ""


def _picture(book: Workbook, part: str, anchor: etree._Element, at: int, nth: int, view: View,
             limits: Limits) -> Placed | None:
    """The picture of an anchor; None when it is not seen: hidden itself, or in rows and columns that are."""
    picture = child(anchor, "pic")
    about = next((each for each in anchor.iter() if local(each) == "cNvPr"), None)
    blip = next((each for each in anchor.iter() if local(each) == "blip"), None)
    link = relations(book.pack, part, book.seen).get(relation(blip, "embed")) if blip is not None else None
    if picture is None or not view.shown or (true(about, "hidden") and not view.keep_hidden):
        return None
    if link is None or link.outside or link.target not in book.pack:
        return None
    spot = _spot(anchor, view)
    if spot is None:
        return None
    area, offsets, size, original = spot
    book.seen.add(link.target)
    data = _cropped(book.pack.read(link.target), picture, limits)
    words = " ".join(filter(None, (about.get("descr", "") if about is not None else "",)))
    frame = next((each for each in picture.iter() if local(each) == "xfrm"), None)
    turned = _number(frame.get("rot", "0"), 4 * _QUARTER) if frame is not None else 0
    return Placed(f"sheet{at + 1}-{nth}", f"{view.title}的图片{nth}（{original}）", data,
                  "" if privacy.scan_text(words) else words[:1000], area, offsets, size, turned)


def _chart(book: Workbook, part: str, anchor: etree._Element, view: View, where: str) -> Frame | None:
    """The chart of an anchor; None when it is not seen, or is drawn in a way that we do not know."""
    chart = next((each for each in anchor.iter(f"{{{CHART}}}chart")), None)
    link = relations(book.pack, part, book.seen).get(relation(chart)) if chart is not None else None
    if link is None or link.outside or link.target not in book.pack or not view.shown or (
            spot := _spot(anchor, view)) is None:
        return None
    book.seen.add(link.target)
    book.drawn[link.target] = view.title
    return Frame(where, link.target, *spot[:3])


def _spot(anchor: etree._Element, view: View) -> tuple[Area, tuple[int, int, int, int], tuple[int, int] | None,
                                                       str] | None:
    """Where a picture stands in the rendition; None where nothing is seen."""
    kind = local(anchor)
    first, last, extent = child(anchor, "from"), child(anchor, "to"), child(anchor, "ext")
    size = (_number(extent.get("cx"), _FARTHEST), _number(extent.get("cy"), _FARTHEST)) if extent is not None else None
    if kind == "absoluteAnchor" or first is None:
        return Area(1, 1, 1, 1), (0, 0, 0, 0), size or (_FARTHEST // 100,) * 2, "A1"
    (top, left, down, right) = _corner(first)
    end = _corner(last) if last is not None else (top, left, 0, 0)
    original = Area(top, left, max(top, end[0]), max(left, end[1]))
    area = view.area(original)
    if area is None:
        return None
    offsets = (down if view.row(top) else 0, right if view.column(left) else 0,
               end[2] if view.row(end[0]) else 0, end[3] if view.column(end[1]) else 0)
    return area, offsets, None if last is not None else size or (0, 0), name_of((top, left))


def _corner(element: etree._Element) -> tuple[int, int, int, int]:
    """Row, column (from 1) and offsets of a corner."""
    given = {local(each): each.text or "0" for each in element}
    return (_number(given.get("row"), 1_048_575) + 1, _number(given.get("col"), 16_383) + 1,
            _number(given.get("rowOff"), _FARTHEST), _number(given.get("colOff"), _FARTHEST))


def _number(text: str | None, most: int) -> int:
    try:
        return max(0, min(most, int(text or "0")))
    except ValueError:
        return 0


def _cropped(data: bytes, picture: etree._Element, limits: Limits) -> bytes:
    """The picture without what the sheet cuts off it: that is hidden, not gone."""
    cut = next((each for each in picture.iter() if local(each) == "srcRect"), None)
    sides = [_number(cut.get(side, "0"), 100_000) / 100_000 for side in "ltrb"] if cut is not None else [0.0]
    if not any(sides):
        return data
    image = pictures.open_picture(data, limits).image
    left, top = int(image.width * sides[0]), int(image.height * sides[1])
    right = max(left + 1, round(image.width * (1 - sides[2])))
    bottom = max(top + 1, round(image.height * (1 - sides[3])))
    made = io.BytesIO()
    image.crop((left, top, right, bottom)).save(made, "PNG")
    return made.getvalue()


def element(placed: Iterable[tuple[str, Placed | Frame]]) -> etree._Element:
    """The drawing part of a sheet, from pairs of a relation's id and a picture or chart."""
    root = etree.Element(f"{{{DRAWING}}}wsDr", nsmap={"xdr": DRAWING, "a": ART, "r": RELATION})
    for nth, (link, picture) in enumerate(placed, 1):
        anchor = _under(root, "oneCellAnchor" if picture.size else "twoCellAnchor")
        _corner_under(anchor, "from", picture.area.top, picture.area.left, *picture.offsets[:2])
        if picture.size:
            _under(anchor, "ext", cx=picture.size[0], cy=picture.size[1])
        else:
            _corner_under(anchor, "to", picture.area.bottom, picture.area.right, *picture.offsets[2:])
        if isinstance(picture, Placed):
            _picture_under(anchor, link, picture, nth)
        else:
            _chart_under(anchor, link, nth)
        _under(anchor, "clientData")
    return root


def _corner_under(parent: etree._Element, name: str, row: int, column: int, down: int, right: int) -> None:
    made = _under(parent, name)
    for part, value in (("col", column - 1), ("colOff", right), ("row", row - 1), ("rowOff", down)):
        _under(made, part).text = str(value)


def _picture_under(anchor: etree._Element, link: str, picture: Placed, nth: int) -> None:
    made = _under(anchor, "pic")
    about = _under(made, "nvPicPr")
    _under(about, "cNvPr", id=nth + 1, name=f"图片 {nth}", descr=picture.alternative)
    _under(about, "cNvPicPr")
    fill = _under(made, "blipFill")
    etree.SubElement(fill, f"{{{ART}}}blip", {f"{{{RELATION}}}embed": link})
    etree.SubElement(etree.SubElement(fill, f"{{{ART}}}stretch"), f"{{{ART}}}fillRect")
    shape = _under(made, "spPr")
    frame = etree.SubElement(shape, f"{{{ART}}}xfrm", {"rot": str(picture.turned)} if picture.turned else {})
    width, height = picture.size or (_FARTHEST // 100,) * 2
    etree.SubElement(frame, f"{{{ART}}}off", x="0", y="0")
    etree.SubElement(frame, f"{{{ART}}}ext", cx=str(width), cy=str(height))
    etree.SubElement(etree.SubElement(shape, f"{{{ART}}}prstGeom", prst="rect"), f"{{{ART}}}avLst")


def _chart_under(anchor: etree._Element, link: str, nth: int) -> None:
    made = _under(anchor, "graphicFrame", macro="")
    about = _under(made, "nvGraphicFramePr")
    _under(about, "cNvPr", id=nth + 1, name=f"图表 {nth}")
    _under(about, "cNvGraphicFramePr")
    frame = _under(made, "xfrm")
    etree.SubElement(frame, f"{{{ART}}}off", x="0", y="0")
    etree.SubElement(frame, f"{{{ART}}}ext", cx="0", cy="0")
    data = etree.SubElement(etree.SubElement(made, f"{{{ART}}}graphic"), f"{{{ART}}}graphicData", uri=CHART)
    etree.SubElement(data, f"{{{CHART}}}chart", {f"{{{RELATION}}}id": link}, nsmap={"c": CHART})


def _under(parent: etree._Element, name: str, /, **given: object) -> etree._Element:
    return etree.SubElement(parent, f"{{{DRAWING}}}{name}", {key: str(value) for key, value in given.items()})
