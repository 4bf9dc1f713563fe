"""`gongkai reindex`: the search index, thrown away and made again of the journal."""

from __future__ import annotations

import argparse

from content.search.model import IndexAway
from portal.commands import DONE, FAILED, BadInput, Call, Command, complain
from portal.worker import Worker
from workflows.followers import Led


def _run(chosen: argparse.Namespace, call: Call) -> int:
    worker = Worker(call.instance)
    try:
        worker.rebuild("search")
    except Led as problem:
        complain(f"gongkai reindex: {problem}: stop it, or wait")
        return FAILED
    except IndexAway as problem:  # only what is on a server can be: it is rebuilt beside the index that is read
        raise BadInput(f"{problem}; the former index goes on answering: run it again") from None
    finally:
        worker.close()
    print(f"索引：{call.instance.engine.count()} 篇")
    return DONE


COMMAND = Command("reindex", "Throw the search index away and make it again.", _run)
