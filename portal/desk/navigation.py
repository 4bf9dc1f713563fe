"""The navigation of the desk: entries by permission, those of each heading together, with what waits behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from portal.i18n import _
from portal.rendering import NavEntry
from workflows.access import Permission, permits

WORK, SUPERVISION, RECORDS, MANAGE = "工作", "监督", "记录", "管理"
HEADINGS = {WORK: _("工作"), SUPERVISION: _("监督"), RECORDS: _("记录"), MANAGE: _("管理")}


@dataclass(frozen=True)
class Entry:
    """An entry: `order` within its heading; `count` says of a request how many things wait there."""

    heading: str
    title: Any
    url: str
    icon: str
    permission: Permission
    order: int = 50
    count: Callable[[Request], int] | None = None


def add_desk_entry(config: Configurator, entry: Entry) -> None:
    """Configurator directive: show `entry` to everybody who holds its permission anywhere."""
    config.registry.settings.setdefault("desk.entries", []).append(entry)


def desk_nav(request: Request) -> list[tuple[Any, list[NavEntry]]]:
    """`[(heading, entries)]` of this person, for the layout of the desk; nothing on the citizens' pages."""
    if not request.path.startswith(("/desk", "/account")) or request.identity is None:
        return []
    mine = [entry for entry in sorted(request.registry.settings["desk.entries"], key=lambda each: each.order)
            if permits(request.identity, entry.permission, None, request.tree)]
    current = max((entry.url for entry in mine if _within(request.path, entry.url)), key=len, default="")
    groups = [(title, [_shown(request, entry, entry.url == current) for entry in mine if entry.heading == heading])
              for heading, title in HEADINGS.items()]
    return [(title, entries) for title, entries in groups if entries]


def _within(path: str, url: str) -> bool:
    return path == url or (url != "/desk" and path.startswith(f"{url}/"))


def _shown(request: Request, entry: Entry, current: bool) -> NavEntry:
    return NavEntry(entry.title, entry.url, current, entry.icon, entry.count(request) if entry.count else None)


def includeme(config: Configurator) -> None:
    config.registry.settings["desk.entries"] = []
    config.add_directive("add_desk_entry", add_desk_entry)
    config.add_request_method(desk_nav, reify=True)
