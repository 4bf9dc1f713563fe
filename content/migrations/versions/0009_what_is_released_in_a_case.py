"""What is released in a case: originals, the copies that the requester gets, and what was decided about them"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = ("case_id", "original_id", "released_id")


def upgrade() -> None:
    op.create_table(
        "case_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("released_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("vouched_by", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_release_case_id_case_file")),
        sa.ForeignKeyConstraint(["original_id"], ["case_attachment.id"], ondelete="CASCADE",
                                name=op.f("fk_case_release_original_id_case_attachment")),
        sa.ForeignKeyConstraint(["released_id"], ["case_attachment.id"], ondelete="CASCADE",
                                name=op.f("fk_case_release_released_id_case_attachment")),
        sa.ForeignKeyConstraint(["taken_by"], ["user_account.id"], name=op.f("fk_case_release_taken_by_user_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"],
                                name=op.f("fk_case_release_decided_by_user_account")),
        sa.ForeignKeyConstraint(["vouched_by"], ["user_account.id"],
                                name=op.f("fk_case_release_vouched_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_release")),
    )
    for column in COLUMNS:
        op.create_index(op.f(f"ix_case_release_{column}"), "case_release", [column])
    op.create_index(op.f("ix_case_attachment_address"), "case_attachment", ["address"])


def downgrade() -> None:
    op.drop_index(op.f("ix_case_attachment_address"), table_name="case_attachment")
    for column in COLUMNS:
        op.drop_index(op.f(f"ix_case_release_{column}"), table_name="case_release")
    op.drop_table("case_release")
