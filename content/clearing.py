"""Clearing a revision: what personal data is in it, what was decided about each, and the rendition made of it.

Fail-closed: `make` refuses when anything is unsettled, secret-marked or unseen, cuts the rest out, and then reads
the finished rendition again: whatever the detectors still find there, and any trace of a value that was to be cut
out, stops it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from content import journal, privacy
from content.base import now
from content.documents import Document, Rendition, Revision, Settlement
from content.privacy import Decision
from content.tree import Node
from content.types import type_of

TELLING = 8  # letters and digits from which on a value is looked for in the whole rendition
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
    """Everything that must be known of a revision before it may go out."""

    found: tuple[Found, ...]
    secrets: tuple[str, ...]
    pictures: bool
    attachments: int

    @property
    def open(self) -> tuple[Found, ...]:
        return tuple(each for each in self.found if each.decision is None)

    @property
    def blockers(self) -> list[str]:
        """Why it cannot go out, one sentence each."""
        reasons = []
        if self.open:
            kinds = "、".join(dict.fromkeys(each.title for each in self.open))
            reasons.append(f"还有{len(self.open)}处个人信息没有处理（{kinds}）：逐处选择遮盖、删除，或者说明理由后保留")
        if self.secrets:
            reasons.append(f"正文有密级标志（{'、'.join(self.secrets)}）：涉密文件不得上网，请核对后删除标志或停止公开")
        if self.pictures:
            reasons.append("正文里有图片：图片还不能自动检查个人信息，请先移除")
        if self.attachments:
            reasons.append(f"有{self.attachments}个附件：附件还不能自动检查个人信息，请先移除")
        return reasons


@dataclass(frozen=True)
class _Scan:
    """The findings of one revision before anything was decided: (key, finding, place)."""

    items: tuple[tuple[str, Any, str], ...]
    secrets: tuple[str, ...]
    pictures: bool


def review(document: Document, revision: Revision, secret: bytes, known_public: frozenset[str]) -> Review:
    """What was found in `revision`, with the decisions that were made for this document."""
    scan = _scan(revision, secret, known_public)
    settled = {each.key: each for each in document.settlements}
    groups: dict[str, list[tuple[Any, str]]] = {}
    for key, finding, place in scan.items:
        groups.setdefault(key, []).append((finding, place))
    found = [_found(number, key, group, settled.get(key)) for number, (key, group) in enumerate(groups.items(), 1)]
    return Review(tuple(found), scan.secrets, scan.pictures, len(revision.attachments))


def _found(number: int, key: str, group: list[tuple[Any, str]], settled: Settlement | None) -> Found:
    first = group[0][0]
    made = Found(key, number, first.kind, privacy.KINDS[first.kind].zh, first.value, first.why,
                 all(finding.certain for finding, _ in group), tuple(dict.fromkeys(place for _, place in group)),
                 len(group))
    if settled is None:
        return made
    return replace(made, decision=Decision(settled.decision), reason=settled.reason, actor_id=settled.actor_id)


def _scan(revision: Revision, secret: bytes, known_public: frozenset[str]) -> _Scan:
    return _scan_texts(tuple(texts(revision).items()), revision.title, revision.body, secret, known_public)


@lru_cache(maxsize=128)
def _scan_texts(written: tuple[tuple[str, str], ...], title: str, body: str, secret: bytes,
                known_public: frozenset[str]) -> _Scan:
    """Kept by content: the guards of one chain, and the desk, ask for the same text again and again."""
    items = []
    for place, text in written:
        for finding in privacy.scan_text(text, known_public=known_public):
            items.append((privacy.value_key(secret, finding), finding, place))
    for finding in privacy.scan_html(body, known_public=known_public):
        place = "正文" if finding.where == "text" else f"正文（{finding.where}）"
        items.append((privacy.value_key(secret, finding), finding, place))
    plain = privacy.plain_text(body)
    secrets = dict.fromkeys(mark.value for text in (title, plain) for mark in privacy.looks_secret(text))
    return _Scan(tuple(items), tuple(secrets), privacy.has_embedded_pictures(body))


def texts(revision: Revision) -> dict[str, str]:
    """Everything of a revision that is written freely, beside the body: title of the field -> words."""
    found = {"标题": revision.title, **_written(revision, revision.data)}
    return {title: text for title, text in found.items() if text}


def _written(revision: Revision, data: Mapping[str, Any]) -> dict[str, str]:
    return {node.title: data[node.name] for node in type_of(revision.document.type).fields()
            if node.shape in ("line", "textarea") and isinstance(data.get(node.name), str)}


# -- deciding ---------------------------------------------------------------------------------------------------

def settle(session: Session, document: Document, found: Found, decision: Decision, reason: str = "", *,
           actor_id: int, at: dt.datetime | None = None) -> Settlement:
    """Decide about one value. Raises `ValueError` when it is kept without a reason, or the reason tells it.

    The journal gets the kind, the decision and the reason, never the value.
    """
    reason = reason.strip()
    if decision is Decision.keep and not reason:
        raise ValueError(f"保留“{found.title}”要说明理由，审核人和日志都能看到")
    if found.value in reason:
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
                   decision=decision.value, reason=reason, places=list(found.places), count=found.count)
    return made


def reopen(session: Session, document: Document, found: Found, *, actor_id: int) -> None:
    """Take a decision back; the finding is open again."""
    made = session.get(Settlement, (document.id, found.key))
    if made is not None:
        session.delete(made)
        session.flush()
        session.expire(document, ["settlements"])
        journal.record(session, "document.reopen", ("document", document.id), actor_id=actor_id, kind=found.kind)


# -- making the rendition ---------------------------------------------------------------------------------------

def make(session: Session, document: Document, revision: Revision, node: Node, secret: bytes,
         known_public: frozenset[str], *, chain: list | None = None, changes: list[str] | None = None,
         at: dt.datetime | None = None) -> Rendition:
    """The rendition of a settled revision, checked after it was made. Raises `NotClean`."""
    judged = review(document, revision, secret, known_public)
    if judged.blockers:
        raise NotClean(judged.blockers)
    made = render(document, revision, node, judged, secret, known_public)
    made.chain, made.changes, made.made = chain or [], changes or [], at or now()
    if problems := inspect(made, judged, secret, known_public):
        raise NotClean(problems)
    session.add(made)
    session.flush()
    return made


def render(document: Document, revision: Revision, node: Node, judged: Review, secret: bytes,
           known_public: frozenset[str]) -> Rendition:
    """Cut out what was decided; what is open is masked, so that a preview never shows it either."""
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
    written = {title: clean(value) for title, value in _written(revision, revision.data).items()}
    data = {name: written.get(title, revision.data.get(name)) for name, title in _titles(document)
            if revision.data.get(name) not in (None, "")}
    return Rendition(revision_id=revision.id, title=clean(revision.title), body=body, text=text, data=data,
                     summary=data.get("summary") or _opening(text), chain=[])


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


def _telling(value: str) -> bool:
    """Whether a value names somebody wherever it stands; a house number or a disease does only where it was found."""
    return sum(char.isalnum() for char in value) >= TELLING


def inspect(made: Rendition, judged: Review, secret: bytes, known_public: frozenset[str]) -> list[str]:
    """Read a finished rendition with fresh eyes; one sentence for each thing that must not be there."""
    kept = {each.key for each in judged.found if each.decision is Decision.keep}
    cut = [each.value for each in judged.found if each.decision is not Decision.keep and _telling(each.value)]
    plain = [made.title, made.summary, *(str(value) for value in made.data.values())]
    findings = [finding for text in plain for finding in privacy.scan_text(text, known_public=known_public)]
    findings += privacy.scan_html(made.body, known_public=known_public)
    problems = [f"公开版里仍有{privacy.KINDS[finding.kind].zh}：{finding.why}" for finding in findings
                if privacy.value_key(secret, finding) not in kept]
    if privacy.residual("\n".join((*plain, made.text, made.body)), cut):
        problems.append("公开版里仍能找到应当去掉的内容，可能换了写法或藏在链接、属性里，请检查正文")
    if privacy.has_embedded_pictures(made.body):
        problems.append("公开版里有图片，还不能自动检查")
    return list(dict.fromkeys(problems))
