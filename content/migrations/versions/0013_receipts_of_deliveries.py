"""What a channel said when it took a delivery, and when the delivery was written"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("receipt", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("created", UTCDateTime()))
    op.execute("UPDATE delivery SET created = COALESCE(sent_at, next_at)")
    with op.batch_alter_table("delivery") as table:
        table.alter_column("created", existing_type=UTCDateTime(), nullable=False)
    op.create_index("ix_delivery_created", "delivery", ["created", "channel"])


def downgrade() -> None:
    op.drop_index("ix_delivery_created", "delivery")
    with op.batch_alter_table("delivery") as table:
        table.drop_column("created")
        table.drop_column("receipt")
