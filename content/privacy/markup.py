"""Where text, tags and comments lie in a piece of HTML or XML, without changing a character of it.

A tree parser forgets the source; here every piece keeps its offsets, so that a finding can be cut out and
all the rest stays as it was. Safety of what is shown is the sanitiser's work (nh3), not this module's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

INLINE = frozenset(str.split(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark nobr o:p q ruby s samp small "
    "span strike strong sub sup tt u var wbr w:r w:t w:rpr"
))
BLOCK = frozenset(str.split(
    "address article aside blockquote body br button canvas caption center col colgroup dd details div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe img input label legend li "
    "link main map meta nav noscript object ol optgroup option p picture pre rp rt script section select source style "
    "summary svg table tbody td textarea tfoot th thead title tr ul video"
))

PUBLISHED = frozenset(str.split(
    "a abbr b blockquote br caption code col colgroup dd del div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i "
    "img ins li ol p pre q s small span strong sub sup table tbody td tfoot th thead tr u ul"
))
SILENT = frozenset({"script", "style", "template", "title"})

_BLANK = r"\t\n\f\r "
_EQUALS = rf"[{_BLANK}]*+=[{_BLANK}]*+"
_BARE = rf"[^{_BLANK}>\"'][^{_BLANK}>]*+"
_NAME = r"<(?P<close>/?)(?P<name>[A-Za-z_\u4e00-\u9fff]"
_COMMENT = r"<!--(?:-?>|.*?(?:--!?>|\Z))|<!\[CDATA\[|\]\]>"
_BOGUS = r"<[!?][^>]*+(?:>|\Z)|</(?:>|(?![A-Za-z])[^>]++(?:>|\Z))"
_PIECE = re.compile(  # the tokens of the HTML standard (13.2.5); a tag without end is told by "open"
    rf"{_COMMENT}|{_NAME}[^{_BLANK}/>]*+)"
    rf"(?:[{_BLANK}/]++|[^{_BLANK}/>][^{_BLANK}/>=]*+(?:{_EQUALS}(?:\"[^\"]*+\"|'[^']*+'|{_BARE}))?+)*+>"
    rf"|{_BOGUS}|(?P<open></?[A-Za-z])",
    re.DOTALL,
)
_LENIENT = re.compile(
    rf"{_COMMENT}|{_NAME}[\w:.\-]*+)(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+>|<[!?][^<>]*+>", re.DOTALL,
)
_ATTRIBUTE = re.compile(
    rf"([^{_BLANK}/>=][^{_BLANK}/>=]*+){_EQUALS}(?:\"([^\"]*+)\"|'([^']*+)'|({_BARE}))"
)


@dataclass(frozen=True)
class Piece:
    """One tag or comment: offsets in the source, lower-case name, whether it closes."""

    start: int
    end: int
    name: str
    closes: bool


@dataclass(frozen=True)
class Attribute:
    """One attribute with the source offsets of its value."""

    name: str
    start: int
    end: int


def pieces(html: str) -> Iterator[Piece]:
    """Every tag, comment and declaration in order of the source, as browsers part them; the rest is text.

    After a tag that never ends, where a browser shows nothing more, tags are still looked for.
    """
    for match in _PIECE.finditer(html):
        if match["open"]:
            yield from map(_piece, _LENIENT.finditer(html, match.start()))
            return
        yield _piece(match)


def _piece(match: re.Match) -> Piece:
    name = (match["name"] or ("cdata" if match[0] in ("<![CDATA[", "]]>") else "!")).lower()
    return Piece(match.start(), match.end(), name, bool(match["close"]))


def attributes(html: str, piece: Piece) -> Iterator[Attribute]:
    """The attributes of an opening tag, with the offsets of their raw values."""
    for match in _ATTRIBUTE.finditer(html, piece.start + 1 + len(piece.name), piece.end):
        group = next(number for number in (2, 3, 4) if match[number] is not None)
        yield Attribute(match[1].lower(), match.start(group), match.end(group))


def span_count(html: str, piece: Piece, name: str) -> int:
    """The colspan or rowspan of a cell, 1 to 100."""
    for attribute in attributes(html, piece):
        if attribute.name == name and html[attribute.start:attribute.end].strip().isdecimal():
            return max(1, min(100, int(html[attribute.start:attribute.end])))
    return 1
