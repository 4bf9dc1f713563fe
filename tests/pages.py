"""Every kind of page that the portal shows, with the address of one of its kind in the sample county."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from content.base import local_date, now
from content.cases import Case
from content.clearing import review
from content.documents import PUBLIC, WITHDRAWN, Document, Live, Relation
from content.feedback import ErrorReport
from content.findings import Finding
from content.house import House
from content.people import User
from content.tree import Tree
from content.types import all_types


@dataclass(frozen=True)
class Page:
    """`login` is who looks at it, "" for the public; `status` what it answers with."""

    name: str
    path: str
    login: str = ""
    status: int = 200


def public_pages(session: Session, tree: Tree) -> list[Page]:
    """What a citizen can see: each kind of column, document and list, and what is no longer there."""
    return [
        Page("home", "/"), *_columns(session, tree), *_documents(session),
        Page("search", _search("低保")), Page("search-empty", _search("魑魅魍魉")), Page("search-start", "/search"),
        Page("search-narrowed", f"{_search('通知')}&year=2026&sort=date"),
        Page("catalogue", "/catalogue"), Page("catalogue-empty", "/catalogue?year=1999"), Page("sitemap", "/sitemap"),
        Page("subscribe", "/subscribe"), Page("subscribe-form", f"/subscribe?q={quote('低保')}"),
        Page("subscribe-sent", "/subscribe/sent"), Page("departments", "/departments"), Page("feeds", "/feeds"),
        Page("api", "/api"), Page("report", "/report-error?page=/catalogue"),
        Page("apply", "/apply"), Page("apply-new", "/apply/new"), Page("apply-form", "/apply/form"),
        Page("apply-status", "/apply/status"), Page("apply-recover", "/apply/recover"),
        *(Page(f"apply-account-{name}", f"/apply/account/{name}") for name in ("login", "new", "sent")),
        Page("report-received", "/report-error/received"), Page("login", "/login"),
        Page("statistics", "/apply/statistics"), Page("health", "/health"),
        Page("display", "/display"),
        Page("404", "/mei-you-zhe-ge-ye-mian/", status=404),
        Page("kiosk", "/kiosk"), Page("kiosk-columns", "/kiosk/columns"),  # last: who was there has a touch screen
    ]


def _search(words: str) -> str:
    return f"/search?q={quote(words)}"


def _columns(session: Session, tree: Tree) -> list[Page]:
    homes = session.scalars(select(Live.column_id).where(Live.state == PUBLIC)).all()
    lists = [node for node in tree.walk() if node.is_public() and node.kind == "list"]
    fullest = max(lists, key=lambda node: homes.count(node.id))
    bare = next(node for node in lists if not any(each.id in homes for each in node.walk()))
    leading = next(node for node in tree.roots if node.children)
    found = [Page("column", fullest.url), Page("column-page", f"{fullest.url}1.html"), Page("column-bare", bare.url),
             *(Page("external", node.url) for node in tree.walk() if node.is_public() and node.kind == "external"),
             Page("column-narrowed", f"{fullest.url}?q={quote('魑魅魍魉')}"), Page("column-chapter", leading.url)]
    for name, wanted in (("single", True), ("single-bare", False)):
        singles = [node for node in tree.walk() if node.is_public() and node.kind == "page"
                   and (node.id in homes) == wanted]
        found += [Page(name, node.url) for node in singles[:1]]
    return found


def _documents(session: Session) -> list[Page]:
    public = select(Live).where(Live.audience == "public").order_by(Live.published.desc())
    found = []
    for name in all_types():
        live = session.scalars(public.where(Live.type == name, Live.state == PUBLIC, Live.ends.is_(None))).first()
        found += [Page(f"document-{name}", live.url)] if live else []
    read = session.scalars(public.where(Live.document_id.in_(
        select(Relation.target_id).where(Relation.kind == "interprets")))).first()
    abolished = session.scalars(public.where(Live.validity == "废止")).first()
    withdrawn = session.scalars(public.where(Live.state == WITHDRAWN)).first()
    return [*found, Page("document-interpreted", read.url), Page("document-abolished", abolished.url),
            Page("tombstone", withdrawn.url, status=410), Page("card", f"{abolished.url.removesuffix('.html')}/card")]


def desk_pages(session: Session, house: House) -> list[Page]:
    """What the staff see: the work of each role, then what the three administrators manage."""
    tree = house.tree(session)
    draft, reviewed = _unsettled(session, house), _in_state(session, "department_review")
    return [
        *(Page(f"desk-{login}", "/desk", login) for login in ("chenhao", "liuyang", "helixin", "wangjianguo")),
        *_writing(tree, draft.id),
        *(Page(f"desk-document-{view}", f"/desk/document/{reviewed.id}?view={view}", "liuyang")
          for view in ("changes", "new", "both", "data", "files", "history", "revisions")),
        Page("desk-erase", f"/desk/document/{_in_state(session, 'withdrawn').id}/erase?revision=1", "wangjianguo"),
        Page("desk-findings-review", f"/desk/document/{reviewed.id}/findings", "liuyang"),
        *(Page(f"desk-document-{state}", f"/desk/document/{_in_state(session, state).id}", login) for state, login in (
            ("draft", "chenhao"), ("confidentiality_review", "helixin"), ("sign_off", "wangjianguo"),
            ("scheduled", "wangjianguo"), ("published", "chenhao"), ("withdrawn", "chenhao"))),
        Page("desk-card", f"/desk/document/{_in_state(session, 'withdrawn').id}/card", "zhengguodong"),
        *_auditing(session, tree), *_managing(session, tree, reviewed.id), Page("403", "/desk/people", "chenhao", 403),
    ]


def _writing(tree: Tree, draft: int) -> list[Page]:
    place = next(node for node in tree.walk() if {"notice", "policy"} <= set(node.types) and node.kind == "list")
    forms = [Page(f"desk-write-{kind}", f"/desk/write?column={place.id}&type={kind}", "chenhao")
             for kind in ("notice", "policy")]
    return [*forms, *(Page(name, path, "chenhao") for name, path in (
        ("desk-write", "/desk/write"), ("desk-manuscripts", "/desk/manuscripts"), ("desk-rhythm", "/desk/rhythm"),
        ("desk-manuscripts-none", f"/desk/manuscripts?q={quote('魑魅魍魉')}"),
        ("desk-edit", f"/desk/document/{draft}/edit"), ("desk-findings", f"/desk/document/{draft}/findings"),
        ("desk-files", f"/desk/document/{draft}/files"),
        ("desk-preview", f"/desk/document/{draft}/preview"), ("password", "/account/password"),
        ("desk-delegations", "/desk/delegations")))]


def _auditing(session: Session, tree: Tree) -> list[Page]:
    """The auditor's pages, those with many links for one department alone."""
    column = next(node for node in tree.walk() if node.kind == "list" and node.rule.get("type") == "interval")
    today = local_date(now())
    monday = today - dt.timedelta(days=today.weekday())
    return [Page(f"auditor-{name}", f"/desk/supervision{path}", "zhengguodong") for name, path in (
        ("board", ""), ("matrix", "/matrix?department=QY-mzj"), ("cell", f"/matrix/QY-mzj/{monday}"),
        ("columns", "/columns?department=QY-mzj"), ("column", f"/columns/{column.id}"), ("forecast", "/forecast"),
        ("trend", "/trend"), ("comparison", "/comparison"), ("cards", "/cards"), ("limits", "/cards/limits"),
        ("scores", "/scores?department=QY-mzj"), ("score", "/scores/of/QY-mzj"), ("scheme", "/scores/scheme"),
        ("events", "/events"), ("event-new", "/events/new"), ("withheld", "/withheld"),
        ("withheld-new", "/withheld/new"), ("thresholds", "/thresholds"), ("threshold", "/thresholds/case_due"),
        ("report", "/report?department=QY-mzj"))]


def _managing(session: Session, tree: Tree, document: int) -> list[Page]:
    column = next(node for node in tree.walk() if node.kind == "list")
    person = session.scalars(select(User).where(User.login == "zhangli")).one()
    report = session.scalars(select(ErrorReport)).first()
    finding = session.scalars(select(Finding).order_by(Finding.id)).first()
    case = session.scalars(select(Case).where(Case.type == "disclosure_request", Case.imported.is_(False))).first()
    return [Page(name, path, login) for name, path, login in (
        ("auditor", "/desk", "zhengguodong"), ("auditor-document", f"/desk/document/{document}", "zhengguodong"),
        ("journal", "/desk/journal", "zhengguodong"),
        ("words", "/desk/supervision/words", "zhengguodong"),
        ("found", "/desk/supervision/findings", "zhengguodong"),
        ("finding", f"/desk/supervision/{finding.id}", "zhengguodong"),
        ("circular", "/desk/supervision/circular", "zhengguodong"), ("columns", "/desk/columns", "fangkai"),
        ("column-new", "/desk/columns/new", "fangkai"), ("column-edit", f"/desk/columns/{column.id}", "fangkai"),
        ("flows", "/desk/flows", "fangkai"), ("flow", "/desk/flows/publication", "fangkai"),
        ("calendar", "/desk/calendar", "fangkai"), ("calendar-year", "/desk/calendar/2027", "fangkai"),
        ("deliveries", "/desk/deliveries", "fangkai"), ("system", "/desk/system", "fangkai"),
        ("wechat", "/desk/wechat", "fangkai"), ("mailbox", "/desk/mailbox", "fangkai"),
        ("pushes", "/desk/pushes", "wangjianguo"), ("push-new", "/desk/pushes/new", "wangjianguo"),
        ("push-figures", "/desk/pushes/figures", "wangjianguo"),
        ("letters", "/desk/letters", "fangkai"), ("letter", "/desk/letters/reply.partly", "fangkai"),
        ("case-repeats", "/desk/cases/repeated", "luoqin"), ("case-same", f"/desk/cases/{case.id}/same", "luoqin"),
        ("case-letter", "/desk/cases/enter?type=letter", "luoqin"),
        ("annual", "/desk/annual", "luoqin"), ("annual-report", "/desk/annual/2026/QY", "luoqin"),
        ("annual-edit", "/desk/annual/2026/QY/edit", "luoqin"),
        ("annual-paper", "/desk/annual/2024/QY/paper", "luoqin"),
        ("annual-cases", "/desk/annual/2026/QY/cases/new/total", "luoqin"),
        ("people", "/desk/people", "shenjie"), ("person-new", "/desk/people/new", "shenjie"),
        ("person", f"/desk/people/{person.id}", "shenjie"), ("reports", "/desk/reports", "liuyang"),
        ("report-answer", f"/desk/reports/{report.id}", "liuyang"))]


def _in_state(session: Session, state: str) -> Document:
    """The document that has been longest in `state` of the standard workflow."""
    return session.scalars(select(Document).where(Document.state == state, Document.workflow == "publication")
                           .order_by(Document.state_since)).first()


def _unsettled(session: Session, house: House) -> Document:
    """A draft in which personal data waits to be settled."""
    return next(each for each in session.scalars(select(Document).where(Document.state == "draft"))
                if review(session, house, each, each.head).open)


def all_pages(house: House) -> list[Page]:
    """Those of the citizens and those of the desk."""
    with house.database.reader() as session:
        return [*public_pages(session, house.tree(session)), *desk_pages(session, house)]
