"""Who asks for the same (多人申请的相同信息, 条例 Art. 44): groups that officers make and undo, and what hints at them.

What a case asks for lies sealed. Likeness is reckoned on request among cases that the officer may open anyway; what
he is then shown of another case is a look like any other. How many people asked is told by keyed hashes alone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased, defer

from content import cases, journal, privacy, repository
from content.base import now
from content.cases import Case, CaseKey, Message
from content.documents import Document, Live
from content.house import House
from content.releases import Release
from content.repeats import Repeat, Repeated
from workflows.case_guards import DISCLOSED, SUGGESTION

REQUEST = "disclosure_request"  # the type of case of which Art. 44 speaks
LONGEST = 80  # characters of a title
MOST = 100  # cases of one group
POOL = 500  # newest cases that likeness is looked for in
ALIKE = 0.4  # of 1: from here on a case is proposed
PROPOSED = 12
CLUES = 30  # of each kind
SUGGESTED, MERGED, SAME_COPY = "suggested", "merged", "same_copy"


class Unfit(ValueError):
    """What was asked cannot be done; the message says why, in Chinese."""


@dataclass(frozen=True)
class Group:
    """A group as lists show it. `people`: how many different ones asked; `suggested`: how many of them suggested
    active disclosure; `document` what became of it, `live` once it was published."""

    repeat: Repeat
    title: str
    cases: tuple[Case, ...]
    people: int
    suggested: int
    document: Document | None
    live: Live | None

    @property
    def answered(self) -> list[Case]:
        """The cases in which something was disclosed, the newest answer first."""
        found = [each for each in self.cases if each.outcome in DISCLOSED and each.finished and each.erased is None]
        return sorted(found, key=lambda each: (each.finished, each.id), reverse=True)

    @property
    def warrants(self) -> bool:
        """Whether Art. 44 speaks of it: several people ask for the same, or one of them suggests it."""
        return self.people > 1 or self.suggested > 0


@dataclass(frozen=True)
class Clue:
    """Cases in no group that may ask for what others ask for: `kind` is `suggested`, `merged` or `same_copy`."""

    kind: str
    cases: tuple[Case, ...]
    count: int


@dataclass(frozen=True)
class Candidate:
    """A case that may ask for the same; `likeness` from 0 to 1, `words` what it asks for."""

    case: Case
    likeness: float
    words: str


# -- who asked --------------------------------------------------------------------------------------------------

def people(keys: Mapping[int, Mapping[str, str]]) -> int:
    """How many different people filed these cases: `{case: {field: keyed hash}}`.

    The same identity number or phone is the same person; whoever gave neither is told by the name.
    """
    found: list[set[tuple[str, str]]] = []
    for number, held in keys.items():
        marks = {(field, held[field]) for field in ("id_number", "phone") if held.get(field)}
        if not marks:
            marks = {("name", held["name"])} if held.get("name") else {("case", str(number))}
        same = [person for person in found if person & marks]
        found = [person for person in found if not person & marks] + [marks.union(*same)]
    return len(found)


def _keys(session: Session, ids: Collection[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {number: {} for number in ids}
    for key in session.scalars(select(CaseKey).where(CaseKey.case_id.in_(ids))):
        found[key.case_id][key.field] = key.hash
    return found


# -- groups -----------------------------------------------------------------------------------------------------

def reach(units: Collection[int]) -> ColumnElement[bool]:
    """Groups of these departments: they were asked, or handle one of the cases."""
    handled = select(Repeated.repeat_id).join(Case, Case.id == Repeated.case_id).where(Case.department_id.in_(units))
    return or_(Repeat.office_id.in_(units), Repeat.id.in_(handled))


def count(session: Session, units: Collection[int]) -> int:
    return session.scalar(select(func.count()).select_from(Repeat).where(reach(units))) or 0


def listed(session: Session, house: House, units: Collection[int], offset: int, limit: int) -> list[Group]:
    """Groups, the newest first; six queries, however many there are."""
    query = select(Repeat).where(reach(units)).order_by(Repeat.id.desc()).offset(offset).limit(limit)
    return shown(session, house, list(session.scalars(query)))


def shown(session: Session, house: House, repeats: Collection[Repeat]) -> list[Group]:
    """These groups with all that is told of them."""
    members: dict[int, list[Case]] = defaultdict(list)
    query = (select(Repeated.repeat_id, Case).join(Case, Case.id == Repeated.case_id).options(defer(Case.sealed))
             .where(Repeated.repeat_id.in_([each.id for each in repeats])).order_by(Case.id))
    for number, case in session.execute(query):
        members[number].append(case)
    ids = [case.id for found in members.values() for case in found]
    keys, suggested = _keys(session, ids), set(session.scalars(
        select(Message.case_id).where(Message.kind == SUGGESTION, Message.case_id.in_(ids))))
    wanted = [each.document_id for each in repeats if each.document_id]
    documents = {each.id: each for each in session.scalars(select(Document).where(Document.id.in_(wanted)))}
    lives = {each.document_id: each for each in session.scalars(select(Live).where(Live.document_id.in_(wanted)))}
    return [Group(each, cases.unseal(session, house, each.sealed), tuple(members[each.id]),
                  people({case.id: keys[case.id] for case in members[each.id]}),
                  sum(case.id in suggested for case in members[each.id]), documents.get(each.document_id),
                  lives.get(each.document_id)) for each in repeats]


def of_case(session: Session, house: House, case: Case) -> Group | None:
    """The group in which a case is."""
    repeat = _repeat_of(session, case)
    return shown(session, house, [repeat])[0] if repeat is not None else None


def disclosed(session: Session, case: Case, at: dt.datetime) -> Live | None:
    """What everybody may read since it was turned into active disclosure: two queries, nothing sealed is opened."""
    repeat = _repeat_of(session, case)
    if repeat is None or repeat.document_id is None:
        return None
    return repository.by_ids(session, [repeat.document_id], at).get(repeat.document_id)


def _repeat_of(session: Session, case: Case) -> Repeat | None:
    query = select(Repeat).join(Repeated, Repeated.repeat_id == Repeat.id).where(Repeated.case_id == case.id)
    return session.scalars(query).first()


def join(session: Session, house: House, case: Case, others: Collection[Case], title: str, *, actor_id: int,
         at: dt.datetime | None = None) -> Repeat:
    """Put a case and others together, into the group in which it is already or a new one. Raises `Unfit`."""
    at, title = at or now(), " ".join(title.split())
    _check(session, case, others, title)
    repeat = _repeat_of(session, case)
    if repeat is None:
        repeat = Repeat(office_id=case.office_id, sealed=b"", at=at, actor_id=actor_id)
        session.add(repeat)
    repeat.sealed = cases.seal(session, house, title)
    session.flush()
    there = _members(session, repeat)
    for number in dict.fromkeys(each.id for each in (case, *others) if each.id not in there):
        session.add(Repeated(case_id=number, repeat_id=repeat.id, at=at, actor_id=actor_id))
        journal.record(session, "case.group", ("case", number), actor_id=actor_id, at=at, group=repeat.id)
    session.flush()
    return repeat


def _members(session: Session, repeat: Repeat) -> set[int]:
    return set(session.scalars(select(Repeated.case_id).where(Repeated.repeat_id == repeat.id)))


def _check(session: Session, case: Case, others: Collection[Case], title: str) -> None:
    if not 2 <= len(title) <= LONGEST:
        raise Unfit(f"写明申请的是什么信息，2至{LONGEST}个字")
    if privacy.scan_text(title):
        raise Unfit("说明里有个人信息：只写申请的是什么信息，不写申请人")
    for each in (case, *others):
        if each.type != REQUEST or each.erased is not None:
            raise Unfit(f"{each.number}不能归组：只有没有清除的政府信息公开申请才可以")
        if each.office_id != case.office_id:
            raise Unfit(f"{each.number}是向另一机关提出的：第四十四条说的是向同一机关申请")
    own = _repeat_of(session, case)
    if len({each.id for each in others} | (_members(session, own) if own else {case.id})) > MOST:
        raise Unfit(f"一组最多{MOST}件")
    held = session.execute(select(Case.number, Repeated.repeat_id).join(Repeated, Repeated.case_id == Case.id)
                           .where(Case.id.in_([each.id for each in others]))).all()
    for number, group in held:
        if own is None or group != own.id:
            raise Unfit(f"{number}已经归在另一组，请先从那一组移出")


def leave(session: Session, case: Case, *, actor_id: int, at: dt.datetime | None = None) -> None:
    """Take a case out of its group; a group that is empty and became nothing goes. Raises `Unfit`."""
    member = session.get(Repeated, case.id)
    if member is None:
        raise Unfit("这件没有归组")
    repeat = session.get_one(Repeat, member.repeat_id)
    session.delete(member)
    session.flush()
    journal.record(session, "case.ungroup", ("case", case.id), actor_id=actor_id, at=at, group=repeat.id)
    left = session.scalar(select(func.count()).select_from(Repeated).where(Repeated.repeat_id == repeat.id))
    if not left and repeat.document_id is None:
        session.delete(repeat)
        session.flush()


# -- what hints at them -----------------------------------------------------------------------------------------

def clues(session: Session, units: Collection[int]) -> list[Clue]:
    """What officers may want to look at: five queries, each with an end; nothing sealed is opened."""
    free = (Case.erased.is_(None), or_(Case.department_id.in_(units), Case.office_id.in_(units)),
            Case.id.not_in(select(Repeated.case_id)))  # only applications for disclosure are merged, or release files
    suggested = session.scalars(select(Case).where(*free, Case.id.in_(
        select(Message.case_id).where(Message.kind == SUGGESTION))).options(defer(Case.sealed))
        .order_by(Case.id.desc()).limit(CLUES))
    merged = aliased(Case)
    repeated = session.execute(
        select(merged.merged_into_id, func.count()).join(Case, Case.id == merged.merged_into_id)
        .where(*free, merged.merged_into_id.is_not(None)).group_by(merged.merged_into_id)
        .order_by(func.count().desc(), merged.merged_into_id.desc()).limit(CLUES)).all()
    known = _by_id(session, [row[0] for row in repeated])
    return [*(Clue(SUGGESTED, (each,), 1) for each in suggested), *_same_copies(session, free),
            *(Clue(MERGED, (known[number],), many) for number, many in repeated)]


def _same_copies(session: Session, free: Iterable[ColumnElement[bool]]) -> list[Clue]:
    """Cases in which the very same file was released."""
    many = func.count(func.distinct(Release.case_id))
    copies = list(session.scalars(select(Release.sha256).join(Case, Case.id == Release.case_id)
                                  .where(*free).group_by(Release.sha256).having(many > 1)
                                  .order_by(func.max(Release.id).desc()).limit(CLUES)))
    if not copies:
        return []
    found: dict[str, set[int]] = defaultdict(set)
    query = select(Release.sha256, Release.case_id).join(Case, Case.id == Release.case_id)
    for sha256, number in session.execute(query.where(*free, Release.sha256.in_(copies)).limit(CLUES * MOST)):
        found[sha256].add(number)
    known = _by_id(session, {number for ids in found.values() for number in ids})
    distinct = dict.fromkeys(tuple(sorted(found[sha256])) for sha256 in copies)
    return [Clue(SAME_COPY, tuple(known[number] for number in ids), len(ids)) for ids in distinct]


def _by_id(session: Session, ids: Collection[int]) -> dict[int, Case]:
    query = select(Case).where(Case.id.in_(ids)).options(defer(Case.sealed))
    return {each.id: each for each in session.scalars(query)}


def candidates(session: Session, house: House, case: Case, units: Collection[int]) -> list[Candidate]:
    """Cases filed with the same organ that ask in like words, the likest first, among those of `units` (the ones that
    the officer may open). Before they are shown, `looked` writes down that they are. Raises `cases.Erased`."""
    query = (select(Case).where(Case.type == REQUEST, Case.office_id == case.office_id, Case.id != case.id,
                                Case.erased.is_(None), Case.department_id.in_(units),
                                Case.id.not_in(select(Repeated.case_id)))
             .order_by(Case.id.desc()).limit(POOL))
    mine, found = _pairs(_asked(cases.contents(session, house, case))), []
    for other in session.scalars(query):
        words = _asked(cases.contents(session, house, other))
        likeness = _likeness(mine, _pairs(words))
        if likeness >= ALIKE:
            found.append(Candidate(other, likeness, words))
    return sorted(found, key=lambda each: (-each.likeness, -each.case.id))[:PROPOSED]


def looked(session: Session, case_ids: Collection[int], *, actor_id: int) -> None:
    """What these cases ask for is shown to somebody at the desk."""
    for number in case_ids:
        journal.record(session, "case.look", ("case", number), actor_id=actor_id, part="similar")


def _asked(inside: Mapping[str, Mapping[str, str]]) -> str:
    request = inside["request"]
    return " ".join(str(request[name]) for name in ("description", "number") if request.get(name))


def likeness(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: the pairs of letters they share (Dice)."""
    return _likeness(_pairs(one), _pairs(other))


def _pairs(words: str) -> Counter[str]:
    plain = cases.normal_key(words)
    return Counter(plain[at:at + 2] for at in range(len(plain) - 1))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 0.0

