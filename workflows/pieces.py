"""Work in pieces, each in a transaction of its own: one that fails stops none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def do_all(pieces: Iterable[Callable[[], int]], what: str) -> int:
    """Do every piece; returns how much was done. Raises `ExceptionGroup` of what failed, after all were tried.

    `what` says it of them, as in `cases could not be moved on time`.
    """
    done, problems = 0, []
    for piece in pieces:
        try:
            done += piece()
        except Exception as problem:
            problems.append(problem)
    if problems:
        raise ExceptionGroup(f"{len(problems)} {what}", problems)
    return done
