"""Probabilities for classifiers that only know distances to a boundary.

Source: Platt, *Probabilistic Outputs for Support Vector Machines* (1999); `sklearn.calibration.CalibratedClassifierCV`,
which scikit-learn 1.9 names in place of the deprecated `SVC(probability=True)`. Weights of rows reach both the
classifier and its probabilities; weights of classes would be undone by them.
"""

from abc import abstractmethod
from typing import Annotated, Any, TypeVar

from pydantic import Field

from components.base import WeighedParams
from components.errors import UnfitData
from components.models.arguments import Advanced, BalancedParams, arguments
from components.models.weighted import Weighted


class CalibratedParams(BalancedParams, WeighedParams):
    """How the probabilities are found."""

    cv: Annotated[int, Field(ge=2, le=20), Advanced] = 5
    """In how many parts rows are held out to find the probabilities; each class needs as many rows."""


C = TypeVar("C", bound=CalibratedParams)


class Calibrated(Weighted[C]):
    """A classifier learned from all rows, and a logistic curve from its distances on rows held out in turn."""

    takes_sparse = True
    trusted_types = ("sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration")

    @abstractmethod
    def uncalibrated(self, settings: dict[str, Any]) -> Any:
        """The unfitted scikit-learn estimator, without probabilities."""

    def build(self) -> Any:
        from sklearn.calibration import CalibratedClassifierCV

        own = self.uncalibrated(arguments(self.params, "class_weight", "cv"))
        return CalibratedClassifierCV(own, cv=self.params.cv, ensemble=False)

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        import numpy as np

        fewest = int(np.unique(target, return_counts=True)[1].min())
        if fewest < self.params.cv:
            raise UnfitData(
                f"Probabilities need {self.params.cv} train rows of each class; the rarest class has {fewest:,}.",
                hint="Group or filter rare classes, or lower 'cv'.",
                field="cv",
            )
        return super().fit(matrix, target, **beside)
