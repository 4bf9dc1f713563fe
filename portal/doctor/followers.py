"""What follows the journal beside the index: published pages of this host, mail to subscribers, and the others."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from content import journal
from content.cursors import Cursor
from portal.doctor import WARN, Check, Found, Patient
from portal.doctor.index import LATE, oldest_after
from portal.i18n import _

INDEX = "search"


def run(patient: Patient) -> Iterator[Found]:
    with patient.database.reader() as session:
        head = journal.latest(session)
        for name, position in positions(session, patient.house.host).items():
            own = name.partition("@")[0] != INDEX  # the index tells for itself how far it is
            since = oldest_after(session, position) if own and position < head else None
            if since is not None and patient.at - since > LATE:
                yield Found(WARN, _("${name} 落后日志 ${n} 条", mapping={"name": name, "n": head - position}),
                            _("看看 gongkai worker 是不是在运行，它的日志说了什么"))


def positions(session, host: str) -> dict[str, int]:
    """How far each follower is; of what every host derives for itself, this host's."""
    rows = session.execute(select(Cursor.name, Cursor.position).where(Cursor.position > 0).order_by(Cursor.name))
    return {name: position for name, position in rows if name.partition("@")[2] in ("", host)}


CHECK = Check("followers", _("跟随日志的各项"), run)
