"""What a component tells of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from components.libraries import Library
from components.portable.engines import BACKENDS
from components.ports import Port

Serving = Literal["replay", "training_only", "lookup", "boundary"]
"""What an endpoint does with a node: run it row by row; skip it; join against a frozen table; start after it."""

TABLE_IN = (Port("table"),)
TABLE_OUT = (Port("table"),)


@dataclass(frozen=True)
class Spec:
    """What the palette, the docs and the planner need to know.

    Parameters
    ----------
    key
        Public name in saved pipelines; never changes its meaning.
    words
        What else people call it, who come from scikit-learn, pandas, SQL, KNIME or Orange, the most usual
        first: the palette finds it by them.
    example
        Params that fit the example table of the contract suite; also shown in the help.
    version
        Raised when the same params give other results; part of the fingerprint.
    replaces
        Older keys, so that saved pipelines outlive renames.
    filters
        Every row stays or goes by itself: a filter.
    backends
        The engines that it runs on; what is left out is told when a pipeline is checked for such an engine.
    requires
        Libraries that not every installation has; what is missing is told when a pipeline is checked.
    """

    key: str
    title: str
    category: str
    about: str
    icon: str
    words: tuple[str, ...] = ()
    inputs: tuple[Port, ...] = TABLE_IN
    outputs: tuple[Port, ...] = TABLE_OUT
    serving: Serving = "replay"
    version: int = 1
    replaces: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    filters: bool = False
    backends: tuple[str, ...] = BACKENDS
    requires: tuple[Library, ...] = ()

    @property
    def keeps_rows(self) -> bool:
        """Whether every row goes in and out once."""
        return self.serving == "replay"

    @property
    def rowwise(self) -> bool:
        """Whether an output row depends on one input row only: cheap inside any query, and rows keep their order."""
        return self.keeps_rows or self.filters
