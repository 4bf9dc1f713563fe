"""错敏词库: wrong words and forbidden forms that are looked for in what is published; listed, changed, tried on a text.

Whatever is changed here is looked for again in everything that is public, in the background.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import wordlists
from content.wordlists import LONGEST, MOST_UNLESS, BadEntry, Word, WordEntry
from portal.desk.admin.calendar import DeskCalendar
from portal.desk.navigation import SUPERVISION, Entry
from portal.forms import whole
from portal.i18n import _
from portal.paging import from_first
from portal.tables import csv_file
from portal.traversal import Desk
from workflows.access import Permission, permits

ROUTE, URL, PAGE = "desk.supervision.words", "/desk/supervision/words", "desk/supervision/words.pt"
SIZE = 50
LARGEST = 1024 * 1024  # octets of a list that is brought along
MOST_LINES = 5000
TRIED = 20_000  # characters of a text that is tried
AROUND = 12  # characters shown before and behind a hit
HEAD = ("错误或者禁用的写法", "正确写法", "类别", "例外")
KINDS = {"wrong": ("warn", _("错别字")), "form": ("info", _("规范表述")), "forbidden": ("late", _("禁用表述"))}


@dataclass(frozen=True)
class Line:
    """An entry in the list; `own` where the office set or struck it."""

    word: Word
    own: WordEntry | None

    @property
    def unless(self) -> str:
        return "、".join(self.word.unless)

    @property
    def edit_url(self) -> str:
        return f"{URL}?{urlencode({'edit': self.word.wrong})}#entry"

    @property
    def shipped(self) -> bool:
        return self.word.wrong in wordlists.shipped()


def listing(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/supervision/words?q=&kind=&page=&edit=`."""
    lines, words = _lines(request), request.GET.get("q", "").strip()
    kind = request.GET.get("kind", "")
    found = [line for line in lines if (not words or words in line.word.wrong or words in line.word.right)
             and (kind not in KINDS or line.word.kind == kind)]
    pages = from_first(len(found), SIZE, whole(request.GET.get("page", "1")) or 1,
                       lambda number: f"{URL}?{urlencode({'q': words, 'kind': kind, 'page': number})}")
    if pages is None:
        raise HTTPNotFound()
    edited = next((line for line in lines if line.word.wrong == request.GET.get("edit")), None)
    return {"title": _("错敏词库"), "url": URL, "lines": found[pages.offset:pages.offset + pages.limit], "pages": pages,
            "total": len(lines), "words": words, "kind": kind, "kinds": KINDS, "typed": _typed(edited), "problem": "",
            "tried": "", "hits": None, "may_change": _may_change(request), "longest": LONGEST,
            "longest_unless": MOST_UNLESS, **more}


def _lines(request: Request) -> list[Line]:
    """Every entry, the office's own first; what was struck is among them."""
    own, holding = wordlists.own(request.db), wordlists.effective(request.db)
    struck = [Line(wordlists.shipped()[wrong], entry) for wrong, entry in own.items()
              if entry.struck and wrong in wordlists.shipped()]
    held = [Line(word, own.get(wrong)) for wrong, word in holding.items()]
    return sorted((*held, *struck), key=lambda line: line.own is None)


def _typed(line: Line | None) -> dict[str, str]:
    if line is None:
        return {"wrong": "", "right": "", "kind": "wrong", "unless": ""}
    return {"wrong": line.word.wrong, "right": line.word.right, "kind": line.word.kind, "unless": line.unless}


def _may_change(request: Request) -> bool:
    """Whether the person looks over the whole county: the list holds for every office."""
    top = DeskCalendar(request).department_id
    return permits(request.identity, Permission.SUPERVISE, None, request.tree, top)


def _changes(request: Request) -> None:
    """Raises `HTTPForbidden` for who may read the list and not change it."""
    if not _may_change(request):
        raise HTTPForbidden()


def put(request: Request) -> Any:
    """Add an entry or set one otherwise."""
    _changes(request)
    typed = {name: request.POST.get(name, "").strip() for name in ("wrong", "right", "kind", "unless")}
    word = Word(typed["wrong"], typed["right"], typed["kind"], wordlists.parted(typed["unless"]))
    try:
        wordlists.put(request.db, word, actor_id=request.identity.user_id)
    except BadEntry as problem:
        request.response.status_int = 422
        return listing(request, typed=typed, problem=str(problem))
    return _done(request, _("已保存“${word}”，公开的内容会在后台重查一遍", mapping={"word": word.wrong}))


def strike(request: Request) -> Any:
    return _changed(request, wordlists.strike, _("不再查“${word}”"))


def restore(request: Request) -> Any:
    return _changed(request, wordlists.restore, _("“${word}”恢复为系统自带的"))


def _changed(request: Request, verb: Any, words: Any) -> Any:
    _changes(request)
    wrong = request.POST.get("wrong", "")
    try:
        verb(request.db, wrong, actor_id=request.identity.user_id)
    except BadEntry as problem:
        request.response.status_int = 409
        return listing(request, problem=str(problem))
    return _done(request, words, {"word": wrong})


def _done(request: Request, words: Any, mapping: dict[str, Any] | None = None) -> HTTPSeeOther:
    request.session.flash(("ok", request.localizer.translate(words, mapping=mapping)))
    return HTTPSeeOther(URL)


# -- in and out -------------------------------------------------------------------------------------------------

def download(request: Request) -> Response:
    """`/desk/supervision/words.csv`: the entries that hold, to be changed in a spreadsheet and brought back."""
    return csv_file("错敏词库", [HEAD, *wordlists.lines(wordlists.effective(request.db).values())])


def bring(request: Request) -> Any:
    """Entries from a CSV file, all of them or none; those that are not in it stay."""
    _changes(request)
    sent = request.POST.get("file")
    if not hasattr(sent, "filename"):
        return _refused(request, request.localizer.translate(_("请先选一个文件")))
    data = sent.file.read(LARGEST + 1)
    if len(data) > LARGEST:
        return _refused(request, request.localizer.translate(_("文件超过1兆字节，请分成几个")))
    try:
        words = list(wordlists.read_lines(_rows(data)))
        done = wordlists.put(request.db, *words, actor_id=request.identity.user_id)
    except (BadEntry, csv.Error, UnicodeDecodeError) as problem:
        told = str(problem) if isinstance(problem, BadEntry) else \
            request.localizer.translate(_("这不是UTF-8或者GB18030编码的CSV文件"))
        return _refused(request, told)
    return _done(request, _("已导入，${n}条有变化", mapping={"n": done}))


def _rows(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    rows = list(csv.reader(io.StringIO(text), strict=True))
    if len(rows) > MOST_LINES:
        raise BadEntry(f"一次最多导入{MOST_LINES}行")
    return rows


def _refused(request: Request, problem: str) -> dict[str, Any]:
    request.response.status_int = 422
    return listing(request, problem=problem)


# -- trying -----------------------------------------------------------------------------------------------------

def attempt(request: Request) -> dict[str, Any]:
    """What would be found in a text; it is kept nowhere."""
    text = request.POST.get("text", "")[:TRIED]
    found = [{"before": text[max(0, hit.start - AROUND):hit.start].rpartition("\n")[2], "word": hit.word,
              "behind": text[hit.end:hit.end + AROUND].partition("\n")[0]}
             for hit in wordlists.matcher(request.db).find(text)]
    return listing(request, tried=text, hits=found)


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(SUPERVISION, _("错敏词库"), URL, "search", Permission.SUPERVISE, 75))
    for name, view, method in (("", lambda request: listing(request), "GET"), ("", put, "POST"),
                               ("strike", strike, "POST"), ("restore", restore, "POST"), ("import", bring, "POST"),
                               ("try", attempt, "POST")):
        route = f"{ROUTE}.{name}".rstrip(".")
        if method == "GET" or name:
            config.add_route(route, f"{URL}/{name}".rstrip("/"), factory=Desk)
        config.add_view(view, route_name=route, request_method=method, renderer=PAGE, permission=Permission.SUPERVISE)
    config.take_files(f"{ROUTE}.import")
    config.add_route(f"{ROUTE}.csv", f"{URL}.csv", factory=Desk)
    config.add_view(download, route_name=f"{ROUTE}.csv", request_method="GET", permission=Permission.SUPERVISE)
