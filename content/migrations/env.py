"""Runs migrations on the engine that `content.migrations.config` hands over."""

from alembic import context

from content import tables  # noqa: F401 - they register
from content.base import Base, Database, UTCDateTime


def render(kind, value, autogen_context):
    """Our moment type by its own name, so that migrations need no knowledge of its inside."""
    if kind == "type" and isinstance(value, UTCDateTime):
        autogen_context.imports.add("from content.base import UTCDateTime")
        return "UTCDateTime()"
    return False


def run() -> None:
    engine = context.config.attributes.get("engine")
    if engine is None:
        engine = Database(context.get_x_argument(as_dictionary=True)["url"]).engine
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_item=render,
                          render_as_batch=connection.dialect.name == "sqlite")
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
