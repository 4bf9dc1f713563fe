"""Where everything is: the site map for people and for search engines, the organ directory, robots.txt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from lxml import etree
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import counts, repository
from portal.i18n import _
from portal.public import _counts
from portal.public.documents import absolute
from portal.public.home import contents
from portal.security import READ

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
ROBOTS = """User-agent: *
Disallow: /desk
Disallow: /account
Disallow: /login
Disallow: /lang/
Disallow: /variant/
Disallow: /kiosk
Disallow: /display
Disallow: /report-error
Disallow: /search
Sitemap: {sitemap}
"""


@view_config(route_name="sitemap", permission=READ, renderer="public/sitemap.pt", request_method="GET")
def sitemap(request: Request) -> dict[str, Any]:
    tallies = _counts.tallies(request)
    return {"title": _("站点地图"), "breadcrumb": [(_("站点地图"), "")],
            "chapters": contents(request.tree, tallies, deep=True)}


@view_config(route_name="departments", permission=READ, renderer="public/departments.pt", request_method="GET")
def departments(request: Request) -> dict[str, Any]:
    """Names, office phones and addresses of the organs: to publish them is a duty (Art. 20 (2))."""
    units = request.tree.departments
    levels: dict[str, list] = {}
    for unit in units.by_id.values():
        levels.setdefault(unit.level, []).append(unit)
    return {"title": _("机构和电话"), "breadcrumb": [(_("机构和电话"), "")], "levels": list(levels.items()),
            "names": {unit.id: unit.short_name for unit in units.by_id.values()}}


# -- for programs: one list of columns, and one of documents for each year, each within the 50 000 of the protocol ----

@view_config(route_name="sitemap.xml", permission=READ, request_method="GET")
def sitemap_index(request: Request) -> Response:
    parts = ["columns", *counts.years(request.db, request.now)]
    return _xml("sitemapindex", "sitemap", ((absolute(request, f"/sitemap/{part}.xml"), None) for part in parts))


@view_config(route_name="sitemap.part", permission=READ, request_method="GET")
def sitemap_part(request: Request) -> Response:
    part = request.matchdict["part"]
    if part == "columns":
        paths = ["/", "/catalogue", "/departments", *(node.url for node in request.tree.walk() if node.is_public())]
        return _xml("urlset", "url", ((absolute(request, path), None) for path in paths))
    rows = repository.addresses(request.db, int(part), request.now)
    if not rows:
        raise HTTPNotFound()
    return _xml("urlset", "url", ((absolute(request, f"/doc/{row.year}/{row.serial}.html"), row.changed)
                                  for row in rows))


def _xml(root: str, item: str, places: Iterable[tuple[str, dt.datetime | None]]) -> Response:
    top = etree.Element(root, nsmap={None: _NAMESPACE})
    for address, changed in places:
        place = etree.SubElement(top, item)
        etree.SubElement(place, "loc").text = address
        if changed is not None:
            etree.SubElement(place, "lastmod").text = changed.isoformat(timespec="seconds")
    return Response(etree.tostring(top, xml_declaration=True, encoding="utf-8"), content_type="application/xml")


@view_config(route_name="robots.txt", permission=READ, request_method="GET")
def robots(request: Request) -> Response:
    return Response(ROBOTS.format(sitemap=absolute(request, "/sitemap.xml")), content_type="text/plain",
                    charset="utf-8")


def includeme(config: Configurator) -> None:
    config.add_route("sitemap", "/sitemap")
    config.add_route("departments", "/departments")
    config.add_route("sitemap.xml", "/sitemap.xml")
    config.add_route("sitemap.part", r"/sitemap/{part:columns|\d{4}}.xml")
    config.add_route("robots.txt", "/robots.txt")
