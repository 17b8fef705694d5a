"""Models made of models."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self, TypeVar

from components.base.estimator import Estimator, WeighedParams
from components.base.search import Learned
from components.errors import ComponentError
from components.params import ColumnPick, FeatureColumns, TargetPick, Widget
from components.ports import Port

MODEL_IN = Port("model", "model")
MODELS_IN = Port("model", "model", many=True)
ROWS_IN = Port("table", optional=True)
"""The rows to learn from; those of the first model where nothing is connected."""


class WrapperParams(WeighedParams):
    """What is taken over from the first model, unless it is said here."""

    # Only a drawing leaves it open: the engine fills it in before anything is bound (engine/leakage/implied.py).
    target: Annotated[str | None, TargetPick(("text", "boolean", "numeric", "one_hot"))] = None  # type: ignore[assignment]
    """The column to predict; left empty, that of the first model."""
    features: FeatureColumns | None = None  # type: ignore[assignment]
    """The columns to predict from; left empty, those of the first model."""
    positive: str | bool | int | float | None = None
    """Of two classes, the one to look for; left empty, that of the first model."""
    sample_weight: Annotated[str | None, ColumnPick(("numeric",)), Widget(advanced=True)] = None
    """The column that says how much each row counts while all of its models learn; left empty, that of the first model.
    It is no feature, and scores count every row once.
    """


W = TypeVar("W", bound=WrapperParams)


class Wrapper(Estimator[W]):
    """A model made of the models at its input, which learns anew with their settings from the rows of the first."""

    fewest: ClassVar[int] = 1
    """How many models it needs."""
    takes_weights: ClassVar[bool] = False
    """Whether its models may count some rows more than others."""

    def __init__(self, params: W, members: Sequence[Estimator[Any]] = ()) -> None:
        super().__init__(params)
        self.members = tuple(members)
        if not self.members:
            return
        self.task = self.members[0].task
        self.takes_missing = all(member.takes_missing for member in self.members)
        self.takes_negative = all(member.takes_negative for member in self.members)
        self.takes_sparse = all(member.takes_sparse for member in self.members)
        is_narrow = all(member.precision == "float32" for member in self.members)
        self.precision = "float32" if is_narrow else "float64"

    def made_of(self, members: Sequence[Estimator[Any]]) -> Self:
        """The same with the models at its input, their params bound.

        Raises
        ------
        ComponentError
            When nothing can be made of them.
        """
        if len(members) < self.fewest:
            raise ComponentError(
                f"{self.spec.title} needs at least {self.fewest} models; there is {len(members)}.",
                hint="Connect another model to it.",
            )
        self._check_weights(members)
        made = type(self)(self.params, members)
        made.check()
        return made

    def _check_weights(self, members: Sequence[Estimator[Any]]) -> None:
        """Every model has to count rows in the same way, as scikit-learn has it."""
        if self.weight is None:
            return
        unable = self if not self.takes_weights else next((one for one in members if not one.can_weigh), None)
        if unable is not None:
            raise ComponentError(
                f"{unable.spec.title} learns from rows that all count the same, but here {self.weight!r} says how much "
                "each row counts.",
                hint=f"Clear “sample weight” of the models and of {self.spec.title}, or use them without "
                f"{unable.spec.title}.",
                field="sample_weight",
                column=self.weight,
            )

    @property
    def can_weigh(self) -> bool:
        return self.takes_weights

    def check(self) -> None:
        """Refuse models that nothing can be made of.

        Raises
        ------
        ComponentError
        """

    @property
    def member(self) -> Estimator[Any]:
        """The first model at its input."""
        return self.members[0]

    def learn(self, matrix: Any, target: Any, positive: int = 1, **beside: Any) -> Learned:
        return Learned(self.fit(matrix, target, **beside), members=self.component_keys())

    def component_keys(self) -> tuple[str, ...]:
        """The components that it is made of, and what these are made of."""
        below = (key for each in self.members if isinstance(each, Wrapper) for key in each.component_keys())
        return tuple(dict.fromkeys((*(each.spec.key for each in self.members), *below)))
