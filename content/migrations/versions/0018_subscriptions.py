"""Mailboxes, what they subscribe to, and what waits for their next digest"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email_hash", sa.Text(), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("created", UTCDateTime(), nullable=False))
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("subscriber_id", sa.Integer(), sa.ForeignKey("subscriber.id"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "kind", "what", "rhythm", "token_hash")),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed", UTCDateTime()),
        sa.Column("expires", UTCDateTime()),
        sa.Column("digested", sa.Date()),
        sa.UniqueConstraint("name"), sa.UniqueConstraint("token_hash"),
        sa.UniqueConstraint("subscriber_id", "kind", "what"))
    op.create_index("ix_subscription_what", "subscription", ["kind", "what"])
    op.create_index("ix_subscription_expires", "subscription", ["expires"])
    op.create_table(
        "subscription_waiting",
        sa.Column("subscription_id", sa.Integer(), sa.ForeignKey("subscription.id"), primary_key=True),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id"), primary_key=True))
    op.create_index("ix_subscription_waiting_document_id", "subscription_waiting", ["document_id"])


def downgrade() -> None:
    for table in ("subscription_waiting", "subscription", "subscriber"):
        op.drop_table(table)
