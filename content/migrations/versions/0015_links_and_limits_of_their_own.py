"""Links of what is published, and limits that another law sets for a document"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("live", sa.Column("limit_days", sa.Integer()))
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False, unique=True),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("asked", UTCDateTime()),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Date()),
        sa.Column("broken", sa.Boolean(), nullable=False))
    op.create_index("ix_link_due", "link", ["due"])
    op.create_table(
        "link_use",
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("link_id", sa.Integer(), sa.ForeignKey("link.id"), primary_key=True))
    op.create_index("ix_link_use_link", "link_use", ["link_id"])


def downgrade() -> None:
    op.drop_table("link_use")
    op.drop_table("link")
    with op.batch_alter_table("live") as batch:
        batch.drop_column("limit_days")
