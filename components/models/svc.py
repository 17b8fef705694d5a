"""A support vector machine for classes."""

from typing import Any

from components.base import MODEL_OUT, Spec
from components.models.bounded import Bounded
from components.models.calibrated import Calibrated, CalibratedParams
from components.models.support_vectors import MOST_ROWS, SEARCH_SPACE, SupportVectorParams


class SVCParams(SupportVectorParams, CalibratedParams):
    pass


class SVC(Bounded[SVCParams], Calibrated[SVCParams]):
    """The boundary, bent by a kernel, that keeps the widest distance between the classes.

    When: up to 20,000 rows of scaled numbers whose classes are not parted by a straight line. Probabilities come from a
    logistic curve over the distances of rows held out in turn, so it is trained `cv` + 1 times; the answer is the class
    with the highest one. Serving: scores each request.
    Source: Cortes & Vapnik, *Support-Vector Networks* (1995); `sklearn.svm.SVC` in
    `sklearn.calibration.CalibratedClassifierCV`, since scikit-learn 1.9 gives up `SVC(probability=True)`.
    """

    spec = Spec(
        key="svc",
        title="Support vector machine",
        category="models/classify",
        icon="polyline",
        about="A bent boundary with the widest margin; for smaller tables.",
        words=("svm", "kernel", "rbf", "support vectors"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"]},
    )
    task = "classification"
    most_rows = MOST_ROWS
    instead = "a linear support vector machine or gradient boosting"
    search_space = SEARCH_SPACE

    def uncalibrated(self, settings: dict[str, Any]) -> Any:
        from sklearn import svm

        return svm.SVC(**settings)
