"""An article as WeChat takes it: no scripts, no classes, no links that lead out, pictures where WeChat keeps them.

What is converted is the published rendition, never an original. Styles are written into each element, because WeChat
drops style sheets; what it would drop anyway (links, frames, forms) becomes plain text here, so that the editor's
preview shows what readers will see.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3
from lxml import etree, html

LONGEST, HEAVIEST = 20_000, 1024 * 1024  # characters and octets of an article, both exclusive
STYLES = {
    "p": "margin:0 0 1em;line-height:1.9;text-align:justify", "h1": "font-size:20px;margin:1.2em 0 .6em",
    "h2": "font-size:18px;margin:1.2em 0 .6em", "h3": "font-size:16px;margin:1em 0 .5em",
    "table": "width:100%;border-collapse:collapse;margin:0 0 1em;font-size:14px",
    "th": "border:1px solid #999;padding:4px 6px;text-align:left;background:#f4f4f4",
    "td": "border:1px solid #999;padding:4px 6px", "img": "max-width:100%;height:auto",
    "blockquote": "margin:0 0 1em;padding-left:1em;border-left:3px solid #999;color:#555",
    "ul": "margin:0 0 1em 1.5em", "ol": "margin:0 0 1em 1.5em", "li": "line-height:1.9",
}
PLACED = {  # what the sanitiser's classes mean: the head of a paper, its signature and date
    "align-center": "text-align:center", "doc-number": "text-align:center", "align-right": "text-align:right",
    "signature": "text-align:right", "sign-date": "text-align:right", "indent": "text-indent:2em",
    "no-indent": "text-indent:0", "note": "font-size:14px;color:#555",
}
RENAMED = {"h4": "h3", "h5": "h3", "h6": "h3", "div": "section", "figure": "section", "dl": "section",
           "figcaption": "p", "dt": "p", "dd": "p", "pre": "p"}  # which would lose their breaks with their tags
TAGS = {*STYLES, "br", "strong", "em", "b", "i", "u", "sub", "sup", "span", "section", "thead", "tbody", "tfoot", "tr",
        "caption", "hr"}
ATTRIBUTES = {"img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_ALLOWED = {True: ATTRIBUTES | {"*": {"style"}}, False: ATTRIBUTES | {"*": {"class"}}}
NOTE = "font-size:14px;color:#777;margin:0 0 .5em"
_OWN = re.compile(r"/desk/file/(\d{1,9})")


class TooLong(Exception):
    """The text is longer than WeChat takes; the message says what to do, Chinese."""

    def __init__(self, characters: int) -> None:
        super().__init__(f"正文有{characters}个字符（含格式），微信最多{LONGEST - 1}个：请删减，或者只推送摘要")


def convert(body: str, picture: Callable[[int], str], notes: list[str], styled: bool = True) -> str:
    """`body` of a rendition as WeChat takes it. `picture` gives the address for the attachment of a picture.

    `notes` are lines below the text: where it is from, that files are to be had at the portal. Without `styled` the
    styles are left to the page that shows it, by the classes of `PLACED`. Raises `TooLong`.
    """
    top = html.fragment_fromstring(body or "<p></p>", create_parent="section")
    for element in top.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "img" and (source := _source(element, picture)):
            alt = element.get("alt", "")
            element.attrib.clear()
            element.attrib.update({"src": source, "alt": alt})
        _dressed(element, styled)
    for words in notes:
        note = etree.SubElement(top, "p", {"style": NOTE} if styled else {"class": "source-note"})
        note.text = words
    made = nh3.clean(html.tostring(top, encoding="unicode"), tags=TAGS, attributes=_ALLOWED[styled],
                     url_schemes={"http", "https"}, link_rel=None)
    if len(made) >= LONGEST or len(made.encode()) >= HEAVIEST:
        raise TooLong(len(made))
    return made


def _dressed(element: etree._Element, styled: bool) -> None:
    """Attributes as they go out: what is kept of the element's own, and a style, or classes that stand for it."""
    classes = [each for each in element.get("class", "").split() if each in PLACED]
    element.tag = RENAMED.get(element.tag, element.tag)
    for name in set(element.attrib) - ATTRIBUTES.get(element.tag, set()):
        del element.attrib[name]
    if styled and (style := ";".join([*filter(None, [STYLES.get(element.tag)]), *(PLACED[each] for each in classes)])):
        element.set("style", style)
    elif not styled and classes:
        element.set("class", " ".join(classes))


def _source(element: etree._Element, picture: Callable[[int], str]) -> str:
    """Where WeChat keeps it; a picture that is not ours loses its address, and is not shown."""
    found = _OWN.fullmatch(element.get("src", "").strip())
    if found is None:
        element.attrib.pop("src", None)
        return ""
    return picture(int(found[1]))
