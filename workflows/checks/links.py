"""Links in published texts: our own addresses are looked up here, others are noted and asked for by the portal."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from content import links
from content.base import now
from content.documents import WITHDRAWN, Live
from content.house import House
from content.tree import RESERVED
from workflows.checks import Check, Shown, in_days

AGAIN = 7  # days after which links to our own addresses are looked up again
MOST = 500  # links of one document
_HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
_DOCUMENT = re.compile(r"/doc/((?:19|20)\d{2})/([1-9]\d{0,8})(?:\.html|/.+)")


def mark(house: House, session: Session) -> str:
    return "1"


def look(shown: Shown) -> list[dict[str, Any]]:
    """`{"url", "problem"}` for each link that leads nowhere; `problem` is for people."""
    own, others = parted(shown)
    found = dict(_own(shown.session, shown.house, own)) | links.broken(shown.session, others)
    return [{"url": url, "problem": problem} for url, problem in sorted(found.items())]


def parted(shown: Shown) -> tuple[list[str], list[str]]:
    """The paths of our own that a text links to, and the other addresses, each once; what is no page is left out."""
    own: dict[str, None] = {}
    others: dict[str, None] = {}
    for href in _HREF.findall(shown.rendition.body)[:MOST]:
        url = html.unescape(href).strip()
        if not url or url.startswith("#"):
            continue
        scheme = urlsplit(url).scheme if _readable(url) else "none"
        if scheme in ("http", "https"):
            others[urldefrag(url)[0][:links.LONGEST]] = None
        elif not scheme and not url.startswith("//"):
            own[urldefrag(urljoin(shown.live.url, url))[0]] = None
    return list(own), list(others)


def _readable(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def own_problem(session: Session, house: House, path: str) -> str:
    """Why a path of our own leads nowhere; "" when it leads somewhere."""
    return dict(_own(session, house, [path])).get(path, "")


def _own(session: Session, house: House, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Those of our own paths that lead nowhere; one query for all documents among them."""
    wanted = {path: unquote(urlsplit(path).path) for path in paths}
    numbers = {path: (int(found[1]), int(found[2])) for path, plain in wanted.items()
               if (found := _DOCUMENT.fullmatch(plain))}
    states, tree = _states(session, set(numbers.values())), house.tree(session)
    for path, plain in wanted.items():
        if path in numbers:
            problem = _problem(states.get(numbers[path]))
        elif plain.startswith("/doc/"):
            problem = "没有这个地址"
        else:
            problem = "" if _is_place(tree, plain) else "没有这个地址"
        if problem:
            yield path, problem


def _states(session: Session, numbers: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """`{(year, serial): state}` of documents by their addresses."""
    if not numbers:
        return {}
    query = select(Live.year, Live.serial, Live.state).where(tuple_(Live.year, Live.serial).in_(sorted(numbers)))
    return {(year, serial): state for year, serial, state in session.execute(query)}


def _problem(state: str | None) -> str:
    if state is None:
        return "没有这个地址"
    return "指向的信息已撤回" if state == WITHDRAWN else ""


def _is_place(tree: Any, path: str) -> bool:
    """Whether a path is the home page, a column, a former one, or one of the portal's own rooms."""
    first = path.strip("/").partition("/")[0]
    return not first or first in RESERVED or "." in path or tree.find(path) is not None or tree.moved(path) is not None


def again(shown: Shown) -> dt.datetime | None:
    """What we link to of our own may be withdrawn; who asks other addresses says when they are to be looked at."""
    return in_days(shown, AGAIN) if parted(shown)[0] else None


def enter(session: Session, shown: Shown) -> None:
    """The addresses that are to be asked for."""
    links.use(session, shown.live.document_id, parted(shown)[1], now())


CHECK = Check("links", "链接打不开", mark, look, again, enter)
