"""What endpoints were asked, and what turned out to be true."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("prediction_id", sa.Text(), nullable=False),
        sa.Column("truth", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"], name="fk_outcomes_endpoint_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("endpoint_id", "prediction_id", name="pk_outcomes"),
    )
    op.create_index("ix_outcomes_endpoint_id_at", "outcomes", ["endpoint_id", "at"], unique=False)
    op.create_table(
        "endpoint_minutes",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("latencies", sa.JSON(), nullable=False),
        sa.Column("most_waiting", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name="fk_endpoint_minutes_endpoint_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("endpoint_id", "minute", "process", name="pk_endpoint_minutes"),
    )
