"""Blocks: postings, words and approved plans once more, column by column, so that a status reads them at a stroke."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; what is in the ledger already is read as rows until the next writer has enough for a block."""
    op.create_table(
        "block",
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("first", BIG, autoincrement=False, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("of", "first"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER block_no_{verb.lower()} BEFORE {verb} ON block "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER block_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON block "
        "FOR EACH STATEMENT EXECUTE FUNCTION karez_keep()"
    )


def downgrade() -> None:
    """A ledger is not taken back."""
    raise NotImplementedError("a ledger is not taken back")
