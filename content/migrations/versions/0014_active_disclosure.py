"""Cases that ask for the same information, and the document in which it was disclosed to everybody"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = (("case_repeat", "office_id"), ("case_repeat", "document_id"), ("case_repeated", "repeat_id"),
           ("case_release", "sha256"))


def upgrade() -> None:
    op.create_table(
        "case_repeat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["department.id"], name=op.f("fk_case_repeat_office_id_department")),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_case_repeat_actor_id_user_account")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_case_repeat_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_repeat")),
    )
    op.create_table(
        "case_repeated",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("repeat_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_repeated_case_id_case_file")),
        sa.ForeignKeyConstraint(["repeat_id"], ["case_repeat.id"],
                                name=op.f("fk_case_repeated_repeat_id_case_repeat")),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"],
                                name=op.f("fk_case_repeated_actor_id_user_account")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_repeated")),
    )
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index("ix_case_message_kind", "case_message", ["kind", "case_id"])
    op.create_index("ix_case_file_merged_into", "case_file", ["merged_into_id"])


def downgrade() -> None:
    op.drop_index("ix_case_file_merged_into", table_name="case_file")
    op.drop_index("ix_case_message_kind", table_name="case_message")
    for table, column in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_table("case_repeated")
    op.drop_table("case_repeat")
