"""Places in lists, which are kept; the published pages of each host and what they were made of"""

import sqlalchemy as sa
from alembic import op

from content.base import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_place",
        sa.Column("column_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["column_id"], ["site_column.id"],
                                name=op.f("fk_list_place_column_id_site_column")),
        sa.ForeignKeyConstraint(["document_id"], ["live.document_id"], name=op.f("fk_list_place_document_id_live")),
        sa.PrimaryKeyConstraint("column_id", "ordinal", name=op.f("pk_list_place")),
        sa.UniqueConstraint("document_id", "column_id", name=op.f("uq_list_place_document_id")))
    op.create_table(
        "published_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_page")),
        sa.UniqueConstraint("host", "path", name=op.f("uq_published_page_host")))
    op.create_index("ix_published_page_due", "published_page", ["host", "due"])
    op.create_table(
        "published_page_mark",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["published_page.id"], ondelete="CASCADE",
                                name=op.f("fk_published_page_mark_page_id_published_page")),
        sa.PrimaryKeyConstraint("page_id", "mark", name=op.f("pk_published_page_mark")))
    op.create_index(op.f("ix_published_page_mark_mark"), "published_page_mark", ["mark"])
    _number(op.get_bind())


def _number(connection: sa.Connection) -> None:
    """Places of what is listed already, in the order of time."""
    parents = dict(connection.execute(sa.text("SELECT id, parent_id FROM site_column")).all())
    below: dict[int, list[int]] = {each: [] for each in parents}
    for each in parents:
        above = each
        while above is not None:
            below[above].append(each)
            above = parents[above]
    numbering = sa.text(
        "INSERT INTO list_place (column_id, ordinal, document_id) "
        "SELECT :column, row_number() OVER (ORDER BY published, document_id), document_id FROM live "
        "WHERE document_id IN (SELECT document_id FROM listing WHERE column_id IN :below)"
    ).bindparams(sa.bindparam("below", expanding=True), sa.bindparam("column", type_=sa.Integer()))
    for each, inside in below.items():
        connection.execute(numbering, {"column": each, "below": inside})


def downgrade() -> None:
    op.drop_table("published_page_mark")
    op.drop_table("published_page")
    op.drop_table("list_place")
