"""Reads a Word file in a process of its own with limits: whoever has one from outside calls `run`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from content.privacy.renditions.model import Limits
from content.privacy.renditions.sandbox import call
from content.word import WordText, read_word
from content.word.reading import Picture

LIMITS = replace(Limits(), seconds=40.0, memory=1024 ** 3)  # somebody waits for it


def run(data: bytes, file_name: str, limits: Limits = LIMITS) -> WordText:
    """`read_word` in a child process. Raises `Refused`, also slow, large and damaged."""
    answered, octets = call(f"{__name__}:answer", {"name": file_name, "limits": asdict(limits)}, data, limits)
    pictures, at = [], 0
    for number, media_type, alt, size in answered["pictures"]:
        pictures.append(Picture(number, octets[at:at + size], media_type, alt))
        at += size
    return WordText(answered["title"], answered["body"], answered["data"], tuple(pictures),
                    tuple(answered["hidden"]), tuple(answered["messages"]))


def answer(request: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """In the child: the text as JSON, the octets of its pictures one after another."""
    made = read_word(data, request["name"], Limits(**request["limits"]))
    pictures = [(each.id, each.media_type, each.alt, len(each.data)) for each in made.pictures]
    return ({"title": made.title, "body": made.body, "data": made.data, "pictures": pictures, "hidden": made.hidden,
             "messages": made.messages}, b"".join(each.data for each in made.pictures))
