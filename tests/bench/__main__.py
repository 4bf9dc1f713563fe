"""`python -m tests.bench [--documents N] [--against M] [--write NAME] [--json]`: measures a county of N documents
against one of M, of a tenth when not said; `--supervise` measures supervision alone. `--write` puts table and chart
into `docs/`.

What is compared is measured in one run, one after the other: figures of two runs are not.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import basics, report, serving, supervision, visible
from bench.corpus import Ground, fill
from content.collect import collect
from content.search import engines

DOCS = Path(__file__).parents[2] / "docs"
OTHERS = ("pages", "search")  # they make a ground of their own
QUICKER = "tantivy"  # the engine for so many documents, where it is installed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--against", type=int, metavar="M", help="documents of the small county")
    parser.add_argument("--write", metavar="NAME", help="write docs/NAME.md and docs/NAME.svg")
    parser.add_argument("--json", action="store_true", help="JSON only")
    parser.add_argument("--supervise", action="store_true", help="measure supervision alone")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, few = Path(folder), chosen.against or chosen.documents // 10
        figures = _supervised(home) if chosen.supervise else measure(home, chosen.documents, few)
    print(json.dumps(figures, ensure_ascii=False, indent=None if chosen.json else 1))
    if chosen.write:
        report.write(DOCS, chosen.write, figures)
    if not chosen.json and not chosen.supervise:
        for row in report.rows(figures):
            print(f"{row.what:<48}{row.ours:>12.4g}{row.other:>12.4g} {row.unit:<12}{row.ratio:>7.2f}")


def measure(folder: Path, many: int, few: int) -> dict[str, Any]:
    """All figures of one run."""
    load, engine = [os.getloadavg()[0]], _engine()
    began = time.perf_counter()
    small, large = (_ground(folder, count, engine) for count in (few, many))
    found: dict[str, Any] = {"documents": (small.documents, large.documents), "engine": engine,
                             "filled_s": time.perf_counter() - began}
    for name, take in (("basics", lambda: basics.measure(small, large)),
                       ("visible", lambda: {"few": visible.measure(small), "many": visible.measure(large)}),
                       ("serving", lambda: serving.measure(small, large))):
        _tell(name)
        found[name] = take()
    for name in OTHERS:
        _tell(name)
        (folder / name).mkdir()
        found[name] = importlib.import_module(f"bench.{name}").measure(folder / name, many)
    found["published"] = any((large.home / "site").iterdir())
    found["load"] = (*load, os.getloadavg()[0])
    for ground in (small, large):
        ground.instance.close()
    return found


def _ground(folder: Path, documents: int, engine: str) -> Ground:
    _tell(f"{documents:,} documents")
    home = folder / str(documents)
    return fill(home, documents, f"{engine}://{home / 'index'}" if engine == QUICKER else "")


def _engine() -> str:
    there = importlib.util.find_spec(QUICKER) is not None and QUICKER in collect(engines, "ENGINE")
    return QUICKER if there else "whoosh"


def _supervised(folder: Path) -> dict[str, Any]:
    found = supervision.measure(folder)
    for row in supervision.table(found):
        print(row, file=sys.stderr)
    return {"supervision": found}


def _tell(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
