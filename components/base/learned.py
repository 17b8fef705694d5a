"""What is learned by the database engine and kept as JSON."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import ibis.expr.types as ir

from components.base.component import Learner, P, State, type_argument
from components.portable.frequencies import VALUE, Measure, ranked, scalars

S = TypeVar("S", bound=State)


class LearnedTransform(Learner[P], Generic[P, S]):
    """Learns from the train rows in one aggregation, then treats every row alike."""

    family = "learned_transform"

    @property
    def cross_fitted(self) -> str | None:
        """The target that it learns from, where it is cross-fitted.

        Then what it makes of a train row does not tell that row's own answer, although it is computed from answers;
        and an endpoint, which does not know train rows, would make something else of it.
        """
        return None

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
        return type_argument(cls, State)


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
