"""The settings of a model, searched for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from components.base import MODEL_IN, MODEL_OUT, ROWS_IN, Learned, Spec, Wrapper, WrapperParams
from components.ensembles.at_once import helping
from components.ensembles.clock import Clock
from components.ensembles.folds import HeldOut
from components.ensembles.halving import rungs
from components.ensembles.metrics import Judge, Metric, metric_for
from components.ensembles.pruning import behind_half
from components.ensembles.spaces import Space, draws, grid, space_of, with_settings, written_space
from components.ensembles.suggesting import Led
from components.ensembles.trials import Kind, Trials
from components.ensembles.trying import Fit, Part, Tried, many_hands
from components.errors import ComponentError
from components.libraries import OPTUNA, Library
from components.models.arguments import Advanced, Seed
from components.params import Widget

AS_DRAWN: Mapping[str, Any] = {}
"""The first trial: the model as it is."""


class TuneParams(WrapperParams):
    search: Literal["random", "grid", "bayesian", "halving"] = "random"
    """At random; every combination of evenly spread values; led by the trials before; or many on few rows first."""
    budget: Annotated[int, Field(ge=1, le=1_000), Widget(unit="trials")] = 30
    """The most settings to try; the first are those that the model has already."""
    seconds: Annotated[float, Field(gt=0, le=86_400), Widget(unit="seconds")] | None = None
    """When no other trial may begin, counted from when training began; left empty, all are tried, and every run finds
    the same.
    """
    metric: Metric | None = None
    """What to go by; left empty, ROC AUC for classes and R² for numbers."""
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    """In how many parts train rows are held out in turn."""
    space: Annotated[dict[str, str], Widget("mapping")] = Field(default_factory=dict)
    """What to try for which settings: ``0.01 to 10 log``, ``2 to 12`` or ``gini, entropy``; empty for the model's own.
    """
    gives_up: Annotated[bool, Advanced] = True
    """Whether to leave settings early whose first parts are worse than half of the others' were (random and bayesian).
    """
    seed: Seed = 0
    """Another seed draws other parts and settings."""


class Tune(Wrapper[TuneParams]):
    """A model with the best settings found by trying, on train rows that are held out in turn.

    Every trial is scored on rows it did not learn from, and none on test rows; the best settings then learn from all
    train rows. What learns between the split and here, such as means and categories, learns anew for each part from the
    rows of the others. Parts keep groups together, or go by time, where the split does.

    When: a model is worth its time; try it as it is first. Serving: as the model that was found.
    Source: Bergstra & Bengio, *Random Search* (2012); Bergstra et al., *Algorithms for Hyper-Parameter Optimization*
    (2011), as in `optuna`; Jamieson & Talwalkar (2016) for halving, as in `sklearn.model_selection`.
    """

    spec = Spec(
        key="tune",
        title="Tune",
        category="models/combine",
        icon="tune",
        about="Finds the best settings of a model by trying.",
        words=(
            "hyperparameter",
            "hyperparameters",
            "grid search",
            "gridsearch",
            "random search",
            "optimize",
            "optuna",
            "gridsearchcv",
            "parameter optimization",
        ),
        inputs=(ROWS_IN, MODEL_IN),
        outputs=MODEL_OUT,
        example={"search": "random", "budget": 4, "folds": 2},
    )

    takes_weights = True

    def check(self) -> None:
        metric_for(self.task, self.params.metric)
        if not self.space():
            raise ComponentError(
                f"{self.member.spec.title} lists no settings to search.",
                hint="Name them and their values in 'space', or connect another model.",
                field="space",
            )

    def space(self) -> Space:
        """What is searched.

        Raises
        ------
        ComponentError
        """
        written = written_space(self.params.space, self.member)
        return written or space_of(self.member.search_space)

    def libraries(self) -> tuple[Library, ...]:
        return (*self.spec.requires, *([OPTUNA] if self.params.search == "bayesian" else []))

    def build(self) -> Any:
        return self.member.build()

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        return self.learn(matrix, target, **beside).estimator

    @property
    def time_limit(self) -> float | None:
        return self.params.seconds

    def held_out(self, rows: int, width: int) -> tuple[int, int]:
        return self.params.folds, self.params.folds

    def learn(
        self, matrix: Any, target: Any, positive: int = 1, parts: Sequence[Part] = (), begun: float | None = None,
        **beside: Any,
    ) -> Learned:  # fmt: skip
        params, is_classification = self.params, self.task == "classification"
        classes = int(target.max()) + 1 if is_classification else 0
        judge = Judge(metric_for(self.task, params.metric), classes, positive)
        held_out = HeldOut(
            matrix, target, params.folds, params.seed, is_classification=is_classification, beside=beside,
            prepared=parts,
        )  # fmt: skip
        clock = Clock(params.seconds) if begun is None else Clock(params.seconds, begun)
        trials = Trials(judge, clock)
        trials.begin(params.folds, params.budget)
        self._search(trials, held_out)
        best = trials.best()
        with many_hands(matrix):
            found = with_settings(self.member, trials.done[best].params).fit(matrix, target, **beside)
        ended = trials.clock.why("every trial was made")
        told = trials.told(best, ended, folds=params.folds, seed=params.seed, anew=bool(parts))
        return Learned(found, told, self.component_keys())

    def _search(self, trials: Trials, held_out: HeldOut) -> None:
        match self.params.search:
            case "halving":
                self._halve(trials, held_out)
            case "bayesian":
                trials.gives_up = behind_half if self.params.gives_up else None
                self._ask(trials, held_out.parts())
            case _:
                gives_up = self.params.gives_up and self.params.search == "random"
                trials.gives_up = behind_half if gives_up else None
                for _ in self._attempts(trials, self._listed(), held_out.parts()):
                    pass

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        """The settings to try, where one trial does not depend on another."""
        others = self.params.budget - 1
        yield AS_DRAWN
        if self.params.search == "grid":
            yield from grid(self.space(), others) if others else ()
        else:
            yield from islice(draws(self.space(), self.params.seed), others)

    def _attempts(
        self, trials: Trials, listed: Iterable[Mapping[str, Any]], parts: list[Part]
    ) -> Iterator[float | None]:
        """The score of each, as many at once as there are workers; ends with the time."""
        waiting, workers = iter(listed), helping()
        together = max(1, workers.workers() // len(parts)) if workers else 1
        while some := list(islice(waiting, together)):
            for settings, known in zip(some, trials.at_once([self._fit_with(it) for it in some], parts), strict=True):
                if trials.done and trials.clock.is_over:
                    return
                yield self._attempt(trials, settings, parts, known)

    def _attempt(
        self,
        trials: Trials,
        settings: Mapping[str, Any],
        parts: list[Part],
        known: Sequence[Tried] | None = None,
    ) -> float | None:
        """The score of some settings; None where there is none, or only a part of one."""
        kind, fit = Kind(self.member.spec.title, settings), self._fit_with(settings)
        trial = trials.attempt(kind, fit, parts, must=not trials.done, known=known)
        return None if trial.note else trial.score

    def _fit_with(self, settings: Mapping[str, Any]) -> Fit:
        try:
            return with_settings(self.member, settings).fit
        except ValidationError as error:
            return partial(_fail, error.errors()[0]["msg"].removeprefix("Value error, "))

    def _halve(self, trials: Trials, held_out: HeldOut) -> None:
        """Many settings on few rows, then the best third of them on three times as many, up to all rows."""
        candidates = [dict(settings) for settings in self._listed()]
        for rung in rungs(held_out, len(candidates)):
            scored: list[tuple[float, int]] = []
            left = candidates[: rung.candidates]
            for place, score in enumerate(self._attempts(trials, left, rung.parts)):
                if score is not None:
                    scored.append((score, place))
            if trials.clock.is_over:
                return
            sign = 1 if trials.judge.lower_is_better else -1
            scored.sort(key=lambda pair: (sign * pair[0], pair[1]))
            candidates = [candidates[place] for _, place in scored]

    def _ask(self, trials: Trials, parts: list[Part]) -> None:
        """Each trial where those before make the best score most likely."""
        first = max(2, min(10, self.params.budget // 3))
        suggestions = Led(self.space(), self.params.seed, first, lower_is_better=trials.judge.lower_is_better)
        self._attempt(trials, AS_DRAWN, parts)
        while len(trials.done) < self.params.budget and not trials.clock.is_over:
            settings = suggestions.ask()
            (known,) = trials.at_once([self._fit_with(settings)], parts)
            suggestions.tell(self._attempt(trials, settings, parts, known))


def _fail(reason: str, matrix: Any, target: Any, **beside: Any) -> Any:
    raise ValueError(reason)
