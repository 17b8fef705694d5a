"""Make up rows of the smaller classes where they are hard to tell."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.base import Spec
from components.libraries import IMBALANCED_LEARN
from components.prepare.balanced import MadeUp, NeighbourParams, Neighbours

if TYPE_CHECKING:
    from imblearn.over_sampling import ADASYN


class AdasynParams(NeighbourParams):
    n_neighbors: Neighbours = 5
    """By how many nearest rows it is seen how hard a row is to tell, and among how many of its class a new row is made
    up."""


class Adasyn(MadeUp[AdasynParams]):
    """Makes up train rows of the smaller classes, the more of them the more neighbours are of other classes.

    Classes get about the wanted number of rows. A new row has values in the features and the target; its other columns
    are missing. Whole numbers are rounded, a flag is what it is nearer to. Features count by their size, so scale them
    first.

    When: a rare class lies in several places, some of them among other classes. Serving: skipped, an endpoint answers
    every row once. Source: He et al., *ADASYN: Adaptive Synthetic Sampling Approach for Imbalanced Learning* (IJCNN
    2008); `imblearn.over_sampling.ADASYN`.
    """

    spec = Spec(
        key="adasyn",
        title="ADASYN",
        category="prepare/balance",
        icon="scatter_plot",
        about="Makes up train rows of the smaller classes, where they are hard to tell.",
        words=("oversample", "imbalanced", "imbalance", "class imbalance", "synthetic"),
        serving="training_only",
        example={"target": "target_class", "features": ["target_number"]},
        requires=(IMBALANCED_LEARN,),
    )

    def needed(self, rows: Mapping[int, int]) -> dict[int, int]:
        return dict.fromkeys(self.growing(rows), self.params.n_neighbors + 1)

    def sampler(self, rows: Mapping[int, int]) -> "ADASYN":
        from imblearn.over_sampling import ADASYN

        return ADASYN(
            sampling_strategy=dict(self.wanted(rows)),
            n_neighbors=self.params.n_neighbors,
            random_state=self.params.seed,
        )
