"""Attachments for tests that are about their way through the house: slips of plain text, looked at in this process.

`hidden:` begins a line that a reader does not see, `picture` a line that is a picture which no program can read.
"""

from __future__ import annotations

from dataclasses import dataclass

from content.preparing import Tools
from content.privacy.renditions.cleaning import public_name
from content.privacy.renditions.model import Built, Choices, Inspection, Picture, Refused, Source
from content.privacy.renditions.script import Script


@dataclass(frozen=True)
class Slip:
    """A cleaned slip, as `preparing.Cleaned` wants it."""

    built: Built
    name: str
    verified: bool = True


def script_of(source: Source, choices: Choices) -> Script:
    made = Script()
    for number, line in enumerate(source.data.decode().splitlines(), 1):
        made.add(line, number, f"第{number}行", dropped=line.startswith("hidden:") and not choices.keep_hidden)
        made.gap("\n")
    return made


def inspect(source: Source, choices: Choices) -> Inspection:
    if source.data.startswith(b"\xff"):
        raise Refused("damaged", "文件已损坏：请重新另存后上传")
    pictures = tuple(Picture(line, "图片", 10, 10, read=False) for line in source.data.decode().splitlines()
                     if line.startswith("picture"))
    named = Script()
    named.add(source.name, "name", "文件名")
    findings = (*named.findings(choices), *script_of(source, choices).findings(choices))
    return Inspection("txt", findings, pictures=pictures)


def clean(source: Source, choices: Choices) -> Slip:
    script = script_of(source, choices)
    edits = script.edits(choices)
    text = "\n".join(edits.get(piece.ref, piece.text) for piece in script.pieces if not piece.dropped)
    data = text.encode()
    built = Built(data, "txt", "text/plain", ".txt", text, changed=data != source.data)
    return Slip(built, public_name(source.name, ".txt", choices))


SLIPS = Tools(inspect, clean)
