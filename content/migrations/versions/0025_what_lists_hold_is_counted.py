"""What lists hold is counted by the database with each change, and places know when theirs was published

Counting a list, and sorting it by time, cost the more the longer it was, with every publication. Indexes lead to what
is read with every publication or every second: what ended, what was withdrawn last, a topic, a column, in their time.
"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime
from content.migrations.counting import names, recount, statements

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# name, columns of `live`, which rows, and the columns of the index that it takes the place of
INDEXES = (("ix_live_ends", ("ends",), "state = 'public'", ("ends",)),
           ("ix_live_lasts", ("ends",), "state = 'archived'", ()),
           ("ix_live_gone", ("changed",), "state = 'withdrawn'", ()),
           ("ix_live_pinned", ("pinned_until",), None, ()),
           ("ix_live_topic", ("topic", "published"), None, ()),
           ("ix_live_column_id", ("column_id", "published"), None, ("column_id",)))


def upgrade() -> None:
    op.create_table(
        "list_tally",
        sa.Column("column_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("year", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("own", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("column_id", "audience", "department_id", "year", name=op.f("pk_list_tally")))
    op.create_table(
        "day_tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("policies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "audience", name=op.f("pk_day_tally")))
    op.add_column("list_place", sa.Column("published", UTCDateTime(), nullable=True))
    op.execute("UPDATE list_place SET published = (SELECT live.published FROM live "
               "WHERE live.document_id = list_place.document_id)")
    with op.batch_alter_table("list_place") as batch:
        batch.alter_column("published", existing_type=UTCDateTime(), nullable=False)
    op.create_index("ix_list_place_newest", "list_place", ["column_id", "published", "document_id"])
    for name, columns, which, former in INDEXES:
        if former:
            op.drop_index(name, "live")
        where = sa.text(which) if which else None
        op.create_index(name, "live", list(columns), sqlite_where=where, postgresql_where=where)
    dialect = op.get_bind().dialect.name
    for statement in (*statements(dialect), *recount(dialect)):
        op.execute(statement)


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for trigger in names():
        op.execute(f"DROP FUNCTION gongkai_{trigger} CASCADE" if postgresql else f"DROP TRIGGER {trigger}")
    if postgresql:
        op.execute("DROP FUNCTION gongkai_tally_waits CASCADE")
    for name, _columns, _which, former in INDEXES:
        op.drop_index(name, "live")
        if former:
            op.create_index(name, "live", list(former))
    op.drop_index("ix_list_place_newest", "list_place")
    with op.batch_alter_table("list_place") as batch:
        batch.drop_column("published")
    op.drop_table("day_tally")
    op.drop_table("list_tally")
