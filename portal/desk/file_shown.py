"""An attachment in the words of the desk: how far it is, what is wrong with it, what its public copy leaves out."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyramid.request import Request

from content import filing
from content.documents import Document
from content.filing import FAILED, OPEN, PICTURE, PREPARING, READY, REFUSED, WAITING, Filed
from content.privacy.renditions.model import Picture
from portal import left_out
from portal.desk.words import Status, names
from portal.i18n import _
from portal.sizes import size_words

# Formats of which nothing hidden could be shown instead of being left out.
PLAIN = frozenset({"pdf", "csv", "text", "txt", "jpeg", "mpo", "png", "gif", "bmp", "tiff", "webp"})
STAGES: dict[str, Status] = {
    WAITING: ("idle", _("正在检查")), REFUSED: ("late", _("不能公开")), OPEN: ("late", _("待处理个人信息")),
    PREPARING: ("idle", _("正在生成公开版")), FAILED: ("late", _("公开版没有通过核验")),
    READY: ("ok", _("公开版已就绪"))}
SECRET: Status = ("late", _("有密级标志"))
UNREAD: Status = ("late", _("等人看图声明"))


@dataclass(frozen=True)
class Vouched:
    """Who stated that he looked at the pictures, and when."""

    who: str
    at: dt.datetime
    words: str


@dataclass(frozen=True)
class Shown:
    """One attachment for the pages. `found` and `open` count values, as the panel of findings does.

    Words that come out of the file are as this person may read them.
    """

    filed: Filed
    name: str
    kind: str
    size: str
    who: str
    status: Status
    found: int
    open: int
    reason: str
    hidden: tuple[str, ...]
    unread: tuple[Picture, ...]
    vouched: Vouched | None
    first: bool
    last: bool

    @property
    def id(self) -> int:
        return self.filed.attachment.id

    @property
    def inside(self) -> bool:
        """Whether it stands in the text as a picture, and comes and goes with it."""
        return self.filed.attachment.role == PICTURE

    @property
    def moment(self) -> dt.datetime:
        return self.filed.attachment.uploaded

    @property
    def working(self) -> bool:
        return self.filed.stage in (WAITING, PREPARING)

    @property
    def checked(self) -> bool:
        """Whether there is an inspection to look at."""
        return self.filed.inspection is not None

    @property
    def ready(self) -> bool:
        return self.filed.stage == READY

    @property
    def refused(self) -> str:
        return self.reason if self.filed.stage == REFUSED else ""

    @property
    def problem(self) -> str:
        return self.reason if self.filed.stage == FAILED else ""

    @property
    def may_keep(self) -> bool:
        """Whether what is hidden can be shown instead of being left out."""
        return bool(self.hidden) and self.filed.inspection.format not in PLAIN

    @property
    def keep_hidden(self) -> bool:
        return self.filed.attachment.keep_hidden

    @property
    def removed(self) -> list[Any]:
        codes = self.filed.inspection.removed if self.filed.inspection else ()
        return left_out.words(codes)

    @property
    def stamp(self) -> str:
        """Changes when what the page says of it does."""
        told = (self.status, self.filed.digest, self.filed.stage, self.found, self.open, self.vouched, self.first,
                self.last, self.filed.attachment.boxes)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def shown(request: Request, document: Document, files: Sequence[Filed], *, originals: bool) -> list[Shown]:
    """The attachments in order; one query for the names of people."""
    ids = {each.attachment.uploaded_by for each in files} | {each.vouching.actor_id for each in files if each.vouching}
    people = names(request.db, ids)
    settled = {each.key for each in document.settlements}
    read = str if originals else partial(filing.label, known_public=request.house.known_public(request.tree))
    return [_shown(each, people, settled, read, at == 0, at == len(files) - 1) for at, each in enumerate(files)]


def _shown(filed: Filed, people: dict[int, str], settled: Collection[str], read: Callable[[str], str], first: bool,
           last: bool) -> Shown:
    attachment, vouching, inspection = filed.attachment, filed.vouching, filed.inspection
    keys = {key for key, _finding in filed.noted}
    vouched = Vouched(people.get(vouching.actor_id, ""), vouching.at, vouching.words) if vouching else None
    return Shown(filed, read(attachment.name), kind(attachment.name, attachment.format), size_words(attachment.size),
                 people.get(attachment.uploaded_by or 0, ""), _status(filed), len(keys), len(keys - set(settled)),
                 read(filed.reason), tuple(map(read, inspection.hidden)) if inspection else (),
                 inspection.unread if inspection else (), vouched, first, last)


def _status(filed: Filed) -> Status:
    if filed.secrets:
        return SECRET
    if filed.unread and filed.stage in (PREPARING, READY):
        return UNREAD
    return STAGES[filed.stage]


def kind(name: str, found: str) -> str:
    """A short word for the format: XLSX, PDF."""
    return (found or name.rpartition(".")[2] or "?")[:5].upper()
