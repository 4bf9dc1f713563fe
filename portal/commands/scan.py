"""`gongkai scan`: personal data in texts, JSON Lines in, JSON Lines out; needs no instance."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Any

from content.privacy import scan_record
from portal.commands import BAD, DONE, Call, Command, complain, put_json


def _run(chosen: argparse.Namespace, call: Call) -> int:
    status = DONE
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            record = _record(line)
        except ValueError as problem:
            complain(f"gongkai scan: line {number}: {problem}")
            status = BAD
            continue
        put_json(scan_record(record))
    return status


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"not JSON: {problem}") from None
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise ValueError('not of the form {"id", "text"}')
    if re.search(r"[\ud800-\udfff]", record["text"]):
        raise ValueError("“text” holds half a character")
    return record


COMMAND = Command("scan", 'Find personal data: lines {"id","text"} in, {"id","spans","masked"} out.', _run)
