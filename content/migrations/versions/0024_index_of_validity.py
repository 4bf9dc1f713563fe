"""An index by validity: what lost its force is few among many, and its feed is asked for with every publication"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_live_validity", "live", ["validity", "changed"])


def downgrade() -> None:
    op.drop_index("ix_live_validity", "live")
