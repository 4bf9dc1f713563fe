"""Templates of letters: what is shipped, what the house has made of it, and what an edited one must keep to.

One file of `kinds/` is one kind of letter. A kind whose words depend on a choice (the reply on its outcome, a
consultation on who is asked) names that choice (`by`) and has its variants, one file each, in the folder of its name;
they take the place of `${part}`. What is told of remedies lies in `kinds/remedies/` and takes that of `${remedies}`.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal
from content.base import now
from content.cases import LetterTemplate

KINDS = Path(__file__).parent / "kinds"
PART, REMEDIES = "part", "remedies"
APPLICANT, OTHER = "applicant", "other"
# What every letter may use, with what it stands for.
COMMON = {"to": "收件人", "organ": "本机关名称", "number": "文书编号", "case_number": "受理编号",
          "submitted": "提交日期", "received": "收到日", "due": "期限", "today": "今天的日期",
          "phone": "本机关电话", "address": "本机关地址", "above": "行政复议机关"}
# … and those that name or address the applicant, of whom others are told nothing.
PERSONAL = {"you": "“您”，申请人是单位的为“贵单位”", "applicant": "申请人姓名或者名称", "description": "申请公开的信息"}
PLACE = re.compile(r"\$\{(\w+)\}")
ROW = "｜"  # a paragraph `name｜value` is a row of a table


class BadTemplate(ValueError):
    """A template is wrong; the message says what and what to do, in Chinese."""


@dataclass(frozen=True)
class Template:
    """`kind` is the file's path without its end, parts joined by a dot: `reply`, `reply.granted`, `remedies.either`.

    `mark` stands in the number behind the serial; `places` are the placeholders of its own; `to` says whether it goes
    to the applicant, to another, or (empty) greets nobody; `by` names the choice on which its variant depends;
    `remedy` the remedies it tells.
    """

    kind: str
    name: str  # what the desk calls it
    title: str  # above the letter; a part's may be empty
    mark: str
    paragraphs: tuple[str, ...]
    places: tuple[str, ...] = ()
    to: str = APPLICANT
    by: str = ""
    remedy: str = ""

    @property
    def body(self) -> str:
        return "\n".join(self.paragraphs)

    @property
    def required(self) -> tuple[str, ...]:
        """What must stay in it, however it is edited: the law asks for it."""
        return tuple(name for name in (PART, REMEDIES) if f"${{{name}}}" in shipped()[self.kind].body)

    @property
    def allowed(self) -> tuple[str, ...]:
        return (*self.places, *self.required, *COMMON, *(PERSONAL if self.to == APPLICANT else ()))


@lru_cache(maxsize=1)
def shipped() -> dict[str, Template]:
    """Every kind of letter and every part of one, as it is shipped: by kind."""
    paths = sorted(KINDS.rglob("*.toml"))
    return {found.kind: found for found in map(_read, paths)}


def _read(path: Path) -> Template:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    kind = ".".join(path.relative_to(KINDS).with_suffix("").parts)
    lists = {name: tuple(raw.pop(name, ())) for name in ("paragraphs", "places")}
    return Template(kind, raw.pop("name"), raw.pop("title", ""), raw.pop("mark", ""), **lists, **raw)


def template(session: Session, kind: str) -> Template:
    """The template that holds now. Raises `LookupError` for an unknown kind."""
    base = _shipped(kind)
    edited = newest(session, kind)
    if edited is None or not edited.body:
        return base
    return replace(base, title=edited.title, paragraphs=tuple(split(edited.body)))


def _shipped(kind: str) -> Template:
    try:
        return shipped()[kind]
    except KeyError:
        raise LookupError(f"no letter {kind!r}; there are {', '.join(shipped())}") from None


def for_applicant(kind: str) -> bool:
    """Whether letters of this kind go to who filed the case; those to third parties and other organs do not."""
    return kind in shipped() and shipped()[kind].to == APPLICANT


def split(body: str) -> list[str]:
    return [line.strip() for line in body.splitlines() if line.strip()]


# -- editing ----------------------------------------------------------------------------------------------------

def newest(session: Session, kind: str) -> LetterTemplate | None:
    return next(iter(versions(session, kind, 1)), None)


def versions(session: Session, kind: str, most: int = 50) -> list[LetterTemplate]:
    """What the house has made of it, newest first; one with an empty body goes back to what is shipped."""
    return list(session.scalars(select(LetterTemplate).where(LetterTemplate.kind == kind)
                                .order_by(LetterTemplate.version.desc()).limit(most)))


def edit(session: Session, kind: str, title: str, body: str, *, actor_id: int,
         at: dt.datetime | None = None) -> LetterTemplate:
    """A new version of a template. Raises `BadTemplate`; letters already issued stay as they are."""
    check(_shipped(kind), title, body)
    return _keep(session, kind, title.strip(), "\n".join(split(body)), actor_id, at)


def reset(session: Session, kind: str, *, actor_id: int, at: dt.datetime | None = None) -> LetterTemplate:
    """Back to what is shipped, as a version of its own; later releases renew it then."""
    _shipped(kind)
    return _keep(session, kind, "", "", actor_id, at)


def _keep(session: Session, kind: str, title: str, body: str, actor_id: int,
          at: dt.datetime | None) -> LetterTemplate:
    last = newest(session, kind)
    made = LetterTemplate(kind=kind, version=last.version + 1 if last else 1, title=title, body=body, at=at or now(),
                          actor_id=actor_id)
    session.add(made)
    session.flush()
    journal.record(session, "letter.edit", ("letter", made.id), actor_id=actor_id, at=at, letter=kind,
                   version=made.version)
    return made


def check(base: Template, title: str, body: str) -> None:
    """Raises `BadTemplate` for an empty one, one that names what there is not, or leaves out what must be said."""
    if not split(body):
        raise BadTemplate("正文不能空")
    if not title.strip() and base.title:
        raise BadTemplate("标题不能空")
    if "$" in title:
        raise BadTemplate("标题里不能用 ${名称}")
    named = PLACE.findall(body)
    if unknown := [name for name in named if name not in base.allowed]:
        known = "、".join(f"${{{name}}}" for name in base.allowed)
        raise BadTemplate(f"没有“${{{unknown[0]}}}”这一项；可以用：{known}")
    if "$" in PLACE.sub("", body):
        raise BadTemplate("“$”只能用在 ${名称} 里")
    if lost := [name for name in base.required if named.count(name) != 1]:
        raise BadTemplate(f"“${{{lost[0]}}}”要单独保留一处：这里由系统填写{_FILLED[lost[0]]}")
    if any(f"${{{name}}}" in line and line != f"${{{name}}}" for name in (PART, REMEDIES) for line in split(body)):
        raise BadTemplate("${part} 和 ${remedies} 要单独成段")


_FILLED = {PART: "按处理结果或者征求对象不同的内容", REMEDIES: "救济途径，依法必须告知"}
