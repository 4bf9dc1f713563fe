"""Clearing a revision: what personal data is in it, what was decided about each, and the rendition made of it.

A value is decided about once, wherever it stands: in the title, the text, the attachments. Fail-closed: `make`
refuses when anything is unsettled, secret-marked or unseen, cuts the rest out, and then reads the finished rendition
again: whatever the detectors still find there, and any trace of a value that was to be cut out, stops it. Of
attachments only renditions made by today's decisions go out; their files are read once more before the gate opens.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from content import filing, journal, picturing, privacy, scanning
from content.base import now
from content.documents import Document, Rendition, Revision, Settlement
from content.filing import Filed
from content.house import House
from content.keys import KeyProblem
from content.privacy import Decision
from content.privacy.renditions.traces import telling
from content.scanning import scan
from content.tree import Node
from content.types import type_of

PLACES = 20  # places of one value that are named
SUMMARY = 120  # characters of the body that stand in for a missing summary


class NotClean(Exception):
    """A rendition cannot be made; `reasons` are sentences for the editor, in Chinese."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("；".join(self.reasons))


@dataclass(frozen=True)
class Found:
    """One value of personal data in a revision, wherever and however often it stands there.

    `number` is what the desk shows beside it, `places` are field titles; `decision` is None while it is open.
    """

    key: str
    number: int
    kind: str
    title: str
    value: str
    why: str
    certain: bool
    places: tuple[str, ...]
    count: int
    decision: Decision | None = None
    reason: str = ""
    actor_id: int | None = None


@dataclass(frozen=True)
class Review:
    """Everything that must be known of a revision before it may go out.

    `pictures` when there is one in the text that was not uploaded here; `lost` counts attachments that are not there,
    `unsaid` pictures without words for those who do not see them.
    """

    found: tuple[Found, ...]
    secrets: tuple[str, ...]
    pictures: bool
    files: tuple[Filed, ...] = ()
    lost: int = 0
    unsaid: int = 0

    @property
    def open(self) -> tuple[Found, ...]:
        return tuple(each for each in self.found if each.decision is None)

    @property
    def blockers(self) -> list[str]:
        """Why it cannot go on, one sentence each."""
        reasons = []
        if self.open:
            kinds = "、".join(dict.fromkeys(each.title for each in self.open))
            reasons.append(f"还有{len(self.open)}处个人信息没有处理（{kinds}）：逐处选择遮盖、删除，或者说明理由后保留")
        if self.secrets:
            reasons.append(f"正文有密级标志（{'、'.join(self.secrets)}）：涉密文件不得上网，请核对后删除标志或停止公开")
        if self.pictures:
            reasons.append("正文里有不是在本稿上传的图片，不能检查：请移除，或者上传图片后插入")
        if self.lost:
            reasons.append(f"有{self.lost}个附件或者图片不属于这一稿，请移除后重新上传")
        if self.unsaid:
            reasons.append(f"正文里有{self.unsaid}张图片没有替代文字：写明图上是什么，纯装饰的标明“装饰”")
        return reasons + [sentence for each in self.files if (sentence := _stopped(each))]

    @property
    def unseen(self) -> list[str]:
        """Attachments with pictures that nobody has vouched for: what a reviewer has to do before it goes out."""
        return [f"附件“{each.label}”有{len(each.unread)}幅图片或扫描页不能由程序核对："
                "请审核人或保密审查人员看过以后作出说明" for each in self.files if each.unread]


def _stopped(at: Filed) -> str:
    """Why an attachment cannot go out, where that is not said with what was found in it."""
    if at.secrets:
        return f"附件“{at.label}”有密级标志（{'、'.join(at.secrets)}）：涉密文件不得上网，请核对后移除附件或停止公开"
    return {filing.WAITING: f"附件“{at.label}”还在检查，请稍候",
            filing.REFUSED: f"附件“{at.label}”不能公开：{at.reason}",
            filing.PREPARING: f"附件“{at.label}”的公开版还没有生成，请稍候",
            filing.FAILED: f"附件“{at.label}”的公开版没有通过核验：{at.reason}"}.get(at.stage, "")


def review(session: Session, house: House, document: Document, revision: Revision) -> Review:
    """What was found in `revision` and its attachments, with the decisions that were made for this document."""
    known_public = house.known_public(house.tree(session))
    words = scan(revision, house.finding_secret, known_public)
    files = filing.filed(session, house, document, filing.attachments_of(session, revision))
    settled = {each.key: each for each in document.settlements}
    groups: dict[str, list[tuple[Any, str]]] = {}
    for key, finding, place in (*words.items, *_in_files(files)):
        groups.setdefault(key, []).append((finding, place))
    found = [_found(number, key, group, settled.get(key)) for number, (key, group) in enumerate(groups.items(), 1)]
    return Review(tuple(found), words.secrets, words.pictures, tuple(files), len(filing.shown(revision)) - len(files),
                  picturing.unsaid(revision.body))


def _in_files(files: Iterable[Filed]) -> list[tuple[str, Any, str]]:
    return [(key, finding, filing.place(at, finding)) for at in files for key, finding in at.noted]


def _found(number: int, key: str, group: list[tuple[Any, str]], settled: Settlement | None) -> Found:
    first = group[0][0]
    made = Found(key, number, first.kind, privacy.KINDS[first.kind].zh, first.value, first.why,
                 all(finding.certain for finding, _ in group),
                 tuple(dict.fromkeys(place for _, place in group))[:PLACES], len(group))
    if settled is None:
        return made
    return replace(made, decision=Decision(settled.decision), reason=settled.reason, actor_id=settled.actor_id)


# -- deciding ---------------------------------------------------------------------------------------------------

def settle(session: Session, document: Document, found: Found, decision: Decision, reason: str = "", *,
           actor_id: int, at: dt.datetime | None = None) -> Settlement:
    """Decide about one value. Raises `ValueError` when it is kept without a reason, or the reason tells it in
    whatever notation.

    The journal gets the kind, the decision and the reason, never the value.
    """
    reason = reason.strip()
    if decision is Decision.keep and not reason:
        raise ValueError(f"保留“{found.title}”要说明理由，审核人和日志都能看到")
    if found.value in reason or privacy.residual(reason, [found.value]):
        raise ValueError(f"理由里不要写出“{found.title}”本身：理由要记入日志，日志不能改")
    made = session.get(Settlement, (document.id, found.key))
    if made is None:
        made = Settlement(document_id=document.id, key=found.key)
        session.add(made)
    made.kind, made.decision, made.reason = found.kind, decision.value, reason
    made.actor_id, made.at = actor_id, at or now()
    session.flush()
    session.expire(document, ["settlements"])
    journal.record(session, "document.settle", ("document", document.id), actor_id=actor_id, kind=found.kind,
                   decision=decision.value, reason=reason, places=_said(found.places), count=found.count)
    return made


def _said(places: Iterable[str]) -> list[str]:
    """Places as the journal has them: without the names of files and sheets."""
    return list(dict.fromkeys(place.partition("“")[0] for place in places))


def reopen(session: Session, document: Document, found: Found, *, actor_id: int) -> None:
    """Take a decision back; the finding is open again."""
    made = session.get(Settlement, (document.id, found.key))
    if made is not None:
        session.delete(made)
        session.flush()
        session.expire(document, ["settlements"])
        journal.record(session, "document.reopen", ("document", document.id), actor_id=actor_id, kind=found.kind)


# -- making the rendition ---------------------------------------------------------------------------------------

def make(session: Session, house: House, document: Document, revision: Revision, node: Node, *, address: str,
         chain: list | None = None, changes: list[str] | None = None, at: dt.datetime | None = None) -> Rendition:
    """The rendition of a settled revision, checked after it was made. Raises `NotClean`.

    `address` is that of its page without the suffix (`/doc/2026/12`), below which its files lie.
    """
    judged = review(session, house, document, revision)
    if reasons := [*judged.blockers, *judged.unseen]:
        raise NotClean(reasons)
    made = render(session, house, document, revision, node, judged, address=address)
    made.files = [filing.entry(each) for each in judged.files]
    made.body = picturing.public(made.body, made.files, address)
    made.chain, made.changes, made.made = chain or [], changes or [], at or now()
    if problems := [*inspect(session, house, made, judged, address), *_reread(session, house, judged.files)]:
        raise NotClean(problems)
    session.add(made)
    session.flush()
    return made


def _reread(session: Session, house: House, files: Iterable[Filed]) -> list[str]:
    """The stored files once more: each must still be what was verified."""
    problems = []
    for at in files:
        for made in (at.rendition, *at.variants):
            try:
                data = house.blobs.get(session, made.address)
            except (OSError, KeyProblem):
                data = b""
            if hashlib.sha256(data).hexdigest() != made.sha256:
                problems.append(f"附件“{at.label}”的公开版损坏了，请联系管理员")
    return problems


def render(session: Session, house: House, document: Document, revision: Revision, node: Node, judged: Review, *,
           address: str = "") -> Rendition:
    """Cut out what was decided; what is open is masked, so that a preview never shows it either."""
    secret, known_public = house.finding_secret, house.known_public(house.tree(session))
    decisions = {each.key: each.decision or Decision.mask for each in judged.found}

    def decide(finding: Any) -> Decision:
        return decisions.get(privacy.value_key(secret, finding), Decision.mask)

    def clean(text: str) -> str:
        return _cut(text, privacy.scan_text(text, known_public=known_public), decide, node.masks)

    body = revision.body
    if judged.found:
        body = privacy.rewrite_html(body, decide, node.masks, known_public=known_public)
    if node.mask_names:
        body = privacy.mask_names_html(body)
    body = privacy.sanitise_html(body)
    text = privacy.plain_text(body)
    written = {title: clean(value) for title, value in scanning.written(revision, revision.data).items()}
    data = {name: written.get(title, revision.data.get(name)) for name, title in _titles(document)
            if revision.data.get(name) not in (None, "")}
    return Rendition(revision_id=revision.id, title=clean(revision.title), body=body, text=text, data=data,
                     summary=data.get("summary") or _opening(text), chain=[], files=[])


def _titles(document: Document) -> list[tuple[str, str]]:
    return [(node.name, node.title) for node in type_of(document.type).fields()]


def _opening(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SUMMARY else flat[:SUMMARY].rstrip() + "…"


def _cut(text: str, findings: list, decide: Callable[[Any], Decision], masks: Mapping[str, str]) -> str:
    kept, at = [], 0
    for finding in findings:
        kept.append(text[at:finding.start])
        span, decision = text[finding.start:finding.end], decide(finding)
        if decision is Decision.keep:
            kept.append(span)
        elif decision is Decision.mask:
            kept.append(privacy.mask_text(span, [replace(finding, start=0, end=len(span))], masks))
        at = finding.end
    return "".join((*kept, text[at:]))


def inspect(session: Session, house: House, made: Rendition, judged: Review, address: str) -> list[str]:
    """Read a finished rendition with fresh eyes; one sentence for each thing that must not be there."""
    secret, known_public = house.finding_secret, house.known_public(house.tree(session))
    kept = {each.key for each in judged.found if each.decision is Decision.keep}
    cut = [each.value for each in judged.found if each.decision is not Decision.keep and telling(each.value)]
    cut += [each.value for at in judged.files for each in at.dropped if telling(each.value)]
    plain = [made.title, made.summary, *(str(value) for value in made.data.values()),
             *(each["name"] for each in made.files)]
    findings = [finding for text in plain for finding in privacy.scan_text(text, known_public=known_public)]
    findings += privacy.scan_html(made.body, known_public=known_public)
    problems = [f"公开版里仍有{privacy.KINDS[finding.kind].zh}：{finding.why}" for finding in findings
                if privacy.value_key(secret, finding) not in kept]
    if privacy.residual("\n".join((*plain, made.text, made.body)), cut):
        problems.append("公开版里仍能找到应当去掉的内容，可能换了写法或藏在链接、属性里，请检查正文")
    problems += [f"附件“{at.label}”的公开版里仍能找到在别处去掉了的内容" for at in judged.files
                 if privacy.residual(f"{at.rendition.name}\n{at.rendition.text}", cut)]
    if privacy.has_embedded_pictures(_without_own(made.body, made.files, address)):
        problems.append("公开版里有不能核对的图片")
    return list(dict.fromkeys(problems))


def _without_own(body: str, files: Iterable[Mapping[str, Any]], address: str) -> str:
    """The body without the pictures that are among its files."""
    ids = "|".join(str(each["id"]) for each in files if each["role"] == filing.PICTURE)
    if not ids:
        return body
    return re.sub(rf'<img\b[^>]*?\ssrc="{re.escape(address)}/files/(?:{ids})/[\w.%-]+"[^>]*>', "", body)
