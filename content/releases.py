"""What is released in a case (公开的材料): an original and the copy that the requester gets, made as publications are.

The copy is a rendition that was verified when it was made; of the original nothing goes out. What was found in it and
what was decided about each value lie sealed. `blockers` says what keeps a reply with these files from being signed:
it reads the stored copy again, and believes none that is not the one that was verified (Art. 37).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import cases, filing, journal
from content.base import Base, now
from content.cases import Case, CaseFile
from content.house import House
from content.keys import KeyProblem
from content.privacy import Decision
from content.privacy.renditions.model import Choices, Cleaned, Finding

ORIGINAL, RELEASED = "original", "released"
Decisions = Mapping[tuple[str, str], Decision]  # by kind and normal form of a value
MOST = 30  # files of one case
PLACES = 5  # places of a value that are named


class Release(Base):
    """One file of what is released. `unread`: how many of its pictures no program could vouch for."""

    __tablename__ = "case_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    original_id: Mapped[int] = mapped_column(ForeignKey("case_attachment.id", ondelete="CASCADE"), index=True)
    released_id: Mapped[int] = mapped_column(ForeignKey("case_attachment.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[str] = mapped_column(Text, index=True)  # of the copy, as it was verified
    engine: Mapped[str] = mapped_column(Text)  # what looked and built (`content.filing.engine`)
    unread: Mapped[int]
    taken_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[dt.datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    vouched_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)  # {"values": […], "decisions": […], "reason", "words", …}


@dataclass(frozen=True)
class Value:
    """One value of personal data in a file: `decision` is what was last decided, masking unless it was."""

    kind: str
    normal: str
    value: str
    why: str
    places: tuple[str, ...]
    decision: Decision

    @property
    def key(self) -> str:
        """Names it in a form, where its words need not stand."""
        return hashlib.sha256(f"{self.kind}\0{self.normal}".encode()).hexdigest()[:16]


class Unfit(ValueError):
    """What was asked of a file cannot be done; the message says why, in Chinese."""


# -- taking in and deciding -------------------------------------------------------------------------------------

def of_case(session: Session, case: Case) -> list[Release]:
    return list(session.scalars(select(Release).where(Release.case_id == case.id).order_by(Release.id)))


def take(session: Session, house: House, case: Case, name: str, data: bytes, media_type: str, made: Cleaned, *,
         actor_id: int, at: dt.datetime | None = None) -> Release:
    """Keep an original and the copy that was made of it with everything masked. Raises `Unfit`."""
    if len(of_case(session, case)) >= MOST:
        raise Unfit(f"一件申请最多放{MOST}个文件，请打成压缩包")
    at = at or now()
    original = cases.add_file(session, house, case, ORIGINAL, name, media_type, data, at=at)
    copy = _copy(session, house, case, made, at)
    release = Release(case_id=case.id, original_id=original.id, released_id=copy.id, taken_by=actor_id, at=at,
                      sealed=b"", unread=0, **_proof(made))
    session.add(release)
    _keep(session, house, release, made, {}, "")
    journal.record(session, "case.release", ("case", case.id), actor_id=actor_id, at=at, file=original.id,
                   sha256=release.sha256)
    return release


def _copy(session: Session, house: House, case: Case, made: Cleaned, at: dt.datetime) -> CaseFile:
    return cases.add_file(session, house, case, RELEASED, made.name, made.built.media_type, made.built.data, at=at)


def _proof(made: Cleaned) -> dict[str, str]:
    return {"sha256": hashlib.sha256(made.built.data).hexdigest(), "engine": filing.engine()}


def _keep(session: Session, house: House, release: Release, made: Cleaned, decisions: Decisions, reason: str) -> None:
    """Seal what was found and what was decided about it."""
    inspection = made.inspection
    release.unread = len(inspection.unread)
    release.sealed = cases.seal(session, house, {
        "values": _distinct(inspection.findings), "reason": reason,
        "decisions": [[*key, str(decision)] for key, decision in decisions.items()],
        "hidden": list(inspection.hidden), "unread": [each.where for each in inspection.unread]})
    session.flush()


def _distinct(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Each value once, with the places where it stands; without what the copy leaves out anyway."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in findings:
        if not each.dropped:
            known = found.setdefault((each.kind, each.normal), {"kind": each.kind, "normal": each.normal,
                                                                "value": each.value, "why": each.why, "places": []})
            if each.where not in known["places"] and len(known["places"]) < PLACES:
                known["places"].append(each.where)
    return list(found.values())


def inside(session: Session, house: House, release: Release) -> dict[str, Any]:
    return cases.unseal(session, house, release.sealed)


def values(session: Session, house: House, release: Release) -> list[Value]:
    """What was found in a file, each value once, with what was decided about it."""
    body = inside(session, house, release)
    decided = {(kind, normal): Decision(word) for kind, normal, word in body["decisions"]}
    return [Value(each["kind"], each["normal"], each["value"], each["why"], tuple(each["places"]),
                  decided.get((each["kind"], each["normal"]), Decision.mask)) for each in body["values"]]


def check(found: list[Value], decisions: Decisions, reason: str) -> None:
    """Raises `Unfit` when something is kept without a reason."""
    kept = [each for each in found if decisions.get((each.kind, each.normal)) is Decision.keep]
    if kept and not reason.strip():
        raise Unfit("保留个人信息要说明理由，例如是申请人本人的信息，或者本人同意公开")


def decide(session: Session, house: House, case: Case, release: Release, made: Cleaned,
           decisions: Decisions, reason: str, *, actor_id: int,
           at: dt.datetime | None = None) -> None:
    """Put the copy that was made by these decisions in place of the former one. Raises `Unfit`."""
    at, former = at or now(), session.get_one(CaseFile, release.released_id)
    copy = _copy(session, house, case, made, at)
    release.released_id, release.decided_by = copy.id, actor_id
    release.sha256, release.engine = _proof(made).values()
    _keep(session, house, release, made, decisions, reason.strip())
    _remove(session, house, former)
    session.expire(case, ["files"])
    kinds = sorted(kind for (kind, _normal), decision in decisions.items() if decision is Decision.keep)
    journal.record(session, "case.decide", ("case", case.id), actor_id=actor_id, at=at, file=release.original_id,
                   kept=kinds, sha256=release.sha256)


def choices(known_public: frozenset[str], decisions: Decisions, **more: Any) -> Choices:
    return Choices(decisions=dict(decisions), known_public=known_public, **more)


def vouch(session: Session, case: Case, release: Release, *, actor_id: int, at: dt.datetime | None = None) -> None:
    """Somebody who may states that he looked at the pictures which no program could read. Raises `Unfit`."""
    if actor_id == release.taken_by:
        raise Unfit("文件是您上传的，请由另一位核对图片")
    looked = f"file {release.original_id}"
    if not any(row.actor_id == actor_id and row.action == "case.look" and row.payload.get("part") == looked
               for row in journal.history(session, "case", case.id)):
        raise Unfit("请先打开原件，逐幅看过图片再声明")
    release.vouched_by = actor_id
    session.flush()
    journal.record(session, "case.vouch", ("case", case.id), actor_id=actor_id, at=at, file=release.original_id)


def drop(session: Session, house: House, case: Case, release: Release, *, actor_id: int,
         at: dt.datetime | None = None) -> None:
    """Take a file out of what is released, original and copy."""
    files = [session.get_one(CaseFile, number) for number in (release.original_id, release.released_id)]
    number = release.original_id
    session.delete(release)
    session.flush()
    for file in files:
        _remove(session, house, file)
    session.expire(case, ["files"])
    journal.record(session, "case.drop", ("case", case.id), actor_id=actor_id, at=at, file=number)


def _remove(session: Session, house: House, file: CaseFile) -> None:
    session.delete(file)
    session.flush()
    house.blobs.drop(session, file.address)


# -- whether they may go out ------------------------------------------------------------------------------------

def blockers(session: Session, house: House, case: Case) -> list[str]:
    """What keeps the files of a case from going out, one sentence each, Chinese; names of files are not in them."""
    known, problems = of_case(session, case), []
    for number, release in enumerate(known, 1):
        problems += [f"公开的材料第{number}个：{problem}" for problem in problems_of(session, house, release)]
    strays = {each.id for each in case.files if each.role == RELEASED} - {each.released_id for each in known}
    return problems + (["有的公开材料没有经过清理，请删去后重新上传"] if strays else [])


def problems_of(session: Session, house: House, release: Release) -> list[str]:
    """What keeps one file from going out."""
    problems = []
    if not _is_what_was_verified(session, house, release):
        problems.append("公开版损坏了，请重新生成")
    if release.engine != filing.engine():
        problems.append("检测规则更新过，请重新生成公开版")
    if release.decided_by is None and inside(session, house, release)["values"]:
        problems.append("还有发现的个人信息没有逐项确认")
    if release.unread and release.vouched_by is None:
        problems.append("有程序读不了的图片，要由审核人看过原件并声明")
    return problems


def _is_what_was_verified(session: Session, house: House, release: Release) -> bool:
    try:
        data = house.blobs.get(session, session.get_one(CaseFile, release.released_id).address)
    except (OSError, KeyProblem):
        return False
    return hashlib.sha256(data).hexdigest() == release.sha256
