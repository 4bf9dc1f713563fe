"""What the database itself refuses: triggers on the journal, revisions and renditions"""

from alembic import op

from content.migrations.triggers import statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the journal's triggers are not taken off")
