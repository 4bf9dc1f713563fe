"""Pictures come into a text: uploaded, pasted as data, carried over from another document of the house.

Each was encoded anew (`picture_encoding`): where it was taken, by whom and with what, its thumbnail and what hangs
behind it are never stored. What is shown from elsewhere by its address is not fetched.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import attachments
from content.documents import Attachment, Document
from content.filing import PICTURE
from content.house import House
from content.late import Late
from content.picture_encoding import Encoded, run_encode
from content.picturing import Shown, images, rewritten, tag
from content.privacy.renditions.model import Refused

pictures = Late("content.privacy.renditions.pictures")
MOST_PASTED = 20  # pictures that one text may bring along as data
_DATA = re.compile(r"data:image/[\w.+-]+(?:;[\w=.+-]+)*?(;base64)?,", re.IGNORECASE)

Reading = Callable[[bytes], Encoded]  # raises `Refused`


def keep(session: Session, house: House, document: Document, made: Encoded, name: str, alt: str, *,
         actor_id: int) -> Attachment:
    """Keep a picture that was encoded anew. The same one is not kept twice."""
    data, media_type = made
    stem = re.sub(r"\.\w{1,5}$", "", name) or "图片"
    return attachments.take(session, house, document, stem + pictures.SUFFIXES[media_type], data, actor_id=actor_id,
                            role=PICTURE, alt=alt)


def pictures_of(session: Session, document: Document) -> list[Attachment]:
    """Every picture that a document keeps, whether it stands in the text now or not, the first one first."""
    query = select(Attachment).where(Attachment.document_id == document.id, Attachment.role == PICTURE,
                                     Attachment.address.is_not(None))
    return list(session.scalars(query.order_by(Attachment.id)))


# -- texts that bring pictures along ------------------------------------------------------------------------------

class Brought:
    """The pictures that a text brings along, read before anything is stored: slow work, done outside transactions.

        brought = Brought(body)
        body = brought.settled(session, house, document, actor_id=…)

    `problems` says, in Chinese, which were left out and what to do.
    """

    def __init__(self, body: str, read: Reading = run_encode) -> None:
        self.body, self.problems = body, []
        self._read: dict[str, Encoded] = {}
        for image in images(body):
            if image.source.lower().startswith("data:") and image.source not in self._read:
                self._take(image.source, read)

    def _take(self, source: str, read: Reading) -> None:
        if len(self._read) >= MOST_PASTED:
            self.problems.append(f"一次最多粘贴{MOST_PASTED}张图片，其余的请上传后插入")
            return
        try:
            self._read[source] = read(octets(source))
        except Refused as refused:
            self.problems.append(f"粘贴的一张图片没有收下：{refused.reason}")

    def settled(self, session: Session, house: House, document: Document, *, actor_id: int) -> str:
        """The body with all its pictures kept by `document`; those that cannot be are left out, and why is said."""
        def place(image: Shown) -> str | None:
            if image.source in self._read:
                made = self._read[image.source]
                kept = keep(session, house, document, made, "粘贴的图片", image.alt, actor_id=actor_id)
                return tag(kept.id, image.alt, image.decorates)
            if image.attachment_id is None:
                self._leave(image)
                return ""
            if attachments.of(session, document, image.attachment_id) is None:
                self.problems.append("一张图片不属于这一稿，没有放进来：请另外上传后插入")
                return ""
            return None
        self.body = rewritten(self.body, place)
        self.problems = list(dict.fromkeys(self.problems))
        return self.body

    def _leave(self, image: Shown) -> None:
        if not image.source.lower().startswith("data:"):
            self.problems.append("来自外部网址的图片没有放进来：请先保存到本机，再上传插入")


def octets(source: str) -> bytes:
    """What a `data:` address of a picture holds. Raises `Refused`."""
    found = _DATA.match(source)
    try:
        if found is None:
            raise ValueError(source[:30])
        written = source[found.end():]
        return base64.b64decode(unquote_to_bytes(written), validate=True) if found[1] else unquote_to_bytes(written)
    except (ValueError, binascii.Error):
        raise Refused("unknown", "不认识的图片：请另存为PNG或JPEG后上传") from None


def carried(session: Session, house: House, source: Document, document: Document, body: str, *,
            actor_id: int) -> str:
    """The text of `source` as that of `document`, which gets pictures of its own with the same content."""
    def place(image: Shown) -> str | None:
        there = attachments.of(session, source, image.attachment_id) if image.attachment_id else None
        if there is None:
            return ""
        data = house.blobs.get(session, there.address)
        kept = attachments.take(session, house, document, there.name, data, actor_id=actor_id, role=PICTURE,
                                alt=there.alt)
        return tag(kept.id, image.alt, image.decorates)
    return rewritten(body, place)
