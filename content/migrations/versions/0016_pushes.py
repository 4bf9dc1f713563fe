"""Pushes to the readers of official accounts, with what WeChat calls them, the events it sent and figures of days"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WORDS = ("kind", "workflow", "state", "step", "media_id", "publish_id", "msg_id", "article_id", "problem")


def upgrade() -> None:
    op.create_table(
        "wechat_push",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("wechat_account.id"), nullable=False),
        sa.Column("department_id", sa.Integer(), sa.ForeignKey("department.id"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in WORDS),
        sa.Column("state_since", UTCDateTime(), nullable=False),
        sa.Column("created", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("drafted", sa.JSON(), nullable=False),
        sa.Column("urls", sa.JSON(), nullable=False),
        sa.Column("asked", UTCDateTime()),
        sa.Column("sent", UTCDateTime()))
    op.create_index("ix_wechat_push_state", "wechat_push", ["state", "account_id"])
    op.create_index("ix_wechat_push_publish", "wechat_push", ["publish_id"])
    op.create_index("ix_wechat_push_msg", "wechat_push", ["msg_id"])
    op.create_table(
        "wechat_push_item",
        sa.Column("push_id", sa.Integer(), sa.ForeignKey("wechat_push.id"), primary_key=True),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False))
    op.create_index("ix_wechat_push_item_document_id", "wechat_push_item", ["document_id"])
    _figures()


def _figures() -> None:
    account = sa.ForeignKey("wechat_account.id")
    op.create_table(
        "wechat_picture",
        sa.Column("account_id", sa.Integer(), account, primary_key=True),
        sa.Column("sha256", sa.Text(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False))
    op.create_table(
        "wechat_event",
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("wechat_account.id"), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("at", UTCDateTime(), nullable=False))
    op.create_index("ix_wechat_event_at", "wechat_event", ["at"])
    op.create_table(
        "wechat_day",
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("wechat_account.id"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("followers", sa.Integer()),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False))


def downgrade() -> None:
    for table in ("wechat_day", "wechat_event", "wechat_picture", "wechat_push_item", "wechat_push"):
        op.drop_table(table)
