"""Assessment by an editable scheme (考核评价): 100 less deductions, and a bonus, with the arithmetic shown.

A scheme is data (the setting `scheme`, dated like every setting of supervision), so that each period is scored by
the scheme that held on its last day. An item counts findings of a rule, cards, or how far a rate lies from its mark:

    {"source": "rule:column_stale", "points": 5, "cap": 20}         each finding costs 5 points, all of them at most 20
    {"source": "card:red", "points": 3, "cap": 9}                   each red card
    {"source": "rate:on_time", "mark": 95, "step": 1, "points": 1, "cap": 10}   each full percentage point below 95 %
    {"source": "rate:updated", "mark": 100, "points": 5, "cap": 5, "bonus": true}    given where the mark is reached

As in the inspection of websites (国办秘函〔2019〕19号): deductions from 100, never more for an item than it is worth;
below 60 it is failed (不合格), and only above 80 the bonus items, 30 at most, are counted. Where a rate has nothing to
count over, its item neither costs nor gives anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workflows.reports.rates import TITLES, Rate

NAME = "scheme"  # of the setting
RULE, CARD, RATE = "rule", "card", "rate"
CARDS = {"yellow": "黄牌", "red": "红牌"}
GRADES = (("excellent", "优秀", 90), ("good", "良好", 80), ("passed", "合格", 60))
FAILED = "不合格"
DEFAULT: dict[str, Any] = {
    "title": "政务公开工作考核评价办法", "base": 100, "passed": 60, "bonus_over": 80, "bonus_cap": 30,
    "items": [
        {"source": "rule:column_empty", "points": 5, "cap": 20},
        {"source": "rule:column_stale", "points": 3, "cap": 20},
        {"source": "rule:late_disclosure", "points": 1, "cap": 10},
        {"source": "rule:annual_report", "points": 5, "cap": 5},
        {"source": "rule:case_due", "points": 5, "cap": 20},
        {"source": "card:red", "points": 3, "cap": 15},
        {"source": "card:yellow", "points": 1, "cap": 5},
        {"source": "rate:on_time", "mark": 100, "step": 5, "points": 1, "cap": 10},
        {"source": "rate:updated", "mark": 100, "points": 10, "cap": 10, "bonus": True},
        {"source": "rate:timely", "mark": 100, "points": 10, "cap": 10, "bonus": True},
        {"source": "rate:satisfied", "mark": 95, "points": 10, "cap": 10, "bonus": True},
    ],
}


@dataclass(frozen=True)
class Item:
    """A line of a scheme; `mark` and `step` are percentages and belong to rates alone."""

    source: str
    points: Decimal
    cap: Decimal
    bonus: bool = False
    mark: Decimal = Decimal(100)
    step: Decimal = Decimal(1)

    @property
    def kind(self) -> str:
        return self.source.partition(":")[0]

    @property
    def name(self) -> str:
        return self.source.partition(":")[2]


@dataclass(frozen=True)
class Scheme:
    """A whole scheme; `base` less deductions below `passed` is failed, above `bonus_over` the bonus is counted."""

    title: str
    items: tuple[Item, ...]
    base: Decimal = Decimal(100)
    passed: Decimal = Decimal(60)
    bonus_over: Decimal = Decimal(80)
    bonus_cap: Decimal = Decimal(30)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Scheme:
        """From the values of the setting; the default where nobody set one. Raises `KeyError` for what is lacking."""
        values = values or DEFAULT
        items = tuple(Item(each["source"], _number(each["points"]), _number(each["cap"]), bool(each.get("bonus")),
                           _number(each.get("mark", 100)), _number(each.get("step", 1))) for each in values["items"])
        return cls(values["title"], items, *(_number(values[name]) for name in (
            "base", "passed", "bonus_over", "bonus_cap")))


@dataclass(frozen=True)
class Counted:
    """What there is of one department in a period: findings by rule, cards by colour, rates by name."""

    findings: Mapping[str, int] = field(default_factory=dict)
    cards: Mapping[str, int] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """What one item came to: `count` × points = `raw`, of which `points` count."""

    item: Item
    count: int
    raw: Decimal
    points: Decimal
    rate: Rate | None = None

    @property
    def capped(self) -> bool:
        return self.raw > self.item.cap

    @property
    def arithmetic(self) -> str:
        """`3 × 5 分 = 15，封顶 10`, Chinese."""
        if self.rate is not None and self.rate.percent is None:
            return "没有可计算的件数，不计"
        words = f"{self.count} × {plain(self.item.points)} 分 = {plain(self.raw)}"
        return f"{words}，封顶 {plain(self.item.cap)}" if self.capped else words


@dataclass(frozen=True)
class Score:
    """A department's score. `bonus_counts` says whether the deductions left enough for the bonus to be counted."""

    scheme: Scheme
    lines: tuple[Line, ...]

    @property
    def deducted(self) -> Decimal:
        return min(sum((line.points for line in self.lines if not line.item.bonus), Decimal()), self.scheme.base)

    @property
    def before_bonus(self) -> Decimal:
        return self.scheme.base - self.deducted

    @property
    def bonus_counts(self) -> bool:
        return self.before_bonus > self.scheme.bonus_over

    @property
    def bonus(self) -> Decimal:
        if not self.bonus_counts:
            return Decimal()
        return min(sum((line.points for line in self.lines if line.item.bonus), Decimal()), self.scheme.bonus_cap)

    @property
    def points(self) -> Decimal:
        return self.before_bonus + self.bonus

    @property
    def grade(self) -> str:
        """优秀, 良好, 合格 or 不合格, by what the deductions left: a bonus makes nobody pass."""
        if self.before_bonus < self.scheme.passed:
            return FAILED
        return next((words for _name, words, least in GRADES if self.before_bonus >= least), GRADES[-1][1])

    @property
    def worst(self) -> Line | None:
        """The item that cost most; None where nothing did."""
        lost = [line for line in self.lines if not line.item.bonus and line.points]
        return max(lost, key=lambda line: line.points, default=None)

    @property
    def arithmetic(self) -> str:
        """`100 − 18 + 5 = 87`."""
        parts = f"{plain(self.scheme.base)} − {plain(self.deducted)}"
        bonus = f" + {plain(self.bonus)}" if self.bonus_counts else ""
        return f"{parts}{bonus} = {plain(self.points)}"


def score(scheme: Scheme, counted: Counted) -> Score:
    """Score a department. What an item names and nobody counts is 0."""
    return Score(scheme, tuple(_line(item, counted) for item in scheme.items))


def known_sources(rules: Mapping[str, str]) -> dict[str, str]:
    """`{source: title}` of everything that an item may count; `rules` are names and titles of the rules."""
    return ({f"{RULE}:{name}": title for name, title in rules.items()}
            | {f"{CARD}:{name}": title for name, title in CARDS.items()}
            | {f"{RATE}:{name}": title for name, title in TITLES.items()})


def _line(item: Item, counted: Counted) -> Line:
    rate = counted.rates.get(item.name, Rate()) if item.kind == RATE else None
    count = _of_rate(item, rate) if rate is not None else {
        RULE: counted.findings, CARD: counted.cards}[item.kind].get(item.name, 0)
    raw = count * item.points
    return Line(item, count, raw, min(raw, item.cap), rate)


def _of_rate(item: Item, rate: Rate) -> int:
    """Full steps below the mark; for a bonus 1 where the mark is reached."""
    if rate.percent is None:
        return 0
    if item.bonus:
        return int(rate.percent >= item.mark)
    return int(max(item.mark - rate.percent, Decimal()) // item.step)


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def plain(number: Decimal) -> str:
    """`15`, `2.5`: without zeros that say nothing."""
    return f"{number.normalize():f}" if number else "0"
