"""What to try next: drawn at random, or led by what the trials before came to.

Source: Bergstra et al., *Algorithms for Hyper-Parameter Optimization* (2011), as in `optuna`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from components.ensembles.spaces import Choices, Range, Space, draws


class Suggestions(Protocol):
    """Settings to try, one after the other."""

    def ask(self) -> dict[str, Any]:
        """The next ones."""
        ...

    def tell(self, score: float | None) -> None:
        """What came of those that were asked for last; None where there is no score."""
        ...

    def learn(self, settings: Mapping[str, Any], score: float) -> None:
        """Know of a trial that was made without being asked for."""
        ...


class Drawn:
    """Settings drawn at random, each by itself."""

    def __init__(self, space: Space, seed: int) -> None:
        self._drawn = draws(space, seed)

    def ask(self) -> dict[str, Any]:
        return next(self._drawn)

    def tell(self, score: float | None) -> None:
        pass

    def learn(self, settings: Mapping[str, Any], score: float) -> None:
        pass


class Led:
    """Settings where the trials before make the best score most likely.

    Parameters
    ----------
    first
        So many are drawn at random, unless as many trials are known.
    """

    def __init__(self, space: Space, seed: int, first: int, *, lower_is_better: bool) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._space = space
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=first)
        self._study = optuna.create_study(direction="minimize" if lower_is_better else "maximize", sampler=sampler)
        self._asked: Any = None

    def ask(self) -> dict[str, Any]:
        self._asked = self._study.ask()
        return {name: _suggested(self._asked, name, dimension) for name, dimension in self._space.items()}

    def tell(self, score: float | None) -> None:
        import optuna

        self._study.tell(self._asked, score, None if score is not None else optuna.trial.TrialState.FAIL)

    def learn(self, settings: Mapping[str, Any], score: float) -> None:
        import optuna

        given = {name: _place(dimension, settings[name]) for name, dimension in self._space.items()}
        kinds = {name: _distribution(dimension) for name, dimension in self._space.items()}
        self._study.add_trial(optuna.trial.create_trial(params=given, distributions=kinds, value=score))


def _suggested(asked: Any, name: str, dimension: Range | Choices) -> Any:
    if isinstance(dimension, Choices):
        return dimension.values[asked.suggest_categorical(name, range(len(dimension.values)))]
    suggest = asked.suggest_int if dimension.is_whole else asked.suggest_float
    return suggest(name, dimension.low, dimension.high, log=dimension.is_log)


def _place(dimension: Range | Choices, value: Any) -> Any:
    """Where a value lies in what is searched; the nearest place where it lies outside."""
    if isinstance(dimension, Choices):
        return dimension.values.index(value) if value in dimension.values else 0
    if not isinstance(value, int | float):
        return dimension.at(0.5)
    return min(max(value, dimension.low), dimension.high)


def _distribution(dimension: Range | Choices) -> Any:
    from optuna import distributions

    if isinstance(dimension, Choices):
        return distributions.CategoricalDistribution(range(len(dimension.values)))
    if dimension.is_whole:
        return distributions.IntDistribution(int(dimension.low), int(dimension.high), log=dimension.is_log)
    return distributions.FloatDistribution(dimension.low, dimension.high, log=dimension.is_log)
