"""Tables that are simply there."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from components.base.component import Component, P
from components.base.outside import OutsideTable


class Source(Component[P]):
    """A table that is simply there."""

    family = "source"
    is_lazy = False

    @abstractmethod
    def table(self) -> "pa.Table | StoredTable | OutsideTable":
        """The rows, or where the engine finds them."""


@dataclass(frozen=True)
class StoredTable:
    """A dataset version kept by the engine; ``version`` is a number or ``latest``."""

    dataset: str
    version: int | Literal["latest"]
