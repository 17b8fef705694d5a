"""Draw rows."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Output, Spec
from components.base.output import DrawChart
from components.errors import ComponentError, WrongKind
from components.outputs import points
from components.outputs.points import Aggregate, Every
from components.params import ARTICLE, Params, PlainColumn
from components.ports import Kind, kind_of

Sort = Literal["bar", "line", "area", "scatter", "histogram", "box", "heatmap"]

NUMBERS: tuple[Kind, ...] = ("numeric",)
NEEDS: Mapping[Sort, Mapping[str, tuple[Kind, ...]]] = {
    "scatter": {"x": ("numeric", "datetime"), "y": NUMBERS},
    "histogram": {"x": NUMBERS},
    "box": {"y": NUMBERS},
    "heatmap": {"y": ()},
}
"""What a chart cannot do without, beside an x; and which kinds fit."""


class ChartParams(Params):
    kind: Sort = "bar"
    """How the rows are drawn."""
    x: PlainColumn
    """What goes from left to right: categories, numbers or dates; in a box plot, the groups."""
    y: PlainColumn | None = None
    """What goes up: the number that is aggregated; in a scatter plot and a box plot the number itself, in a heat map
    the other categories. A histogram, and a count, go without one."""
    color: PlainColumn | None = None
    """What colours tell apart; in a heat map, the number that is aggregated."""
    facet: PlainColumn | None = None
    """What is drawn side by side."""
    aggregate: Aggregate = "count"
    """What is drawn of the rows of one place in a bar, line or area chart or a heat map."""
    every: Every = "value"
    """The step along an axis of dates."""
    bins: Annotated[int, Field(ge=2, le=200)] = 30
    """The bars of a histogram."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            for role, kinds in self._needs().items():
                _check(role, getattr(self, role), kinds, schema, self.kind)
            if self.every != "value" and kind_of(schema[self.x]) != "datetime":
                raise WrongKind(
                    f"{self.x!r} is {ARTICLE[kind_of(schema[self.x])]}, so it has no step such as {self.every}.",
                    hint="Choose a column of dates, or the step “value”.",
                    field="every",
                    column=self.x,
                )
        return bound

    def _needs(self) -> dict[str, tuple[Kind, ...]]:
        needs = dict(NEEDS.get(self.kind, {}))
        if self.aggregate != "count" and self.kind in ("bar", "line", "area", "heatmap"):
            needs["color" if self.kind == "heatmap" else "y"] = NUMBERS
        return needs


class Chart(Output[ChartParams]):
    """Draws the rows, on the page of the run and in a report.

    The points are computed by the database: the 50 most frequent categories (the rest becomes one), up to 500 places
    along an axis of numbers or dates, 10 colours, 6 facets, and 2,000 dots of a scatter plot, drawn at random but the
    same every time. Rows without a number or date have no place.

    When: a picture tells more than rows. Serving: not part of an endpoint. Source: Wilkinson, The Grammar of Graphics.
    """

    spec = Spec(
        key="chart",
        title="Chart",
        category="outputs",
        icon="bar_chart",
        about="Draws the rows.",
        words=(
            "plot",
            "graph",
            "histogram",
            "scatter",
            "bar chart",
            "line chart",
            "box plot",
            "visualize",
            "visualization",
            "distribution",
        ),
        outputs=(),
        serving="training_only",
        example={"kind": "bar", "x": "group", "y": "number", "aggregate": "mean", "color": "flag"},
    )

    def table(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        params = self.params
        if params.kind == "heatmap":
            rows = points.chosen(table, {"x": params.x, "category": params.y, "y": params.color, "facet": params.facet})
            rows = points.few(points.along(points.series(rows), params.every), "category", points.MOST_CATEGORIES)
            return points.figures(rows, params.aggregate)
        roles = {"x": params.x, "y": params.y, "color": params.color, "facet": params.facet}
        rows = points.series(points.chosen(table, roles))
        match params.kind:
            case "scatter":
                return points.dots(rows)
            case "histogram":
                return points.bins(rows, params.bins)
            case "box":
                return points.boxes(points.few(rows, "x", points.MOST_CATEGORIES))
            case _:
                return points.figures(points.along(rows, params.every), params.aggregate)

    def deed(self) -> DrawChart:
        return DrawChart(self.params.model_dump(mode="json"))


def _check(role: str, name: str | None, kinds: tuple[Kind, ...], schema: sch.Schema, sort: Sort) -> None:
    if name is None:
        raise ComponentError(f"This {sort} needs a column for {role!r}.", hint="Choose one.", field=role)
    kind = kind_of(schema[name])
    if kinds and kind not in kinds:
        wanted = " or ".join(ARTICLE[k] for k in kinds)
        raise WrongKind(
            f"Column {name!r} is {ARTICLE[kind]}, but {role!r} needs {wanted}.",
            hint="Choose another column, or count rows instead.",
            field=role,
            column=name,
        )
