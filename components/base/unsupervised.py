"""Models without a target: they learn what rows are like, and add what they say of each row to the table."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeVar

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch

from components.base.component import Learner
from components.base.model import Model
from components.errors import ComponentError, UnfitData
from components.outline import Outline, added
from components.params import FeatureColumns, Params
from components.ports import Port

GroupTask = Literal["clustering", "anomaly"]

CLUSTER, ANOMALY, ANOMALY_SCORE = "cluster", "anomaly", "anomaly_score"
NOISE = -1
"""The cluster of a row that belongs to none."""

GROUPED_OUT = (Port("model", "model"), Port("table"))


class UnsupervisedParams(Params):
    """What every model without a target asks for."""

    features: FeatureColumns = FeatureColumns.all()
    """The columns to learn from."""


U = TypeVar("U", bound=UnsupervisedParams)


class Unsupervised(Model[U], Learner[U]):
    """Learns from the train rows where rows have roles, else from all; answers for every row alike.

    What the run says of a row is what `answer` says of it, and nothing else: an endpoint asks the same.
    """

    family = "unsupervised"
    task: GroupTask
    answers: ClassVar[Mapping[str, str]]
    """What an endpoint calls an answer → the column that it is in the table."""
    adds: ClassVar[Mapping[str, dt.DataType]]
    """The columns that it adds to the table."""
    most_rows: ClassVar[int | None] = None
    """How many rows it learns from within minutes on one machine; None where their number does not matter."""
    instead: ClassVar[str] = ""
    """What learns much the same from more rows."""

    @property
    def pair_bytes(self) -> int:
        """What it keeps in memory, while it learns, for each pair of rows."""
        return 0

    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline]:
        (schema,) = schemas
        # DuckDB ignores case: "Cluster" would be taken for ours.
        taken = next((name for name in schema if name.lower() in self.adds), None)
        if taken is not None:
            raise ComponentError(
                f"The table already has a column {taken!r}, which the model would add.",
                hint="Rename or drop it before.",
                column=taken,
            )
        return {"table": added(schema, self.adds, of=self.params.features)}

    def check_rows(self, rows: int) -> None:
        """Refuse so many rows that learning from them would not finish.

        Raises
        ------
        UnfitData
        """
        if self.most_rows is not None and rows > self.most_rows:
            raise UnfitData(
                f"{self.spec.title} learns from at most {self.most_rows:,} rows, but there are {rows:,}.",
                hint=f"Choose {self.instead}, or sample rows first.",
            )

    @abstractmethod
    def fit(self, matrix: Any) -> Any:
        """What answers for any row, learned from a matrix: ndarray of shape (n_rows, n_columns)."""

    @classmethod
    @abstractmethod
    def answer(cls, fitted: Any, matrix: Any) -> dict[str, Any]:
        """For each column that it adds, an ndarray of shape (n_rows,)."""


class Clusterer(Unsupervised[U]):
    """Finds groups of rows that are alike. Clusters are numbered by size: 0 is the largest, -1 belongs to none."""

    task = "clustering"
    answers: ClassVar[Mapping[str, str]] = {"prediction": CLUSTER}
    adds: ClassVar[Mapping[str, dt.DataType]] = {CLUSTER: dt.int64}

    def fit(self, matrix: Any) -> Any:
        """What tells the cluster of any row.

        Sums of several threads come in any order; one thread gives the same clusters every time.
        """
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        self.check_rows(len(matrix))
        with threadpool_limits(1, user_api="openmp"):
            return self.learned(self.build().fit(matrix), matrix)

    @abstractmethod
    def learned(self, fitted: Any, matrix: Any) -> Any:
        """What tells the cluster of any row by its ``predict``, made from the fitted scikit-learn estimator."""

    @classmethod
    def answer(cls, fitted: Any, matrix: Any) -> dict[str, Any]:
        import numpy as np

        return {CLUSTER: np.asarray(fitted.predict(matrix), dtype=np.int64)}


TINY = 1e-12
"""What a score may be off zero by nothing but rounding."""


class Detector(Unsupervised[U]):
    """Tells how strange a row is: a score, above zero for an anomaly, the larger the stranger."""

    task = "anomaly"
    answers: ClassVar[Mapping[str, str]] = {"prediction": ANOMALY, "score": ANOMALY_SCORE}
    adds: ClassVar[Mapping[str, dt.DataType]] = {ANOMALY: dt.boolean, ANOMALY_SCORE: dt.float64}

    def fit(self, matrix: Any) -> Any:
        """What tells, by its ``decision_function``, how far inside the ordinary any row is."""
        self.check_rows(len(matrix))
        return self.learned(self.build().fit(matrix), matrix)

    def learned(self, fitted: Any, matrix: Any) -> Any:
        """What is asked from now on; as here, the fitted scikit-learn estimator."""
        return fitted

    @classmethod
    def answer(cls, fitted: Any, matrix: Any) -> dict[str, Any]:
        import numpy as np

        score = -np.asarray(fitted.decision_function(matrix), dtype=np.float64).ravel()
        # A row on the threshold must not be flagged in one batch of rows and not in another.
        score[np.abs(score) <= TINY * max(1.0, abs(float(np.ravel(fitted.offset_)[0])))] = 0.0
        return {ANOMALY: score > 0, ANOMALY_SCORE: score}
