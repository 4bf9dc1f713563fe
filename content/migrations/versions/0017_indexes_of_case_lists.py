"""Indexes of what is open, by limit, and of what an organ was asked: lists of cases no longer read every row"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_case_file_open", "case_file", ["finished", "due"])
    op.create_index("ix_case_file_office", "case_file", ["office_id", "received"])


def downgrade() -> None:
    op.drop_index("ix_case_file_office", table_name="case_file")
    op.drop_index("ix_case_file_open", table_name="case_file")
