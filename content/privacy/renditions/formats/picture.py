"""Pictures and photographs: JPEG, PNG, GIF, BMP, WEBP and TIFF of one page."""

from __future__ import annotations

from content.privacy.renditions import pictures
from content.privacy.renditions.model import Built, Choices, Inspection, Picture, Source

_NAME, _WHERE = "picture", "图片"
_SIGNS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_CALLED = {"JPEG": "jpg", "MPO": "jpg"}


class PictureFormat:
    """A file that is one picture. Its `Picture.name` is "picture"."""

    name = "picture"

    def recognises(self, source: Source) -> bool:
        head = source.data[:16]
        bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
        return bitmap or head.startswith(_SIGNS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        opened = pictures.open_picture(source.data, choices.limits)
        seen = pictures.look(opened.image, choices, _NAME, _WHERE)
        picture = Picture(_NAME, _WHERE, opened.image.width, opened.image.height, seen.read)
        findings = (*seen.findings, *pictures.noted(opened, choices, ""))
        return Inspection(_called(opened.format), findings, opened.hidden, opened.removed, (picture,), seen.secrets)

    def build(self, source: Source, choices: Choices) -> Built:
        opened = pictures.open_picture(source.data, choices.limits)
        seen = pictures.look(opened.image, choices, _NAME, _WHERE)
        areas = [*seen.covered, *pictures.drawn(choices, _NAME, opened.image.size)]
        data, media_type = pictures.encode(pictures.cover(opened.image, areas), opened.format)
        suffix = pictures.SUFFIXES[media_type]
        return Built(data, suffix[1:], media_type, suffix, seen.text, opened.removed,
                     changed=bool(areas or opened.hidden))


def _called(format_name: str) -> str:
    return _CALLED.get(format_name, format_name.lower())


FORMAT = PictureFormat()
