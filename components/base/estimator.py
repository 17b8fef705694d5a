"""Models."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar

import ibis.expr.schema as sch

from components.base.component import Component
from components.errors import WrongKind
from components.params import FeatureColumns, Params, Target
from components.ports import Port, kind_of

Task = Literal["classification", "regression"]


class EstimatorParams(Params):
    """What every model asks for."""

    target: Target
    """The column to predict."""
    features: FeatureColumns = FeatureColumns.all()
    """The columns to predict from; the target is always left out."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if any(kind_of(schema[self.target]) == "one_hot" for schema in schemas.values()):
            raise WrongKind(
                f"The target {self.target!r} is one-hot encoded on its way here.",
                hint="Take it out of the columns that are encoded.",
                field="target",
                column=self.target,
            )
        return bound


E = TypeVar("E", bound=EstimatorParams)

MODEL_OUT = (Port("model", "model"), Port("predictions"))

FEATURES, LABEL = "features", "label"
"""The columns that a distributed estimator learns from."""


class Estimator(Component[E]):
    """A scikit-learn model."""

    is_lazy = False
    passes = 3
    """It counts its rows, reads the train rows, and reads the others."""
    task: ClassVar[Task]
    takes_missing: ClassVar[bool] = False
    takes_negative: ClassVar[bool] = True
    takes_skewed_target: ClassVar[bool] = False
    """Whether it predicts on a logarithmic scale by itself."""
    takes_sparse: ClassVar[bool] = False
    """Whether a wide one-hot matrix may come as a `scipy.sparse.csr_matrix`."""
    precision: ClassVar[Literal["float32", "float64"]] = "float64"
    """What it computes in: a matrix of anything else would be copied, or rounded for nothing."""
    trusted_types: ClassVar[tuple[str, ...]] = ()
    """Types that a saved model of this component may contain, beyond those skops trusts by itself."""
    search_space: ClassVar[Mapping[str, Any]] = {}
    file: ClassVar[str] = "estimator.skops"
    """What a fitted estimator is saved as, beside the model's other files."""
    distributes: ClassVar[bool] = False
    """Whether `distributed` can learn from rows that no one machine can hold."""

    @abstractmethod
    def build(self) -> Any:
        """An unfitted scikit-learn estimator."""

    def fit(self, matrix: Any, target: Any) -> Any:
        """A fitted scikit-learn estimator.

        Parameters
        ----------
        matrix : ndarray or csr_matrix of shape (n_rows, n_columns)
        target : ndarray of shape (n_rows,)
            Numbers; for a classification, positions among the sorted labels.
        """
        return self.build().fit(matrix, target)

    def distributed(self, workers: int, *, connect: bool) -> Callable[[Any], Any]:
        """What learns on Spark's workers, where `distributes` says that it can.

        Parameters
        ----------
        connect
            Whether Spark is reached through Spark Connect.

        Returns
        -------
        callable
            Takes a Spark DataFrame with the columns `FEATURES` (an array of floats, NaN where one is missing) and
            `LABEL`; gives the estimator that `fit` would.

        Raises
        ------
        ComponentError
            When the installed library cannot.
        """
        raise NotImplementedError(f"{self.spec.key} learns on one machine")

    @classmethod
    def save(cls, fitted: Any, path: Path) -> None:
        """Write a fitted estimator, never as a pickle."""
        import skops.io

        skops.io.dump(fitted, path, compression=8)

    @classmethod
    def load(cls, path: Path) -> Any:
        """Read what `save` wrote; of what is read, the caller has compared the hash.

        Raises
        ------
        UntrustedTypesFoundException
            When the file holds a type that the component does not declare.
        """
        import skops.io

        return skops.io.load(path, trusted=list(cls.trusted_types))
