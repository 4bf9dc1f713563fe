"""`gongkai deploy`: sample configurations for nginx, systemd and containers, filled in from the settings."""

from __future__ import annotations

import argparse
from pathlib import Path

from portal import deploy
from portal.commands import DONE, BadInput, Call, Command
from portal.settings import Settings


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=deploy.KINDS)
    parser.add_argument("--into", type=Path, metavar="DIR", help="write the files into this folder, not to the screen")
    parser.add_argument("--listen", type=int, default=0, metavar="PORT",
                        help="port on which nginx listens (default: 443 with the setting `behind_tls`, else 80)")
    parser.add_argument("--certificate", default=deploy.Place.certificate, metavar="FILE", help="of nginx, for TLS")
    parser.add_argument("--key", default=deploy.Place.key, metavar="FILE", help="of nginx, for TLS")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    place = deploy.Place(chosen.listen, chosen.certificate, chosen.key)
    files = deploy.filled(chosen.kind, Settings.load(call.home), place)
    if chosen.into is None:
        _show(files)
    else:
        _write(files, chosen.into)
    return DONE


def _show(files: dict[str, str]) -> None:
    for name, text in files.items():
        print(text if len(files) == 1 else f"# ---- {name}\n{text}", end="\n" if len(files) > 1 else "")


def _write(files: dict[str, str], folder: Path) -> None:
    """Raises `BadInput` where one is there already: it may have been changed by hand."""
    if there := [name for name in files if (folder / name).exists()]:
        raise BadInput(f"{folder / there[0]} is there already: take it away, or choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
            print(folder / name)
    except OSError as problem:
        raise BadInput(f"{folder}: {problem.strerror}") from None


COMMAND = Command("deploy", "Print configurations for nginx, systemd or containers, filled in from the settings.",
                  _run, _arguments)
