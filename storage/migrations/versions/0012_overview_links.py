"""Links that open the overview of a dataset."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("datasets", sa.Column("share", sa.Text(), nullable=True))
    op.create_index("ix_datasets_share", "datasets", ["share"], unique=True)
