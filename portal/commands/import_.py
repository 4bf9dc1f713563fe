"""`gongkai import`: documents that were published elsewhere, into a column; or a package of a whole portal."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json
from portal.commands._meter import Meter
from portal.harvest.fetching import Unreachable
from portal.importing import Importer
from portal.packages import layout
from portal.packages.bringing import Bringer
from portal.packages.reading import Package, is_package, opened
from portal.worker import tools


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.jsonl|PACKAGE",
                        help="one document a line: id, title, issuer, doc_number, date, category, topic, body_text; "
                             "or what `gongkai export` made")
    parser.add_argument("--column", metavar="PATH", help="path of the column for a FILE.jsonl, such as zwgk/zcwj")
    parser.add_argument("--into", default="", metavar="PATH",
                        help="column below which a package comes; without it its portal moves here, addresses and all")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    package = is_package(chosen.file)
    if package == bool(chosen.column) or (chosen.into and not package):
        raise BadInput(f"{chosen.file} is a package: it takes --into PATH, and no --column" if package
                       else "a FILE.jsonl needs --column PATH, and takes no --into")
    return _package(chosen, call) if package else _lines(chosen, call)


# -- lines --------------------------------------------------------------------------------------------------------

def _lines(chosen: argparse.Namespace, call: Call) -> int:
    try:
        importer = Importer(call.instance.house, chosen.column)
        with chosen.file.open("rb") as file:
            _import(importer, file, chosen.file.stat().st_size)
    except LookupError as problem:
        raise BadInput(str(problem.args[0])) from None
    except OSError as problem:
        raise BadInput(f"{chosen.file} cannot be read: {problem.strerror}") from None
    outcome = importer.outcome
    if chosen.json:
        put_json({"published": outcome.published, "drafts": outcome.drafts, "skipped": outcome.skipped,
                  "bad": outcome.wrong})
    else:
        print(f"公开{outcome.published}篇，待处理草稿{outcome.drafts}篇，已有{outcome.skipped}篇，有错{outcome.wrong}行")
    return FAILED if outcome.wrong else DONE


def _import(importer: Importer, file: BinaryIO, size: int) -> None:
    """Run it, saying how far it is and what is wrong with a line as soon as it is met."""
    meter = Meter(size)
    for outcome in importer.run(meter.over(file)):
        _complain(importer, meter)
        meter.show(outcome.seen)
    meter.clear()
    _complain(importer, meter)


def _complain(importer: Importer, meter: Meter) -> None:
    """Each bad line is said once and forgotten: there may be as many as lines."""
    for number, problem in importer.outcome.take_bad():
        meter.clear()
        complain(f"gongkai import: line {number}: {problem}")


# -- a package ----------------------------------------------------------------------------------------------------

def _package(chosen: argparse.Namespace, call: Call) -> int:
    with tempfile.TemporaryDirectory(prefix=".import-", dir=call.instance.house.home) as scratch, \
            opened(chosen.file, Path(scratch)) as package:
        return _bring(chosen, call, package)


def _bring(chosen: argparse.Namespace, call: Call, package: Package) -> int:
    settings = call.instance.settings
    own = settings.site.id_code or settings.site.domain or settings.base_url.rstrip("/") + "/"
    try:
        bringer = Bringer(call.instance.house, package, chosen.into, own, tools(call.instance))
        meter, said = Meter(package.manifest["lists"][layout.DOCUMENTS]["lines"]), 0
        for outcome in bringer.run():
            meter.read = outcome.seen
            meter.show(outcome.seen)
            for problem in outcome.problems[said:]:
                meter.clear()
                complain(f"gongkai import: {problem}")
            said = len(outcome.problems)
        meter.clear()
    except (LookupError, Unreachable) as problem:
        raise BadInput(str(problem.args[0])) from None
    outcome, columns = bringer.outcome, {"made": bringer.planted.made, "kept": bringer.planted.kept}
    if chosen.json:
        put_json(asdict(outcome) | {"columns": columns})
    else:
        print(f"栏目新建{columns['made']}个，已有{columns['kept']}个；新到{outcome.new}条，更新{outcome.changed}条，"
              f"没有变化{outcome.same}条；公开{outcome.published}条，等人工核对{outcome.held}条，"
              f"附件还没处理完{outcome.waiting}条，没有收下{len(outcome.problems)}条")
    return FAILED if outcome.problems else DONE


COMMAND = Command("import", "Bring documents, or a whole package, into this portal; safe to repeat.", _run, _arguments)
