"""For whom a live text was cleared; revisions and renditions may be emptied by a journalled erasure"""

import sqlalchemy as sa
from alembic import op

from content.migrations.triggers import statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("live", sa.Column("cleared_for", sa.Text(), nullable=False, server_default="internal"))
    op.execute("UPDATE live SET cleared_for = audience")
    for statement in statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("what was erased does not come back")
