"""Pictures in the text of an article: what each says in words, where the public finds it, its smaller sizes.

While a text is written its pictures are `<img src="/desk/file/<id>">`, of attachments in the role of a picture. Each
needs an alternative text (替代文字, WCAG 1.1.1); one that only decorates says so with `role="presentation"`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from urllib.parse import quote

from content.late import Late
from content.preparing import Variant
from content.privacy.markup import attributes, pieces
from content.privacy.masks import replace
from content.privacy.renditions.model import Built

Image, pictures = Late("PIL.Image"), Late("content.privacy.renditions.pictures")
PLACE = "/desk/file/{}"
WIDTHS = (320, 640, 1280)  # pixels of the smaller sizes
LARGEST = 1920  # pixels; no column of ours is wider on any screen
SIZES = "(max-width: 48rem) 92vw, 44rem"  # how wide the column of an article is
LONGEST_ALT = 200
_OWN = re.compile(r"/desk/file/(\d{1,9})")
_DECORATES = ("presentation", "none")


@dataclass(frozen=True)
class Shown:
    """A picture as it stands in a text: where its tag is, its attributes, the id of its attachment where it has one."""

    start: int
    end: int
    given: Mapping[str, str]

    @property
    def source(self) -> str:
        return self.given.get("src", "").strip()

    @property
    def attachment_id(self) -> int | None:
        found = _OWN.fullmatch(self.source)
        return int(found[1]) if found else None

    @property
    def alt(self) -> str:
        return self.given.get("alt", "").strip()

    @property
    def decorates(self) -> bool:
        return self.given.get("role") in _DECORATES

    @property
    def is_said(self) -> bool:
        """Whether somebody who does not see it knows what it shows, or that it shows nothing."""
        return bool(self.alt) or self.decorates


def images(body: str) -> list[Shown]:
    """Every picture of a text, in order."""
    return [Shown(piece.start, piece.end, {each.name: unescape(body[each.start:each.end])
                                            for each in attributes(body, piece)})
            for piece in pieces(body) if piece.name == "img" and not piece.closes]


def unsaid(body: str) -> int:
    """How many pictures have no alternative text, and are not declared decorative."""
    return sum(not each.is_said for each in images(body))


def tag(attachment_id: int, alt: str, decorates: bool = False) -> str:
    """A picture as it stands in a text that is being written."""
    words = "" if decorates else " ".join(alt.replace("<", "〈").replace(">", "〉").split())[:LONGEST_ALT]
    role = ' role="presentation"' if decorates else ""
    return f'<img src="{PLACE.format(attachment_id)}" alt="{escape(words)}"{role}>'


def rewritten(body: str, change: Callable[[Shown], str | None]) -> str:
    """The text with each picture as `change` writes it; None leaves it as it is."""
    edits = [(each.start, each.end, made) for each in images(body) if (made := change(each)) is not None]
    return replace(body, edits)


# -- before the public ------------------------------------------------------------------------------------------

def public(body: str, files: Iterable[Mapping[str, Any]], address: str) -> str:
    """The text with its pictures where the public finds them, in all their sizes, loaded when they come into sight.

    `files` are entries of the rendition (`filing.entry`), `address` that of the page without its suffix.
    """
    shown = {each["id"]: each for each in files if each.get("variants")}

    def placed(image: Shown) -> str | None:
        entry = shown.get(image.attachment_id)
        return _published(image, entry, address) if entry else None
    return rewritten(body, placed)


def _published(image: Shown, entry: Mapping[str, Any], address: str) -> str:
    sizes = [(f"{address}/files/{entry['id']}/{quote(each['name'])}", each) for each in entry["variants"]]
    url, largest = sizes[-1]
    given = {"src": url, "alt": image.alt, "width": str(largest["width"]), "height": str(largest["height"]),
             "loading": "lazy"}
    if image.decorates:
        given["role"] = "presentation"
    if len(sizes) > 1:
        given |= {"srcset": ", ".join(f"{url} {each['width']}w" for url, each in sizes), "sizes": SIZES}
    return "<img " + " ".join(f'{name}="{escape(value)}"' for name, value in given.items()) + ">"


def variants(built: Built) -> list[Variant]:
    """The sizes of a cleaned picture that the public gets: the usual ones below its own, and its own."""
    with Image.open(io.BytesIO(built.data), formats=("PNG", "JPEG")) as picture:
        width, height = picture.size
    own = min(width, LARGEST)
    return [_variant(built, each, max(1, round(height * each / width)))
            for each in (*(each for each in WIDTHS if each < own), own)]


def _variant(built: Built, width: int, height: int) -> Variant:
    data = pictures.scaled(built.data, width, built.media_type)
    return Variant(f"w{width}", data, built.media_type, pictures.SUFFIXES[built.media_type], width, height)
