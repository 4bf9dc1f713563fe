"""Indexes by which findings are asked for: by department, by column, by whom they were ordered to"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEXES = (("ix_finding_department", "finding", ["department_id", "state"]),
           ("ix_finding_column", "finding", ["column_id"]), ("ix_finding_person", "finding", ["person_id"]),
           ("ix_withheld_item_department", "withheld_item", ["department_id"]))


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _columns in INDEXES:
        op.drop_index(name, table)
