"""Attachments: what was chosen about them, how far the work on them is, and the renditions that the public gets"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime
from content.migrations.triggers import statements

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORDS = ("sha256", "alt", "format", "inspected_as", "refusal_code", "refusal")
MARKS = ("keep_hidden", "boxes", "inspection", "due", "attempts", "lease_owner", "lease_until")


def upgrade() -> None:
    # First: the triggers of 0002 name it by now, and SQLite renames no table while one names what is not there.
    op.add_column("rendition", sa.Column("files", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("attachment") as table:
        for name in WORDS:
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("role", sa.Text(), nullable=False, server_default="file"))
        table.add_column(sa.Column("keep_hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("boxes", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("inspection", sa.Text(), nullable=True))
        table.add_column(sa.Column("due", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("lease_owner", sa.Text(), nullable=True))
        table.add_column(sa.Column("lease_until", UTCDateTime(), nullable=True))
        table.drop_column("media_type")
        table.alter_column("address", nullable=True)
        table.alter_column("uploaded_by", nullable=True)
        table.create_foreign_key("fk_attachment_inspection_blob", "blob", ["inspection"], ["address"])
        table.create_index("ix_attachment_due", ["due"])
    _file_rendition()
    _vouching()
    for statement in statements(op.get_bind().dialect.name):
        op.execute(statement)


def _file_rendition() -> None:
    words = ("problem", "name", "format", "media_type", "sha256", "text")
    op.create_table(
        "file_rendition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("made", UTCDateTime(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in words),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"],
                                name="fk_file_rendition_attachment_id_attachment"),
        sa.ForeignKeyConstraint(["address"], ["blob.address"], name="fk_file_rendition_address_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_file_rendition"),
        sa.UniqueConstraint("attachment_id", "digest", "variant", name="uq_file_rendition_attachment_id"),
    )


def _vouching() -> None:
    op.create_table(
        "vouching",
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name="fk_vouching_attachment_id_attachment"),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name="fk_vouching_actor_id_user_account"),
        sa.PrimaryKeyConstraint("attachment_id", "mark", name="pk_vouching"),
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # which drops no column that a trigger names
        op.execute("DROP TRIGGER IF EXISTS rendition_no_update")
    op.drop_column("rendition", "files")
    op.drop_table("vouching")
    op.drop_table("file_rendition")
    with op.batch_alter_table("attachment") as table:
        table.drop_index("ix_attachment_due")
        table.drop_constraint("fk_attachment_inspection_blob", type_="foreignkey")
        for name in (*WORDS, "role", *MARKS):
            table.drop_column(name)
        table.add_column(sa.Column("media_type", sa.Text(), nullable=False, server_default=""))
        table.alter_column("address", nullable=False)
        table.alter_column("uploaded_by", nullable=False)
