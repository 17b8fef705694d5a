"""Give a model a name of its own."""

from components.base import Output, Spec
from components.base.output import RegisterModel as Deed
from components.outputs.leaving import Name
from components.params import Params
from components.ports import Port


class RegisterModelParams(Params):
    name: Name
    """The model's name; a new version of it where there is one of this name."""


class RegisterModel(Output[RegisterModelParams]):
    """Registers the model that arrives under a name of its own, instead of the pipeline's.

    When: an endpoint or a colleague looks for it by name, or one pipeline trains several. Serving: not part of an
    endpoint. Source: the model registry of MLflow.
    """

    spec = Spec(
        key="register_model",
        title="Register model",
        category="outputs",
        icon="new_label",
        about="Registers a model under a name of its own.",
        words=("save model", "model registry", "publish", "deploy", "model writer", "mlflow"),
        inputs=(Port("model", "model"),),
        outputs=(),
        serving="training_only",
        example={"name": "churn"},
    )

    def deed(self) -> Deed:
        return Deed(self.params.name)
