"""Take out rows whose neighbours are of other classes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from components.base import Resampler, Spec
from components.libraries import IMBALANCED_LEARN
from components.prepare.balanced import CleaningParams, Neighbours

if TYPE_CHECKING:
    from imblearn.under_sampling import EditedNearestNeighbours as Sampler


class EditedNearestNeighboursParams(CleaningParams):
    n_neighbors: Neighbours = 3
    """How many nearest rows are looked at."""
    kind_sel: Literal["all", "mode"] = "all"
    """When a row stays: if all its neighbours are of its class, or most of them."""


class EditedNearestNeighbours(Resampler[EditedNearestNeighboursParams]):
    """Takes out train rows whose nearest neighbours are of other classes.

    Classes become clearer, not equal in size. Features count by their size, so scale them first. Rows without a class
    stay.

    When: classes overlap, and a model should not learn noise by heart. Serving: skipped, an endpoint answers every row
    it is asked. Source: Wilson, *Asymptotic Properties of Nearest Neighbor Rules Using Edited Data* (IEEE Transactions
    on Systems, Man, and Cybernetics 1972); `imblearn.under_sampling.EditedNearestNeighbours`.
    """

    spec = Spec(
        key="edited_nearest_neighbours",
        title="Edited nearest neighbours",
        category="prepare/balance",
        icon="cleaning_services",
        about="Takes out train rows whose neighbours are of other classes.",
        words=("enn", "undersample", "imbalanced", "cleaning"),
        serving="training_only",
        example={"target": "target_class", "features": ["target_number"]},
        requires=(IMBALANCED_LEARN,),
    )

    def needed(self, rows: Mapping[int, int]) -> dict[int, int]:
        return {}

    def among(self) -> int:
        return self.params.n_neighbors + 1

    def sampler(self, rows: Mapping[int, int]) -> "Sampler":
        from imblearn.under_sampling import EditedNearestNeighbours as Sampler

        return Sampler(
            sampling_strategy=self.params.strategy,
            n_neighbors=self.params.n_neighbors,
            kind_sel=self.params.kind_sel,
        )
