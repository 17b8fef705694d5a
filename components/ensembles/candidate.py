"""A model with the preparation it needs: what AutoML tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from components.base import Estimator, Spec
from components.ensembles.spaces import Choices, Space, space_of, with_settings

if TYPE_CHECKING:
    from components.ensembles.families import Family

FILLS = ("impute_median", "impute_mean")
SCALES = ("standardize", "scale_robust")
"""Components that do the same as the steps here, so that what was tried can be drawn."""
FILL, SCALE = "preparation: fill", "preparation: scale"
"""What the choice of a step is called among the settings."""

_NUMBERS: ContextVar[tuple[int, ...] | None] = ContextVar("numbers", default=None)


@contextmanager
def numbers_at(places: tuple[int, ...] | None) -> Iterator[None]:
    """Let candidates scale only these columns of the matrix: categories and flags are on one scale already."""
    token = _NUMBERS.set(places)
    try:
        yield
    finally:
        _NUMBERS.reset(token)


class Candidate:
    """A model of a family with some settings, and its preparation: missing numbers filled, numbers scaled."""

    def __init__(
        self, family: Family, member: Estimator[Any], settings: Mapping[str, Any], fill: str = FILLS[0],
        scale: str = SCALES[0],
    ) -> None:  # fmt: skip
        self.family = family
        self.settings = dict(settings)
        self.task = member.task
        self._member = with_settings(member, settings)
        self._fill, self._scale = fill, scale

    @property
    def spec(self) -> Spec:
        """That of the model."""
        return self._member.spec

    @property
    def preparation(self) -> tuple[str, ...]:
        """The keys of the components that do the same."""
        fills = () if self._member.takes_missing else (self._fill,)
        return (*fills, *((self._scale,) if self.family.scaled else ()))

    @property
    def work(self) -> float:
        """How much a fit has to do, beside others of the family."""
        work = 1.0
        for name, power in self.family.work.items():
            work *= float(getattr(self._member.params, name)) ** power
        return work

    def space(self, *, has_gaps: bool) -> Space:
        """What is searched: the settings of the model, and the choices of its preparation."""
        choices: dict[str, Any] = {}
        if has_gaps and not self._member.takes_missing:
            choices[FILL] = Choices(FILLS)
        if self.family.scaled:
            choices[SCALE] = Choices(SCALES)
        return {**space_of(self.family.space or self._member.search_space), **choices}

    def values(self, space: Space) -> dict[str, Any]:
        """Where in the space it is."""
        prepared = {FILL: self._fill, SCALE: self._scale}
        return {name: prepared[name] if name in prepared else getattr(self._member.params, name) for name in space}

    def with_settings(self, settings: Mapping[str, Any]) -> Candidate:
        """Another one of the family.

        Raises
        ------
        ValidationError
            When the settings do not fit each other.
        """
        own = {name: value for name, value in settings.items() if name not in (FILL, SCALE)}
        fill, scale = settings.get(FILL, self._fill), settings.get(SCALE, self._scale)
        return Candidate(self.family, self._member, {**self.settings, **own}, fill, scale)

    def build(self) -> Any:
        """An unfitted scikit-learn pipeline."""
        return _pipeline([*self._steps(), ("model", self._member.build())])

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        """A fitted scikit-learn pipeline; only the model counts some rows more than others."""
        steps = self._steps()
        for name, step in steps:
            step.fit(matrix)
            if name == "scale":
                _leave_alone(step, matrix.shape[1])
            matrix = step.transform(matrix)
        return _pipeline([*steps, ("model", self._member.fit(matrix, target, **beside))])

    def _steps(self) -> list[tuple[str, Any]]:
        from sklearn.impute import SimpleImputer
        from sklearn.preprocessing import RobustScaler, StandardScaler

        made: dict[str, Callable[[], tuple[str, Any]]] = {
            "impute_median": lambda: ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            "impute_mean": lambda: ("fill", SimpleImputer(strategy="mean", keep_empty_features=True)),
            "standardize": lambda: ("scale", StandardScaler()),
            "scale_robust": lambda: ("scale", RobustScaler()),
        }
        return [made[key]() for key in self.preparation]


def _leave_alone(scaler: Any, width: int) -> None:
    """Make a fitted scaler leave the columns that are no numbers as they are."""
    import numpy as np

    places = _NUMBERS.get()
    if places is None:
        return
    others = np.setdiff1d(np.arange(width), np.array(places, dtype=int))
    scaler.scale_[others] = 1.0
    for name in ("mean_", "center_"):
        if hasattr(scaler, name):
            getattr(scaler, name)[others] = 0.0


def _pipeline(steps: list[tuple[str, Any]]) -> Any:
    from sklearn.pipeline import Pipeline

    return Pipeline(steps) if len(steps) > 1 else steps[0][1]
