"""Days as the command line takes them."""

from __future__ import annotations

import argparse
import datetime as dt

FIRST, LAST = dt.date(1949, 10, 1), dt.date(2099, 12, 31)  # outside, calendars and loops over years have no end


def day(words: str) -> dt.date:
    """The day of `2026-11-22`; for argparse."""
    try:
        found = dt.date.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{words!r} is no date like 2026-11-22") from None
    if not FIRST <= found <= LAST:
        raise argparse.ArgumentTypeError(f"{words!r} is not between {FIRST.isoformat()} and {LAST.isoformat()}")
    return found
