"""A neural network for classes."""

from typing import Any

from components.base import MODEL_OUT, Spec
from components.models.arguments import BalancedParams, arguments
from components.models.perceptron import SEARCH_SPACE, TRUSTED_TYPES, PerceptronParams
from components.models.weighted import Weighted


class MLPClassifierParams(PerceptronParams, BalancedParams):
    pass


class MLPClassifier(Weighted[MLPClassifierParams]):
    """Layers of units, each a bent weighted sum of the layer before; weights are learned by small steps.

    When: many rows and a smooth relation; scale numbers first. Serving: scores each request.
    Source: Rumelhart, Hinton & Williams, *Learning Representations by Back-Propagating Errors* (1986); Kingma & Ba,
    *Adam* (2015); `sklearn.neural_network.MLPClassifier`.
    """

    spec = Spec(
        key="mlp_classifier",
        title="Neural network",
        category="models/classify",
        icon="lan",
        about="Layers of units that learn by small steps.",
        words=("mlp", "perceptron", "deep learning", "multilayer perceptron", "nn", "neural net"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "hidden_layer_sizes": [8], "max_iter": 30},
    )
    task = "classification"
    takes_sparse = True
    trusted_types = TRUSTED_TYPES
    search_space = SEARCH_SPACE

    def build(self) -> Any:
        from sklearn import neural_network

        return neural_network.MLPClassifier(**arguments(self.params, "class_weight"))
