"""Where one is and where one can go: the entries below the masthead, and the trail from the home page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pyramid.config import Configurator
from pyramid.request import Request

from content.tree import Node, Tree
from portal.i18n import _
from portal.rendering import NavEntry
from workflows.access import Permission, permits

MOST = 6  # columns in the navigation; the rest is one press away, on the site map
ENDS = {"/": _("首页"), "/sitemap": _("全部栏目")}  # what stands before them, and behind

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


@lru_cache(maxsize=4)
def top(tree: Tree) -> tuple[Node, ...]:
    """The public columns of the navigation, in the order of the tree: the featured ones are never left out."""
    roots = [node for node in tree.roots if node.is_public()]
    chosen = sorted(roots, key=lambda node: not node.featured)[:MOST]
    return tuple(node for node in roots if node in chosen)


def nav(request: Request) -> list[NavEntry]:
    """首页, the top columns, those that only staff sees, all columns."""
    here = getattr(getattr(request, "context", None), "node", None)
    root = here.chain[-1].id if here is not None else None
    path = request.path_info if request.path_info in ENDS else ""
    if request.identity is None:
        return list(_of_the_public(request.tree, root, path))
    internal = (node for node in request.tree.roots if not node.is_public() and may_see(request, node))
    return _entries((*top(request.tree), *internal), root, path)


@lru_cache(maxsize=32)
def _of_the_public(tree: Tree, root: int | None, path: str) -> tuple[NavEntry, ...]:
    return tuple(_entries(top(tree), root, path))


def _entries(nodes: Iterable[Node], root: int | None, path: str) -> list[NavEntry]:
    first, last = (NavEntry(words, url, path == url) for url, words in ENDS.items())
    return [first, *(NavEntry(node.name, node.url, node.id == root) for node in nodes), last]


def trail(node: Node, last: bool = True) -> list[Crumb]:
    """The columns from the top down to `node`; `last`: whether `node` itself is the present page."""
    found = [(above.name, above.url) for above in reversed(node.chain)]
    return [*found[:-1], (node.name, "")] if last else found


def includeme(config: Configurator) -> None:
    config.add_request_method(nav, reify=True)
