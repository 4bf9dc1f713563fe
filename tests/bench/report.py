"""The report of a run: a table of ratios for `docs/`, and the same as a chart, drawn here in SVG."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from bench import search
from content.base import local_date, now

GOALS = {"not yet": .1, "nginx /": .9, "ours / empty": .6}  # by what stands in the name of a pair of servers
WIDTH, LEFT, BAR, STEP = 760, 330, 300, 26  # of the chart, in pixels
FULL = 1.25  # the ratio at which a bar ends
GOOD, SHORT, INK, FAINT = "#1a7f4b", "#b54708", "#1f2937", "#d0d5dd"


@dataclass(frozen=True)
class Row:
    """One ratio: what is compared, both figures, and the goal it is to reach; None where there is none."""

    what: str
    ours: float
    other: float
    unit: str
    ratio: float
    goal: float | None = None

    @property
    def met(self) -> bool:
        return self.goal is None or self.ratio >= self.goal


def rows(found: dict[str, Any]) -> Iterator[Row]:
    """The ratios of a run, each the larger the better: of what costs time, the other's cost by ours."""
    few, many = found["documents"]
    for what, (ours, other) in found["pages"]["rates"].items():
        goal = next((goal for words, goal in GOALS.items() if words in what), None)
        yield Row(what, ours, other, "requests/s", ours / other, goal)
    for name, rate in found["serving"]["pages"].items():
        yield Row(f"{name}: {many:,} / {few:,} documents", rate["many"], rate["few"], "requests/s",
                  rate["many"] / rate["few"], .9)
    basics, visible = found["basics"], found["visible"]
    yield Row(f"indexing: {many:,} / {few:,} documents", basics["index_many"], basics["index_few"], "documents/s",
              basics["index_many"] / basics["index_few"])
    yield _cost(f"search: {few:,} / {many:,} documents", basics["search_many"]["p50_ms"],
                basics["search_few"]["p50_ms"], "ms")
    for name, goal in (("median", 15.0), ("p99", 80.0)):
        yield _cost(f"search page, {name}: {goal:g} ms / ours", found["serving"]["search_ms"][name], goal, "ms", 1.0)
    for name, goal in (("median", 5.0), ("p99", 80.0)):
        yield _cost(f"search engine, {name}: {goal:g} ms / ours", found["search"]["ms"]["all"][name], goal, "ms", 1.0)
    yield Row("indexing: ours / 400 documents", found["search"]["indexed_per_second"], 400, "documents/s",
              found["search"]["indexed_per_second"] / 400, 1.0)
    yield _cost("publish to visible: 1 s / ours", visible["many"]["visible_s"], 1.0, "s", 1.0)
    yield _cost(f"publish to visible: {few:,} / {many:,} documents", visible["many"]["visible_s"],
                visible["few"]["visible_s"], "s")
    if found["published"]:
        yield Row("full build: ours / 200 pages per core", visible["many"]["built_per_core"], 200, "pages/s",
                  visible["many"]["built_per_core"] / 200, 1.0)
    yield _cost("start: 2 s / ours", found["serving"]["start_s"], 2.0, "s", 1.0)
    for name, what in (("resident", "memory"), ("anonymous", "memory without mapped files")):
        yield _cost(f"{what}: 300 MB / ours", found["serving"]["memory_mb"][name], 300.0, "MB", 1.0)


def _cost(what: str, ours: float, other: float, unit: str, goal: float | None = None) -> Row:
    return Row(what, ours, other, unit, other / max(ours, 1e-9), goal)


def write(folder: Path, name: str, found: dict[str, Any]) -> Path:
    """`NAME.md` and `NAME.svg`; returns the table's path."""
    folder.mkdir(exist_ok=True)
    made = list(rows(found))
    (folder / f"{name}.svg").write_text(chart(made, f"{found['documents'][1]:,} documents"), encoding="utf-8")
    path = folder / f"{name}.md"
    path.write_text("\n".join(table(name, made, found)) + "\n", encoding="utf-8")
    return path


def table(name: str, made: Iterable[Row], found: dict[str, Any]) -> Iterator[str]:
    few, many = found["documents"]
    load, cores = found["load"], os.cpu_count()
    yield f"# Measured with {many:,} documents"
    yield ""
    yield (f"`make {name}` on {local_date(now())}, {cores} cores, Python {platform.python_version()}, load "
           f"{load[0]:.1f} before and {load[1]:.1f} after; SQLite, {found['engine']}, published pages "
           f"{'served' if found['published'] else 'not there: pages are rendered for each request'}. "
           "Ratios are of one run on one machine and the larger the better; figures of a busy machine compare with "
           "nothing but themselves.")
    yield ""
    yield f"![Ratios]({name}.svg)"
    yield ""
    yield "| What | Ours | Other | | Ratio | Goal |"
    yield "| --- | ---: | ---: | --- | ---: | ---: |"
    for row in made:
        goal = "" if row.goal is None else f"{row.goal:g}{'' if row.met else ' (missed)'}"
        yield f"| {row.what} | {row.ours:,.4g} | {row.other:,.4g} | {row.unit} | {row.ratio:.2f} | {goal} |"
    yield ""
    basics, visible = found["basics"], found["visible"]
    yield (f"Pages beside nginx and beside the empty view were asked for by {found['pages']['asked_by']}. "
           f"Files written for one publication: {visible['few']['files']} with {few:,}, {visible['many']['files']} "
           f"with {many:,} documents (at most {visible['many']['most_files']}). "
           f"Slowest publication until it was visible: {visible['many']['slowest_s']} s. "
           f"Search p99: {basics['search_many']['p99_ms']} ms. Import: {basics['import_per_second']} documents/s. "
           f"Scanning for personal data: {basics['scan_mb_per_second']} MB/s. The county was made in "
           f"{found['filled_s']:.0f} s.")
    yield from ("", "## Search by itself", "", "```", *search.table(found["search"]), "```")


def chart(made: list[Row], title: str) -> str:
    """Bars, green where the goal is met; a line at 1, a tick at each goal, the figures beside them."""
    height = 56 + STEP * len(made)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
             f'font-family="sans-serif" font-size="13"><title>Ratios with {escape(title)}</title>',
             f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
             f'<text x="{LEFT - 10}" y="24" text-anchor="end" fill="{INK}" font-weight="bold">{escape(title)}</text>',
             f'<line x1="{_x(1)}" y1="34" x2="{_x(1)}" y2="{height - 10}" stroke="{FAINT}"/>',
             f'<text x="{_x(1)}" y="24" text-anchor="middle" fill="{INK}">1</text>']
    for number, row in enumerate(made):
        y, end = 40 + STEP * number, _x(min(row.ratio, FULL))
        lines += [f'<text x="{LEFT - 10}" y="{y + 14}" text-anchor="end" fill="{INK}">{escape(row.what)}</text>',
                  f'<rect x="{LEFT}" y="{y + 3}" width="{end - LEFT:.1f}" height="14" '
                  f'fill="{GOOD if row.met else SHORT}"/>',
                  f'<text x="{WIDTH - 10}" y="{y + 14}" text-anchor="end" fill="{INK}">{row.ratio:.2f}</text>']
        if row.goal is not None:
            at = _x(row.goal)
            lines.append(f'<line x1="{at}" y1="{y}" x2="{at}" y2="{y + 20}" stroke="{INK}" stroke-width="2"/>')
    return "\n".join([*lines, "</svg>", ""])


def _x(ratio: float) -> float:
    return round(LEFT + BAR * ratio, 1)
