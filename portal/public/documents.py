"""A document: its metadata, its text, what belongs to it; or, when it may no longer be read, its tombstone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

from chameleon.utils import Markup
from pyramid.request import Request
from pyramid.view import view_config

from content import corrections, harvests, marks, repository
from content.base import local_date
from content.documents import ARCHIVED, REASONS, Live
from content.people import Unit
from content.types import DocumentType, type_of
from portal.dates import Dates
from portal.i18n import _
from portal.navigation import Crumb, audience, may_see, trail
from portal.public import _asked
from portal.public._files import listed
from portal.public._lists import validity
from portal.public._pairs import Pair, form_of, waiting
from portal.qr import qr
from portal.security import READ
from portal.site_tags import article_tags, column_tags
from portal.traversal import DocumentContext

FIRST = ("number", "genre", "topic", "validity", "formed")  # the usual order of the table on government sites
HIDDEN = ("pinned_until", "issuer", corrections.NOTE)
INDEX, ISSUER, OFFICE = _("索引号"), _("发文机关"), _("发布机构")
PUBLISHED, FORMED = _("发布日期"), _("成文日期")
LATELY = 30  # days for which a correction is spoken of above the text
# (kind of relation, whether this document is its source) -> heading of the panel beside the text
PANELS = {("interprets", True): _("解读的文件"), ("interprets", False): _("解读"),
          ("supersedes", True): _("代替的文件"), ("abolishes", True): _("废止的文件"),
          ("supersedes", False): _("现行文件"), ("abolishes", False): _("现行文件"),
          ("corrects", True): _("更正的信息"), ("corrects", False): _("更正说明")}


class Fact(NamedTuple):
    """A line of the metadata table; `wide` takes the whole width; `status` a mark before the value."""

    label: str
    value: str
    wide: bool = False
    status: tuple[str, str] | None = None


@dataclass(frozen=True)
class Panel:
    """Other documents that belong to this one."""

    heading: str
    lives: tuple[Live, ...]


@view_config(context=DocumentContext, name="", permission=READ, renderer="public/document.pt", request_method="GET")
def document(context: DocumentContext, request: Request) -> dict[str, Any]:
    live, node = context.live, context.node
    if not repository.may_read(live, request.now, audience(node)):
        return tombstone(request, live)
    return document_values(request, live) | {"title": live.title, "breadcrumb": _trail(request, live)}


def _trail(request: Request, live: Live) -> list[Crumb]:
    return trail(request.tree.by_id[live.column_id], last=False)


def document_values(request: Request, live: Live) -> dict[str, Any]:
    """Everything that the page of a readable document shows, but for where it stands.

    One query where other documents may speak of it, one for the record of its corrections where there are any.
    """
    node, unit = request.tree.by_id[live.column_id], _unit(request, live)
    related = repository.relations(request.db, live, request.now, audience(node))
    address = absolute(request, live.url)
    return {
        "live": live, "rendition": live.rendition, "kind": type_of(live.type), "unit": unit, "address": address,
        "issuer": live.rendition.data.get("issuer") or unit.name, "metadata": metadata(request, live, unit),
        "published": local_date(live.published), "changed": local_date(live.changed), "qr": Markup(qr(address)),
        "archived": local_date(live.archived or live.changed) if live.state == ARCHIVED else None,
        "data_day": lambda name: _iso(live.rendition.data.get(name)),
        "corrections": corrections.record(request.db, live.document_id) if live.corrections else [],
        "lately": partial(_lately, request.today),
        "card": card_url(live), "panels": panels(related), "replaced_by": replaced_by(related),
        "waiting": _waiting(request, live, related), "form_of": form_of, "validity": validity, "files": listed(live),
        "origin": harvests.origin(request.db, live.document),
        "report": _asked.address("/report-error", [("page", live.url)]),
        "page_tags": _tags(request, live, unit, address), "description": live.rendition.summary,
    }


def _lately(today: dt.date, moment: dt.datetime) -> bool:
    last = local_date(moment) + dt.timedelta(days=LATELY)
    if today <= last:
        marks.until(last + dt.timedelta(days=1))
    return today <= last


def _iso(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None


def card_url(live: Live) -> str:
    """Where the public archive card (政务公开档案卡) of a document is; "" for one that has no address yet."""
    return live.url.removesuffix(".html") + "/card" if live.serial else ""


def absolute(request: Request, path: str) -> str:
    """The address as visitors know it, whatever proxy is in between."""
    return request.registry.settings["gongkai"].base_url.rstrip("/") + path


def _unit(request: Request, live: Live) -> Unit:
    return request.tree.departments.by_id[live.department_id]


def _tags(request: Request, live: Live, unit: Unit, address: str) -> list[tuple[str, str]]:
    node, data = request.tree.by_id[live.column_id], live.rendition.data
    words = data.get("keywords", "").replace("；", ";").replace("，", ";").replace(",", ";").replace(" ", ";")
    return (column_tags(node.name, node.description, node.keywords, node.column_type) + article_tags(
        live.title, live.published, data.get("source") or data.get("issuer") or unit.name, url=address,
        keywords=[word for word in words.split(";") if word], author=data.get("author", ""),
        description=live.rendition.summary))


# -- metadata -----------------------------------------------------------------------------------------------------

def metadata(request: Request, live: Live, unit: Unit) -> list[Fact]:
    """The table above the text (政府信息公开目录's elements): what is known of it, in the usual order."""
    kind, data = type_of(live.type), live.rendition.data
    dates = Dates(request.language.code, request.today)
    written = _written(live, kind, dates)
    found = [Fact(INDEX, live.index_number), Fact(ISSUER if kind.official else OFFICE, data.get("issuer") or unit.name)]
    found += [written.pop(name) for name in FIRST if name in written]
    return [*found, Fact(PUBLISHED, dates.date(live.published)), *written.values()]


def _written(live: Live, kind: DocumentType, dates: Dates) -> dict[str, Fact]:
    """The fields of the type that were filled in, by name, as people read them."""
    found, data = {}, live.rendition.data | {"validity": live.validity}
    for name, title, shape, choices in _fields(kind.name):
        value = data.get(name)
        if value in (None, ""):
            continue
        status = validity(value) or ("ok", value) if name == "validity" else None
        found[name] = Fact(title, _shown(shape, choices, value, dates), shape == "textarea", status)
    return found


def _shown(shape: str, choices: dict[str, str], value: Any, dates: Dates) -> str:
    if shape == "date":
        return dates.date(dt.date.fromisoformat(value))
    return str(choices.get(value, value) if choices else value)


@cache
def _fields(type_name: str) -> tuple[tuple[str, Any, str, dict[str, str]], ...]:
    """Those of a type's schema that are shown: name, title, shape, choices. A schema is made anew for each form."""
    kind = type_of(type_name)
    shown = ((node, getattr(node, "shape", "line")) for node in kind.fields() if node.name not in HIDDEN)
    return tuple((node.name, FORMED if kind.official and node.name == "formed" else node.title, shape,
                  dict(node.pairs) if shape == "choice" else {}) for node, shape in shown if shape != "document")


# -- what belongs to it -------------------------------------------------------------------------------------------

def panels(related: list[tuple[str, bool, Live]]) -> list[Panel]:
    """The other documents by heading, in the order of `PANELS`, each under the first that fits."""
    found: dict[str, list[Live]] = {}
    shown: set[int] = set()
    for key, heading in PANELS.items():
        for kind, is_source, live in related:
            if (kind, is_source) == key and live.document_id not in shown:
                found.setdefault(heading, []).append(live)
                shown.add(live.document_id)
    return [Panel(heading, tuple(lives)) for heading, lives in found.items()]


def replaced_by(related: list[tuple[str, bool, Live]]) -> Live | None:
    """The newest document that abolished this one or took its place."""
    found = [live for kind, is_source, live in related if kind in ("abolishes", "supersedes") and not is_source]
    return found[-1] if found else None


def _waiting(request: Request, live: Live, related: list[tuple[str, bool, Live]]) -> Pair | None:
    """The interpretation that a policy of this house still lacks; imported texts are exempt."""
    there = any((kind, is_source) == ("interprets", False) for kind, is_source, _live in related)
    if there or live.type != "policy" or live.document.imported or live.validity in repository.OUT_OF_FORCE:
        return None
    found = waiting(live, request.today)
    if not found.late:
        marks.until(found.due + dt.timedelta(days=1))
    return found


# -- what is no longer there --------------------------------------------------------------------------------------

def tombstone(request: Request, live: Live) -> dict[str, Any]:
    """Status 410: which one, since when, what kind of reason, who to ask; the title only where it harms nobody."""
    request.response.status_int = 410
    request.override_renderer = "public/tombstone.pt"
    node = request.tree.by_id[live.column_id]
    heading = _("这条信息已撤回") if live.is_withdrawn else _("公示期已满，这条信息已撤下")
    return {
        "title": heading, "live": live, "kind": REASONS.get(live.reason_kind, ""), "unit": _unit(request, live),
        "breadcrumb": _trail(request, live), "replaced_by": _successor(request, live),
        "column": node if may_see(request, node) else None, "published": local_date(live.published),
        "withdrawn": local_date(live.changed),
        "page_tags": column_tags(node.name, node.description, node.keywords, node.column_type),
    }


def _successor(request: Request, live: Live) -> Live | None:
    """What took the place of a withdrawn document, where its tombstone may name it."""
    if live.reason_kind not in ("error", "superseded"):
        return None
    return replaced_by(repository.relations(request.db, live, request.now))
