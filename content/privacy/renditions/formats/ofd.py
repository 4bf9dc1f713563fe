"""OFD (GB/T 33190): pages, templates and their resources written anew; everything else stays behind."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from content.privacy.renditions import pictures
from content.privacy.renditions.detect import sniff
from content.privacy.renditions.formats._ofd_copy import copy, local, make
from content.privacy.renditions.formats._ofd_read import Ofd, Paper, Sheet, hidden_objects, write_script
from content.privacy.renditions.model import Built, Choices, Finding, Inspection, Picture, Refused, Source
from content.privacy.renditions.packs import parse_xml, write_pack, write_xml
from content.privacy.renditions.script import Script

_MEDIA_TYPE = "application/ofd"
_DROPPED = {"Signatures": ("signatures", "电子签章（公开版是新生成的文件，原签章不再有效）"),
            "Annotations": ("comments", "批注"), "Attachments": ("attachments", "附件"), "CustomTags": ("metadata", ""),
            "Extensions": ("metadata", ""), "Outlines": ("bookmarks", ""), "Bookmarks": ("bookmarks", ""),
            "Actions": ("actions", ""), "Versions": ("revisions", "历史版本"), "FontFile": ("fonts", "")}
_WHERE = {"Signs": "签章", "Annots": "批注", "Attachs": "附件", "Tags": "自定义标引", "OFD.xml": "文档属性"}


class _Work:
    """One OFD file: what is on its sheets, and what was decided of it."""

    def __init__(self, source: Source, choices: Choices) -> None:
        self.choices, self.ofd, self.script = choices, Ofd(source, choices.limits), Script()
        self.unseen: set[etree._Element] = set()
        sheets = [sheet for paper in self.ofd.papers for sheet in paper.sheets]
        for sheet in sheets:
            objects = hidden_objects(sheet)
            self.unseen |= objects
            codes = {code for each in objects for code in each.iter(etree.Element) if local(code) == "TextCode"}
            write_script(self.script, sheet, set() if choices.keep_hidden else codes)
        self.media = {part: sheet for sheet in sheets for _, part in self.ofd.pictures(sheet)}
        self.drawn = [sheet for sheet in sheets if sheet.drawn]
        self.edits = self.script.edits(choices)

    def text_of(self, code: etree._Element) -> str:
        return self.edits.get(code, code.text or "")

    def shown(self, element: etree._Element) -> bool:
        return element not in self.unseen or self.choices.keep_hidden

    @property
    def named(self) -> set[str]:
        """The elements of the documents and resources, by which what stays behind is told."""
        roots = [self.ofd.root, *(paper.root for paper in self.ofd.papers),
                 *(sheet.root for paper in self.ofd.papers for sheet in paper.sheets)]
        return {local(each) for root in roots for each in root.iter(etree.Element)}

    @property
    def removed(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("metadata", *(code for name, (code, _) in _DROPPED.items() if name in self.named),
                                    *(["hidden_text"] if self.unseen and not self.choices.keep_hidden else []))))

    @property
    def hidden(self) -> tuple[str, ...]:
        there = self.named
        told = [f"文件里的{words}不会带入公开版" for name, (_, words) in _DROPPED.items() if words and name in there]
        return (*told, *([f"有{len(self.unseen)}处看不见的内容"] if self.unseen else []))


def _left_behind(work: _Work) -> list[Finding]:
    """Personal data in all that the rendition does not take along."""
    script = Script()
    for part in work.ofd.pack:
        if part in work.ofd.used and part != "OFD.xml":
            continue
        where = next((words for sign, words in _WHERE.items() if sign in part), "文档属性")
        try:
            root = parse_xml(work.ofd.read(part))
        except Refused:  # an attachment or a seal: it is left out whole
            continue
        for number, text in enumerate(_written(root)):
            script.add(text, (part, number), where, dropped=True)
            script.gap("\n")
    for paper in work.ofd.papers:
        for number, text in enumerate(_written(paper.root)):
            script.add(text, (id(paper), number), "文档结构", dropped=True)
            script.gap("\n")
    return script.findings(work.choices)


def _written(root: etree._Element) -> Iterator[str]:
    for each in root.iter(etree.Element):
        named = "：".join(each.get(key, "") for key in ("Name", "Title") if each.get(key))
        yield f"{named}：{(each.text or '').strip()}" if named else (each.text or "").strip()
        yield from (value for key, value in each.attrib.items() if key not in ("Name", "Title"))


def _write(work: _Work) -> tuple[dict[str, bytes], bool]:
    """The parts of the new package, and whether a picture in it was changed."""
    front = make("OFD", Version="1.0", DocType="OFD")
    parts: dict[str, bytes] = {"OFD.xml": b""}
    changed = False
    for number, paper in enumerate(work.ofd.papers):
        body = make("DocBody", front)
        make("DocID", make("DocInfo", body), f"{number:032x}")
        make("DocRoot", body, f"Doc_{number}/Document.xml")
        changed |= _write_paper(work, paper, f"Doc_{number}/", parts)
    parts["OFD.xml"] = write_xml(front)
    return parts, changed


def _write_paper(work: _Work, paper: Paper, folder: str, parts: dict[str, bytes]) -> bool:
    root, changed = make("Document"), False
    common = make("CommonData", root)
    given = next((each for each in paper.root.iterchildren(etree.Element) if local(each) == "CommonData"), paper.root)
    for child in given.iterchildren(etree.Element):
        if local(child) in ("MaxUnitID", "PageArea"):
            copy(child, common, work.text_of, work.shown)
    for number, sheet in enumerate(paper.resources):
        make("PublicRes", common, f"Res_{number}.xml")
        changed |= _write_resource(work, sheet, folder, f"Res_{number}", parts)
    for number, sheet in enumerate(paper.templates):
        make("TemplatePage", common, ID=_number(sheet.id), BaseLoc=f"Tpls/Tpl_{number}/Content.xml")
        parts[f"{folder}Tpls/Tpl_{number}/Content.xml"] = _sheet_xml(work, sheet)
    pages = make("Pages", root)
    for number, sheet in enumerate(paper.pages):
        make("Page", pages, ID=_number(sheet.id), BaseLoc=f"Pages/Page_{number}/Content.xml")
        parts[f"{folder}Pages/Page_{number}/Content.xml"] = _sheet_xml(work, sheet)
    parts[f"{folder}Document.xml"] = write_xml(root)
    return changed


def _number(given: str) -> str:
    return given if given.isascii() and given.isdecimal() and len(given) < 9 else "0"


def _sheet_xml(work: _Work, sheet: Sheet) -> bytes:
    made = copy(sheet.root, None, work.text_of, work.shown)
    if made is None:
        raise Refused("damaged", "OFD文件的结构不对，无法读取：请用原来的软件另存一份后重新上传")
    return write_xml(made)


def _write_resource(work: _Work, sheet: Sheet, folder: str, name: str, parts: dict[str, bytes]) -> bool:
    root, changed = copy(sheet.root, None, work.text_of, work.shown), False
    if root is None:
        return False
    root.set("BaseLoc", name)
    media = make("MultiMedias", root)
    for number, (id_, part) in enumerate(work.ofd.pictures(sheet)):
        data, media_type = pictures.clean_picture(work.ofd.read(part), work.choices, part)
        findings, _ = pictures.inspect_picture(work.ofd.read(part), work.choices, part, sheet.where)
        changed |= any(each.picture for each in findings) or any(box.picture == part for box in work.choices.boxes)
        file = f"picture_{number}{pictures.SUFFIXES[media_type]}"
        one = make("MultiMedia", media, ID=_number(id_), Type="Image", Format=media_type.partition("/")[2].upper())
        make("MediaFile", one, file)
        parts[f"{folder}{name}/{file}"] = data
    parts[f"{folder}{name}.xml"] = write_xml(root)
    return changed


class OfdFormat:
    """OFD files. `Picture.name` is the part of a picture, or where a sheet is on which much is drawn."""

    name = "ofd"

    def recognises(self, source: Source) -> bool:
        try:
            return source.data.startswith(b"PK") and sniff(source.data) == "ofd"
        except Refused:
            return False

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        work = _Work(source, choices)
        findings, seen = work.script.findings(choices), []
        for part, sheet in work.media.items():
            found, picture = pictures.inspect_picture(work.ofd.read(part), choices, part, f"{sheet.where}的图片")
            findings += found
            seen.append(picture)
        seen += [Picture(sheet.where, f"{sheet.where}的图形", 0, 0, read=False) for sheet in work.drawn]
        return Inspection("ofd", (*findings, *_left_behind(work)), work.hidden, work.removed, tuple(seen),
                          work.script.secrets)

    def build(self, source: Source, choices: Choices) -> Built:
        work = _Work(source, choices)
        parts, pictured = _write(work)
        gone = {"signatures", "comments", "hidden_text", "revisions"} & set(work.removed)
        return Built(write_pack(parts), "ofd", _MEDIA_TYPE, ".ofd", _text(work), work.removed,
                     changed=bool(work.edits or pictured or gone))


def _text(work: _Work) -> str:
    """The text as it is shown after what was decided."""
    lines, at = [], 0
    text = work.script.text
    for piece in work.script.pieces:
        lines += [text[at:piece.start], "" if piece.dropped else work.edits.get(piece.ref, piece.text)]
        at = piece.end
    return "".join((*lines, text[at:])).strip()


FORMAT = OfdFormat()
