"""The pictures of an Office file: which are shown, cut to what is shown of them, read, covered and encoded anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from PIL import Image

from content.privacy.renditions.formats._notes import Notes
from content.privacy.renditions.formats._ooxml import Making, Package
from content.privacy.renditions.model import Choices, Finding, Picture, Refused
from content.privacy.renditions.pictures import SUFFIXES, Opened, Seen, cover, drawn, encode, look, noted, open_picture

Crop = tuple[float, float, float, float]  # cut off at the left, top, right and bottom, as fractions
WHOLE: Crop = (0.0, 0.0, 0.0, 0.0)


@dataclass
class Figure:
    """One picture as it is shown: the whole of a part, or what its frame leaves of it."""

    name: str
    where: str
    part: str  # its name in the rendition
    opened: Opened
    image: Image.Image
    choices: Choices

    @cached_property
    def seen(self) -> Seen:
        return look(self.image, self.choices, self.name, self.where)

    @property
    def covers(self) -> list[tuple[float, float, float, float]]:
        return [*self.seen.covered, *drawn(self.choices, self.name, self.image.size)]

    def findings(self) -> Iterator[Finding]:
        yield from self.seen.findings
        yield from noted(self.opened, self.choices, self.where)

    def picture(self) -> Picture:
        return Picture(self.name, self.where, self.image.width, self.image.height, self.seen.read)


@dataclass
class Figures:
    """The pictures that a rendition takes along; each part once for every way in which it is cropped."""

    package: Package
    making: Making
    choices: Choices
    notes: Notes
    folder: str
    figures: dict[tuple[str, Crop], Figure] = field(default_factory=dict)
    _opened: dict[str, Opened | None] = field(default_factory=dict)

    def shows(self, part: str) -> bool:
        """Whether a part is a picture that can be looked through. Vector pictures 矢量图 cannot."""
        if part not in self._opened:
            self._opened[part] = self._open(part)
        return self._opened[part] is not None

    def _open(self, part: str) -> Opened | None:
        if part not in self.package:
            return None
        try:
            opened = open_picture(self.package.octets(part), self.choices.limits)
        except Refused as refused:
            if refused.code == "unknown":
                return None
            raise Refused(refused.code, f"文件里的图片有问题（{part}）：{refused.reason}") from refused
        self.notes.removed |= dict.fromkeys(opened.removed)
        return opened

    def place(self, owner: str, part: str, crop: Crop, where: str) -> str:
        """The id under which `owner` refers to the picture of that part, cropped so. `shows` was asked before."""
        figure = self.figures.get((part, crop))
        if figure is None:
            figure = self.figures[part, crop] = self._figure(part, crop, where)
            self.making.add(figure.part, b"", "image/png")
        return self.making.relate(owner, "image", figure.part)

    def _figure(self, part: str, crop: Crop, where: str) -> Figure:
        opened, number = self._opened[part], len(self.figures) + 1
        image, name = opened.image, part
        if crop != WHOLE:
            image, name = cropped(image, crop), f"{part}#{number}"
            self.notes.leave("cropped", "图片被裁剪掉的部分", where, seen=False)
        for each in opened.hidden:
            self.notes.leave("frames", each, where)
        return Figure(name, where, f"{self.folder}/media/image{number}", opened, image, self.choices)

    def fill(self) -> bool:
        """Put the pictures, covered and encoded anew, into the rendition; whether any was covered somewhere."""
        for figure in self.figures.values():
            data, media_type = encode(cover(figure.image, figure.covers), figure.opened.format)
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
