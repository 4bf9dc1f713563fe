"""Accounts of requesters, and deliveries that lie sealed until they are sent"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = {"applicant_link": ("email_hash", "applicant_id", "expires"), "applicant_case": ("case_id",)}


def upgrade() -> None:
    op.create_table(
        "applicant_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_hash", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("former_hashes", sa.JSON(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applicant_account")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_applicant_account_email_hash")),
    )
    op.create_table(
        "applicant_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("email_hash", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("applicant_id", sa.Integer(), nullable=True),
        sa.Column("expires", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["applicant_id"], ["applicant_account.id"],
                                name=op.f("fk_applicant_link_applicant_id_applicant_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applicant_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_applicant_link_token_hash")),
    )
    op.create_table(
        "applicant_case",
        sa.Column("applicant_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("filed", sa.Boolean(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["applicant_id"], ["applicant_account.id"],
                                name=op.f("fk_applicant_case_applicant_id_applicant_account")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_applicant_case_case_id_case_file")),
        sa.PrimaryKeyConstraint("applicant_id", "case_id", name=op.f("pk_applicant_case")),
    )
    for table, columns in INDEXES.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.add_column("delivery", sa.Column("about", sa.Text()))
    op.add_column("delivery", sa.Column("sealed", sa.LargeBinary()))
    op.create_index(op.f("ix_delivery_about"), "delivery", ["about"])


def downgrade() -> None:
    op.drop_index(op.f("ix_delivery_about"), "delivery")
    for name in ("sealed", "about"):
        op.drop_column("delivery", name)
    for table in ("applicant_case", "applicant_link", "applicant_account"):
        op.drop_table(table)
