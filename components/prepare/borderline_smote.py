"""Make up rows of the smaller classes where classes meet."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from components.base import Spec
from components.libraries import IMBALANCED_LEARN
from components.prepare.balanced import MadeUp, NeighbourParams, Neighbours

if TYPE_CHECKING:
    from imblearn.over_sampling import BorderlineSMOTE


class BorderlineSmoteParams(NeighbourParams):
    k_neighbors: Neighbours = 5
    """Among how many nearest rows of its class a row finds the one that a new row is made up with."""
    m_neighbors: Neighbours = 10
    """By how many nearest rows of any class it is seen whether a row stands at the border."""
    kind: Literal["borderline-1", "borderline-2"] = "borderline-1"
    """With which neighbours new rows are made up: those of the same class, or of any (and then nearer to the row)."""


class BorderlineSmote(MadeUp[BorderlineSmoteParams]):
    """Makes up train rows of the smaller classes, but only where at least half of the neighbours are of other classes.

    A row whose neighbours all are of other classes is taken for noise. Where no row stands at the border, none is made
    up. A new row has values in the features and the target; its other columns are missing. Whole numbers are rounded,
    a flag is what it is nearer to. Features count by their size, so scale them first.

    When: rows of a rare class far from the border are told well already. Serving: skipped, an endpoint answers every
    row once. Source: Han, Wang & Mao, *Borderline-SMOTE* (ICIC 2005); `imblearn.over_sampling.BorderlineSMOTE`.
    """

    spec = Spec(
        key="borderline_smote",
        title="Borderline SMOTE",
        category="prepare/balance",
        icon="scatter_plot",
        about="Makes up train rows of the smaller classes, where classes meet.",
        words=("smote", "oversample", "imbalanced", "imbalance", "synthetic"),
        serving="training_only",
        example={"target": "target_class", "features": ["target_number"]},
        requires=(IMBALANCED_LEARN,),
    )

    def needed(self, rows: Mapping[int, int]) -> dict[int, int]:
        return dict.fromkeys(self.growing(rows), self.params.k_neighbors + 1)

    def among(self) -> int:
        return self.params.m_neighbors + 1

    def sampler(self, rows: Mapping[int, int]) -> "BorderlineSMOTE":
        from imblearn.over_sampling import BorderlineSMOTE

        return BorderlineSMOTE(
            sampling_strategy=dict(self.wanted(rows)),
            k_neighbors=self.params.k_neighbors,
            m_neighbors=self.params.m_neighbors,
            kind=self.params.kind,
            random_state=self.params.seed,
        )
