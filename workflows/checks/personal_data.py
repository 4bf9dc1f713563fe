"""Personal data in what is published (个人信息复查): read again with today's detectors, as if nobody had seen it yet.

What somebody decided to keep, with a reason, is no finding. A finding tells kind and place, never the value.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from content import filing, privacy
from content.documents import Settlement
from content.house import House
from content.privacy import Decision
from content.types import type_of
from workflows.checks import Check, Shown


def mark(house: House, session: Any) -> str:
    """The detectors by their source, and the phones and mailboxes that are the offices' own."""
    known = sorted(house.known_public(house.tree(session)))
    return hashlib.sha256("\0".join((filing.engine(), *known)).encode()).hexdigest()[:16]


def look(shown: Shown) -> list[dict[str, Any]]:
    """`{"kind", "place", "count"}`; kinds are those of `content.privacy.KINDS`."""
    found = list(_found(shown))
    if not found:
        return []
    secret = shown.house.finding_secret
    query = select(Settlement.key).where(Settlement.document_id == shown.live.document_id,
                                         Settlement.decision == Decision.keep.value)
    kept = set(shown.session.scalars(query))
    counts = Counter((each.kind, place) for each, place in found if privacy.value_key(secret, each) not in kept)
    return [{"kind": kind, "place": place, "count": count} for (kind, place), count in counts.items()]


def _found(shown: Shown) -> Iterator[tuple[Any, str]]:
    """Everything the detectors find, with the title of its place."""
    known = shown.house.known_public(shown.house.tree(shown.session))
    for place, text in words(shown):
        for finding in privacy.scan_text(text, known_public=known):
            yield finding, place
    for finding in privacy.scan_html(shown.rendition.body, known_public=known):
        yield finding, "正文"


def words(shown: Shown) -> Iterator[tuple[str, str]]:
    """`(place, text)` of everything that the public reads beside the body, where it is not just how that begins;
    names of files may tell, so they are counted and not called."""
    made = shown.rendition
    yield "标题", made.title
    titles = {node.name: node.title for node in type_of(shown.live.type).fields() if node.shape in ("line", "textarea")}
    yield from ((title, made.data[name]) for name, title in titles.items() if isinstance(made.data.get(name), str))
    for number, entry in enumerate(made.files, 1):
        yield f"附件{number}的文件名", entry["name"]
        if entry["file"] in shown.files:
            yield f"附件{number}", shown.files[entry["file"]].text


CHECK = Check("personal_data", "公开内容含个人信息", mark, look)
