"""What runs and their nodes cost, by shape, and the limits they ran with."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Columns = tuple[tuple[str, sa.types.TypeEngine[Any]], ...]

COSTS: Columns = (
    ("bytes_read", sa.BigInteger()),
    ("bytes_spilled", sa.BigInteger()),
)
RUNS: Columns = (
    *COSTS,
    ("bytes_written", sa.BigInteger()),
    ("cpu_seconds", sa.Double()),
    ("memory_mb", sa.Double()),
    ("computed", sa.Integer()),
    ("limits", sa.JSON()),
)
NODE_RUNS: Columns = (
    *COSTS,
    ("source_rows", sa.BigInteger()),
    ("started", sa.Double()),
    ("stage", sa.Text()),
    ("shape", sa.Text()),
)


def upgrade() -> None:
    # In place: a batch would make `runs` anew on SQLite, and dropping the old table takes `node_runs` with it.
    for table, columns in (("runs", RUNS), ("node_runs", NODE_RUNS)):
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.execute("ALTER TABLE node_runs RENAME COLUMN bytes TO bytes_written")
    op.create_index("ix_node_runs_shape", "node_runs", ["shape"], unique=False)
