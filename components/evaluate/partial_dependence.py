"""Change one column and see what a model says on average."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from components.base import TABLE_OUT, Asked, Explanation, Report, Spec
from components.params import Constant, Params, PlainColumns, Widget
from components.ports import Port


class PartialDependenceParams(Params):
    columns: PlainColumns = PlainColumns.all()
    """The columns to change, as they are where the model's rows begin."""
    most_columns: Annotated[int, Field(ge=1, le=50)] = 10
    """The most columns that are changed: the first ones of those above."""
    points: Annotated[int, Field(ge=2, le=200)] = 30
    """At how many values of a number (from its 5th to its 95th percentile) the model is asked; of a text, at its most
    frequent ones."""
    single_rows: Annotated[int, Field(ge=0, le=200)] = 30
    """For how many rows the line of the row itself is drawn too (individual conditional expectation)."""
    positive: Constant | None = None
    """The class whose probability is shown; empty for the positive one of two."""
    rows: Annotated[int, Field(ge=10, le=20_000)] = 500
    """Of how many test rows the model is asked."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1), Widget(advanced=True)] = 0
    """Another seed draws the lines of other rows."""


class PartialDependence(Explanation[PartialDependenceParams]):
    """Gives all rows the same value of one column, asks the model, and draws the mean answer over the values.

    Single rows are drawn beside the mean: where their lines cross, the column works together with another one. Rows are
    changed where the model's line begins, so that everything computed from the column changes with it.

    When: to see which way a column pulls. Serving: not part of an endpoint. Source: Friedman, *Greedy Function
    Approximation* (2001); Goldstein et al. (2015) for single rows; `sklearn.inspection.partial_dependence` with
    ``method="brute"``.
    """

    spec = Spec(
        key="partial_dependence",
        title="Partial dependence",
        category="evaluate",
        icon="stacked_line_chart",
        about="Changes one column and shows what a model says on average.",
        words=("pdp", "ice", "effect", "what if", "explain"),
        inputs=(Port("model", "model"),),
        outputs=TABLE_OUT,
        serving="boundary",
        example={"columns": ["number"], "points": 5},
    )
    figures: ClassVar[Mapping[str, str]] = {
        "column": "string",
        "value": "string",
        "number": "float64",
        "mean": "float64",
        "std": "float64",
    }

    def most_rows(self) -> int:
        return self.params.rows

    def report(self, model: Asked) -> Report:
        from components.evaluate.dependence import partial_dependence

        return partial_dependence(model, self.params)
