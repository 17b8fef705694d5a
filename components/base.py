"""The contract: what a component is, and what each family promises.

A component knows itself and nothing else. The palette, the form, the checks, the planner, the docs page and the
contract tests all derive from what is declared here::

    Component
    ├── Source             no input: a stored or built-in table
    ├── Transform          tables in, table out; lazy, stateless
    ├── LearnedTransform   measures the train rows once, then transforms every row
    ├── Split              gives each row a role
    ├── Estimator          a scikit-learn model
    └── Evaluation         a report on predictions

A component class is concrete when it declares its own `spec`. Instances carry *bound* params: every column selector
is already a list of names.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar, get_args

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from components.errors import WrongKind
from components.libraries import Library
from components.outline import Outline
from components.params import FeatureColumns, Params, Target
from components.portable.engines import BACKENDS
from components.portable.frequencies import VALUE, Measure, ranked, scalars
from components.ports import Port, kind_of

Serving = Literal["replay", "training_only", "lookup", "boundary"]
"""What an endpoint does with a node: run it row by row; skip it; join against a frozen table; start after it."""

Task = Literal["classification", "regression"]

TABLE_IN = (Port("table"),)
TABLE_OUT = (Port("table"),)


@dataclass(frozen=True)
class Spec:
    """What the palette, the docs and the planner need to know.

    Parameters
    ----------
    key
        Public name in saved pipelines; never changes its meaning.
    example
        Params that fit the example table of the contract suite; also shown in the help.
    version
        Raised when the same params give other results; part of the fingerprint.
    replaces
        Older keys, so that saved pipelines outlive renames.
    filters
        Every row stays or goes by itself: a filter.
    backends
        The engines that it runs on; what is left out is told when a pipeline is checked for such an engine.
    requires
        Libraries that not every installation has; what is missing is told when a pipeline is checked.
    """

    key: str
    title: str
    category: str
    about: str
    icon: str
    inputs: tuple[Port, ...] = TABLE_IN
    outputs: tuple[Port, ...] = TABLE_OUT
    serving: Serving = "replay"
    version: int = 1
    replaces: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    filters: bool = False
    backends: tuple[str, ...] = BACKENDS
    requires: tuple[Library, ...] = ()

    @property
    def keeps_rows(self) -> bool:
        """Whether every row goes in and out once."""
        return self.serving == "replay"

    @property
    def rowwise(self) -> bool:
        """Whether an output row depends on one input row only: cheap inside any query, and rows keep their order."""
        return self.keeps_rows or self.filters


class State(BaseModel):
    """What a learned transform has learned: JSON, never code."""

    model_config = ConfigDict(frozen=True, extra="forbid")


M = TypeVar("M", bound=BaseModel)
P = TypeVar("P", bound=Params)
S = TypeVar("S", bound=State)


class Component(Generic[P]):
    """One node's behaviour, made from its params."""

    spec: ClassVar[Spec]

    def __init__(self, params: P) -> None:
        self.params = params

    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline] | None:
        """Each output port's columns, where they can be told without building the tables.

        ``schemas`` come in the order of the table inputs. None, as here: the engine builds the tables to see.
        """
        return None

    def when_serving(self) -> Self:
        """The component as an endpoint runs it, where every record must get its answer."""
        return self

    @classmethod
    def params_type(cls) -> type[Params]:
        """The params model, read from the class's type arguments."""
        return _type_argument(cls, Params)


class Source(Component[P]):
    """A table that is simply there."""

    @abstractmethod
    def table(self) -> "pa.Table | StoredTable":
        """The rows, or where the engine finds them."""


@dataclass(frozen=True)
class StoredTable:
    """A dataset version kept by the engine; ``version`` is a number or ``latest``."""

    dataset: str
    version: int | Literal["latest"]


class Transform(Component[P]):
    """Tables in, tables out; nothing executes."""

    @abstractmethod
    def transform(self, *tables: ir.Table) -> ir.Table | Mapping[str, ir.Table]:
        """The output table; with several output ports, one table by port name.

        Reserved columns are carried along. ``tables`` come in the order of the input ports.
        """

    def demands(self, *tables: ir.Table) -> dict[str, ir.IntegerScalar]:
        """What must hold for the rows: a count of offending rows by the message that a count above zero raises.

        No engine can raise inside a query on every backend, so the engine counts first.
        """
        return {}


class LearnedTransform(Component[P], Generic[P, S]):
    """Learns from the train rows in one aggregation, then treats every row alike."""

    @abstractmethod
    def measures(self, table: ir.Table) -> Mapping[str, Measure]:
        """What to compute over the train rows; lazy, so that the engine can fit several nodes in one query."""

    @abstractmethod
    def learn(self, values: Mapping[str, Any]) -> S:
        """The state, from the computed measures (None where a measure had no rows)."""

    @abstractmethod
    def transform(self, table: ir.Table, state: S) -> ir.Table:
        """Apply the state to every row."""

    @abstractmethod
    def to_sklearn(self, state: S) -> Any:
        """The equivalent *fitted* scikit-learn transformer over ``params.columns``, in that order."""

    @abstractmethod
    def unfitted(self) -> S:
        """A state of the right shape, for schemas without executing."""

    def fit(self, table: ir.Table) -> S:
        """Measure a bound table and learn from it, by itself. The engine fits several at once (`measured`)."""
        measures = self.measures(table)
        values: dict[str, Any] = {
            name: ranking.values()[VALUE].to_pyarrow().to_pylist() for name, ranking in ranked(measures).items()
        }
        if plain := scalars(measures):
            found = table.aggregate([scalar.name(f"m{i}") for i, scalar in enumerate(plain.values())])
            values |= zip(plain, found.to_pyarrow().to_pylist()[0].values(), strict=True)
        return self.measured(values)

    def measured(self, values: Mapping[str, Any]) -> S:
        """The state, from values as a database engine computed them."""
        return self.learn({name: steady(value) for name, value in values.items()})

    def categories(self, state: S) -> Mapping[str, tuple[str, ...]]:
        """For each packed one-hot column it makes, what the columns of the matrix stand for."""
        return {}

    @classmethod
    def state_type(cls) -> type[State]:
        """The state model, read from the class's type arguments."""
        return _type_argument(cls, State)


class Cut(State):
    """Where a split cuts one stratum.

    Parameters
    ----------
    stratum
        Its value as text; None for rows without one.
    test, both
        The row digests below which rows are test rows, and test or validation rows.
    """

    stratum: str | None
    test: str
    both: str


class Cuts(State):
    """What a split learned from all rows."""

    strata: tuple[Cut, ...] = ()


class Split(Component[P]):
    """Gives each row a role, which depends on nothing but the row once the cuts are known."""

    def cuts(self, table: ir.Table) -> ir.Table | None:
        """What must be learned from all rows first, as a table like `Cut`; None where nothing must."""
        return None

    @abstractmethod
    def roles(self, table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.StringColumn:
        """``train``, ``validation`` or ``test`` for each row, from the row's stable id."""


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

    task: ClassVar[Task]
    takes_missing: ClassVar[bool] = False
    takes_negative: ClassVar[bool] = True
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


@dataclass(frozen=True)
class Predictions:
    """What a model said about rows it was not trained on.

    Parameters
    ----------
    truth, prediction : ndarray of shape (n_rows,)
    probabilities : ndarray of shape (n_rows, n_classes), or None
    classes : labels in the order of the probabilities; empty for regression
    positive : the class that counts as positive, where there are two
    """

    task: Task
    truth: Any
    prediction: Any
    probabilities: Any | None = None
    classes: tuple[Any, ...] = ()
    positive: Any | None = None


class Evaluation(Component[P]):
    """A report on predictions."""

    @abstractmethod
    def report(self, predictions: Predictions) -> dict[str, Any]:
        """Metrics and the data of plots, as JSON."""


def steady(value: Any) -> Any:
    """Round a measured float to 12 significant digits.

    Parallel sums differ in their last bits from run to run; a state must not.
    """
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, list):
        return [steady(item) for item in value]
    if isinstance(value, dict):
        return {key: steady(item) for key, item in value.items()}
    return value


def unbound(schema: "ibis.Schema", name: str = "input") -> ir.Table:
    """A table with a schema and no rows, to learn an output schema from."""
    return ibis.table(schema, name=name)


def _type_argument(cls: type, bound: type[M]) -> type[M]:
    for ancestor in cls.__mro__:
        for base in getattr(ancestor, "__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, bound):
                    return argument
    raise TypeError(f"{cls.__name__} names no {bound.__name__} type")
