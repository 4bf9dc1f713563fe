"""`gongkai columns`: every column, with how much is in it and since when nothing new came."""

from __future__ import annotations

import argparse

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content.base import local_date, now
from content.documents import Listing, Live, readable
from content.tree import Node
from portal.commands import DONE, Call, Command, put_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    house = call.instance.house
    with house.database.reader() as session:
        rows = [_row(session, node) for node in house.tree(session).walk()]
    if chosen.json:
        put_json({"columns": rows})
        return DONE
    for row in rows:
        print(f"{row['code']:<8}{row['documents']:>7}  {row['updated'] or '—':<10}  {row['path']}  {row['name']}")
    return DONE


def _row(session: Session, node: Node) -> dict[str, object]:
    """Counted with everything below, each document once, as on the column's page."""
    ids = [each.id for each in node.walk()]
    query = (select(func.count(Listing.document_id.distinct()), func.max(Listing.published))
             .join(Live, Live.document_id == Listing.document_id)
             .where(Listing.column_id.in_(ids), readable(now(), "internal")))
    documents, newest = session.execute(query).one()
    updated = local_date(newest).isoformat() if newest else None
    return {"path": node.path, "name": node.name, "code": node.code, "documents": documents, "updated": updated}


COMMAND = Command("columns", "List the columns with their documents and last update.", _run, _arguments)
