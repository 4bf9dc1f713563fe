"""`python -m tests.bench [--documents N] [--json]`: imports N made documents, indexes, searches, renders, scans."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from webtest import TestApp

sys.path.insert(0, str(Path(__file__).parents[1]))

from factories import make_county, open_house

from bench.texts import line, queries, record
from content.privacy import scan_text
from content.search import Query
from portal.importing import Importer
from portal.instance import Instance
from portal.settings import Settings
from portal.wiring import make_app
from portal.worker import Worker

FEW = 10
TURNS = 15
PAGES = (("home", "/"), ("column", "/zwgk/zcwj/"), ("document", "/doc/{year}/1.html"), ("feed", "/feeds/latest.rss"),
         ("search", "/search?q=%E4%BE%9B%E6%B0%B4"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="JSON only")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder) / "var", chosen.documents)
    print(json.dumps(figures, ensure_ascii=False, indent=None if chosen.json else 1))
    if not chosen.json:
        for row in table(figures):
            print(row)


def measure(home: Path, many: int) -> dict[str, Any]:
    """All figures of one run: the same pages with few and with many documents, and the rates in between."""
    instance = Instance(Settings.load(home), open_house(home))
    make_county(instance.house)
    app = TestApp(make_app(instance.house, instance.settings))
    worker = Worker(instance)
    figures: dict[str, Any] = {"documents": many, "few": FEW}
    _bring(instance, worker, range(1, FEW + 1))
    few = _pages(instance, app)
    figures |= _bring(instance, worker, range(FEW + 1, many + 1))
    figures["pages"] = _compared(few, _pages(instance, app))
    figures |= _search(instance) | _scan()
    worker.close()
    instance.close()
    return figures


def _bring(instance: Instance, worker: Worker, numbers: range) -> dict[str, float]:
    importer = Importer(instance.house, "zwgk/zcwj")
    lines = [line(number) for number in numbers]
    imported = _seconds(lambda: list(importer.run(lines)))
    failed: list[str] = []
    indexed = _seconds(lambda: failed.extend(worker.once()))
    if failed or importer.outcome.published != len(numbers):
        raise SystemExit(f"not measured: {failed or importer.outcome}")
    return {"import_per_second": round(len(numbers) / imported, 1),
            "index_per_second": round(len(numbers) / indexed, 1)}


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _pages(instance: Instance, app: TestApp) -> dict[str, tuple[float, int]]:
    """Of each page: median milliseconds and queries of a later visit, after the first has filled every cache."""
    year = _year(instance)
    found = {}
    for name, path in PAGES:
        path = path.format(year=year)
        app.get(path, status=200)
        with _counted(instance) as count:
            app.get(path)
        times = [_seconds(lambda path=path: app.get(path)) for _ in range(TURNS)]
        found[name] = (round(statistics.median(times) * 1000, 2), count["queries"])
    return found


def _year(instance: Instance) -> str:
    return record(1)["date"][:4]


@contextmanager
def _counted(instance: Instance) -> Iterator[dict[str, int]]:
    count = {"queries": 0}

    def counted(*_: Any) -> None:
        count["queries"] += 1

    engine = instance.house.database.engine
    event.listen(engine, "before_cursor_execute", counted)
    yield count
    event.remove(engine, "before_cursor_execute", counted)


def _compared(few: dict, many: dict) -> dict[str, dict[str, float]]:
    return {name: {"ms_few": few[name][0], "ms_many": many[name][0], "ratio": round(many[name][0] / few[name][0], 2),
                   "queries_few": few[name][1], "queries_many": many[name][1]} for name in few}


def _search(instance: Instance) -> dict[str, float]:
    instance.engine.search(Query("供水"))
    times = sorted(_seconds(lambda words=words: instance.engine.search(Query(words))) for words in queries(100))
    return {"search_p50_ms": round(times[50] * 1000, 1), "search_p95_ms": round(times[95] * 1000, 1)}


def _scan() -> dict[str, float]:
    texts = [record(number)["body_text"] for number in range(50)]
    took = _seconds(lambda: [scan_text(text) for text in texts])
    return {"scan_mb_per_second": round(sum(len(text.encode()) for text in texts) / took / 1e6, 2)}


def table(figures: dict[str, Any]) -> Iterator[str]:
    yield f"{'page':<10}{'ms, few':>10}{'ms, many':>10}{'ratio':>7}{'queries':>10}"
    for name, row in figures["pages"].items():
        asked = f"{row['queries_few']}/{row['queries_many']}"
        yield f"{name:<10}{row['ms_few']:>10}{row['ms_many']:>10}{row['ratio']:>7}{asked:>10}"
    for key, value in figures.items():
        if isinstance(value, float):
            yield f"{key:<24}{value:>10}"


if __name__ == "__main__":
    main()
