"""The files of a case at the desk: what came with it, and what is released (公开的材料), cleaned first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPConflict, HTTPSeeOther, HTTPServiceUnavailable
from pyramid.request import Request
from pyramid.response import Response

from content import cases, releases
from content.attachments import clean_name
from content.cases import Case, CaseFile
from content.privacy import KINDS, Decision
from content.privacy.renditions.model import Cleaned, Limits, Refused, Source
from content.privacy.renditions.worker import run_clean
from content.releases import ORIGINAL, RELEASED, Release, Unfit, Value
from portal.database import pause
from portal.desk.cases._shared import URL, DeskCase, ReadCase, address
from portal.desk.cases.reply import may_draft
from portal.desk.words import names
from portal.i18n import _
from portal.sizes import size_words
from workflows.access import Permission, permits

AT_ONCE = BoundedSemaphore(2)  # files that are cleaned at the same time, each by a process of its own
PATIENCE = 20.0  # seconds for which one waits for its turn
WHY = 2000
ROLES = {"id_photo": _("证件照片"), "evidence": _("证明材料"), "supplement": _("补正材料"), "opinion": _("意见附件"),
         "letter": _("文书扫描件"), "scan": _("申请扫描件")}


@dataclass(frozen=True)
class Shown:
    """A file that is released, for the page."""

    release: Release
    original: CaseFile
    copy: CaseFile
    name: str
    public_name: str
    size: str
    problems: tuple[str, ...]
    found: int
    hidden: tuple[str, ...]
    unread: tuple[str, ...]
    may_vouch: bool
    vouched: str


class DeskRelease(DeskCase):
    """A file that is released; the factory of `/desk/cases/{id}/released/{release}…`. Raises `KeyError`."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        release = request.db.get(Release, int(request.matchdict["release"]))
        if release is None or release.case_id != self.case.id:
            raise KeyError(request.matchdict["release"])
        self.release = release


class DeskCaseFile(ReadCase):
    """A file of a case; the factory of `/desk/cases/{id}/files/{file}`. Raises `KeyError`."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        file = request.db.get(CaseFile, int(request.matchdict["file"]))
        if file is None or file.case_id != self.case.id:
            raise KeyError(request.matchdict["file"])
        self.file = file


# -- for the page of the case -----------------------------------------------------------------------------------

def shown(request: Request, case: Case) -> dict[str, Any]:
    """`incoming`: what came with the case, as `(file, name, role, size)`; `released`: what goes out."""
    incoming = [(each, cases.file_name(request.db, request.house, each), ROLES.get(each.role, each.role),
                 size_words(each.size)) for each in case.files if each.role not in (ORIGINAL, RELEASED)]
    known = releases.of_case(request.db, case)
    people = names(request.db, [each.vouched_by for each in known])
    return {"incoming": incoming, "released": [_shown(request, case, each, people) for each in known],
            "may_release": may_draft(request, case)}


def _shown(request: Request, case: Case, release: Release, people: dict[int, str]) -> Shown:
    db, house = request.db, request.house
    body = releases.inside(db, house, release)
    original, copy = (db.get_one(CaseFile, number) for number in (release.original_id, release.released_id))
    vouches = bool(release.unread) and release.vouched_by is None and permits(
        request.identity, Permission.VOUCH_CASES, None, request.tree, case.department_id)
    return Shown(release, original, copy, cases.file_name(db, house, original), cases.file_name(db, house, copy),
                 size_words(copy.size), tuple(releases.problems_of(db, house, release)), len(body["values"]),
                 tuple(body["hidden"]), tuple(body["unread"]), vouches, people.get(release.vouched_by or 0, ""))


def download(request: Request) -> Response:
    """`/desk/cases/{id}/files/{file}`: kept by no cache; that somebody opened it is written down before."""
    file, actor = request.context.file, request.identity.user_id
    with request.house.database.writer.begin() as session:
        found = session.get_one(CaseFile, file.id)
        data = cases.open_file(session, request.house, found, actor_id=actor)
        name = cases.file_name(session, request.house, found)
    response = Response(data, content_type="application/octet-stream", cache_control="no-store")
    plain = f"filename=\"file-{file.id}\"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = f"attachment; {plain}"
    return response


# -- releasing --------------------------------------------------------------------------------------------------

def _limits(request: Request) -> Limits:
    return Limits(octets=request.registry.settings["gongkai"].file_megabytes * 1024 * 1024)


def _cleaned(request: Request, data: bytes, name: str, decisions: dict[tuple[str, str], Decision]) -> Cleaned:
    """The copy of a file, made in a process of its own while no lock is held. Raises `Refused`."""
    chosen = releases.choices(request.house.known_public(request.tree), decisions, limits=_limits(request))
    pause(request)
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise HTTPServiceUnavailable(headers={"Retry-After": "30"})
    try:
        return run_clean(Source(data, name), chosen)
    finally:
        AT_ONCE.release()


def _changeable(request: Request) -> Case:
    case = request.context.case
    if not may_draft(request, case):
        raise HTTPConflict()
    return case


def upload(request: Request) -> HTTPSeeOther:
    """Take a file: everything that is found in it is masked until somebody decides otherwise."""
    number, sent = _changeable(request).id, request.POST.get("file")
    if not hasattr(sent, "filename"):
        return _back(request, number, "late", _("没有选文件：请先选文件，再按“上传”"))
    name, data = clean_name(sent.filename), sent.file.read()
    try:
        made = _cleaned(request, data, name, {})
        request.context.case = request.db.get_one(Case, number)
        releases.take(request.db, request.house, _changeable(request), name, data, "application/octet-stream", made,
                      actor_id=request.identity.user_id, at=request.now)
    except (Refused, Unfit) as problem:
        return _back(request, number, "late", str(problem))
    return _back(request, number, "ok", _("公开版已生成，请逐项确认发现的个人信息"))


def values(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/cases/{id}/released/{release}`: what was found, each value to be masked or kept."""
    case, release = _changeable(request), request.context.release
    body = releases.inside(request.db, request.house, release)
    found = [(each, KINDS[each.kind].zh if each.kind in KINDS else each.kind)
             for each in releases.values(request.db, request.house, release)]
    original = request.db.get_one(CaseFile, release.original_id)
    return {"title": cases.file_name(request.db, request.house, original), "case": case, "url": address(case),
            "release": release, "found": found, "reason": body["reason"], "problem": "", "typed": {}, **more}


def decide(request: Request) -> Any:
    """Make the copy anew by what was decided; the former one stays where that fails."""
    case, release = _changeable(request), request.context.release
    found = releases.values(request.db, request.house, release)
    decisions = {(each.kind, each.normal): _decision(request, each) for each in found}
    reason = request.POST.get("reason", "").strip()[:WHY]
    original, number = request.db.get_one(CaseFile, release.original_id), release.id
    data = cases.open_file(request.db, request.house, original, actor_id=None)
    name = cases.file_name(request.db, request.house, original)
    try:
        releases.check(found, decisions, reason)
        made = _cleaned(request, data, name, decisions)
    except (Refused, Unfit) as problem:
        return _again(request, case.id, number, str(problem))
    request.context.case = request.db.get_one(Case, case.id)
    request.context.release = request.db.get_one(Release, number)
    releases.decide(request.db, request.house, _changeable(request), request.context.release, made, decisions, reason,
                    actor_id=request.identity.user_id, at=request.now)
    return _back(request, case.id, "ok", _("已确认，公开版已重新生成"))


def _decision(request: Request, value: Value) -> Decision:
    return Decision.keep if request.POST.get(value.key) == "keep" else Decision.mask


def _again(request: Request, case_id: int, number: int, problem: str) -> dict[str, Any]:
    request.response.status_int = 409
    request.context.case = request.db.get_one(Case, case_id)
    request.context.release = request.db.get_one(Release, number)
    return values(request, problem=problem, typed=request.POST, reason=request.POST.get("reason", ""))


def drop(request: Request) -> HTTPSeeOther:
    case = _changeable(request)
    releases.drop(request.db, request.house, case, request.context.release, actor_id=request.identity.user_id,
                  at=request.now)
    return _back(request, case.id, "ok", _("已移除"))


def vouch(request: Request) -> HTTPSeeOther:
    """A reviewer states that he looked at the pictures of the original."""
    case = request.context.case
    if case.finished:
        raise HTTPConflict()
    try:
        releases.vouch(request.db, case, request.context.release, actor_id=request.identity.user_id, at=request.now)
    except Unfit as problem:
        return _back(request, case.id, "late", str(problem))
    return _back(request, case.id, "ok", _("已声明"))


def _back(request: Request, number: int, kind: str, words: Any) -> HTTPSeeOther:
    request.session.flash((kind, request.localizer.translate(words)))
    return HTTPSeeOther(f"{URL}/{number}#released")


def includeme(config: Configurator) -> None:
    at = URL + r"/{id:\d{1,9}}"
    one = at + r"/released/{release:\d{1,9}}"
    config.add_route("desk.case.file", at + r"/files/{file:\d{1,9}}", factory=DeskCaseFile)
    config.add_route("desk.case.release", f"{at}/released", factory=DeskCase)
    config.add_route("desk.case.values", one, factory=DeskRelease)
    config.add_route("desk.case.release.drop", f"{one}/drop", factory=DeskRelease)
    config.add_route("desk.case.release.vouch", f"{one}/vouch", factory=DeskRelease)
    config.take_files("desk.case.release")
    post = partial(config.add_view, request_method="POST")
    page = {"renderer": "desk/case_values.pt", "permission": Permission.HANDLE_CASES}
    config.add_view(download, route_name="desk.case.file", request_method="GET", permission=Permission.OPEN_CASES)
    config.add_view(lambda request: values(request), route_name="desk.case.values", request_method="GET", **page)
    post(upload, route_name="desk.case.release", permission=Permission.HANDLE_CASES)
    post(decide, route_name="desk.case.values", **page)
    post(drop, route_name="desk.case.release.drop", permission=Permission.HANDLE_CASES)
    post(vouch, route_name="desk.case.release.vouch", permission=Permission.VOUCH_CASES)
