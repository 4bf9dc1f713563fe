"""The home page: a question, what is new, policies with their interpretations, the contents, the figures."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.view import view_config

from content import counts, marks, repository
from content.base import local_date
from content.promises import sentence
from content.tree import Node, Tree
from portal import promised
from portal.held import hold
from portal.i18n import _
from portal.public import _counts
from portal.public._lists import items
from portal.public._pairs import form_of, pairs
from portal.security import READ
from portal.shelf import Shelf
from portal.site_tags import column_tags
from portal.traversal import Root
from workflows.reports.upkeep import JUDGED, KEPT

LATEST, PAIRS, LOOKED_AT = 7, 5, 30


@dataclass(frozen=True)
class Tile:
    """A quick entry: the first public column whose name holds `word`, or the fixed address `url`."""

    icon: str
    title: str
    words: str
    word: str = ""
    url: str = ""


TILES = (Tile("document", _("依申请公开"), _("没找到？向政府书面申请"), url="/apply"),
         Tile("book", _("公开指南"), _("有哪些、怎么查、找谁问"), word="公开指南"),
         Tile("list", _("公开目录"), _("按栏目和部门逐项查阅"), url="/catalogue"),
         Tile("chart", _("公开年报"), _("每年公开了什么、答复了什么"), word="公开年报"),
         Tile("letter", _("县长信箱"), "", word="县长信箱"))


@dataclass(frozen=True)
class Line:
    """A line of the contents: a column and how many documents it lists, None where counting means nothing."""

    name: str
    url: str
    count: int | None
    depth: int = 0


@dataclass(frozen=True)
class Chapter:
    """A top column in the contents, with those directly below it."""

    name: str
    url: str
    words: str
    featured: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Rate:
    """How many columns keep their promise, of those that have promised a date."""

    columns: int
    kept: int

    @property
    def percent(self) -> str:
        return f"{100 * self.kept / self.columns:.1f}"


@view_config(context=Root, name="", permission=READ, renderer="public/home.pt", request_method="GET")
def home(request: Request) -> dict:
    marks.until(request.today + dt.timedelta(days=1))
    policies = repository.policies(request.db, request.now, LOOKED_AT)
    found = repository.interpretations(request.db, [live.document_id for live, _imported in policies], request.now)
    tallies = _counts.tallies(request)
    chapters = contents(request.tree, tallies)
    return {
        "latest": items(request, repository.latest(request.db, request.now, LATEST), with_column=True),
        "pairs": pairs(policies, found, request.today, PAIRS), "form_of": form_of, "local_date": local_date,
        "tiles": tiles(request.tree),
        "lead": [chapter for chapter in chapters if chapter.featured],
        "chapters": [chapter for chapter in chapters if not chapter.featured],
        "columns": sum(node.is_public() for node in request.tree.walk()),
        "figures": _counts.figures(request), "rate": rate(request),
        "page_tags": column_tags(_translated(request, "首页"), request.site.name, request.site.name, "首页"),
        "feeds": [(_translated(request, "最新公开"), "/feeds/latest.rss", "application/rss+xml"),
                  (_translated(request, "最新公开"), "/feeds/latest.atom", "application/atom+xml")],
    }


def _translated(request: Request, text: str) -> str:
    return request.localizer.translate(_(text))


def tiles(tree: Tree) -> list[Tile]:
    """The quick entries for which there is something to enter."""
    found = []
    for tile in TILES:
        node = next((node for node in tree.walk() if tile.word and tile.word in node.name and node.is_public()), None)
        if tile.url or node is not None:
            words = tile.words or sentence(node.rule)
            found.append(Tile(tile.icon, tile.title, words, url=tile.url or node.url))
    return found


def contents(tree: Tree, tallies: dict[int, counts.Tally], deep: bool = False) -> list[Chapter]:
    """The public columns as the contents page of a book; `deep` with all levels, not only the second."""
    return [Chapter(node.name, node.url, brief(node), node.featured, tuple(
            _line(each, tallies) for each in (list(node.walk())[1:] if deep else node.children) if each.is_public()))
            for node in tree.roots if node.is_public()]


def brief(node: Node) -> str:
    """The first clause of the column's description."""
    return re.split("[：。；]", node.description)[0]


def _line(node: Node, tallies: dict[int, counts.Tally]) -> Line:
    counted = node.kind == "list" or bool(node.children)
    return Line(node.name, node.url, _documents(node, tallies) if counted else None,
                len(node.chain) - 2)


def _documents(node: Node, tallies: dict[int, counts.Tally]) -> int:
    return tallies[node.id].documents if node.id in tallies else 0


def rate(request: Request) -> Rate:
    """按期更新率: of the public columns that owe something by a date or are blank, those within it."""
    known = promised.all_verdicts(request)
    states = [known[node.id].state for node in request.tree.walk() if node.is_public() and node.id in known]
    judged = [state for state in states if state in JUDGED]
    return Rate(len(judged), sum(state in KEPT for state in judged))


def includeme(config: Configurator) -> None:
    hold(config, "counts", lambda *_: Shelf())
