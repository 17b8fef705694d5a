"""What both neural networks share."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import WeighedParams
from components.models.arguments import Advanced, Seed
from components.params import only_if

Width = Annotated[int, Field(ge=1, le=10_000)]
ByAdam, BySGD, BySteps = only_if(solver="adam"), only_if(solver="sgd"), only_if(solver=("adam", "sgd"))
Decay = Annotated[float, Field(ge=0, lt=1), Advanced, ByAdam]


class PerceptronParams(WeighedParams):
    """The settings of scikit-learn's multi-layer perceptrons."""

    hidden_layer_sizes: Annotated[tuple[Width, ...], Field(min_length=1, max_length=20)] = (100,)
    """How many units each hidden layer has."""
    activation: Literal["relu", "tanh", "logistic", "identity"] = "relu"
    """What a unit makes of its sum."""
    alpha: Annotated[float, Field(ge=0)] = 1e-4
    """Strength of the L2 penalty, which keeps weights small."""
    learning_rate_init: Annotated[float, Field(gt=0)] = 1e-3
    """How large the first steps are."""
    max_iter: Annotated[int, Field(ge=1, le=100_000)] = 200
    """The most times that all rows are seen."""
    early_stopping: Annotated[bool, BySteps] = False
    """Whether to stop when a part of the train rows that is set aside no longer gains."""
    validation_fraction: Annotated[float, Field(gt=0, lt=1), Advanced, only_if(early_stopping=True)] = 0.1
    """The share of train rows set aside for early stopping."""
    n_iter_no_change: Annotated[int, Field(ge=1), Advanced] = 10
    """How many times without a gain end the training."""
    tol: Annotated[float, Field(ge=0), Advanced] = 1e-4
    """The least gain that counts."""
    solver: Annotated[Literal["adam", "sgd", "lbfgs"], Advanced] = "adam"
    """The algorithm; lbfgs is often better on a few thousand rows or fewer."""
    batch_size: Annotated[Literal["auto"] | Annotated[int, Field(ge=1)], Advanced, BySteps] = "auto"
    """How many rows make one step; ``auto`` for at most 200."""
    shuffle: Annotated[bool, Advanced, BySteps] = True
    """Whether rows are seen in another order each time."""
    learning_rate: Annotated[Literal["constant", "invscaling", "adaptive"], Advanced, BySGD] = "constant"
    """How steps shrink, with the solver sgd."""
    power_t: Annotated[float, Field(ge=0), Advanced, only_if(solver="sgd", learning_rate="invscaling")] = 0.5
    """How fast they shrink, with the learning rate invscaling."""
    momentum: Annotated[float, Field(ge=0, le=1), Advanced, BySGD] = 0.9
    """How much of the last step goes into the next, with the solver sgd."""
    nesterovs_momentum: Annotated[bool, Advanced, BySGD] = True
    """Whether momentum looks ahead, with the solver sgd."""
    beta_1: Decay = 0.9
    """How long the solver adam remembers slopes."""
    beta_2: Decay = 0.999
    """How long the solver adam remembers their squares."""
    epsilon: Annotated[float, Field(gt=0), Advanced, ByAdam] = 1e-8
    """Keeps the solver adam from dividing by zero."""
    max_fun: Annotated[int, Field(ge=1), Advanced, only_if(solver="lbfgs")] = 15_000
    """How often the solver lbfgs may look at all rows."""
    seed: Seed = 0
    """Another seed starts from other weights."""


SEARCH_SPACE: dict[str, Any] = {
    "hidden_layer_sizes": ((50,), (100,), (50, 50), (100, 50)),
    "alpha": ("log", 1e-6, 1.0),
    "learning_rate_init": ("log", 1e-4, 0.1),
    "early_stopping": (False, True),
}

TRUSTED_TYPES: tuple[str, ...] = tuple(
    f"sklearn.neural_network._stochastic_optimizers.{name}Optimizer" for name in ("Adam", "SGD")
)
