"""What is in the words of a revision before anything was decided: personal data, marks of secrets, pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from content import privacy
from content.documents import Revision
from content.types import type_of

_IN_TEXT = re.compile(r'<img\b[^>]*?\ssrc="/desk/file/(\d{1,9})"[^>]*>')


@dataclass(frozen=True)
class Scan:
    """The findings of one revision: (key, finding, place); `pictures` when one of them was not uploaded here."""

    items: tuple[tuple[str, Any, str], ...]
    secrets: tuple[str, ...]
    pictures: bool


def scan(revision: Revision, secret: bytes, known_public: frozenset[str]) -> Scan:
    """What is in the words of a revision."""
    return _scan_texts(tuple(texts(revision).items()), revision.title, revision.body, secret, known_public)


@lru_cache(maxsize=128)
def _scan_texts(words: tuple[tuple[str, str], ...], title: str, body: str, secret: bytes,
                known_public: frozenset[str]) -> Scan:
    """Kept by content: the guards of one chain, and the desk, ask for the same text again and again."""
    items = []
    for place, text in words:
        for finding in privacy.scan_text(text, known_public=known_public):
            items.append((privacy.value_key(secret, finding), finding, place))
    for finding in privacy.scan_html(body, known_public=known_public):
        place = "正文" if finding.where == "text" else f"正文（{finding.where}）"
        items.append((privacy.value_key(secret, finding), finding, place))
    plain = privacy.plain_text(body)
    secrets = dict.fromkeys(mark.value for text in (title, plain) for mark in privacy.looks_secret(text))
    return Scan(tuple(items), tuple(secrets), privacy.has_embedded_pictures(without_pictures(body)))


def texts(revision: Revision) -> dict[str, str]:
    """Everything of a revision that is written freely, beside the body: title of the field -> words."""
    found = {"标题": revision.title, **written(revision, revision.data)}
    return {title: text for title, text in found.items() if text}


def written(revision: Revision, data: Mapping[str, Any]) -> dict[str, str]:
    """The same of its metadata alone."""
    return {node.title: data[node.name] for node in type_of(revision.document.type).fields()
            if node.shape in ("line", "textarea") and isinstance(data.get(node.name), str)}


def pictures_in(body: str) -> list[int]:
    """Ids of the attachments that stand in a body as pictures, each once, in order."""
    return list(dict.fromkeys(map(int, _IN_TEXT.findall(body))))


def without_pictures(body: str) -> str:
    """The body without the pictures of our own house: what is left of pictures came from elsewhere."""
    return _IN_TEXT.sub("", body)
