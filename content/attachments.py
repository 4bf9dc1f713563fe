"""Attachments as people handle them: taken in, replaced, ordered, dropped; what is chosen about them; who looked.

A file that comes or goes makes a new revision, for it is part of what is reviewed. A picture stands in the text and
comes and goes with it. Names of files may hold personal data: the journal has numbers and hashes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from content import filing, journal, privacy, writing
from content.base import now
from content.documents import Attachment, Document, FileRendition, Vouching, lock
from content.filing import FILE, PICTURE
from content.house import House
from content.privacy.renditions.model import Box, Limits

MOST = 50  # files of one revision
MOST_BOXES = 200  # of one attachment
MEGA = 1024 * 1024
LONGEST_NAME = 120  # characters, with the suffix
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff<>:\"|?*]")


class Unfit(ValueError):
    """What was asked of an attachment cannot be done; the message says why, in Chinese."""


def of(session: Session, document: Document, attachment_id: int) -> Attachment | None:
    """The attachment of that number, if it is one of this document and was not erased."""
    found = session.get(Attachment, attachment_id)
    return found if found is not None and found.document_id == document.id and found.address is not None else None


# -- coming and going -------------------------------------------------------------------------------------------

def take(session: Session, house: House, document: Document, name: str, data: bytes, *, actor_id: int | None,
         role: str = FILE, alt: str = "", replaces: int | None = None, most: int = Limits.octets,
         at: dt.datetime | None = None) -> Attachment:
    """Keep an upload, sealed. A file joins the newest revision by a new one, at its end or in place of `replaces`.

    A picture that is here already is not kept twice: the former one is returned. `most` is in bytes. Raises `Unfit`.
    """
    _check_data(data, most)
    lock(session, document)
    sha256, name = hashlib.sha256(data).hexdigest(), clean_name(name)
    if (there := _same(session, document, sha256, role)) is not None:
        if role == PICTURE:
            return there
        raise Unfit(f"“{name}”和已有的附件“{there.name}”内容相同，没有重复收下")
    files = [] if role == PICTURE else _joined(document, replaces)
    at = at or now()
    made = Attachment(document_id=document.id, name=name, size=len(data), sha256=sha256, role=role, alt=alt.strip(),
                      address=house.blobs.put(session, data), uploaded=at, uploaded_by=actor_id, due=at)
    session.add(made)
    session.flush()
    journal.record(session, "attachment.take", ("attachment", made.id), actor_id=actor_id, at=at, role=role,
                   document=document.id, sha256=sha256, size=made.size)
    if role == FILE:
        ids = [made.id if each is None else each for each in files]
        note = "增加附件" if replaces is None else "替换附件"
        writing.attach(session, document, ids, actor_id=actor_id, note=note, at=at)
    return made


def _check_data(data: bytes, most: int) -> None:
    if not data:
        raise Unfit("这个文件是空的，没有收下：请检查后重新选择")
    if len(data) > most:
        sizes = f"这个文件有{len(data) / MEGA:.1f}兆字节，最多可以收{most // MEGA}兆字节"
        raise Unfit(f"{sizes}：请压缩图片或者分成几个文件")


def clean_name(name: str) -> str:
    """A file name fit for lists, headers and disks: no path, no control or direction marks, not endless."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    last = " ".join(_UNFIT.sub(" ", last).split()).rstrip(" .")
    stem, dot, suffix = last.rpartition(".")
    if not dot or len(suffix) > 8:
        stem, dot, suffix = last, "", ""
    room = LONGEST_NAME - len(dot + suffix)
    return (stem[:room].strip(" .") or "附件") + dot + suffix


def _same(session: Session, document: Document, sha256: str, role: str) -> Attachment | None:
    """What this document has with the same content: among its pictures, or among the files of its newest revision."""
    query = select(Attachment).where(Attachment.document_id == document.id, Attachment.sha256 == sha256,
                                     Attachment.role == role, Attachment.address.is_not(None))
    if role == FILE:
        query = query.where(Attachment.id.in_(document.head.attachments))
    return session.scalars(query.limit(1)).first()


def _joined(document: Document, replaces: int | None) -> list[int | None]:
    """The files of the newest revision, with None where the new one is to stand."""
    files: list[int | None] = list(document.head.attachments)
    if replaces is not None:
        if replaces not in files:
            raise Unfit("要替换的附件已经不在这一稿里，请刷新页面")
        files[files.index(replaces)] = None
        return files
    if len(files) >= MOST:
        raise Unfit(f"一篇最多{MOST}个附件，请打成压缩包或者分成几篇")
    return [*files, None]


def drop(session: Session, document: Document, attachment: Attachment, *, actor_id: int,
         at: dt.datetime | None = None) -> None:
    """Take a file out of the newest revision; earlier ones keep it. Raises `Unfit`."""
    lock(session, document)
    files = list(document.head.attachments)
    if attachment.id not in files:
        raise Unfit("这个附件已经不在这一稿里，请刷新页面")
    files.remove(attachment.id)
    writing.attach(session, document, files, actor_id=actor_id, note="移除附件", at=at)


def order(session: Session, document: Document, ids: Sequence[int], *, actor_id: int,
          at: dt.datetime | None = None) -> None:
    """Put the files of the newest revision into another order. Raises `Unfit` when they are others by now."""
    lock(session, document)
    files = list(document.head.attachments)
    if sorted(ids) != sorted(files):
        raise Unfit("附件已经有变化，没有改变顺序，请刷新页面")
    if list(ids) != files:
        writing.attach(session, document, ids, actor_id=actor_id, note="调整附件顺序", at=at)


# -- choosing ---------------------------------------------------------------------------------------------------

def choose(session: Session, document: Document, attachment: Attachment, *, actor_id: int,
           keep_hidden: bool | None = None, boxes: Iterable[Box] | None = None, alt: str | None = None,
           at: dt.datetime | None = None) -> None:
    """Choose how an attachment is shown; None leaves as it is. Boxes that were there keep who drew them and when.

    Raises `Unfit` for boxes that are none.
    """
    lock(session, document)
    at = at or now()
    if alt is not None:
        attachment.alt = alt.strip()
    before = attachment.keep_hidden, attachment.boxes
    if keep_hidden is not None:
        attachment.keep_hidden = keep_hidden
    if boxes is not None:
        attachment.boxes = _boxes(attachment, boxes, actor_id, at)
    if before == (attachment.keep_hidden, attachment.boxes):
        return
    attachment.due = at
    session.flush()
    journal.record(session, "document.choose", ("document", document.id), actor_id=actor_id, at=at,
                   attachment=attachment.id, keep_hidden=attachment.keep_hidden, boxes=len(attachment.boxes))


def _boxes(attachment: Attachment, boxes: Iterable[Box], actor_id: int, at: dt.datetime) -> list[dict[str, Any]]:
    drawn = {_corners(each): each for each in attachment.boxes}
    wanted = [asdict(each) for each in dict.fromkeys(boxes)]
    if len(wanted) > MOST_BOXES or not all(map(_is_box, wanted)):
        raise Unfit(f"遮盖框要画在图片里面，左上角在右下角之前，一个附件最多{MOST_BOXES}个")
    return [drawn.get(_corners(each), each | {"by": actor_id, "at": at.isoformat()}) for each in wanted]


def _corners(box: dict[str, Any]) -> tuple:
    return tuple(box[name] for name in ("picture", "left", "top", "right", "bottom"))


def _is_box(box: dict[str, Any]) -> bool:
    return 0 <= box["left"] < box["right"] <= 1 and 0 <= box["top"] < box["bottom"] <= 1 and len(box["picture"]) <= 200


def again(session: Session, document: Document, attachment: Attachment, *, actor_id: int) -> None:
    """Look at an attachment anew, and make anew what could not be made: something around it is better now."""
    session.execute(delete(FileRendition).where(FileRendition.attachment_id == attachment.id,
                                                FileRendition.problem != ""))
    attachment.inspected_as = attachment.refusal = attachment.refusal_code = ""
    attachment.due, attachment.attempts = now(), 0
    session.flush()
    journal.record(session, "document.choose", ("document", document.id), actor_id=actor_id,
                   attachment=attachment.id, again=True)


# -- looking ----------------------------------------------------------------------------------------------------

def vouch(session: Session, house: House, document: Document, attachment: Attachment, words: str, *, actor_id: int,
          at: dt.datetime | None = None) -> Vouching:
    """A reviewer states that he looked at the pictures which no program could read. Raises `Unfit`.

    That he is a reviewer is for the caller to ask (`Permission.VOUCH`); he is not the one who uploaded it.
    """
    at, words = at or now(), words.strip()
    known = filing.filed(session, house, document, [attachment])[0]
    if known.inspection is None or not known.inspection.unread:
        raise Unfit("这个附件没有需要说明的图片")
    if attachment.uploaded_by == actor_id:
        raise Unfit("附件是您上传的，要由另一位审核人看过以后说明")
    if not words:
        raise Unfit("请写明看过哪些图片、结论是什么")
    if privacy.residual(words, [finding.value for _key, finding in known.noted]):
        raise Unfit("说明里不要写出个人信息本身：说明要记入日志，日志不能改")
    mark = filing.vouching_mark(attachment)
    made = session.get(Vouching, (attachment.id, mark))
    if made is None:
        made = Vouching(attachment_id=attachment.id, mark=mark, words=words, actor_id=actor_id, at=at)
        session.add(made)
    session.flush()
    journal.record(session, "document.vouch", ("document", document.id), actor_id=actor_id, at=at, why=words,
                   attachment=attachment.id, sha256=attachment.sha256, pictures=len(known.inspection.unread))
    return made


def open_original(session: Session, house: House, attachment: Attachment, *, actor_id: int) -> bytes:
    """The original as it was uploaded; who opened it goes into the journal. Needs a writer."""
    journal.record(session, "document.open", ("document", attachment.document_id), actor_id=actor_id,
                   attachment=attachment.id, sha256=attachment.sha256)
    return house.blobs.get(session, attachment.address)
