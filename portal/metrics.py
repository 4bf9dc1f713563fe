"""`/metrics`: figures for Prometheus, open to the addresses that the setting `metrics_from` names and to nobody else.

What is counted is counted in this process: where several serve, each is scraped by its own address, and the sums are
Prometheus's. What is asked of the database at a scrape is the same from any of them: a few queries in indexes, however
large the site is. Labels are patterns of routes, states and names of our own parts: nothing that a visitor wrote.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content import journal
from content.base import local_date, now
from content.cases import Case
from content.documents import Attachment
from content.findings import Finding
from content.house import House
from content.outbox import FAILED, WAITING, Delivery
from portal.doctor.followers import positions
from portal.held import hold
from portal.presence import living
from portal.security import PUBLIC
from portal.settings import BadSettings, Settings
from portal.watching import tally_of, view_of, watch
from workflows.supervision import OVER

HELD = "metrics"
TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10)
QUERIES = (1, 2, 5, 10, 20, 50, 100)
NEAR = 3  # days before a limit from which a case counts as near it
HOUR = dt.timedelta(hours=1)


class Metrics:
    """What this process counts, and what it asks the house at each scrape."""

    def __init__(self, house: House, settings: Settings) -> None:
        watch(house.database.engine, settings.slow_query_ms)
        self.open_to = _networks(settings.metrics_from)
        self.registry = CollectorRegistry()
        self.requests = Counter("gongkai_requests", "Requests by view and status.", ["view", "status"],
                                registry=self.registry)
        self.seconds = Histogram("gongkai_request_seconds", "Seconds until a request was answered.", ["view"],
                                 buckets=SECONDS, registry=self.registry)
        self.queries = Histogram("gongkai_request_queries", "Statements that a request sent to the database.",
                                 ["view"], buckets=QUERIES, registry=self.registry)
        self.sql = Counter("gongkai_sql_seconds", "Seconds that requests waited for the database.",
                           registry=self.registry)
        self.searching = Histogram("gongkai_search_seconds", "Seconds that the search engine took.", buckets=SECONDS,
                                   registry=self.registry)
        self.published = Counter("gongkai_published_served", "Published pages served as files.",
                                 registry=self.registry)
        ProcessCollector(registry=self.registry)
        self.registry.register(Standing(house, settings))

    def answered(self, request: Request, response: Response, seconds: float) -> None:
        """Count one request."""
        view, tally = view_of(request), tally_of(request)
        self.requests.labels(view, response.status_int).inc()
        self.seconds.labels(view).observe(seconds)
        self.queries.labels(view).observe(tally.queries)
        self.sql.inc(tally.seconds)


def _networks(written: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(each, strict=False) for each in written.replace(",", " ").split())
    except ValueError as problem:
        raise BadSettings(f"metrics_from must name addresses or networks: {problem}") from None


class Standing:
    """How things stand in the house: a collector, asked at each scrape."""

    def __init__(self, house: House, settings: Settings) -> None:
        self.house, self.settings = house, settings

    def describe(self) -> list:
        return []  # names are known from the scrape; nothing is asked when it is registered

    def collect(self) -> Iterator[Any]:
        yield self._build()
        yield GaugeMetricFamily("gongkai_disk_free_bytes", "Bytes free where the instance lies.",
                                shutil.disk_usage(self.house.home).free)
        yield GaugeMetricFamily("gongkai_workers", "Workers that live on this host.",
                                len(living(self.house.home / "run")))
        with self.house.database.reader() as session:
            yield from _standing(session, self.house.host)

    def _build(self) -> InfoMetricFamily:
        engines = {"database": self.house.database.engine.dialect.name,
                   "search": urlsplit(self.settings.search_url).scheme}
        return InfoMetricFamily("gongkai_build", "What runs here.", {
            "version": version("gongkai"), "python": platform.python_version(), **engines})


def _standing(session: Session, host: str) -> Iterator[GaugeMetricFamily]:
    head, at, day = journal.latest(session), now(), local_date(now())
    yield GaugeMetricFamily("gongkai_journal_rows", "Rows of the journal.", head)
    yield _family("gongkai_follower_lag_rows", "Rows that a follower is behind the journal.", ("follower",), [
        (name, max(0, head - position)) for name, position in positions(session, host).items()])
    yield _family("gongkai_deliveries", "Deliveries that wait or were given up.", ("channel", "state"), _deliveries(
        session, Delivery.state.in_((WAITING, FAILED))))
    yield _family("gongkai_deliveries_last_hour", "Deliveries written within the hour.", ("channel", "state"),
                  _deliveries(session, Delivery.created >= at - HOUR))
    yield GaugeMetricFamily("gongkai_attachments_waiting", "Attachments to be looked at or made.", session.scalar(
        select(func.count()).where(Attachment.due <= at)))
    grades = session.execute(select(Finding.severity, func.count()).group_by(Finding.severity).where(
        Finding.gone.is_(None), Finding.state.not_in(OVER)))
    yield _family("gongkai_findings", "Findings of supervision that stand.", ("severity",), grades.all())
    for name, words, condition in (
            ("near_limit", "near their limit", Case.due.between(day, day + dt.timedelta(days=NEAR))),
            ("overdue", "beyond their limit", Case.due < day)):
        yield GaugeMetricFamily(f"gongkai_cases_{name}", f"Open cases {words}.", session.scalar(
            select(func.count()).where(Case.finished.is_(None), condition)))


def _deliveries(session: Session, condition: Any) -> list[tuple[str, str, int]]:
    grouped = select(Delivery.channel, Delivery.state, func.count()).group_by(Delivery.channel, Delivery.state)
    return session.execute(grouped.where(condition)).all()


def _family(name: str, words: str, labels: tuple[str, ...], rows: Any) -> GaugeMetricFamily:
    made = GaugeMetricFamily(name, words, labels=labels)
    for *values, count in rows:
        made.add_metric(list(map(str, values)), count)
    return made


# -- the view and the tween ---------------------------------------------------------------------------------------

def scrape(request: Request) -> Response:
    """`/metrics`; to everybody else there is no such page."""
    metrics: Metrics = request.registry.settings[HELD]
    if not _may(request, metrics):
        raise HTTPNotFound()
    headers = [("Content-Type", TYPE), ("Cache-Control", "no-store")]
    return Response(generate_latest(metrics.registry), headerlist=headers)


def _may(request: Request, metrics: Metrics) -> bool:
    """By address; but what asks for the site by its public name came through a proxy, which lends it its address."""
    settings: Settings = request.registry.settings["gongkai"]
    name = (urlsplit(settings.base_url).hostname or "").lower()
    if request.domain.lower() == name and name not in ("localhost", "127.0.0.1", "::1"):
        return False
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(address in network for network in metrics.open_to)


def tween(handler: Callable, registry: Any) -> Callable:
    """Count each request when it is answered."""
    def counted(request: Request) -> Response:
        began = time.perf_counter()
        response = handler(request)
        registry.settings[HELD].answered(request, response, time.perf_counter() - began)
        return response
    return counted


def includeme(config: Configurator) -> None:
    hold(config, HELD, Metrics)
    config.add_tween("portal.metrics.tween", over="portal.logs.tween")
    config.add_route("metrics", "/metrics")
    config.add_view(scrape, route_name="metrics", request_method="GET", permission=PUBLIC)
