"""The pictures of an Office file: which are shown, cut to what is shown of them, read, covered and encoded anew."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from PIL import Image

from content.privacy.renditions.formats._notes import Notes
from content.privacy.renditions.model import Choices, Finding, Picture, Refused
from content.privacy.renditions.ooxml import Making, Package
from content.privacy.renditions.pictures import SUFFIXES, Opened, Seen, cover, drawn, encode, look, noted, open_picture

Crop = tuple[float, float, float, float]  # cut off at the left, top, right and bottom, as fractions
WHOLE: Crop = (0.0, 0.0, 0.0, 0.0)


@dataclass
class Figure:
    """One picture as it is shown: the whole of a part, or what its frame leaves of it. Only its file is kept in
    memory; it is unpacked when it is looked at and when it is written."""

    name: str
    where: str
    part: str  # its name in the rendition
    data: bytes
    crop: Crop
    choices: Choices

    def _opened(self) -> Opened:
        opened = open_picture(self.data, self.choices.limits)
        return opened if self.crop == WHOLE else replace(opened, image=cropped(opened.image, self.crop))

    @cached_property
    def _looked(self) -> tuple[Seen, tuple[Finding, ...], tuple[int, int]]:
        opened = self._opened()
        seen = look(opened.image, self.choices, self.name, self.where)
        return seen, tuple(noted(opened, self.choices, self.where)), opened.image.size

    @property
    def seen(self) -> Seen:
        return self._looked[0]

    @property
    def covers(self) -> list[tuple[float, float, float, float]]:
        return [*self.seen.covered, *drawn(self.choices, self.name, self._looked[2])]

    def findings(self) -> tuple[Finding, ...]:
        return self.seen.findings + self._looked[1]

    def picture(self) -> Picture:
        width, height = self._looked[2]
        return Picture(self.name, self.where, width, height, self.seen.read)

    def encoded(self) -> tuple[bytes, str]:
        """The picture, covered and encoded anew, and its media type."""
        opened = self._opened()
        return encode(cover(opened.image, self.covers), opened.format)


@dataclass
class Figures:
    """The pictures that a rendition takes along; each part once for every way in which it is cropped."""

    package: Package
    making: Making
    choices: Choices
    notes: Notes
    folder: str
    figures: dict[tuple[str, Crop], Figure] = field(default_factory=dict)
    _files: dict[str, bytes] = field(default_factory=dict)  # empty where a part is no picture
    _frames: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def shows(self, part: str) -> bool:
        """Whether a part is a picture that can be looked through. Vector pictures 矢量图 cannot."""
        if part not in self._files:
            self._files[part] = self._file(part)
        return bool(self._files[part])

    def _file(self, part: str) -> bytes:
        data = self.package.octets(part) if part in self.package else b""
        try:
            opened = open_picture(data, self.choices.limits)
        except Refused as refused:
            if refused.code == "unknown":
                return b""
            raise Refused(refused.code, f"文件里的图片有问题（{part}）：{refused.reason}") from refused
        self.notes.removed |= dict.fromkeys(opened.removed)
        self._frames[part] = opened.hidden
        return data

    def place(self, owner: str, part: str, crop: Crop, where: str) -> str:
        """The id under which `owner` refers to the picture of that part, cropped so. `shows` was asked before."""
        figure = self.figures.get((part, crop))
        if figure is None:
            figure = self.figures[part, crop] = self._figure(part, crop, where)
            self.making.add(figure.part, b"", "image/png")
        return self.making.relate(owner, "image", figure.part)

    def _figure(self, part: str, crop: Crop, where: str) -> Figure:
        number, name = len(self.figures) + 1, part
        if crop != WHOLE:
            name = f"{part}#{number}"
            self.notes.leave("cropped", "图片被裁剪掉的部分", where, seen=False)
        for each in self._frames[part]:
            self.notes.leave("frames", each, where)
        return Figure(name, where, f"{self.folder}/media/image{number}", self._files[part], crop, self.choices)

    def fill(self) -> bool:
        """Put the pictures, covered and encoded anew, into the rendition; whether any was covered somewhere."""
        for figure in self.figures.values():
            data, media_type = figure.encoded()
            self.making.rename(figure.part, figure.part + SUFFIXES[media_type], data, media_type)
        return any(figure.covers for figure in self.figures.values())

    def findings(self) -> list[Finding]:
        return [finding for figure in self.figures.values() for finding in figure.findings()]

    def pictures(self) -> tuple[Picture, ...]:
        return tuple(figure.picture() for figure in self.figures.values())

    def texts(self) -> list[str]:
        """What can be read in the pictures after covering, for search and for those who cannot see them."""
        return [figure.seen.text for figure in self.figures.values() if figure.seen.text]


def cropped(image: Image.Image, crop: Crop) -> Image.Image:
    """What is left of a picture; one pixel at least."""
    left, top, right, bottom = crop
    first, above = min(int(left * image.width), image.width - 1), min(int(top * image.height), image.height - 1)
    last, below = round((1 - right) * image.width), round((1 - bottom) * image.height)
    return image.crop((first, above, max(first + 1, last), max(above + 1, below)))
