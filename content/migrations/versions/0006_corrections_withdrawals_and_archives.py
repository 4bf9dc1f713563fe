"""What a correction changed, why something was withdrawn, when its validity turns, when it is archived, recalls"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rendition", sa.Column("changes", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("live", sa.Column("turns", sa.Date()))
    op.add_column("live", sa.Column("archived", UTCDateTime()))
    op.add_column("live", sa.Column("corrections", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("live", sa.Column("reason_kind", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_live_turns", "live", ["turns"])
    op.add_column("site_column", sa.Column("archive", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("delivery", sa.Column("document_id", sa.Integer()))
    op.add_column("delivery", sa.Column("recalls", sa.Integer()))
    op.create_index("ix_delivery_document", "delivery", ["document_id"])
    op.execute("UPDATE live SET archived = changed WHERE state = 'archived'")
    # A day long past: the worker reckons the validity of every policy anew when it looks for the first time.
    op.execute("UPDATE live SET turns = '2000-01-01' WHERE type = 'policy' AND rendition_id IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_delivery_document", "delivery")
    for name in ("recalls", "document_id"):
        op.drop_column("delivery", name)
    op.drop_column("site_column", "archive")
    op.drop_index("ix_live_turns", "live")
    for name in ("reason_kind", "corrections", "archived", "turns"):
        op.drop_column("live", name)
    op.drop_column("rendition", "changes")
