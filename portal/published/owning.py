"""Whose the published files of a home are, and who may change them just now.

What is known of pages (`content.published`) is known under the name of the host. A home that was moved or copied, or
whose machine was renamed, is another host: of the files that came along nothing is known, so what is withdrawn would
stay among them. They go before anybody is served, and are made anew; so they do where the database is another one.
"""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from content import published
from content.base import now
from content.house import House
from content.locked import locked
from portal.published.store import ERRORS, Store, stores

OWNER = "site.host"  # the file that names the host whose pages lie in this home


def taking(home: Path) -> AbstractContextManager[None]:
    """One at a time changes the files of this host: who writes what he has just looked at, or who takes away."""
    return locked(home / "site.lock")


def own(house: House) -> None:
    """Make sure that the files are those of this host; those of another go."""
    with taking(house.home):
        with house.database.reader() as session:
            known = published.any_known(session, house.host)
        owner = _owner(house.home)
        if known and owner == house.host:
            return
        with house.database.writer.begin() as session:
            # A home of before the file was kept, which has not moved: what is known tells.
            if owner or not known:
                for store in stores(house.home).values():
                    _clear(store)
                published.all_due(session, house.host, now())
        fresh = house.home / f".{OWNER}"
        fresh.write_text(house.host, encoding="utf-8")
        os.replace(fresh, house.home / OWNER)


def _owner(home: Path) -> str:
    with suppress(FileNotFoundError):
        return (home / OWNER).read_text(encoding="utf-8")
    return ""


def _clear(store: Store) -> None:
    """All that lies in the folder, which may be a link to another disk, but what is said with errors."""
    if store.folder.is_dir():
        for each in store.folder.iterdir():
            if each.name == ERRORS:
                continue
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
