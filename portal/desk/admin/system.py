"""系统状况: what the doctor finds, for who looks after the machine; nothing here that asks other machines."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from portal.desk.navigation import MANAGE, Entry
from portal.doctor import BAD, NOT_MADE, OK, WARN, Patient, checks, examine
from portal.i18n import _
from portal.traversal import Desk
from workflows.access import Permission

URL = "/desk/system"
WORDS = {OK: ("ok", _("正常")), WARN: ("warn", _("要注意")), BAD: ("late", _("不正常")),
         NOT_MADE: ("idle", _("没有检查"))}


def page(request: Request) -> dict[str, Any]:
    """`/desk/system`."""
    patient = Patient(request.registry.settings["gongkai"], request.house, request.search, request.now)
    verdicts = list(examine(patient, [check for check in checks().values() if not check.outside]))
    return {"title": _("系统状况"), "words": WORDS,
            "wrong": [each for each in verdicts if each.grade != OK], "well": [v for v in verdicts if v.grade == OK]}


def includeme(config: Configurator) -> None:
    permission = Permission.READ_SYSTEM
    config.add_desk_entry(Entry(MANAGE, _("系统状况"), URL, "shield", permission, 90))
    config.add_route("desk.system", URL, factory=Desk)
    config.add_view(page, route_name="desk.system", request_method="GET", permission=permission,
                    renderer="desk/admin/system.pt")
