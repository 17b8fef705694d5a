"""Projection that keeps classes apart."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

import ibis.expr.schema as sch
from pydantic import Field, model_validator

from components.base import Spec
from components.params import NewColumn, Target
from components.prepare.fitted import Advanced, figure
from components.prepare.projected import Count, Projection, ProjectionParams
from components.prepare.supervised import check_target


class LDAProjectionParams(ProjectionParams):
    target: Target
    """The column of classes to keep apart."""
    n_components: Count = 2
    """How many new columns to make; there is one fewer than classes to find, and columns beyond are 0 in every row."""
    prefix: NewColumn = "lda"
    """What the new columns are called, before their numbers."""
    solver: Annotated[Literal["svd", "eigen"], Advanced] = "svd"
    """The algorithm; svd is best with many columns, and cannot shrink."""
    shrinkage: Annotated[Literal["auto"] | Annotated[float, Field(ge=0, le=1)] | None, Advanced] = None
    """How much spreads are evened out, which helps with few rows; ``auto`` as by Ledoit and Wolf."""
    tol: Annotated[float, Field(ge=0), Advanced] = 1e-4
    """Below which singular value the solver svd takes a direction as constant."""

    @model_validator(mode="after")
    def _solver_can_shrink(self) -> Self:
        if self.solver == "svd" and self.shrinkage is not None:
            raise ValueError("'shrinkage' needs the solver 'eigen'")
        return self

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden | {self.target})
        check_target(bound.target, bound.columns, schemas)
        return bound


class LDAProjection(Projection[LDAProjectionParams]):
    """Replaces columns by the few directions in which the classes of a target lie farthest apart.

    It learns from train rows whose class is known; afterwards it does not look at the target.

    When: before neighbours or a small model, or to draw classes in two dimensions. Serving: replayed with the fitted
    directions. Source: Fisher, *The use of multiple measurements in taxonomic problems* (1936); Hastie, Tibshirani &
    Friedman, *The Elements of Statistical Learning* (2009), §4.3.3;
    `sklearn.discriminant_analysis.LinearDiscriminantAnalysis.transform`.
    """

    spec = Spec(
        key="lda_projection",
        title="Projection by classes",
        category="prepare/features",
        icon="scatter_plot",
        about="Replaces columns by the directions that tell classes apart best.",
        words=("lda", "discriminant", "dimensionality reduction", "supervised projection"),
        example={"target": "target_class", "columns": ["number", "other"], "n_components": 1},
    )
    is_quick = True

    @property
    def target(self) -> str | None:
        return self.params.target

    def build(self) -> Any:
        from sklearn import discriminant_analysis

        own = {name: value for name, value in self.settings().items() if name != "target"}
        return discriminant_analysis.LinearDiscriminantAnalysis(**own)

    def fit(self, given: Any, target: Any) -> Any:
        import numpy as np

        from components.models.soundness import no_numbers

        most = min(given.shape[1], len(np.unique(target)) - 1)
        transformer = self.build().set_params(n_components=min(self.params.n_components, most))
        try:
            return transformer.fit(given, target)
        except IndexError as error:  # what the solver svd raises where no direction is left
            raise no_numbers() from error

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        shares = getattr(fitted, "explained_variance_ratio_", ())
        return [
            {"column": name, "explained_variance_ratio": figure(share)}
            for name, share in zip(self.params.made(), shares, strict=False)
        ]
