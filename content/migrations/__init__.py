"""Schema migrations (Alembic), from the first table on; `upgrade` brings a database to the newest revision."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from content.base import Database


def config(database: Database) -> Config:
    """Alembic's configuration for `database`; no ini file is needed."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["engine"] = database.engine
    return made


def upgrade(database: Database) -> None:
    """Create or bring up to date every table and trigger."""
    command.upgrade(config(database), "head")


def is_current(database: Database) -> bool:
    """Whether the database has every migration that this version of the code knows, and no later one."""
    with database.engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    return applied == set(ScriptDirectory.from_config(config(database)).get_heads())
