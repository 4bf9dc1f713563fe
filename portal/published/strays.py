"""What lies among the published pages and is none: put there by hand, by another program, by a burglar.

Web servers send whatever lies there, so it is named. It is not taken away: whose it is and what it is for, somebody
has to look up.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress

from portal.published.copies import COPIES
from portal.published.store import DAYS, ENDING, ERRORS, INDEX, PARTIAL, Store, place


def strays(store: Store, errors: Collection[int]) -> Iterator[str]:
    """Their names below the folder of the instance, `site/x.php`; `errors` are those for which there is a page.

    Of a folder that is no place for pages its own name, with a slash.
    """
    top = store.folder
    for name in _below(str(top), "", _Top(errors)):
        yield f"{top.name}/{name}"


class _Top:
    """What the folders that begin with `_` hold, where they may be."""

    def __init__(self, errors: Collection[int]) -> None:
        pages = [f"{status}.html" for status in errors]
        self._errors = {page + end for page in pages for end in ("", *COPIES)}

    def takes(self, entry: os.DirEntry[str], below: str) -> bool | None:
        """Whether an entry belongs there; None where that is for pages to say."""
        if below == f"{ERRORS}/":
            return entry.is_file(follow_symlinks=False) and entry.name in self._errors
        if below == f"{DAYS}/":
            return entry.is_symlink() and _leads_to(entry.path) in (f"../{ENDING}", None)
        if below == f"{PARTIAL}/":
            return True
        if entry.name.startswith(("_", ".")):
            folders = (ERRORS, ENDING, DAYS, PARTIAL) if not below else ()
            return None if entry.name in folders and entry.is_dir(follow_symlinks=False) else False
        return False if entry.is_symlink() else None


def _leads_to(link: str) -> str | None:
    """None where it has just been taken away: the portal runs meanwhile."""
    with suppress(FileNotFoundError):
        return os.readlink(link)
    return None


def _below(folder: str, below: str, top: _Top) -> Iterator[str]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        taken = top.takes(entry, below)
        if taken is None and entry.is_dir():
            yield from _below(entry.path, f"{below}{entry.name}/", top)
        elif not (_is_page(f"{below}{entry.name}") if taken is None else taken):
            yield f"{below}{entry.name}{'/' if entry.is_dir(follow_symlinks=False) else ''}"


def _is_page(file: str) -> bool:
    """Whether a page may lie there, or a compressed copy of one."""
    found = file.removeprefix(f"{ENDING}/")
    for end in COPIES:
        found = found.removesuffix(end)
    return place(f"/{found.removesuffix(INDEX)}" if f"/{found}".endswith(f"/{INDEX}") else f"/{found}") == found
