"""Measures a search engine: how fast it takes documents in, how fast it answers, and whether it finds every phrase.

`measure(folder, documents)` gives figures, `table(figures)` their lines. Alone:
`python -m tests.bench.search [--engine tantivy] [--documents N]`; what is no folder is named as in the setting
`search`: `--address postgresql://user@host/name`.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from content.search import Engine, Entry, Query, open_engine
from tests.bench.texts import GENRES, SUBJECTS, THINGS, record

CHUNK = 2000
ASKED = 200
COLUMNS, DEPARTMENTS, TYPES, YEARS = 60, 40, ("notice", "policy", "plan", "report"), range(2010, 2026)
_NAMES = "安平东西南北河山石桥林田城关柳杨沙塘口店庄湾岭坪溪泉井台坝寨营屯沟岗洼堡铺渡滩洲浦泽源丰兴隆和顺吉昌盛永宁康"


def name(chance: random.Random) -> str:
    """A village, a road, a project: what makes one notice unlike all others."""
    return "".join(chance.choice(_NAMES) for _ in range(3)) + chance.choice("村路县镇桥渠")


def entry(number: int) -> Entry:
    """A notice of 2 to 14 kB: the sentences of regulations, and every few of them a name that few others have."""
    chance = random.Random(number * 7919)
    made = record(number, articles=chance.randint(9, 70))
    lines = [line if at % 3 else f"{line}{name(chance)}至{name(chance)}段由{name(chance)}负责。"
             for at, line in enumerate(made["body_text"].split("\n"))]
    column, department = chance.randint(1, COLUMNS), chance.randint(1, DEPARTMENTS)
    return Entry(
        id=number, title=f"关于{name(chance)}{chance.choice(SUBJECTS)}{chance.choice(THINGS)}的{chance.choice(GENRES)}",
        text="\n".join(lines), date=date.fromisoformat(made["date"]), number=made["doc_number"],
        column_ids=(1000, 100 + column // 10, column), department_ids=(1, 10 + department),
        year=chance.choice(YEARS), type=chance.choice(TYPES), validity="有效", url=f"/doc/2025/{number}.html",
        summary=lines[1][:60])


def questions(many: int) -> dict[str, list[Query]]:
    """What is asked for, by kind; the phrases are taken from documents at random, and it is known from which."""
    chance = random.Random(11)
    texts = {number: entry(number) for number in chance.sample(range(1, many + 1), min(many, ASKED))}
    return {
        "phrase": [Query(f'"{cut(chance, each.text)}"', limit=100) for each in texts.values()],
        "name": [Query(each.title[2:6]) for each in texts.values()],
        "title": [Query(each.title) for each in texts.values()],
        "words": [Query(f"{each.title[2:6]} {chance.choice(THINGS)}") for each in texts.values()],
        "common": [Query(chance.choice(SUBJECTS) + chance.choice(("", " " + chance.choice(THINGS))))
                   for _ in range(ASKED)],
        "slip": [Query(each.title[2:5] + "村" + each.title[6:12]) for each in list(texts.values())[:40]],
    }


def cut(chance: random.Random, text: str) -> str:
    """A stretch of a text from within one line, of 6 to 20 characters, with at least a part of a name in it."""
    line = chance.choice([each for each in text.split("\n") if "段由" in each])
    start = line.index("段由") - chance.randint(2, 8)
    return line[max(0, start):start + chance.randint(6, 20)].strip("，。、")


def measure(folder: Path, documents: int, engine: str = "tantivy") -> dict[str, Any]:
    """Documents indexed in a second, milliseconds of each kind of question, phrases found of those asked for."""
    return measure_at(f"{engine}://{folder}", documents)


def measure_at(address: str, documents: int) -> dict[str, Any]:
    """See `measure`; what the index at `address` holds already is used again, and not indexed a second time."""
    figures: dict[str, Any] = {"engine": urlsplit(address).scheme.partition("+")[0], "documents": documents,
                               "indexed_per_second": fill(open_engine(address), documents)}
    opened = open_engine(address)
    figures["update_ms"] = round(1000 * statistics.median(
        _seconds(lambda at=at: opened.update([entry(at)], cursor=documents + at))[0] for at in range(1, 12)), 1)
    figures |= ask(opened, documents)
    opened.close()
    return figures


def fill(opened: Engine, documents: int) -> float:
    """Index so many documents, as the follower does, and close; the time for making their texts is not counted."""
    there, took = opened.count(), 0.0
    for start in range(there + 1, documents + 1, CHUNK):
        made = [entry(number) for number in range(start, min(start + CHUNK, documents + 1))]
        took += _seconds(lambda made=made, start=start: opened.update(made, cursor=start))[0]
    took += _seconds(opened.close)[0]
    return round(max(0, documents - there) / took, 1)


def ask(opened: Engine, documents: int) -> dict[str, Any]:
    """The times of all questions, by kind and together, and how many of the phrases were found."""
    asked, found, every = questions(documents), {}, []
    for query in asked["name"][:20]:
        opened.search(query)
    for kind, queries in asked.items():
        times = [_seconds(lambda query=query: opened.search(query)) for query in queries]
        found[kind] = _spread([took for took, _ in times])
        every += [took for took, _ in times]
        if kind == "phrase":
            hits = sum(1 for _, results in times if results.total)
    return {"ms": found | {"all": _spread(every)}, "phrases_found": hits, "phrases_asked": len(asked["phrase"])}


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(1000 * took for took in times)
    return {"median": round(statistics.median(ordered), 2), "p99": round(ordered[int(len(ordered) * 0.99)], 2)}


def _seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = run()
    return time.perf_counter() - began, answer


def table(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines to print."""
    yield f"search by {figures['engine']} in {figures['documents']} documents"
    yield f"{'indexed per second':<24}{figures['indexed_per_second']:>10}"
    yield f"{'one document, ms':<24}{figures['update_ms']:>10}"
    yield f"{'phrases found':<24}{figures['phrases_found']:>6} of {figures['phrases_asked']}"
    for kind, ms in figures["ms"].items():
        yield f"{kind:<24}{ms['median']:>10}{ms['p99']:>10}  ms, median and p99"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.search")
    parser.add_argument("--engine", default="tantivy")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="kept, and used again if it is there")
    parser.add_argument("--address", help="of an index that is in no folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = f"{chosen.engine}://{chosen.folder or Path(folder) / 'index'}"
        for line in table(measure_at(chosen.address or place, chosen.documents)):
            print(line)


if __name__ == "__main__":
    main()
