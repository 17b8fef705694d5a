"""A neural network for numbers."""

from typing import Annotated, Any, Literal

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import Advanced, arguments
from components.models.perceptron import SEARCH_SPACE, TRUSTED_TYPES, PerceptronParams


class MLPRegressorParams(PerceptronParams):
    loss: Annotated[Literal["squared_error", "poisson"], Advanced] = "squared_error"
    """What to minimise: squared errors for the mean, poisson for counts."""


class MLPRegressor(Estimator[MLPRegressorParams]):
    """Layers of units, each a bent weighted sum of the layer before; weights are learned by small steps.

    When: many rows and a smooth relation; scale numbers first. Serving: scores each request.
    Source: Rumelhart, Hinton & Williams, *Learning Representations by Back-Propagating Errors* (1986); Kingma & Ba,
    *Adam* (2015); `sklearn.neural_network.MLPRegressor`.
    """

    spec = Spec(
        key="mlp_regressor",
        title="Neural network",
        category="models/regress",
        icon="lan",
        about="Layers of units that learn by small steps.",
        words=("mlp", "perceptron", "deep learning", "multilayer perceptron", "nn", "neural net"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "hidden_layer_sizes": [8], "max_iter": 30},
    )
    task = "regression"
    takes_sparse = True
    trusted_types = TRUSTED_TYPES
    search_space = SEARCH_SPACE

    def build(self) -> Any:
        from sklearn import neural_network

        return neural_network.MLPRegressor(**arguments(self.params))
