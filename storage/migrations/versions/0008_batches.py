"""Datasets that endpoints answer, and the pages on which people may try an endpoint."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("into", sa.Text(), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=True),
        sa.Column("strict", sa.Boolean(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"], name="fk_batches_endpoint_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name="fk_batches_dataset_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("endpoint_id", "dataset_id", "into", name="uq_batches_endpoint_id_dataset_id_into"),
    )
    op.create_index("ix_batches_dataset_id", "batches", ["dataset_id"], unique=False)
    op.create_index("ix_batches_next_at", "batches", ["next_at"], unique=False)
    _scorings()
    op.create_table(
        "endpoint_pages",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("share", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("can_try", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name="fk_endpoint_pages_endpoint_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("endpoint_id", name="pk_endpoint_pages"),
        sa.UniqueConstraint("share", name="uq_endpoint_pages_share"),
    )


def _scorings() -> None:
    op.create_table(
        "scorings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.Column("model_version_id", sa.Text(), nullable=True),
        sa.Column("source_version_id", sa.Text(), nullable=True),
        sa.Column("made_version_id", sa.Text(), nullable=True),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("into", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("strict", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("unanswered", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"], name="fk_scorings_endpoint_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_scorings_batch_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_scorings_job_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name="fk_scorings_model_version_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["source_version_id"], ["dataset_versions.id"], name="fk_scorings_source_version_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["made_version_id"], ["dataset_versions.id"], name="fk_scorings_made_version_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_scorings"),
        sa.UniqueConstraint("batch_id", "slot", name="uq_scorings_batch_id_slot"),
    )
    op.create_index("ix_scorings_endpoint_id", "scorings", ["endpoint_id"], unique=False)
    op.create_index("ix_scorings_job_id", "scorings", ["job_id"], unique=False)
