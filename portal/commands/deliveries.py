"""`gongkai deliveries`: what left the house, what waits and what failed, and why."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from content import outbox
from content.base import SHANGHAI, now
from content.outbox import STATES, Asked, Delivery
from portal.commands import DONE, Call, Command, put_json

MOST = 1000
DAYS = 30  # of the counts


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--channel", default="", metavar="NAME", help="those of this channel alone")
    parser.add_argument("--state", choices=STATES, action="append", help="those in this state; may be given twice")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help=f"the newest N, at most {MOST}")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    house = call.instance.house
    with house.database.reader() as session:
        units = house.tree(session).departments.by_id
        rows = outbox.listed(session, Asked(chosen.channel, chosen.state or ()), max(1, min(chosen.limit, MOST)))
        counts = outbox.counts(session, now() - dt.timedelta(days=DAYS))
    found = {"deliveries": [_told(row) for row in rows], "days": DAYS, "counts": [
        {"channel": channel, "department": units[unit].code if unit else None, "state": state, "count": count}
        for channel, unit, state, count in counts]}
    if chosen.json:
        put_json(found)
        return DONE
    for each in found["deliveries"]:
        print(f"{each['id']:>7}  {each['channel']:<8} {each['state']:<9} {each['attempts']}  "
              f"{each['receiver'] or '（个人信息，不显示）'}  {each['problem']}")
    for each in found["counts"]:
        print(f"{each['channel']} {each['department'] or '—'} {each['state']}：{each['count']}")
    return DONE


def _told(row: Delivery) -> dict[str, Any]:
    """Whom a private delivery names is not said."""
    def moment(at: dt.datetime | None) -> str | None:
        return at and at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return {"id": row.id, "channel": row.channel, "key": row.key if not row.private else "", "state": row.state,
            "receiver": row.receiver, "private": row.private, "attempts": row.attempts, "created": moment(row.created),
            "next": moment(row.next_at) if row.state == outbox.WAITING else None, "sent": moment(row.sent_at),
            "receipt": row.receipt, "problem": row.problem}


COMMAND = Command("deliveries", "Show what left the house, what waits and what failed.", _run, _arguments)
