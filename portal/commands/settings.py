"""`gongkai settings`: every setting, what it is now, and what it means."""

from __future__ import annotations

import argparse

from portal.commands import DONE, Call, Command, put_json
from portal.settings import SETTINGS, Settings, without_password


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    now = Settings.load(call.home)
    rows = [{"name": each.name, "value": without_password(getattr(now, each.name)), "default": each.default,
             "sentence": each.sentence} for each in SETTINGS]
    if chosen.json:
        put_json({"settings": rows})
        return DONE
    for row in rows:
        print(f"{row['name']} = {row['value']!r}\n    {row['sentence']}")
    return DONE


COMMAND = Command("settings", "List every setting with its value and one sentence.", _run, _arguments)
