"""Take out rows that are nearest to one of another class."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.base import Resampler, Spec
from components.libraries import IMBALANCED_LEARN
from components.prepare.balanced import CleaningParams

if TYPE_CHECKING:
    from imblearn.under_sampling import TomekLinks as Sampler


class TomekLinksParams(CleaningParams):
    pass


class TomekLinks(Resampler[TomekLinksParams]):
    """Takes out train rows of a pair of two classes that are nearest to each other: one of them is noise or a border.

    Classes become clearer, not equal in size. Features count by their size, so scale them first. Rows without a class
    stay.

    When: classes overlap a little; often after SMOTE. Serving: skipped, an endpoint answers every row it is asked.
    Source: Tomek, *Two Modifications of CNN* (IEEE Transactions on Systems, Man, and Cybernetics 1976);
    `imblearn.under_sampling.TomekLinks`.
    """

    spec = Spec(
        key="tomek_links",
        title="Tomek links",
        category="prepare/balance",
        icon="link_off",
        about="Takes out train rows that are nearest to one of another class.",
        words=("undersample", "imbalanced", "cleaning"),
        serving="training_only",
        example={"target": "target_class", "features": ["target_number"]},
        requires=(IMBALANCED_LEARN,),
    )

    def needed(self, rows: Mapping[int, int]) -> dict[int, int]:
        return {}

    def sampler(self, rows: Mapping[int, int]) -> "Sampler":
        from imblearn.under_sampling import TomekLinks as Sampler

        return Sampler(sampling_strategy=self.params.strategy)
