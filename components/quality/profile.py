"""Statistics of a table on its way."""

import ibis.expr.types as ir

from components.base import Spec
from components.base.inspection import Inspection
from components.params import Params, PlainColumns


class ProfileParams(Params):
    columns: PlainColumns = PlainColumns.all()
    """The columns to look at."""


class Profile(Inspection[ProfileParams]):
    """Computes the statistics of a table at this point, as an import does. The table passes unchanged.

    For each column: missing and different values, distribution, quartiles, outliers, the most frequent values; for the
    table: duplicates, correlations, a score of its quality and what to do about what was found.

    When: to see what the steps before have made of the data. Serving: replayed, it changes nothing.
    Source: pandas-profiling, as DuckDB queries.
    """

    sees = "profile"

    spec = Spec(
        key="profile",
        title="Profile",
        category="quality",
        icon="query_stats",
        about="Statistics of the table at this point.",
        words=(
            "describe",
            "statistics",
            "summary",
            "explore",
            "eda",
            "data explorer",
            "info",
            "distribution",
            "feature statistics",
        ),
        example={"columns": "all"},
    )

    def looked_at(self, table: ir.Table) -> ir.Table:
        return table.select(*self.params.columns)
