"""Where one is and where one can go: the entries below the masthead, and the trail from the home page."""

from __future__ import annotations

from collections.abc import Iterable

from pyramid.config import Configurator
from pyramid.request import Request

from content.tree import Node, Tree
from portal.i18n import _
from portal.rendering import NavEntry
from workflows.access import Permission, permits

MOST = 6  # columns in the navigation; the rest is one press away, on the site map

Crumb = tuple[str, str]


def may_see(request: Request, node: Node) -> bool:
    """Whether the column may be named to this visitor at all."""
    return node.is_public() or permits(request.identity, Permission.READ_INTERNAL, node, request.tree)


def visible(request: Request, nodes: Iterable[Node]) -> list[Node]:
    """Those of `nodes` that this visitor may see."""
    return [node for node in nodes if may_see(request, node)]


def audience(node: Node) -> str:
    """For whom the list of this column is, as `content.repository` asks."""
    return "public" if node.is_public() else "internal"


def top(tree: Tree) -> list[Node]:
    """The public columns of the navigation, in the order of the tree: the featured ones are never left out."""
    roots = [node for node in tree.roots if node.is_public()]
    chosen = sorted(roots, key=lambda node: not node.featured)[:MOST]
    return [node for node in roots if node in chosen]


def nav(request: Request) -> list[NavEntry]:
    """首页, the top columns, those that only staff sees, all columns."""
    here = getattr(getattr(request, "context", None), "node", None)
    root = here.chain[-1] if here is not None else None
    nodes = top(request.tree)
    if request.identity is not None:
        nodes += [node for node in request.tree.roots if not node.is_public() and may_see(request, node)]
    columns = [NavEntry(node.name, node.url, node is root) for node in nodes]
    return [NavEntry(_("首页"), "/", request.path_info == "/"), *columns,
            NavEntry(_("全部栏目"), "/sitemap", request.path_info == "/sitemap")]


def trail(node: Node, last: bool = True) -> list[Crumb]:
    """The columns from the top down to `node`; `last`: whether `node` itself is the present page."""
    found = [(above.name, above.url) for above in reversed(node.chain)]
    return [*found[:-1], (node.name, "")] if last else found


def includeme(config: Configurator) -> None:
    config.add_request_method(nav, reify=True)
