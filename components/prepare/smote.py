"""Make up rows of the smaller classes between neighbours."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.base import Spec
from components.libraries import IMBALANCED_LEARN
from components.prepare.balanced import MadeUp, NeighbourParams, Neighbours

if TYPE_CHECKING:
    from imblearn.over_sampling import SMOTE


class SmoteParams(NeighbourParams):
    k_neighbors: Neighbours = 5
    """Among how many nearest rows of its class a row finds the one that a new row is made up with."""


class Smote(MadeUp[SmoteParams]):
    """Makes up train rows of the smaller classes: each on the line between a row and one of its nearest of the class.

    A new row has values in the features and the target; its other columns are missing. Whole numbers are rounded, a
    flag is what it is nearer to. Features count by their size, so scale them first. Validation and test rows, and train
    rows as they were, stay untouched. Rows without a class stay too.

    When: one class is rare, its rows lie near each other, and features are numbers. Serving: skipped, an endpoint
    answers every row once. Source: Chawla et al., *SMOTE: Synthetic Minority Over-sampling Technique* (JAIR 2002);
    `imblearn.over_sampling.SMOTE`.
    """

    spec = Spec(
        key="smote",
        title="SMOTE",
        category="prepare/balance",
        icon="scatter_plot",
        about="Makes up train rows of the smaller classes, between neighbours.",
        words=(
            "imbalanced",
            "oversample",
            "imbalance",
            "class imbalance",
            "synthetic",
            "upsample",
            "balance",
            "over sampling",
        ),
        serving="training_only",
        example={"target": "target_class", "features": ["target_number"]},
        requires=(IMBALANCED_LEARN,),
    )

    def needed(self, rows: Mapping[int, int]) -> dict[int, int]:
        return dict.fromkeys(self.growing(rows), self.params.k_neighbors + 1)

    def sampler(self, rows: Mapping[int, int]) -> "SMOTE":
        from imblearn.over_sampling import SMOTE

        return SMOTE(
            sampling_strategy=dict(self.wanted(rows)),
            k_neighbors=self.params.k_neighbors,
            random_state=self.params.seed,
        )
