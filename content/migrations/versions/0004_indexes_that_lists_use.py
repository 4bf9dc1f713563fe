"""Indexes that lists and counts really use; the text of a document is held by PostgreSQL too"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # It began with two columns that nearly all rows share: SQLite took it for every list and read the whole site.
    op.drop_index("ix_live_published", "live")
    op.create_index("ix_live_newest", "live", ["published", "document_id"])
    op.create_index("ix_live_type", "live", ["type", "published"])
    if op.get_bind().dialect.name == "postgresql":  # SQLite has had it from the first table on
        op.create_foreign_key("fk_document_head_id_revision", "document", "revision", ["head_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_document_head_id_revision", "document", type_="foreignkey")
    op.drop_index("ix_live_type", "live")
    op.drop_index("ix_live_newest", "live")
    op.create_index("ix_live_published", "live", ["state", "audience", "published"])
