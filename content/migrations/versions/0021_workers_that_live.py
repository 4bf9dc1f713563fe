"""Workers that live, told across hosts"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("owner", sa.Text(), primary_key=True),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("seen", UTCDateTime(), nullable=False))


def downgrade() -> None:
    op.drop_table("presence")
