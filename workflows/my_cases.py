"""What the holder of an account sees of his cases (我的申请): where each is, when it is due, the last letter to him.

A page is three queries however many cases there are, and nothing sealed is opened for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from content.applicants import HeldCase
from content.cases import Case, Message
from workflows.definition import Workflow
from workflows.engine import workflow_of
from workflows.letters.templates import Template, for_applicant, shipped


@dataclass(frozen=True)
class Mine:
    """A case in the list. `letter` is the last that went to him, as `(its kind, its row without its words)`."""

    case: Case
    workflow: Workflow
    letter: tuple[Template, Message] | None

    @property
    def state(self) -> str:
        """Where it is, in the words for the public."""
        state = self.workflow.states[self.case.state]
        return state.public or state.title


def count(session: Session, applicant_id: int) -> int:
    return session.scalar(select(func.count()).select_from(HeldCase).join(Case, Case.id == HeldCase.case_id)
                          .where(HeldCase.applicant_id == applicant_id, Case.erased.is_(None))) or 0


def mine(session: Session, applicant_id: int, *, limit: int, offset: int = 0) -> list[Mine]:
    """Cases of an account, the newest first."""
    query = (select(Case).join(HeldCase, HeldCase.case_id == Case.id).options(defer(Case.sealed))
             .where(HeldCase.applicant_id == applicant_id, Case.erased.is_(None))
             .order_by(Case.submitted.desc(), Case.id.desc()).limit(limit).offset(offset))
    found = list(session.scalars(query))
    letters = _last_letters(session, [case.id for case in found])
    return [Mine(case, workflow_of(case.workflow), letters.get(case.id)) for case in found]


def _last_letters(session: Session, ids: Collection[int]) -> dict[int, tuple[Template, Message]]:
    """The last letter to the applicant in each case."""
    kinds = [kind for kind in shipped() if for_applicant(kind)]
    last = (select(func.max(Message.id)).where(Message.case_id.in_(ids), Message.direction == "out",
                                               Message.issued.is_not(None), Message.kind.in_(kinds))
            .group_by(Message.case_id))
    query = select(Message).options(defer(Message.sealed)).where(Message.id.in_(last))
    return {each.case_id: (shipped()[each.kind], each) for each in session.scalars(query)}


def last_filed(session: Session, applicant_id: int, *, natural: bool) -> Case | None:
    """The newest case that was filed from the account itself, by a person or by an organisation.

    One that was added by number and query code is not asked: who found these must not learn where the person lives.
    """
    person = Case.applicant_class == "natural"
    query = (select(Case).join(HeldCase, HeldCase.case_id == Case.id)
             .where(HeldCase.applicant_id == applicant_id, HeldCase.filed.is_(True), Case.erased.is_(None),
                    person if natural else ~person)
             .order_by(Case.id.desc()).limit(1))
    return session.scalars(query).first()
