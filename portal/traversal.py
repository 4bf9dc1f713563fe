"""Traversal: from a URL to what it is about. Columns and documents are contexts; views are views *of* them.

A path of columns is found in the picture of the tree, so the one query asks for its version. A document's address
takes one query too: the gate's row and that version together. Former paths of columns redirect.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPMovedPermanently
from pyramid.request import Request
from sqlalchemy.orm import Session

from content import repository
from content.documents import Document, Live
from content.shown import Shown, shown_at
from content.tree import Node

Ask = Callable[[Session, int, int], tuple[Live | Shown | None, int]]
_PAGE = re.compile(r"([1-9]\d{0,8})\.html")
_YEAR = re.compile(r"(19|20)\d{2}")


class Root:
    """The home page, and the beginning of every path."""

    node: Node | None = None

    def __init__(self, request: Request) -> None:
        self.request = request

    def __getitem__(self, segment: str) -> Any:
        if segment == "doc":
            return Addresses(self.request)
        tree = self.request.tree
        node = tree.find(segment)
        if node is None:
            self._redirect(tree)
            raise KeyError(segment)
        return ColumnContext(node, self, self.request)

    def _redirect(self, tree: Any) -> None:
        moved = tree.moved(self.request.path_info)
        if moved is not None:
            query = f"?{self.request.query_string}" if self.request.query_string else ""
            raise HTTPMovedPermanently(moved.url + query)


class ColumnContext:
    """A column; `node` is its place in the picture."""

    def __init__(self, node: Node, parent: Any, request: Request) -> None:
        self.node = node
        self.request = request
        self.__name__ = node.slug
        self.__parent__ = parent

    def __getitem__(self, segment: str) -> ColumnContext | ListPage:
        if (found := _PAGE.fullmatch(segment)) and self.node.kind == "list":
            return ListPage(self.node, int(found[1]))
        for child in self.node.children:
            if child.slug == segment:
                return ColumnContext(child, self, self.request)
        moved = self.request.tree.moved(self.request.path_info)
        if moved is not None:
            raise HTTPMovedPermanently(moved.url)
        raise KeyError(segment)

    @property
    def is_public(self) -> bool:
        return self.node.is_public()


@dataclass
class ListPage:
    """A full page of a column's list, `/zwgk/zcwj/3.html`; they are numbered from the oldest."""

    node: Node
    page: int

    @property
    def is_public(self) -> bool:
        return self.node.is_public()


class Addresses:
    """`/doc/<year>/<serial>.html`, where documents live whatever column lists them; `ask` finds one by its number."""

    def __init__(self, request: Request, ask: Ask = shown_at, year: int | None = None) -> None:
        self.request = request
        self.ask = ask
        self.year = year

    def __getitem__(self, segment: str) -> Any:
        if self.year is None:
            if not _YEAR.fullmatch(segment):
                raise KeyError(segment)
            return Addresses(self.request, self.ask, int(segment))
        found = _PAGE.fullmatch(segment)
        live = self._live(int(found[1])) if found else None
        if live is None:
            raise KeyError(segment)
        return DocumentContext(live, self.request)

    def _live(self, serial: int) -> Live | Shown | None:
        live, version = self.ask(self.request.db, self.year, serial)
        self.request.tree = self.request.house.tree(self.request.db, version)
        return live


@dataclass
class DocumentContext:
    """A document that was published; permissions come from its home column."""

    live: Live | Shown
    request: Request

    @property
    def node(self) -> Node:
        return self.request.tree.by_id[self.live.column_id]

    @property
    def is_public(self) -> bool:
        """Whether it is for everybody; whether it may still be read is for the gate to say."""
        return self.live.audience == "public"


def below_document(request: Request, ask: Ask = repository.live_at) -> DocumentContext:
    """The document of `/doc/{year}/{serial}/…`, loaded: the factory of what lies below its address, as its files.

    Raises `KeyError` for one that was never published.
    """
    found = request.matchdict
    return Addresses(request, ask)[found["year"]][f"{found['serial']}.html"]


def shown_document(request: Request) -> DocumentContext:
    """The same, read as its own page reads it."""
    return below_document(request, shown_at)


class Desk:
    """The desk, and everything of it that belongs to no one column."""

    node: Node | None = None

    def __init__(self, request: Request) -> None:
        self.request = request


class DeskDocument:
    """A document on its way; the factory of `/desk/document/{id}/…`. Raises `KeyError` for one that is not there."""

    def __init__(self, request: Request) -> None:
        document = request.db.get(Document, int(request.matchdict["id"]))
        if document is None:
            raise KeyError(request.matchdict["id"])
        self.request = request
        self.document = document

    @property
    def node(self) -> Node:
        return self.request.tree.by_id[self.document.column_id]


class DeskColumn:
    """A column at the desk; the factory of `/desk/columns/{id}/…`."""

    def __init__(self, request: Request) -> None:
        node = request.tree.by_id.get(int(request.matchdict["id"]))
        if node is None:
            raise KeyError(request.matchdict["id"])
        self.request = request
        self.node = node
