"""How the data of endpoints drift."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "drift_points",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("model_version_id", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("against", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("psi", sa.JSON(), nullable=False),
        sa.Column("worst_field", sa.Text(), nullable=True),
        sa.Column("worst_psi", sa.Double(), nullable=True),
        sa.Column("prediction_psi", sa.Double(), nullable=True),
        sa.Column("domain_auc", sa.Double(), nullable=True),
        sa.Column("outcomes", sa.BigInteger(), nullable=False),
        sa.Column("performance", sa.JSON(), nullable=False),
        sa.Column("baseline", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("blame", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name="fk_drift_points_endpoint_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name="fk_drift_points_model_version_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_drift_points"),
        sa.UniqueConstraint(
            "endpoint_id", "model_version_id", "begins_at", "ends_at", "against", name="uq_drift_points_window"
        ),
    )
    op.create_index("ix_drift_points_endpoint_id_ends_at", "drift_points", ["endpoint_id", "ends_at"], unique=False)
    op.create_index("ix_drift_points_model_version_id", "drift_points", ["model_version_id"], unique=False)
    op.create_table(
        "endpoint_watches",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name="fk_endpoint_watches_endpoint_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_endpoint_watches_job_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("endpoint_id", name="pk_endpoint_watches"),
    )
    op.create_index("ix_endpoint_watches_job_id", "endpoint_watches", ["job_id"], unique=False)
