"""考核评分: departments by the scheme of scores, and for each one the arithmetic line by line."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from portal.desk.supervision import _measured
from portal.desk.supervision._views import URL, Supervision, period, periods
from portal.desk.words import Status
from portal.i18n import _
from workflows.access import Permission
from workflows.rules import all_rules
from workflows.scoring import FAILED, GRADES, Score, known_sources, plain

_COLOURS = {words: ("ok", "ok", "info")[number] for number, (_name, words, _least) in enumerate(GRADES)}


def listing(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/scores?period=&department=`: the lowest first."""
    asked = period(request)
    scheme = _measured.scheme_on(context, asked)
    scored = _measured.scores_of(context, asked, scheme)
    lines = sorted(((unit, found, grade_words(found)) for unit, found in scored.items()),
                   key=lambda line: (line[1].points, context.short(line[0])))
    return context.page("scores", _("考核评分"), lines=lines, scheme=scheme, asked=asked,
                        periods=periods(request.today), code=_code(context), plain=plain,
                        sources=sources(request), drawn=_drawn(context, lines))


def _drawn(context: Supervision, lines: list[tuple[int, Score, Status]]) -> dict[str, Any]:
    return {"kind": "bars", "flat": True, "x": [context.short(unit) for unit, _score, _grade in lines],
            "series": [{"name": context.say(_("得分")), "tone": "qing",
                        "data": [float(found.points) for _unit, found, _grade in lines]}]}


def one(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/scores/{code}?period=`: each item, what was counted, what it came to."""
    unit = request.tree.departments.by_code.get(request.matchdict["code"])
    asked = period(request)
    scheme = _measured.scheme_on(context, asked)
    found = _measured.scores_of(context, asked, scheme).get(unit.id) if unit and unit.id in context.units else None
    if found is None:
        raise HTTPNotFound()
    return context.page("scores", _("${unit}的考核评分", mapping={"unit": unit.short_name}), unit=unit, score=found,
                        grade=grade_words(found), asked=asked, sources=sources(request), plain=plain)


def grade_words(score: Score) -> Status:
    """The words of the scheme are Chinese: they are the office's own terms."""
    return ("late" if score.grade == FAILED else _COLOURS[score.grade]), score.grade


def sources(request: Request) -> dict[str, str]:
    """What an item may count, with its title."""
    english = request.language.code == "en"
    return known_sources({name: rule.english if english else rule.title for name, rule in all_rules().items()})


def _code(context: Supervision) -> Any:
    return lambda unit: context.request.tree.departments.by_id[unit].code


def includeme(config: Configurator) -> None:
    may = {"request_method": "GET", "permission": Permission.READ_FINDINGS}
    config.add_route("desk.supervision.scores", f"{URL}/scores", factory=Supervision)
    config.add_route("desk.supervision.score", rf"{URL}/scores/of/{{code:[\w-]{{1,40}}}}", factory=Supervision)
    config.add_view(listing, route_name="desk.supervision.scores", renderer="desk/supervision/scores.pt", **may)
    config.add_view(one, route_name="desk.supervision.score", renderer="desk/supervision/score.pt", **may)
