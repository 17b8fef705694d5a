"""What balances classes: train rows are added or taken out, all others go through untouched."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self, TypeVar

import ibis.expr.schema as sch

from components.base.component import Learner, P
from components.errors import WrongKind
from components.outline import Made, Outline, places
from components.params import Columns
from components.ports import kind_of, visible
from components.targets import TargetParams

Adds = Literal["nothing", "copies", "made-up rows"]


class Balance(Learner[P]):
    """Changes how many train rows each class has."""

    adds: ClassVar[Adds] = "nothing"
    """What comes to the train rows. Rows that are added have ids of their own, below 0: no origin has such rows."""


class MeasuredColumns(Columns):
    """Columns in which rows have distances."""

    kinds = ("numeric", "boolean")


class ResamplerParams(TargetParams):
    features: MeasuredColumns = MeasuredColumns.all()
    """The columns whose distances say which rows are neighbours; the target is always left out."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        rest = MeasuredColumns.of(name for name in bound.features if name != bound.target)
        if schemas and not len(rest):
            raise WrongKind(
                "There is no column of numbers to find neighbours by.",
                hint="Encode the text columns as numbers first, or use Oversample at random.",
                field="features",
            )
        return bound.model_copy(update={"features": rest})


R = TypeVar("R", bound=ResamplerParams)


class Resampler(Balance[R]):
    """Looks for neighbours among the train rows, with imbalanced-learn."""

    family = "resampler"
    is_lazy = False
    passes = 3
    """It counts its rows, reads the train rows, and copies what stays."""
    instead: ClassVar[str] = "Put it before the encoding"
    """What to do about one-hot columns, which have no distances."""

    @abstractmethod
    def sampler(self, rows: Mapping[int, int]) -> Any:
        """An unfitted imbalanced-learn sampler.

        Parameters
        ----------
        rows
            How many train rows each class has, by its position among the sorted labels.
        """

    @abstractmethod
    def needed(self, rows: Mapping[int, int]) -> Mapping[int, int]:
        """How many train rows classes must have at least, so that there are enough neighbours."""

    def among(self) -> int:
        """How many train rows there must be at least, whatever their class."""
        return 2

    def wanted(self, rows: Mapping[int, int]) -> Mapping[int, int]:
        """How many rows each class has afterwards, at most."""
        return rows

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        self._refuse_one_hot(schema)
        looked_at = [*self.params.features, self.params.answer]
        if self.adds == "nothing":
            return {"table": Outline(schema, rows=places(looked_at))}
        gaps = sch.Schema({name: dtype.copy(nullable=True) for name, dtype in schema.items()})
        made = {name: Made(places([name])) for name in looked_at}
        return {"table": Outline(gaps, made, rows=places(looked_at))}

    def _refuse_one_hot(self, schema: sch.Schema) -> None:
        for name, dtype in visible(schema).items():
            if kind_of(dtype) == "one_hot":
                raise WrongKind(
                    f"Column {name!r} is one-hot encoded, and {self.spec.title} needs numbers.",
                    hint=f"{self.instead}, or use Oversample at random, which takes every column.",
                    field="features",
                    column=name,
                )
