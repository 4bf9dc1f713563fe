"""Who read and shared each article that was pushed, by day; the name by which WeChat tells it"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wechat_push", sa.Column("data_id", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_wechat_push_data", "wechat_push", ["data_id"])
    op.add_column("wechat_day", sa.Column("asked", UTCDateTime()))
    op.add_column("wechat_day", sa.Column("complete", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "wechat_article_day",
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("wechat_account.id"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("data_id", sa.Text(), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("shares", sa.Integer(), nullable=False))
    op.create_index("ix_wechat_article_day_data_id", "wechat_article_day", ["data_id"])


def downgrade() -> None:
    op.drop_table("wechat_article_day")
    with op.batch_alter_table("wechat_day") as table:
        table.drop_column("complete")
        table.drop_column("asked")
    op.drop_index("ix_wechat_push_data", "wechat_push")
    with op.batch_alter_table("wechat_push") as table:
        table.drop_column("data_id")
