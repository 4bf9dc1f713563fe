"""`gongkai bounces`: reads what mail servers report of mail that they could not deliver, from a file or a mail pipe."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from portal import bounces
from portal.bounces import Outcome
from portal.channels.mail import mail_of
from portal.commands import DONE, BadInput, Call, Command, put_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="FILE",
                        help="a message, an mbox, a Maildir; - for standard input, which is what a mail server's pipe "
                             "gives (`|gongkai bounces -`)")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    """Always 0 once it was read: a mail server would bounce the bounce."""
    sender, outcome = mail_of(call.instance.settings).sender, Outcome()
    for octets in _messages(chosen.source):
        bounces.take(call.instance.house, sender, octets, outcome)
    if chosen.json:
        put_json(asdict(outcome))
    else:
        print(f"读了{outcome.read}封：邮箱不存在或停用{outcome.gone}件，暂时的问题{outcome.passing}件，"
              f"其他{outcome.other}封；停发{outcome.asleep}个邮箱")
    return DONE


def _messages(path: Path) -> Iterator[bytes]:
    try:
        if path == Path("-"):
            return bounces.messages(sys.stdin.buffer.read())
        if (path / "cur").is_dir():
            return bounces.of_folder(path)
        return bounces.messages(path.read_bytes())
    except OSError as problem:
        raise BadInput(f"{path} cannot be read: {problem.strerror}") from None


COMMAND = Command("bounces", "Read reports of mail that did not arrive; mailboxes that are gone get none any more.",
                  _run, _arguments)
