"""How a spreadsheet shows a number: its format codes read (dates, places, literals), nothing rounded away unsaid."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

BUILTIN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy/m/d",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "##0.0E+0", 49: "@",
    50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"', 57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<half>AM/PM|A/P|上午/下午)'
    r"|(?P<general>General|G/通用格式)|(?P<power>E[+-])|(?P<date>y+|m+|d+|h+|s+|e+|b+|g+|aaa+)|(?P<place>[0#?])|(?P<mark>[.,%/])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL)
_MONEY = re.compile(r"\$([^\-\]]*)")
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?\d+(?:\.\d+)?)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_TESTS = {"=": Decimal.__eq__, "<>": Decimal.__ne__, "<": Decimal.__lt__, ">": Decimal.__gt__, "<=": Decimal.__le__,
          ">=": Decimal.__ge__}
_FIRST_DAYS = (1, 2_958_465)  # 1900-01-01 … 9999-12-31
_SCIENTIFIC = re.compile(r"[1-9]\.\d{5,17}[eE]\+?1\d|[1-9]\d{9,18}\.0+")
_WEEKDAYS = "一二三四五六日"


@lru_cache(maxsize=4096)
def sections(code: str) -> tuple[str, ...]:
    """The parts of a format code: for positive, negative, zero and text."""
    parts, last = [], 0
    for match in re.finditer(r'"[^"]*"?|\\.|\[[^\]]*\]|;', code):
        if match[0] == ";":
            parts.append(code[last:match.start()])
            last = match.end()
    return (*parts, code[last:])


@lru_cache(maxsize=4096)
def _tokens(section: str) -> tuple[tuple[str, str], ...]:
    """The tokens of a section: (kind, text). Paddings and colours are dropped, signs of money are literals."""
    found = []
    for match in _TOKEN.finditer(section):
        kind, text = match.lastgroup or "", match[match.lastgroup] if match.lastgroup else ""
        if kind == "bracket":
            money = _MONEY.match(text)
            elapsed = _ELAPSED.fullmatch(text)
            kind, text = ("literal", money[1]) if money else ("elapsed", text) if elapsed else ("", "")
        elif kind in ("quoted", "escaped", "other"):
            kind = "literal"
        if kind and text:
            found.append((kind, text))
    return tuple(found)


def is_date(code: str) -> bool:
    """Whether a format code shows its number as a date or a time of day."""
    kinds = {kind for kind, _ in _tokens(sections(code)[0])}
    return bool(kinds & {"date", "elapsed"}) and "place" not in kinds


def literals(code: str) -> str:
    """All that a format code adds by itself: words in it are shown, or could be."""
    return " ".join("".join(text for kind, text in _tokens(section) if kind == "literal") for section in sections(code))


def hides(code: str, value: str) -> bool:
    """Whether a format code shows nothing of a value: ;;; does, and ;; of numbers. `value` is "" for text."""
    parts = sections(code)
    if len(parts) < 3 and parts != ("", ""):
        return False
    if not value:
        return len(parts) > 3 and not _tokens(parts[3]) and not parts[3].strip()
    return not _tokens(_section(code, Decimal(value)))


def moment(value: str, date1904: bool = False) -> datetime | None:
    """The date that a number stands for; None when it is none."""
    days = Decimal(value)
    if not _FIRST_DAYS[0] <= days <= _FIRST_DAYS[1] - 1462:
        return None
    start = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30 if days >= 60 else 31)
    return start + timedelta(seconds=round(float(days) * 86400))


def stored(value: str) -> str:
    """A number with all its digits: 18918083445, 430199196102074900, 0.35."""
    return format(Decimal(value), "f")


def spelled(text: str) -> str:
    """A text that is a number in scientific notation, or a whole one with .0 behind it, with all its digits; any
    other as it is. So programs write what they took for numbers."""
    return stored(text.strip()).partition(".")[0] if _SCIENTIFIC.fullmatch(text.strip()) else text


def iso(when: datetime) -> str:
    """A date as it is stored; with its time unless that is midnight."""
    return when.strftime("%Y-%m-%d") if when.time() == datetime.min.time() else when.strftime("%Y-%m-%d %H:%M:%S")


def shown(value: str, code: str, date1904: bool = False) -> str:
    """A number as a spreadsheet shows it under a format code, near enough to be read and searched."""
    number = Decimal(value)
    if code.lower() in ("general", "", "@", "g/通用格式"):
        return stored(value)
    if is_date(code):
        when = moment(value, date1904)
        return _date(code, when, number) if when or 0 <= number < 1 else stored(value)
    section = _section(code, number)
    tokens = _tokens(section)
    kinds = {kind for kind, _ in tokens}
    if "place" not in kinds:
        words = "".join(stored(value) if kind == "general" else text
                        for kind, text in tokens if kind in ("literal", "general"))
        return words or stored(value)
    if ("mark", "/") in tokens:
        return stored(value)
    sign = "-" if number < 0 and section == sections(code)[0] else ""
    return sign + _figure(tokens, abs(number))


def _section(code: str, number: Decimal) -> str:
    """The part of a format code that applies to a number."""
    parts = sections(code)
    tests = [_CONDITION.search(" ".join(re.findall(r"\[([^\]$]*)\]", part))) for part in parts[:3]]
    if any(tests):
        return next((part for part, test in zip(parts, tests, strict=False)
                     if not test or _TESTS[test[1]](number, Decimal(test[2]))), parts[-1])
    if number < 0 and len(parts) > 1:
        return parts[1]
    return parts[2] if number == 0 and len(parts) > 2 else parts[0]


def _figure(tokens: tuple[tuple[str, str], ...], number: Decimal) -> str:
    """A number written into the places of its format, from the right."""
    kinds = [kind for kind, _ in tokens]
    if "power" in kinds:
        places = kinds[:kinds.index("power")].count("place") - 1
        return f"{number:.{max(places, 0)}E}"
    dot = next((at for at, token in enumerate(tokens) if token == ("mark", ".")), len(tokens))
    places = [at for at, kind in enumerate(kinds) if kind == "place"]
    commas = [at for at, token in enumerate(tokens) if token == ("mark", ",")]
    scale = sum(at > places[-1] for at in commas)
    percent = 2 * sum(token == ("mark", "%") for token in tokens)
    decimals = sum(kind == "place" for kind in kinds[dot:])
    exact = number.scaleb(percent - 3 * scale) if number else number
    if abs(exact) >= Decimal(10) ** 24:
        return stored(str(number))
    rounded = f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
    whole, _, part = rounded.partition(".")
    grouped = any(places[0] < at < min(dot, places[-1]) for at in commas)
    return _filled(tokens[:dot], whole, grouped) + _decimals(tokens[dot:], part)


def _filled(tokens: tuple[tuple[str, str], ...], whole: str, grouped: bool) -> str:
    digits, made = list(whole.lstrip("0")), []
    first = next((at for at, token in enumerate(tokens) if token[0] == "place"), -1)
    for at in range(len(tokens) - 1, -1, -1):
        kind, text = tokens[at]
        if kind == "place":
            made.append(digits.pop() if digits else "0" if text == "0" else "")
            if at == first:
                made.append("".join(digits))
        elif kind == "literal" or text in "%/":
            made.append(text)
    if first < 0 and digits:
        made.append("".join(digits))
    text = "".join(reversed([part for part in made if part]))
    return re.sub(r"\d{4,}", lambda match: f"{int(match[0]):,}", text, count=1) if grouped else text


def _decimals(tokens: tuple[tuple[str, str], ...], part: str) -> str:
    made, digits = [], list(part)
    wanted = [text for kind, text in tokens if kind == "place"]
    while digits and wanted and digits[-1] == "0" and wanted[-1] == "#":
        digits.pop()
        wanted.pop()
    for kind, text in tokens:
        if kind == "place":
            made.append(digits.pop(0) if digits else "")
        elif kind == "literal" or text in ".%/":
            made.append(text)
    return "".join(made)


def _date(code: str, when: datetime | None, number: Decimal) -> str:
    if when is None:
        when = datetime(1899, 12, 31) + timedelta(seconds=round(float(number) * 86400))
    tokens = _tokens(sections(code)[0])
    halves = any(kind == "half" for kind, _ in tokens)
    made, last = [], ""
    for at, (kind, text) in enumerate(tokens):
        if kind == "date":
            follows = next((later for what, later in tokens[at + 1:] if what == "date"), "")
            minutes = text.lower() in ("m", "mm") and (last == "h" or follows.lower().startswith("s"))
            made.append(_date_part(text.lower(), when, minutes, halves))
            last = text[0].lower()
        elif kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[text[0].lower()]
            made.append(str(int(float(number) * 86400 + 0.5) // unit))
            last = text[0].lower()
        elif kind == "half":
            made.append("下午" if when.hour >= 12 else "上午")
        elif kind in ("literal", "mark") and text not in "@;":
            made.append(text)
    return "".join(made).strip()


def _date_part(token: str, when: datetime, minutes: bool, halves: bool) -> str:
    letter, size = token[0], len(token)
    if letter in "ye":
        return str(when.year) if size > 2 or letter == "e" else f"{when.year % 100:02d}"
    if letter == "b":
        return str(when.year + 543)
    if letter in "gn":
        return ""
    if letter == "a" or (letter == "d" and size > 2):
        return ("星期" if size > 3 else "") + _WEEKDAYS[when.weekday()]
    if letter == "m" and not minutes and size > 2:
        return f"{when.month}月"
    hour = (when.hour % 12 or 12) if halves else when.hour
    number = {"m": when.minute if minutes else when.month, "d": when.day, "h": hour, "s": when.second}[letter]
    return f"{number:02d}" if size > 1 else str(number)
