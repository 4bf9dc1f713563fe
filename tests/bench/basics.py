"""What work costs without a server: importing, bringing followers up to date, searching, scanning for personal data."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.corpus import Ground
from bench.texts import line, queries, record
from content.privacy import scan_text
from content.search import Query
from portal.importing import Importer
from portal.worker import Worker
from workflows.followers import catch_up

IMPORTED = 60
SEARCHES = 200


def followed(ground: Ground) -> float:
    """Documents a second that the search index takes; it is up to date afterwards."""
    worker = Worker(ground.instance)
    index = next(each for each in worker.followers if each.name == "search")
    took = seconds(lambda: catch_up(ground.instance.house.database, [index], worker.presence.owner))
    worker.close()
    if ground.instance.engine.count() < ground.documents:
        raise SystemExit(f"not measured: {ground.instance.engine.count()} of {ground.documents} are indexed")
    return round(ground.documents / took, 1)


def imported(ground: Ground) -> float:
    """Documents a second by `gongkai import`: each is scanned, cleared and written into the journal."""
    importer, lines = Importer(ground.instance.house, "zwgk/zcwj"), [line(number) for number in range(IMPORTED)]
    took = seconds(lambda: list(importer.run(lines)))
    if importer.outcome.published != IMPORTED:
        raise SystemExit(f"not measured: {importer.outcome}")
    return round(IMPORTED / took, 1)


def searched(ground: Ground) -> dict[str, float]:
    """Milliseconds of the engine alone."""
    engine = ground.instance.engine
    engine.search(Query("供水"))
    times = [seconds(lambda words=words: engine.search(Query(words))) * 1000 for words in queries(SEARCHES)]
    return {"p50_ms": round(statistics.median(times), 1), "p99_ms": round(statistics.quantiles(times, n=100)[98], 1)}


def scanned() -> float:
    """Megabytes of text a second that are searched for personal data."""
    texts = [record(number)["body_text"] for number in range(50)]
    took = seconds(lambda: [scan_text(text) for text in texts])
    return round(sum(len(text.encode()) for text in texts) / took / 1e6, 2)


def measure(few: Ground, many: Ground) -> dict[str, Any]:
    return {"index_few": followed(few), "index_many": followed(many), "search_few": searched(few),
            "search_many": searched(many), "import_per_second": imported(few), "scan_mb_per_second": scanned()}


def seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


