"""Findings of supervision and their settings, the registers of events and of what is withheld, checks, word lists"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _findings()
    _registers()
    _checks()


def _findings() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Integer(), sa.ForeignKey("department.id"), nullable=False),
        sa.Column("column_id", sa.Integer(), sa.ForeignKey("site_column.id")),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("cycles_late", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", UTCDateTime(), nullable=False),
        sa.Column("found", UTCDateTime(), nullable=False),
        sa.Column("gone", sa.Date()),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("recurrence", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.Text()),
        sa.Column("order_due", sa.Date()),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.UniqueConstraint("rule", "subject_kind", "subject_id", "cycle"))
    op.create_index("ix_finding_state", "finding", ["state", "department_id"])
    op.create_index("ix_finding_subject", "finding", ["subject_kind", "subject_id"])
    op.create_index("ix_finding_gone", "finding", ["gone"])
    op.create_index("ix_finding_since", "finding", ["since"])
    op.create_table(
        "supervision_setting",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer()))
    op.create_index("ix_supervision_setting_name", "supervision_setting", ["name", "since"])


def _registers() -> None:
    op.create_table(
        "column_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("column_id", sa.Integer(), sa.ForeignKey("site_column.id"), nullable=False),
        sa.Column("department_id", sa.Integer(), sa.ForeignKey("department.id"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id")),
        sa.Column("entered", UTCDateTime(), nullable=False),
        sa.Column("entered_by", sa.Integer(), sa.ForeignKey("user_account.id")),
        sa.Column("annulled", UTCDateTime()),
        sa.Column("annulled_why", sa.Text(), nullable=False))
    op.create_index("ix_column_event_column", "column_event", ["column_id", "day"])
    op.create_table(
        "withheld_item",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("department_id", sa.Integer(), sa.ForeignKey("department.id"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("formed", sa.Date(), nullable=False),
        sa.Column("reviewed", sa.Date(), nullable=False),
        sa.Column("closed", sa.Date()),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id")))
    op.create_index("ix_withheld_item_open", "withheld_item", ["closed", "reviewed"])


def _checks() -> None:
    op.create_table(
        "document_check",
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("check_name", sa.Text(), primary_key=True),
        sa.Column("rendition_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("again", UTCDateTime()),
        sa.Column("bad", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date()),
        sa.Column("found", sa.JSON(), nullable=False))
    op.create_index("ix_document_check_bad", "document_check", ["check_name", "bad"])
    op.create_index("ix_document_check_again", "document_check", ["again"])
    op.create_table(
        "word_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unless", sa.Text(), nullable=False),
        sa.Column("struck", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer()))
    op.create_index("ix_word_entry_wrong", "word_entry", ["wrong"], unique=True)


def downgrade() -> None:
    for table in ("word_entry", "document_check", "withheld_item", "column_event", "supervision_setting", "finding"):
        op.drop_table(table)
