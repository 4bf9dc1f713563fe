"""`gongkai clean`: a file without what the public must not see; needs no instance."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from content.privacy import KINDS
from content.privacy.renditions.detect import check_octets
from content.privacy.renditions.model import Choices, Cleaned, Refused, Source
from content.privacy.renditions.worker import run_clean
from portal import left_out
from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json

_ACTIONS = {"cleaned": "已脱敏", "unchanged": "内容未变"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("src", type=Path, metavar="SRC", help="the file as it was made")
    parser.add_argument("dst", type=Path, metavar="DST", help="where the copy for the public is written")
    parser.add_argument("--keep-hidden", action="store_true",
                        help="show hidden rows, columns, sheets and text instead of leaving them out")
    parser.add_argument("--unattended", action="store_true",
                        help="nobody will look: refuse what needs a person's statement")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    _check_target(chosen.src, chosen.dst)
    choices = Choices(keep_hidden=chosen.keep_hidden)
    try:
        made = run_clean(_read(chosen.src, choices), choices, unattended=chosen.unattended)
    except Refused as refused:
        complain(f"gongkai clean: {chosen.src.name}: {refused.reason}")
        if chosen.json:
            put_json({"format": None, "action": "refused", "findings": [], "removed": [], "verified": False,
                      "code": refused.code, "reason": refused.reason})
        return FAILED
    _write(chosen.dst, made.built.data)
    if chosen.json:
        put_json(_report(made))
    else:
        _print(made, chosen.dst)
    return DONE


def _check_target(src: Path, dst: Path) -> None:
    if not src.is_file():
        raise BadInput(f"{src}: no such file")
    if dst.is_dir() or not dst.absolute().parent.is_dir():
        raise BadInput(f"{dst} is a folder, or lies in none: name the file to write")
    if dst.exists() and dst.samefile(src):
        raise BadInput("SRC and DST are the same file: the original must stay")


def _read(src: Path, choices: Choices) -> Source:
    """The file; one that is too large is refused before it is read."""
    try:
        check_octets(src.stat().st_size, choices.limits)
        return Source(src.read_bytes(), src.name)
    except OSError as problem:
        raise BadInput(f"{src} cannot be read: {problem.strerror}") from None


def _write(dst: Path, data: bytes) -> None:
    """All of it or nothing: beside the place, then moved there."""
    beside = None
    try:
        with tempfile.NamedTemporaryFile(dir=dst.absolute().parent, prefix=".gongkai-", delete=False) as file:
            beside = Path(file.name)
            file.write(data)
        beside.chmod(0o666 & ~_umask())
        beside.replace(dst)
    except OSError as problem:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise BadInput(f"{dst} cannot be written: {problem.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _removed(made: Cleaned) -> list[str]:
    return list(dict.fromkeys((*made.inspection.removed, *made.built.removed)))


def _report(made: Cleaned) -> dict[str, Any]:
    return {"format": made.inspection.format, "action": made.action,
            "findings": [{"where": each.where, "type": each.kind} for each in made.inspection.findings],
            "removed": _removed(made), "verified": made.verified and not made.inspection.unread,
            "unread": [each.where for each in made.inspection.unread]}


def _print(made: Cleaned, dst: Path) -> None:
    print(f"{_ACTIONS[made.action]}：{dst}（{made.inspection.format} → {made.built.suffix}，已核验）")
    for each in made.inspection.findings:
        print(f"  {each.where}：{KINDS[each.kind].zh}")
    for sentence in made.inspection.hidden:
        print(f"  {sentence}")
    if removed := _removed(made):
        print(f"  不公开的附带内容：{'、'.join(left_out.words(removed))}")
    for each in made.inspection.unread:
        print(f"  须有人看过：{each.where}")


COMMAND = Command("clean", "Make the copy of a file that the public may have; refuse what cannot be made safe.", _run,
                  _arguments)
