"""Ask a trained model about other rows."""

from typing import Literal

from components.base import TABLE_OUT, Application, Spec
from components.params import Params
from components.ports import Port


class ApplyModelParams(Params):
    on_missing: Literal["fail", "empty"] = "fail"
    """A row without a value that no train row lacked: stop the run and name the column, or leave its prediction empty.
    An endpoint refuses such a record too."""


class ApplyModel(Application[ApplyModelParams]):
    """Adds a model's predictions to the rows of another table: batch scoring inside a pipeline.

    The table holds the rows as they are where the model's line begins; the model prepares them by itself, with what its
    train rows taught, by the same code as an endpoint. Columns that it does not need are kept; a column that it needs
    and that is not there is refused before the run. The columns are named like those of ``predictions``.

    When: to score new rows in a run, to save or export them. Serving: boundary; a model does not learn from these rows,
    because another model's answers would be among them. Source: like scikit-learn's ``Pipeline.predict``.
    """

    spec = Spec(
        key="apply_model",
        title="Apply model",
        category="evaluate",
        icon="batch_prediction",
        about="Asks a trained model about the rows of another table.",
        words=("predict", "prediction", "predictor", "score", "inference", "new data", "batch scoring"),
        inputs=(Port("model", "model"), Port("table")),
        outputs=TABLE_OUT,
        serving="boundary",
        example={"on_missing": "fail"},
    )

    def leaves_empty(self) -> bool:
        return self.params.on_missing == "empty"
