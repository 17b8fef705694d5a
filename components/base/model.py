"""What every model is, with a target or without one."""

from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal

from components.base.component import Component, P
from components.base.saving import save
from components.libraries import Library


class Model(Component[P]):
    """Learns from a matrix of numbers; what it learned is saved, and answers for any row."""

    is_lazy = False
    passes = 3
    """It counts its rows, reads those that it learns from, and reads those that it answers for."""
    task: str
    takes_missing: bool = False
    precision: Literal["float32", "float64"] = "float64"
    """What it computes in: a matrix of anything else would be copied, or rounded for nothing."""
    trusted_types: ClassVar[tuple[str, ...]] = ()
    """Types that a saved model of this component may contain, beyond those skops trusts by itself."""
    file: ClassVar[str] = "estimator.skops"
    """What a fitted estimator is saved as, beside the model's other files."""

    @property
    def target(self) -> str:
        """The column that it predicts; empty for a model without one."""
        return ""

    @abstractmethod
    def build(self) -> Any:
        """An unfitted scikit-learn estimator."""

    def libraries(self) -> tuple[Library, ...]:
        """The optional libraries that it needs with these params."""
        return self.spec.requires

    @classmethod
    def save(cls, fitted: Any, path: Path) -> None:
        """Write a fitted estimator, never as a pickle."""
        save(fitted, path)

    @classmethod
    def load(cls, path: Path, others: Iterable[str] = ()) -> Any:
        """Read what `save` wrote; of what is read, the caller has compared the hash.

        Parameters
        ----------
        others
            Types that it may contain too: those of the models that it is made of.

        Raises
        ------
        UntrustedTypesFoundException
            When the file holds a type that the component does not declare.
        """
        import skops.io

        return skops.io.load(path, trusted=[*cls.trusted_types, *others])
