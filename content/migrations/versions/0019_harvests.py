"""Portals that are harvested into columns, and where each harvested document came from"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "harvest",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("column_id", sa.Integer(), sa.ForeignKey("site_column.id"), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("ended", UTCDateTime()),
        sa.UniqueConstraint("url", "column_id"))
    op.create_table(
        "harvested",
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("harvest_id", sa.Integer(), sa.ForeignKey("harvest.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False)
          for name in ("etag", "digest", "portal", "organ", "address", "index_number")),
        sa.Column("published", UTCDateTime(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("chain", sa.JSON(), nullable=False),
        sa.UniqueConstraint("harvest_id", "number"),
        sa.UniqueConstraint("address"))


def downgrade() -> None:
    op.drop_table("harvested")
    op.drop_table("harvest")
