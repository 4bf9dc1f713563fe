"""What a Word file says of itself, as metadata: 文号, 成文日期, 发文机关, 公文种类, when it takes effect and ends.

These are proposals for the editor: a program read them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from content.numbers import normal_number
from content.types import GENRES
from content.word.dates import DATE, dates, only_date, plain
from content.word.outline import Line, Role

_EFFECT = re.compile(rf"自({DATE.pattern}|印发之日|发布之日|公布之日)起(?:施行|实施|执行|生效)")
_END = re.compile(rf"有效期(?:至|到|截至|截止到?)({DATE.pattern})")
_YEARS = re.compile(r"有效期(?:为|限)?([0-9]{1,2}|[一二三四五六七八九十])年")
_OPENNESS = re.compile(r"\(?(此件[^()。]{0,20}公开[^()。]{0,20})\)?")
_CLOSED = re.compile(r"不予公开|不公开|依申请公开|内部|删减后公开|不宜公开|不得公开")


def proposals(lines: Sequence[Line], roles: Sequence[Role]) -> dict[str, str]:
    """Metadata by the names of `content.types`, dates in ISO 8601; only what was found."""
    body = plain("\n".join(line.text for line in lines))
    formed = _formed(lines, roles)
    found = {
        "number": _number(_of(lines, roles, Role.NUMBER)), "formed": _iso(formed),
        "issuer": _issuer(lines, roles), "genre": _genre(title(lines, roles)),
        "effective": _iso(_effective(body, formed)), "expires": _iso(_expires(body, formed)),
    }
    return {name: value for name, value in found.items() if value}


def title(lines: Sequence[Line], roles: Sequence[Role]) -> str:
    """The title, its lines joined."""
    return _joined(_of(lines, roles, Role.TITLE))


def openness(lines: Sequence[Line]) -> tuple[str, bool]:
    """公开属性 as the document states it (此件公开发布), and whether it says that not all of it may be open."""
    for line in reversed(lines):
        found = _OPENNESS.search(plain(line.text))
        if found:
            return found[1], _CLOSED.search(found[1]) is not None
    return "", False


def _of(lines: Sequence[Line], roles: Sequence[Role], role: Role) -> list[str]:
    return [line.text for line, each in zip(lines, roles, strict=True) if each is role]


def _joined(parts: Sequence[str]) -> str:
    """Lines of Chinese are joined without a blank, words of Latin letters with one."""
    text = " ".join(" ".join(part.split()) for part in parts)
    return re.sub(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])", "", text).strip()


def _number(written: list[str]) -> str:
    if not written:
        return ""
    return normal_number(re.sub(r"签发人:.*$", "", plain(written[0])).strip("()"))


def _formed(lines: Sequence[Line], roles: Sequence[Role]) -> dt.date | None:
    """The first date below a signature; else the one under the title; else the day of printing."""
    below = _of(lines, roles, Role.DATE)
    above = [line.text for line, role in zip(lines[:20], roles, strict=False) if role is Role.CENTRE]
    found = [only_date(each) for each in below[:1]] or [only_date(plain(each).strip("()")) for each in above]
    printed = [day for each in _of(lines, roles, Role.IMPRINT) for day in dates(each)]
    return next((day for day in (*found, *printed) if day is not None), None)


def _issuer(lines: Sequence[Line], roles: Sequence[Role]) -> str:
    """Who signed, above the first date; else whose name the head bears."""
    first = next((index for index, role in enumerate(roles) if role is Role.DATE), len(roles))
    signed = [_joined([line.text]) for line, role in zip(lines[:first], roles, strict=False) if role is Role.SIGNATURE]
    if signed:
        return "、".join(signed)
    head = _of(lines, roles, Role.ORGAN)
    return re.sub(r"(?:文件|令)$", "", plain("".join(head[:1])))


def _genre(words: str) -> str:
    """公文种类 is the last word of the title (党政机关公文处理工作条例 Art. 8)."""
    text = re.sub(r"\([^()]*\)$", "", plain(words))
    return next((genre for genre in sorted(GENRES, key=len, reverse=True) if text.endswith(genre)), "")


def _effective(body: str, formed: dt.date | None) -> dt.date | None:
    found = _EFFECT.search(body)
    if found is None:
        return None
    return next(iter(dates(found[1])), formed)


def _expires(body: str, formed: dt.date | None) -> dt.date | None:
    if found := _END.search(body):
        return next(iter(dates(found[1])), None)
    begin, found = _effective(body, formed), _YEARS.search(body)
    if begin is None or found is None:
        return None
    years = int(found[1]) if found[1].isascii() else "一二三四五六七八九十".index(found[1]) + 1
    return begin.replace(year=begin.year + years, day=min(begin.day, 28) if begin.month == 2 else begin.day) \
        - dt.timedelta(days=1)


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
