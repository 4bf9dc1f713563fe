"""Cases that ask for the same information (多人申请的相同信息, 条例 Art. 44), as an officer has put them together.

A case belongs to one group at most. What the group is about lies sealed, as all that is asked for; nobody's name is
in it. Once it was turned into active disclosure, the group knows the document that came of it.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from content.base import Base


class Repeat(Base):
    """A group: of cases that were filed with the same organ. `sealed` is its title."""

    __tablename__ = "case_repeat"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)  # what became of it


class Repeated(Base):
    """That a case is in a group, and who said so."""

    __tablename__ = "case_repeated"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    repeat_id: Mapped[int] = mapped_column(ForeignKey("case_repeat.id"), index=True)
    at: Mapped[dt.datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
