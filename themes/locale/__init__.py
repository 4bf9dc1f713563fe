"""Translations: one folder for each language, in it one for each domain, in it `.po` files by room.

`en/gongkai/*.po` translates our own texts, whose msgid is the Chinese text. `zh_Hans/colander` and `zh_Hans/deform`
say some messages of those libraries in plainer words. `python -m themes.locale` compiles all of them into
`<language>/LC_MESSAGES/<domain>.mo`, which is what the portal reads, and lists what has no English yet.

Needs lingua and babel, as tests do; the running portal needs neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from lingua.extract import ExtractorOptions
from lingua.extractors import get_extractor, register_extractors
from lingua.extractors.babel import register_babel_plugins

HERE = Path(__file__).parent
DOMAIN = "gongkai"
UNDATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # a date of compiling would make equal files differ
SOURCES = ("content", "workflows", "portal", "themes")


class Conflict(ValueError):
    """Two files translate one text differently; the message names both."""


def compiled(language: str, domain: str) -> Path:
    """Where the portal reads a domain in a language."""
    return HERE / language / "LC_MESSAGES" / f"{domain}.mo"


def domains() -> Iterator[tuple[str, str]]:
    """(language, domain) of everything that is translated."""
    for folder in sorted(HERE.glob("*/*/")):
        if folder.name != "LC_MESSAGES" and any(folder.glob("*.po")):
            yield folder.parent.name, folder.name


def merged(language: str, domain: str) -> Catalog:
    """The files of a domain as one catalogue. Raises Conflict."""
    whole = Catalog(domain=domain, charset="utf-8", creation_date=UNDATED, revision_date=UNDATED)
    origin: dict[str, Path] = {}
    for file in sorted((HERE / language / domain).glob("*.po")):
        with file.open("rb") as stream:
            for message in read_po(stream, domain=domain):
                if not message.id or not message.string:
                    continue
                known = whole.get(message.id)
                if known is not None and known.string != message.string:
                    raise Conflict(f"“{message.id}”在 {origin[message.id].name} 和 {file.name} 里译得不一样")
                whole.add(message.id, message.string)
                origin[message.id] = file
    return whole


def binary(catalog: Catalog) -> bytes:
    """A catalogue as a `.mo` file; the same texts give the same bytes."""
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def _files(root: Path) -> Iterable[Path]:
    for package in SOURCES:
        for suffix in ("*.pt", "*.py"):
            yield from sorted((root / package).rglob(suffix))


def used(root: Path) -> dict[str, str]:
    """Every text that templates and code mark for translation -> the file that does."""
    register_extractors()
    register_babel_plugins()
    options = ExtractorOptions(keywords=[], domain=DOMAIN, comment_tag=None)
    found: dict[str, str] = {}
    for file in _files(root):
        for message in get_extractor(str(file))(str(file), options):
            found.setdefault(message.msgid, file.relative_to(root).as_posix())
    return found


def missing(root: Path) -> dict[str, str]:
    """The texts that are used and have no English yet -> the file that uses them."""
    english = merged("en", DOMAIN)
    return {text: file for text, file in used(root).items() if text and english.get(text) is None}
