"""Schema migrations (Alembic), from the first table on; `upgrade` brings a database to the newest revision.

Alembic is loaded by what migrates. Whoever only asks whether that is due, as every process does when it starts, reads
the numbers in the files.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from content.base import Database

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
_SAID = re.compile(r"^(revision|down_revision)\b[^=\n]*=\s*(.+)$", re.MULTILINE)


def config(database: Database) -> Config:
    """Alembic's configuration for `database`; no ini file is needed."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.attributes["engine"] = database.engine
    return made


def upgrade(database: Database) -> None:
    """Create or bring up to date every table and trigger."""
    from alembic import command

    command.upgrade(config(database), "head")


def is_current(database: Database) -> bool:
    """Whether the database has every migration that this version of the code knows, and no later one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        applied = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
    return applied == heads()


@lru_cache(maxsize=1)
def heads() -> frozenset[str]:
    """The revisions that none comes after: one, unless somebody took a number that was taken."""
    known, followed = set(), set()
    for path in (HERE / "versions").glob("*.py"):
        said = {name: ast.literal_eval(value) for name, value in _SAID.findall(path.read_text(encoding="utf-8"))}
        before = said["down_revision"]
        known.add(said["revision"])
        followed.update([before] if isinstance(before, str) else before or ())
    return frozenset(known - followed)
