"""What somebody typed, kept while his request is refused: shown to be copied, and sent again with one button.

Only for forms of this site: what another site sent is not handed on, or its button would be a forged request.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pyramid.request import Request
from webob.multidict import NoVars

from portal.i18n import _, safe_back

SECRET = ("csrf_token", "password", "current", "new", "new-confirm", "kept", "kept_for", "next", "code", "id_number",
          "attached")  # says that the files are with it: they are not kept, so it is not either
MARKS = ("__start__", "__end__", "__formid__", "_charset_", "_form_")  # of the form itself, not typed by anybody
LONG = 60
TITLES = {"title": _("标题"), "body": _("正文"), "text": _("答复"), "why": _("理由"), "name": _("名称"),
          "message": _("内容")}


@dataclass(frozen=True)
class Typed:
    """One field as it was sent; `id` is that of its copy on the page."""

    id: str
    name: str
    value: str

    @property
    def title(self) -> Any:
        """What the field is called, where its name alone says it."""
        return TITLES.get(self.name, self.name)

    @property
    def rows(self) -> int:
        return 12 if len(self.value) > LONG * 4 else 3 if len(self.value) > LONG else 1


@dataclass(frozen=True)
class Kept:
    """`pairs`: every field that was sent, in order; `url`: where it was sent to, a path of this site."""

    url: str
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def typed(self) -> list[Typed]:
        """What is worth showing, so that it can be copied."""
        shown = ((name, value) for name, value in self.pairs if name not in MARKS and value.strip())
        return [Typed(f"typed-{number}", name, value) for number, (name, value) in enumerate(shown)]

    @property
    def packed(self) -> str:
        return json.dumps(self.pairs, ensure_ascii=False)


def keep(request: Request) -> Kept | None:
    """What this request sent, if it came from a form of this site; files and secrets are not kept."""
    if request.method != "POST" or not from_here(request):
        return None
    try:
        sent = request.POST
    except (ValueError, OSError):
        return None
    if isinstance(sent, NoVars):
        return None
    pairs = tuple((name, value) for name, value in sent.items()
                  if isinstance(value, str) and name.lower() not in SECRET)
    return Kept(safe_back(request.path_qs), pairs) if pairs else None


def unpack(url: str, packed: str) -> Kept | None:
    """What a login form carried along; None when there is nothing, or it is not what we wrote."""
    try:
        pairs = json.loads(packed) if packed else []
    except (ValueError, RecursionError):
        return None
    good = isinstance(pairs, list) and all(_is_pair(pair) for pair in pairs)
    return Kept(safe_back(url), tuple((name, value) for name, value in pairs)) if good and pairs else None


def _is_pair(pair: object) -> bool:
    return isinstance(pair, Sequence) and len(pair) == 2 and all(isinstance(part, str) for part in pair)


def from_here(request: Request) -> bool:
    """Whether the browser says that the request came from a page of this site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(source).netloc == urlsplit(request.host_url).netloc
