"""What passes between the portal and a file format: choices in, an inspection and a rendition out; plain data all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from content.privacy.kinds import Decision


class Refused(Exception):
    """A file that cannot be published. `code` is for programs; `reason`, Chinese, says what is wrong and what to do.

    Codes: encrypted, damaged, misnamed, nested, large, slow, unknown, legacy, secret, statement, unclean.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True)
class Limits:
    """How much a file may ask of us. What goes beyond is `Refused` with "large", "nested" or "slow"."""

    octets: int = 20 * 1024 * 1024  # of the file itself
    expanded: int = 200 * 1024 * 1024  # of everything packed in it, together
    members: int = 5_000  # files packed in it, together
    depth: int = 3  # files within files
    pages: int = 300
    pixels: int = 50_000_000  # of one picture
    cells: int = 500_000  # of one workbook
    seconds: float = 420.0  # a report of 300 pages takes five minutes; whoever waits for it is the worker
    memory: int = 2 * 1024 ** 3  # octets of address space of the process that works on it


@dataclass(frozen=True)
class Box:
    """A rectangle to be blacked out, drawn by hand: which picture or page, corners as fractions 0..1 of it."""

    picture: str  # `Picture.name`
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Choices:
    """What a person decided of a file, or of all files of a document. Values not named are masked.

    `decisions` is keyed by kind and normal form of the value, as `Finding` gives both.
    """

    decisions: Mapping[tuple[str, str], Decision] = field(default_factory=dict)
    masks: Mapping[str, str] = field(default_factory=dict)  # kind -> full (default) or partial
    known_public: frozenset[str] = frozenset()  # office phones and mailboxes, which must stay (Art. 12)
    mask_names: bool = False  # people in this column must not be identifiable
    keep_hidden: bool = False  # show hidden rows, columns, sheets and text instead of leaving them out
    boxes: tuple[Box, ...] = ()
    everywhere: Mapping[str, str] = field(default_factory=dict)  # normal form -> kind: cut wherever it stands
    ocr: bool = True  # read pictures, where Tesseract is installed
    limits: Limits = Limits()

    def decision(self, kind: str, normal: str) -> Decision:
        return Decision(self.decisions.get((kind, normal), Decision.mask))


@dataclass(frozen=True)
class Finding:
    """Personal data in a file. `where` names the place as its reader would, in Chinese: 工作表“名单” C7, 第3页, 批注.

    `dropped` where the rendition leaves the whole place out, so that nobody needs to decide; `picture` and `box`
    (left, top, right, bottom, fractions of it) where it stands in a picture or on a page that is shown as one.
    """

    kind: str
    value: str
    normal: str
    certain: bool
    why: str
    where: str
    dropped: bool = False
    picture: str = ""
    box: tuple[float, float, float, float] | None = None
    around: tuple[str, str] = ("", "")  # some words before and after it, for the desk


@dataclass(frozen=True)
class Picture:
    """A picture in a file, or a page that is rendered as one. `name` is unique in the file; sizes in pixels.

    `read` is False when no program could vouch for it (no OCR, or OCR saw writing that it could not read): then a
    named person must have looked at it.
    """

    name: str
    where: str
    width: int
    height: int
    read: bool


@dataclass(frozen=True)
class Inspection:
    """What was found in a file. `hidden` are sentences, Chinese, about what a reader of the original does not see;
    `removed` codes of what a rendition never takes along (metadata, comments, revisions, macros, …)."""

    format: str
    findings: tuple[Finding, ...] = ()
    hidden: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    secrets: tuple[str, ...] = ()  # marks of state secrets (Art. 14): such a file does not go on

    @property
    def unread(self) -> tuple[Picture, ...]:
        """The pictures for which a person's statement is needed."""
        return tuple(each for each in self.pictures if not each.read)


@dataclass(frozen=True)
class Built:
    """A rendition: its octets, what it is, and the text that it shows (for search and for those who cannot see it).

    `changed` is False when a reader of the original sees exactly the same in it: nothing masked, nothing left out
    but what no reader sees.
    """

    data: bytes
    format: str
    media_type: str
    suffix: str  # with its dot
    text: str
    removed: tuple[str, ...] = ()
    changed: bool = True


@dataclass(frozen=True)
class Cleaned:
    """A rendition that was read again after it was made. `name` is the file name that the public sees."""

    built: Built
    inspection: Inspection
    name: str
    verified: bool = True

    @property
    def action(self) -> str:
        """unchanged when there was nothing to find and a reader sees what the original showed, else cleaned."""
        return "cleaned" if self.built.changed or self.inspection.findings else "unchanged"


@dataclass(frozen=True)
class Source:
    """A file to work on. `depth` counts the files it is packed in."""

    data: bytes
    name: str = ""
    depth: int = 0


class Format(Protocol):
    """A family of file formats."""

    name: str  # as `Inspection.format` and the command line give it: xlsx, docx, pdf, …

    def recognises(self, source: Source) -> bool:
        """Whether `source` is of this family, by its octets alone. Cheap; never raises."""

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        """Raises `Refused`."""

    def build(self, source: Source, choices: Choices) -> Built:
        """Raises `Refused`. Every value found is treated as `choices` say."""
