"""Settings of one family of AutoML, one trial after the other."""

from collections.abc import Sequence

from pydantic import ValidationError

from components.base import Trial
from components.ensembles.candidate import Candidate
from components.ensembles.pace import Pace
from components.ensembles.spaces import Space
from components.ensembles.suggesting import Suggestions
from components.ensembles.trials import GIVEN_UP

ASKED = 5
"""How often other settings are asked for when those would take too long."""


class Way:
    """What is tried of a family: settings that are often good, then what the trials before suggest.

    Parameters
    ----------
    rows
        On how many rows it is tried.
    """

    def __init__(
        self,
        first: Candidate,
        often_good: Sequence[Candidate],
        space: Space,
        suggestions: Suggestions,
        pace: Pace,
        rows: int,
    ) -> None:
        self.first = first
        self.spent = 0.0
        self._often_good = list(often_good)
        self._space, self._suggestions = space, suggestions
        self._pace, self._rows = pace, rows
        self._candidate = first
        self._is_asked = False

    def next(self) -> Candidate | None:
        """What to try; None where nothing can be tried in time."""
        while self._often_good:
            self._candidate, self._is_asked = self._often_good.pop(0), False
            if self._pace.has_room_for(self._candidate, self._rows):
                return self._candidate
        for _ in range(ASKED):
            settings = self._suggestions.ask()
            self._is_asked = True
            try:
                candidate = self.first.with_settings(settings)
            except ValidationError:
                self._suggestions.tell(None)
                continue
            if self._pace.has_room_for(candidate, self._rows):
                self._candidate = candidate
                return candidate
            self._suggestions.tell(None)
        return None

    def knows(self, candidate: Candidate, trial: Trial) -> None:
        """Learn from a trial of this family that was made before."""
        self._candidate = candidate
        self.learns(trial)

    def learns(self, trial: Trial) -> None:
        """What came of the one to try; a trial that was given up is known by its first parts."""
        self.spent += self._pace.cost(trial)
        score = trial.score if trial.note in ("", GIVEN_UP) else None
        if self._is_asked:
            self._suggestions.tell(score)
        elif score is not None:
            self._suggestions.learn(self._candidate.values(self._space), score)
