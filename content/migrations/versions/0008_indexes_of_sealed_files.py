"""Indexes by which a sealed file is let go without reading all attachments, and feeds find what was withdrawn"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Deleting a blob asks every table that may refer to it, with the one lock of SQLite held.
INDEXES = (("ix_attachment_address", "attachment", "address"), ("ix_attachment_inspection", "attachment", "inspection"),
           ("ix_file_rendition_address", "file_rendition", "address"), ("ix_live_changed", "live", "changed"))


def upgrade() -> None:
    for name, table, column in INDEXES:
        op.create_index(name, table, [column])


def downgrade() -> None:
    for name, table, _column in INDEXES:
        op.drop_index(name, table)
