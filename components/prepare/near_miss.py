"""Keep the rows of larger classes that are near the smallest."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from components.base import Resampler, ResamplerParams, Spec
from components.libraries import IMBALANCED_LEARN
from components.prepare.balanced import FewerRows, Neighbours

if TYPE_CHECKING:
    from imblearn.under_sampling import NearMiss as Sampler


class NearMissParams(FewerRows, ResamplerParams):
    version: Literal[1, 2, 3] = 1
    """Which rows stay: those nearest to their nearest rows of the smallest class (1), or to the farthest (2), or of the
    nearest ones around each row of the smallest class the farthest (3)."""
    n_neighbors: Neighbours = 3
    """To how many rows of the smallest class the distance is taken."""
    n_neighbors_ver3: Neighbours = 3
    """With version 3, how many rows around each row of the smallest class are looked at."""


class NearMiss(Resampler[NearMissParams]):
    """Takes out train rows of the larger classes, and keeps those that are near the smallest class.

    Features count by their size, so scale them first. Rows without a class stay. Version 3 may leave fewer rows than
    the ratio says.

    When: there are many rows, and those at the border matter most. Serving: skipped, an endpoint answers every row it
    is asked. Source: Mani & Zhang, *kNN Approach to Unbalanced Data Distributions* (ICML workshop 2003);
    `imblearn.under_sampling.NearMiss`.
    """

    spec = Spec(
        key="near_miss",
        title="Near miss",
        category="prepare/balance",
        icon="near_me",
        about="Keeps the train rows of larger classes that are near the smallest.",
        words=("undersample", "imbalanced", "imbalance"),
        serving="training_only",
        example={"target": "target_class", "features": ["target_number"]},
        requires=(IMBALANCED_LEARN,),
    )

    def needed(self, rows: Mapping[int, int]) -> dict[int, int]:
        least = min(rows, key=lambda c: rows[c])
        shrinking = [c for c, count in self.params.lowered(rows).items() if count < rows[c]]
        around = dict.fromkeys(shrinking, self.params.n_neighbors_ver3 if self.params.version == 3 else 1)
        return around | ({least: self.params.n_neighbors} if shrinking else {})

    def sampler(self, rows: Mapping[int, int]) -> "Sampler":
        from imblearn.under_sampling import NearMiss as Sampler

        return Sampler(
            sampling_strategy=self.params.lowered(rows),
            version=self.params.version,
            n_neighbors=self.params.n_neighbors,
            n_neighbors_ver3=self.params.n_neighbors_ver3,
        )
