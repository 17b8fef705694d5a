"""Let a straight line bend."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import ibis.expr.schema as sch
from pydantic import Field, model_validator

from components.base import MatrixTransform, Spec
from components.prepare.fitted import Advanced, NumbersParams, check_made


class SplineParams(NumbersParams):
    knots: Annotated[int, Field(ge=2, le=100)] = 5
    """Where a curve may bend: how many places between the smallest and the largest value of a column."""
    degree: Annotated[int, Field(ge=0, le=5)] = 3
    """How smooth the bends are: 1 for corners, 3 for curves."""
    spacing: Literal["uniform", "quantile"] = "uniform"
    """Whether the places are equally far apart, or have as many rows between them."""
    extrapolation: Annotated[Literal["constant", "linear", "continue", "periodic"], Advanced] = "constant"
    """What happens outside the values of the train rows; periodic for hours and angles."""
    include_bias: Annotated[bool, Advanced] = True
    """Whether the last part of each column is kept, although it follows from the others."""
    keep: bool = False
    """Whether the columns themselves stay too."""

    @model_validator(mode="after")
    def _enough_knots(self) -> Self:
        if self.extrapolation == "periodic" and self.knots <= self.degree:
            raise ValueError("a periodic spline needs more 'knots' than its 'degree'")
        if not self.parts():
            raise ValueError("with these settings there is no part of the curve left")
        return self

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        check_made(schemas.values(), () if bound.keep else bound.columns, [*bound.made()], "columns")
        return bound

    def made(self) -> dict[str, tuple[str, ...]]:
        """The name of each new column, and the column that it is part of."""
        return {f"{name}_spline_{part}": (name,) for name in self.columns for part in range(1, self.parts() + 1)}

    def parts(self) -> int:
        """How many columns one column becomes."""
        whole = self.knots - 1 + (0 if self.extrapolation == "periodic" else self.degree)
        return whole if self.include_bias else whole - 1


class Spline(MatrixTransform[SplineParams]):
    """Replaces each column by parts of a smooth curve, named ``age_spline_1``: a linear model of them bends.

    When: a linear model, and a column whose effect rises and falls. Serving: replayed with the fitted knots.
    Source: Eilers & Marx, *Flexible Smoothing with B-splines and Penalties* (1996);
    `sklearn.preprocessing.SplineTransformer` (``knots`` here is its ``n_knots``, ``spacing`` its ``knots``).
    """

    spec = Spec(
        key="spline",
        title="Splines",
        category="prepare/features",
        icon="ssid_chart",
        about="Lets linear models follow curves.",
        words=("curve", "nonlinear", "b-spline", "gam", "smooth"),
        example={"columns": ["number", "other"], "knots": 4},
    )
    is_quick = True
    least_rows = 2
    room = 10.0
    trusted_types = (
        "scipy._lib.array_api_compat.numpy._aliases.asarray",  # what a fitted curve keeps to copy arrays with
        "scipy.interpolate._bsplines.BSpline",
    )

    def build(self) -> Any:
        from sklearn import preprocessing

        return preprocessing.SplineTransformer(
            n_knots=self.params.knots,
            degree=self.params.degree,
            knots=self.params.spacing,
            extrapolation=self.params.extrapolation,
            include_bias=self.params.include_bias,
        )

    def sources(self) -> dict[str, tuple[str, ...]]:
        return self.params.made()

    def drops(self) -> tuple[str, ...]:
        return () if self.params.keep else tuple(self.params.columns)
