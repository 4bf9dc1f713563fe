"""The small file as HTML: converted by mammoth, then set as the pages of this portal set it."""

from __future__ import annotations

import io
from collections.abc import Iterator

from lxml import html
from lxml.html import HtmlElement

from content.late import Late
from content.word.outline import Role

mammoth = Late("mammoth")
_STYLES = {Role.CHAPTER: "h2", Role.SECTION: "h3", Role.PART: "h4", Role.ADDRESSEE: "p.no-indent",
           Role.CENTRE: "p.align-center", Role.RIGHT: "p.align-right", Role.SIGNATURE: "p.signature",
           Role.DATE: "p.sign-date", Role.ANNEX: "p.no-indent", Role.CAPTION: "p.caption"}
_MAP = "\n".join((*(f"p.{role.value} => {path}:fresh" for role, path in _STYLES.items()),
                  "p.bullet => ul > li:fresh", "b => strong", "i => em", "u => u", "strike => s"))
_BLANKS = " \t\u3000\u00a0\n"
_PLAIN_INSIDE = ("h2", "h3", "h4", "th", "caption")  # what is bold anyway
_BLOCKS = ("p", "h2", "h3", "h4", "li", "td", "th", "caption")


def convert(data: bytes) -> str:
    """HTML of a file made by `making.package`. Pictures are `<img src="word:1" alt="…">`."""
    made = mammoth.convert_to_html(io.BytesIO(data), style_map=_MAP, include_default_style_map=False,
                                   include_embedded_style_map=False, convert_image=mammoth.images.img_element(_source))
    root = html.fragment_fromstring(made.value, create_parent="div")
    for step in (_set_notes, _unlink, _name_tables, _set_cells, _set_blocks, _drop_empty):
        step(root)
    inner = "".join(html.tostring(each, encoding="unicode", with_tail=False) for each in root)
    return inner.replace("\t", " ")


def _source(image) -> dict[str, str]:
    with image.open() as file:
        return {"src": f"word:{int(file.read())}"}


def _set_notes(root: HtmlElement) -> None:
    """Footnotes and endnotes, a list at the end, as notes below a rule: [1] …"""
    lists = [each for each in root.iterfind("ol") if any("note-" in item.get("id", "") for item in each)]
    for each in lists:
        notes = [item for item in each if item.tag == "li"]
        each.addprevious(html.Element("hr"))
        for place, item in enumerate(notes, 1):
            words = " ".join(" ".join(part.itertext()).rstrip("↑ ") for part in item).strip()
            note = html.Element("p", {"class": "note"})
            note.text = f"[{place}] {words}"
            each.addprevious(note)
        each.getparent().remove(each)


def _unlink(root: HtmlElement) -> None:
    """Links to places within the file, and the places, lead nowhere on a page."""
    for each in list(root.iter("a")):
        if not each.get("href") or each.get("href").startswith("#"):
            each.drop_tag()


def _name_tables(root: HtmlElement) -> None:
    """A caption goes into the table that it stands above; without one it is a centred paragraph."""
    for each in list(root.iterfind("p[@class='caption']")):
        table = each.getnext()
        if table is None or table.tag != "table" or table.find("caption") is not None:
            each.set("class", "align-center")
            continue
        each.tag = "caption"
        each.attrib.clear()
        table.insert(0, each)


def _set_cells(root: HtmlElement) -> None:
    """Header cells say which way they head; a cell of one paragraph holds its words alone."""
    for cell in root.iter("td", "th"):
        if cell.tag == "th":
            cell.set("scope", "colgroup" if cell.get("colspan") else "col")
        if len(cell) == 1 and cell[0].tag == "p" and not (cell.text or "").strip():
            cell[0].drop_tag()


def _set_blocks(root: HtmlElement) -> None:
    """No blanks that push words to the right, no bold in what is bold anyway."""
    for block in root.iter(*_PLAIN_INSIDE):
        for strong in list(block.iter("strong")):
            strong.drop_tag()
    for block in root.iter(*_BLOCKS):
        _strip_begin(block)
        _strip_end(block)


def _strip_begin(element: HtmlElement) -> None:
    element.text = (element.text or "").lstrip(_BLANKS) or None
    if element.text is None and len(element) and element[0].tag in ("strong", "em", "u", "a"):
        _strip_begin(element[0])


def _strip_end(element: HtmlElement) -> None:
    if len(element) == 0:
        element.text = (element.text or "").rstrip(_BLANKS) or None
    else:
        element[-1].tail = (element[-1].tail or "").rstrip(_BLANKS) or None


def _drop_empty(root: HtmlElement) -> None:
    for each in list(_empty(root)):
        each.drop_tree()


def _empty(root: HtmlElement) -> Iterator[HtmlElement]:
    for each in root.iter("p", "h2", "h3", "h4", "li"):
        if not each.text_content().strip(_BLANKS) and next(each.iter("img", "table"), None) is None \
                and each.getparent().tag not in ("td", "th"):
            yield each
