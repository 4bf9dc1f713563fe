"""Official accounts of WeChat, with their secrets and the token that all processes share"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_account",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("appid", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Integer(), sa.ForeignKey("department.id"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("title_limit", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.LargeBinary()),
        sa.Column("token_until", UTCDateTime()),
        sa.Column("token_forced", UTCDateTime()),
        sa.Column("created", UTCDateTime(), nullable=False))


def downgrade() -> None:
    op.drop_table("wechat_account")
