"""The average of several models."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from components.base import MODEL_OUT, MODELS_IN, ROWS_IN, Spec, Wrapper, WrapperParams
from components.ensembles.standing_in import as_learned, named, standing_in
from components.errors import ComponentError


class VotingParams(WrapperParams):
    weights: tuple[Annotated[float, Field(ge=0)], ...] = ()
    """How much each model counts, in the order in which they were connected; left empty, all count the same."""

    @model_validator(mode="after")
    def _one_counts(self) -> Self:
        if self.weights and not any(self.weights):
            raise ValueError("one of the weights must be above zero")
        return self


class Voting(Wrapper[VotingParams]):
    """The average of what several models say: of their probabilities for classes, of their predictions for numbers.

    The models learn anew, each with its own settings, from the rows of the first. All must predict the same column.

    When: several good models of different kinds err on different rows. Serving: asks every model for each request.
    Source: Kuncheva, *Combining Pattern Classifiers* (2004); `sklearn.ensemble.VotingClassifier` (soft) and
    `VotingRegressor`.
    """

    spec = Spec(
        key="voting",
        title="Voting",
        category="models/combine",
        icon="how_to_vote",
        about="Averages what several models predict.",
        words=("ensemble", "average", "committee", "vote", "blend"),
        inputs=(ROWS_IN, MODELS_IN),
        outputs=MODEL_OUT,
        example={"weights": [2, 1]},
    )
    fewest = 2
    takes_weights = True
    trusted_types = ("sklearn.utils._bunch.Bunch",)

    def check(self) -> None:
        given = len(self.params.weights)
        if given not in (0, len(self.members)):
            raise ComponentError(
                f"There are {given} weights for {len(self.members)} models.",
                hint="Give one weight to each model, or none.",
                field="weights",
            )

    def build(self) -> Any:
        return self._made(named(self.members, lambda member: member.build()))

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        return as_learned(self._made(named(self.members, standing_in)).fit(matrix, target, **beside), self.members)

    def _made(self, estimators: list[tuple[str, Any]]) -> Any:
        from sklearn.ensemble import VotingClassifier, VotingRegressor

        weights = list(self.params.weights) or None
        if self.task == "regression":
            return VotingRegressor(estimators, weights=weights)
        return VotingClassifier(estimators, voting="soft", weights=weights)
