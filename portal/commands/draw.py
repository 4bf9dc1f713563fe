"""`gongkai draw`: a workflow as a picture."""

from __future__ import annotations

import argparse

from portal.commands import DONE, BadInput, Call, Command
from workflows.engine import workflow_of

FORMATS = ("svg", "mermaid")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workflow", metavar="WORKFLOW", help="name of a workflow, such as publication")
    parser.add_argument("--format", choices=FORMATS, default="svg")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    from workflows import draw

    try:
        workflow = workflow_of(chosen.workflow)
    except LookupError as problem:
        raise BadInput(str(problem.args[0])) from None
    print(getattr(draw, chosen.format)(workflow))
    return DONE


COMMAND = Command("draw", "Draw a workflow as SVG or Mermaid.", _run, _arguments)
