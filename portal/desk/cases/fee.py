"""信息处理费怎样算: what a number of items or pages would cost (国办函〔2020〕109号), before anything is asked for."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from portal.desk.cases._shared import URL
from portal.forms import whole
from portal.i18n import _
from portal.traversal import Desk
from workflows.access import Permission
from workflows.asks import ASKS, FEES
from workflows.outcomes import FEE_TIERS, fee_by_items, fee_by_pages

BY = {"items": fee_by_items, "pages": fee_by_pages}


def page(request: Request) -> dict[str, Any]:
    """`/desk/cases/fee?basis=items&count=35`: the amount, or only the tiers while nothing was asked."""
    basis, count = request.GET.get("basis", "items"), whole(request.GET.get("count", ""))
    basis = basis if basis in BY else "items"
    known = count is not None and count <= ASKS["fee_count"].most
    return {"title": _("信息处理费试算"), "bases": FEES, "tiers": FEE_TIERS, "basis": basis,
            "count": count if known else "", "most": ASKS["fee_count"].most,
            "amount": BY[basis](count) if known else None}


def includeme(config: Configurator) -> None:
    config.add_route("desk.cases.fee", f"{URL}/fee", factory=Desk)
    config.add_view(page, route_name="desk.cases.fee", request_method="GET", renderer="desk/case_fee.pt",
                    permission=Permission.READ_CASES)
