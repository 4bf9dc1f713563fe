"""Findings of personal data beside the text: numbered marks in it, the decisions about each, what the public gets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.request import Request

from content import clearing, privacy, scanning, wordlists
from content.clearing import Found
from content.documents import Document, Revision, Settlement, lock
from content.privacy import Decision
from content.wordlists import Word
from portal.desk import reading
from portal.desk.words import Status, names
from portal.i18n import _, safe_back
from portal.rendering import loader
from portal.traversal import DeskDocument
from workflows.access import Permission
from workflows.manuscripts import may_settle

OPEN: Status = ("late", _("待处理"))
SETTLED: dict[Decision, Status] = {Decision.mask: ("ok", _("已遮盖")), Decision.delete: ("ok", _("已删除")),
                                   Decision.keep: ("info", _("已保留"))}
WORDING: dict[str, Status] = {"forbidden": ("late", _("禁用表述")), "wrong": ("warn", _("错别字")),
                             "form": ("info", _("规范表述"))}
CLASSES = {None: "hit-open", Decision.mask: "hit-masked", Decision.delete: "hit-masked", Decision.keep: "hit-kept"}
AROUND = 14  # characters shown before and behind a value
HALF = 3  # characters of a value that begin to tell it
_MARK = re.compile(r'<mark class="finding" data-finding="(\d+)"(?: id="finding-\d+")?>')
_PLACE = re.compile(r'<mark class="hit [^"]*" id="f(\d+)">')


@dataclass(frozen=True)
class Shown:
    """A finding as the panel shows it; `afterwards` is what the public would read for each decision."""

    found: Found
    field: str  # the name of its fields in the form
    value: str
    status: Status
    settled: Settlement | None
    who: str
    afterwards: dict[str, str]
    places: tuple[str, ...]

    @property
    def elsewhere(self) -> bool:
        """Whether it stands anywhere but in the visible text."""
        return self.places != ("正文",)


@dataclass(frozen=True)
class Wording:
    """A wrong word or forbidden form (错敏词) in the words of a revision; advice, which stops nobody."""

    word: Word
    status: Status
    places: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Panel:
    """What stands beside the text; `editable` when this person may decide now."""

    document: Document
    review: clearing.Review
    items: tuple[Shown, ...]
    editable: bool
    originals: bool
    wording: tuple[Wording, ...] = ()

    @property
    def open(self) -> int:
        """How many of those shown wait for a decision."""
        return sum(each.found.decision is None for each in self.items)

    def only(self, keys: Collection[str]) -> Panel:
        """The same with the findings of these keys alone; what one press masks stays that of the whole document."""
        return replace(self, items=tuple(each for each in self.items if each.found.key in keys), wording=())

    @property
    def repeated(self) -> list[tuple[str, str, int]]:
        """`(kind, its title, how many are open)` where one press can mask several."""
        counts = Counter((each.kind, each.title) for each in self.review.open)
        return [(kind, title, count) for (kind, title), count in counts.items() if count > 1]


def panel(request: Request, document: Document, revision: Revision) -> Panel:
    """The findings of a revision, open ones first."""
    judged = reading.review(request, document, revision)
    node = request.tree.by_id[document.column_id]
    settled = {each.key: each for each in document.settlements}
    people = names(request.db, [each.actor_id for each in settled.values()])
    originals = reading.sees_originals(request, node)
    plain = "\n".join((*scanning.texts(revision).values(), privacy.plain_text(revision.body), *_in_files(judged)))
    seen = (plain, _hidden(plain, judged.found)) if originals else ("", "")
    items = [_shown(found, settled.get(found.key), people, seen, node.masks) for found in judged.found]
    items.sort(key=lambda each: each.found.decision is not None)
    editable = revision.id == document.head_id and may_settle(request.identity, document, request.tree)
    return Panel(document, judged, tuple(items), editable, originals, wording(request, revision))


def wording(request: Request, revision: Revision) -> tuple[Wording, ...]:
    """What the word lists say of a revision, the worst first."""
    matcher, found = wordlists.matcher(request.db), {}
    for place, text in {**scanning.texts(revision), "正文": privacy.plain_text(revision.body)}.items():
        for hit in matcher.find(text):
            found.setdefault(hit.word, []).append(place)
    order = list(WORDING)
    return tuple(Wording(word, WORDING[word.kind], tuple(dict.fromkeys(places)), len(places))
                 for word, places in sorted(found.items(), key=lambda each: order.index(each[0].kind)))


def _in_files(judged: clearing.Review) -> Iterator[str]:
    """The words of attachments round what was found in them."""
    for at in judged.files:
        values = {each.value for _key, each in at.noted}
        for _key, each in at.noted:
            before, behind = whole_words(each.around, values)
            yield f"{before}{each.value}{behind}"


def whole_words(around: tuple[str, str], values: Collection[str]) -> tuple[str, str]:
    """The words before and after a finding, without the half of another value that they may end with."""
    before, behind = around
    for size in range(len(before), HALF - 1, -1):
        if any(len(each) > size and each.endswith(before[:size]) for each in values):
            before = "…" + before[size:]
            break
    for size in range(len(behind), HALF - 1, -1):
        if any(len(each) > size and each.startswith(behind[-size:]) for each in values):
            behind = behind[:-size] + "…"
            break
    return before, behind


def _hidden(plain: str, found: Iterable[Found]) -> str:
    """The text with everything hidden that will not be public, every character in its place: what stands beside a
    finding is shown as the public would read it."""
    values = sorted({each.value for each in found if each.decision is not Decision.keep}, key=len, reverse=True)
    if not values:
        return plain
    return re.sub("|".join(map(re.escape, values)), lambda value: "*" * len(value[0]), plain)


def _shown(found: Found, settled: Settlement | None, people: dict[int, str], seen: tuple[str, str],
           masks: dict[str, str]) -> Shown:
    plain, hidden = seen
    masked = privacy.mask_value(found.value, found.kind, masks.get(found.kind, "full"))
    afterwards = {Decision.mask: masked, Decision.delete: "", Decision.keep: found.value} if plain else {}
    return Shown(found, found.key[:16], found.value if plain else masked,
                 SETTLED[found.decision] if found.decision else OPEN, settled,
                 people.get(found.actor_id or 0, ""),
                 {decision.value: _around(plain, hidden, found.value, put) for decision, put in afterwards.items()},
                 found.places)


def _around(plain: str, hidden: str, value: str, put: str) -> str:
    """The first place of `value` with `put` in its stead, and some words on either side."""
    at = plain.find(value)
    if at < 0:
        return put
    before = hidden[max(0, at - AROUND):at].rpartition("\n")[2]
    behind = hidden[at + len(value):at + len(value) + AROUND].partition("\n")[0]
    return f"{before}{put}{behind}".replace("\t", " ")


def marked_body(request: Request, document: Document, revision: Revision, beside: Panel) -> str:
    """The body with a numbered mark round each finding; for those who read no originals, as the public gets it."""
    if not beside.originals:
        return reading.rendition(request, document, revision).body
    secret = request.house.finding_secret
    numbers = {each.key: each.number for each in beside.review.found}
    classes = {each.number: CLASSES[each.decision] for each in beside.review.found}
    body = privacy.annotate_html(revision.body, lambda each: numbers.get(privacy.value_key(secret, each)))
    return _number(body, classes)


def _number(body: str, classes: dict[int, str]) -> str:
    """Marks in the desk's classes; the first of each number is where its link in the panel leads."""
    seen: set[int] = set()

    def mark(found: re.Match[str]) -> str:
        number = int(found[1])
        opening = f'<mark class="hit {classes[number]}"'
        if number in seen:
            return f"{opening}>"
        seen.add(number)
        in_link = body.count("<a ", 0, found.start()) > body.count("</a>", 0, found.start())
        pin = f'<b class="pin">{number}</b>' if in_link else f'<a class="pin" href="#p{number}">{number}</a>'
        return f'{opening} id="f{number}">{pin}'

    return _MARK.sub(mark, body)


def pinned(body: str) -> frozenset[int]:
    """The numbers that have a place in a marked body; the others stand elsewhere, or are not shown."""
    return frozenset(map(int, _PLACE.findall(body)))


def parts(request: Request) -> Any:
    """The macros that the pages of the desk share."""
    return loader(request)["desk/parts.pt"].macros


# -- the page ---------------------------------------------------------------------------------------------------

def page(request: Request) -> dict[str, Any]:
    """`/desk/document/{id}/findings`."""
    document = request.context.document
    beside = panel(request, document, document.head)
    shown = reading.text(request, document, document.head)
    body = marked_body(request, document, document.head, beside)
    return {"title": _("${title}：个人信息", mapping={"title": shown.title}), "document": document,
            "node": request.context.node, "panel": beside, "heading": shown.title, "body": body,
            "pinned": pinned(body),
            "data": shown.data, "parts": parts(request), "back": request.path}


def settle(request: Request) -> HTTPSeeOther:
    """Take the decisions of the form: one a finding, or all open ones of a kind, or take one back."""
    document = request.context.document
    lock(request.db, document)
    if not may_settle(request.identity, document, request.tree):
        raise HTTPForbidden()
    found = reading.review(request, document, document.head).found
    _reopen(request, document, found)
    problems = _decide(request, document, _decisions(request, found))
    for problem in problems:
        request.session.flash(("late", problem))
    left = len(reading.review(request, document, document.head).open)
    if not problems:
        words = _("已保存，还有${n}处待处理", mapping={"n": left}) if left else _("个人信息都处理好了")
        request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(safe_back(request.POST.get("back") or f"/desk/document/{document.id}/findings"))


def _decisions(request: Request, found: Iterable[Found]) -> list[tuple[Found, Decision, str]]:
    """What was chosen, with its reason; a kind masked at one press goes before what is chosen singly."""
    all_of = request.POST.get("mask_all", "")
    chosen = []
    for each in found:
        field = each.key[:16]
        if all_of:
            if each.decision is None and each.kind == all_of:
                chosen.append((each, Decision.mask, ""))
        elif (written := request.POST.get(f"decision-{field}", "")) in list(Decision):
            chosen.append((each, Decision(written), request.POST.get(f"reason-{field}", "")[:500]))
    return chosen


def _decide(request: Request, document: Document, chosen: list[tuple[Found, Decision, str]]) -> list[str]:
    """Keep the decisions; returns what was wrong with those that could not be kept."""
    problems, at = [], request.now
    for found, decision, reason in chosen:
        try:
            clearing.settle(request.db, document, found, decision, reason, actor_id=request.identity.user_id, at=at)
        except ValueError as problem:
            problems.append(str(problem))
    return list(dict.fromkeys(problems))  # said once each: a session is a cookie, which holds no long lists


def _reopen(request: Request, document: Document, found: Iterable[Found]) -> None:
    key = request.POST.get("reopen", "")
    for each in found:
        if key and each.key.startswith(key) and each.decision is not None:
            clearing.reopen(request.db, document, each, actor_id=request.identity.user_id)


def includeme(config: Configurator) -> None:
    config.add_route("desk.findings", r"/desk/document/{id:\d{1,9}}/findings", factory=DeskDocument)
    config.add_view(page, route_name="desk.findings", request_method="GET", permission=Permission.READ_WORK,
                    renderer="desk/findings.pt")
    config.add_view(settle, route_name="desk.findings", request_method="POST", permission=Permission.SETTLE)
