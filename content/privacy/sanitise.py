"""HTML made fit for the public (nh3 allow-list), its readable text, and whether it holds pictures."""

import re

import nh3
from lxml.etree import iterwalk
from lxml.html import HtmlElement, fromstring

from content.privacy.markup import PUBLISHED, SILENT, pieces
from content.privacy.masks import replace
from content.privacy.reading import INVISIBLE

_CELL = frozenset({"colspan", "rowspan", "scope", "headers", "abbr"})
_ATTRIBUTES = {
    "*": frozenset({"title", "lang", "dir", "class"}), "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "role"}),
    "td": _CELL, "th": _CELL, "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}), "ol": frozenset({"start", "type"}),
    "abbr": frozenset({"title"}),
}
CLASSES = frozenset(str.split(
    "align-center align-right align-justify indent no-indent doc-number signature sign-date table-wrap note"
))
_OWN_PICTURE = re.compile(r"/desk/file/\d{1,9}")
_DEEPEST = 200  # elements in one another; libxml2 drops what is deeper than 256
_SHALLOW = frozenset(str.split("! p li dt dd td th tr br hr img col input meta link wbr option"))
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_EDGES = dict.fromkeys(str.split(
    "blockquote br caption dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody tfoot thead tr "
    "ul"
), "\n") | {"td": "\t", "th": "\t"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # no XML tree takes them
_INVISIBLES = re.compile(f"[{INVISIBLE}]+")
_PICTURES = frozenset(str.split(
    "img image svg object embed picture video audio canvas iframe source input v:imagedata v:shape"
))
_PICTURE_DATA = re.compile(
    r"data\s*:|background(?:-image)?\s*:[^;\"']*url|background\s*=|srcset\s*=|blob:", re.IGNORECASE,
)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(each for each in value.split() if each in CLASSES) or None
    if tag == "img" and name == "src":
        return value if _OWN_PICTURE.fullmatch(value) else None
    if tag == "img" and name == "role":
        return value if value == "presentation" else None
    if name in ("colspan", "rowspan", "span", "start", "width", "height"):
        return value if re.fullmatch(r"\d{1,4}", value) else None
    return value


def _tamed(html: str) -> str:
    """The same HTML without what the parser takes quadratic time for: endless nesting, ampersands on their own."""
    if html.count("<") < _DEEPEST and html.count("&") < _DEEPEST:
        return html
    html, depth, edits = re.sub(r"&(?![#A-Za-z])", "&amp;", html), 0, []
    for piece in pieces(html):
        if piece.name in _SHALLOW or piece.name == "cdata":
            continue
        before, depth = depth, max(0, depth + (-1 if piece.closes else 1))
        if max(before, depth) > _DEEPEST:
            edits.append((piece.start, piece.end, ""))
    return replace(html, edits)


def sanitise_html(html: str) -> str:
    """Structure, tables, lists, links and pictures that were uploaded here (`/desk/file/7`); no style, script,
    handler, frame or comment. A picture from elsewhere stays without its address, so that it is noticed."""
    return nh3.clean(
        _tamed(html), tags=set(PUBLISHED), attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes=set(_SCHEMES),
        attribute_filter=_attribute, strip_comments=True, link_rel="noopener",
        clean_content_tags=set(SILENT),
    )


def plain_text(html: str) -> str:
    """Readable text: blocks on lines of their own, table cells joined by tabs, invisible characters gone."""
    cleaned = nh3.clean(_tamed(html), tags=set(PUBLISHED), clean_content_tags=set(SILENT), strip_comments=True)
    parts: list[str] = []
    _read(fromstring(f"<div>{_CONTROLS.sub(' ', cleaned)}</div>"), parts)
    text = _INVISIBLES.sub("", "".join(parts))
    lines = (re.sub(r"[ \u00a0]+", " ", line).strip(" \t") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _read(root: HtmlElement, parts: list[str]) -> None:
    """The words of a cleaned tree, in order, with its blocks and cells as line breaks and tabs."""
    for event, element in iterwalk(root, events=("start", "end")):
        edge = _EDGES.get(element.tag, "")
        if event == "start":
            parts += ("" if edge == "\t" else edge, _flat(element))
        elif element is not root:
            parts += (edge, (element.tail or "").replace("\n", " "))


def _flat(element: HtmlElement) -> str:
    text = element.text or ""
    return text if element.tag == "pre" else text.replace("\n", " ")


def has_embedded_pictures(html: str) -> bool:
    """Whether a browser would show something of this HTML that no text scan can read."""
    return any(piece.name in _PICTURES or _PICTURE_DATA.search(html, piece.start, piece.end) for piece in pieces(html))
