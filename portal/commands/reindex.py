"""`gongkai reindex`: the search index, thrown away and made again of the journal."""

from __future__ import annotations

import argparse

from portal.commands import DONE, FAILED, Call, Command, complain
from portal.worker import Worker
from workflows.followers import Led


def _run(chosen: argparse.Namespace, call: Call) -> int:
    worker = Worker(call.instance)
    try:
        worker.rebuild("search")
    except Led as problem:
        complain(f"gongkai reindex: {problem}: stop it, or wait")
        return FAILED
    finally:
        worker.close()
    print(f"索引：{call.instance.engine.count()} 篇")
    return DONE


COMMAND = Command("reindex", "Throw the search index away and make it again.", _run)
