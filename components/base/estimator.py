"""Models with a target."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import ibis.expr.schema as sch

from components.base.model import Model
from components.base.search import Learned
from components.errors import ComponentError, WrongKind
from components.params import ColumnPick, FeatureColumns, Params, Target, Widget
from components.ports import Port, kind_of

Task = Literal["classification", "regression"]
MOST_CLASSES = 200
"""More different values are no classes: nobody would read the table of their scores."""
Precision = Literal["float32", "float64"]


class EstimatorParams(Params):
    """What every model asks for."""

    target: Target
    """The column to predict."""
    features: FeatureColumns = FeatureColumns.all()
    """The columns to predict from; the target is always left out."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if any(self.target in schema and kind_of(schema[self.target]) == "one_hot" for schema in schemas.values()):
            raise WrongKind(
                f"The target {self.target!r} is one-hot encoded on its way here.",
                hint="Take it out of the columns that are encoded.",
                field="target",
                column=self.target,
            )
        return bound


E = TypeVar("E", bound=EstimatorParams)


class WeighedParams(EstimatorParams):
    """What models ask for that can count some rows more than others."""

    sample_weight: Annotated[str | None, ColumnPick(("numeric",)), Widget(advanced=True)] = None
    """The column that says how much each row counts in training; left empty, all count the same. It is no feature, and
    scores count every row once.
    """

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden | frozenset(filter(None, [self.sample_weight])))
        if schemas and self.sample_weight is not None and self.sample_weight in {self.target, *bound.features}:
            what = "predicted" if self.sample_weight == self.target else "a feature"
            raise ComponentError(
                f"Column {self.sample_weight!r} says how much rows count; it cannot be {what}, too.",
                hint="Choose another column, or none.",
                field="sample_weight",
                column=self.sample_weight,
            )
        return bound


MODEL_OUT = (Port("model", "model"), Port("predictions"))

FEATURES, LABEL = "features", "label"
"""The columns that a distributed estimator learns from."""


class Estimator(Model[E]):
    """A scikit-learn model that predicts a target."""

    family = "estimator"
    task: Task
    takes_negative: bool = True
    takes_skewed_target: bool = False
    """Whether it predicts on a logarithmic scale by itself."""
    takes_sparse: bool = False
    """Whether a wide one-hot matrix may come as a `scipy.sparse.csr_matrix`."""
    search_space: ClassVar[Mapping[str, Any]] = {}
    distributes: ClassVar[bool] = False
    """Whether `distributed` can learn from rows that no one machine can hold."""

    @property
    def target(self) -> str:
        return self.params.target

    @property
    def weight(self) -> str | None:
        """The column that says how much each row counts; None where all count the same."""
        return self.params.sample_weight if isinstance(self.params, WeighedParams) else None

    @property
    def can_weigh(self) -> bool:
        """Whether it can count some rows more than others."""
        return isinstance(self.params, WeighedParams)

    def stops_early(self, rows: int) -> bool:
        """Whether its training ends by rows that it does not learn from; with so many train rows."""
        return False

    @property
    def time_limit(self) -> float | None:
        """How many seconds its training may take; None where nobody said so."""
        return None

    def held_out(self, rows: int, width: int) -> tuple[int, int]:
        """In how many parts it divides so many train rows, to hold them out, and how many may be prepared alone."""
        return 0, 0

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        """A fitted scikit-learn estimator.

        Parameters
        ----------
        matrix : ndarray or csr_matrix of shape (n_rows, n_columns)
        target : ndarray of shape (n_rows,)
            Numbers; for a classification, positions among the sorted labels.
        beside
            What scikit-learn's own ``fit`` takes: ``sample_weight`` where `weight` names a column; ``X_val`` and
            ``y_val``, validation rows, where it `stops_early` and there are some.
        """
        return self.build().fit(self.readied(matrix), target, **beside)

    def readied(self, matrix: Any) -> Any:
        """The matrix as the library takes it to learn from; asked about rows, it takes them as they are."""
        return matrix

    def learn(self, matrix: Any, target: Any, positive: int = 1, **beside: Any) -> Learned:
        """What the engine asks for: as `fit`, with what was found out on the way.

        Parameters
        ----------
        positive
            Of two classes, the position of the one to look for.
        beside
            As for `fit`; and ``parts``, the rows of each part that is `held_out`, where they were prepared one by one;
            and ``begun``, when its training began by the monotonic clock, where there is a `time_limit`.
        """
        return Learned(self.fit(matrix, target, **beside))

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
