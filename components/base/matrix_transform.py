"""What is learned from a matrix of numbers, or from texts, by a scikit-learn transformer, and computed by it."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch

from components.base.component import Learner, P
from components.base.saving import save
from components.outline import Made, Outline, places


class MatrixTransform(Learner[P]):
    """A scikit-learn transformer: it learns from the train rows, then makes columns of every row.

    Which columns it makes is known before it has learned. Where it finds fewer than it promised (components beyond
    what the columns hold, terms beyond those of the texts), the rest are 0 in every row: no model can learn from them.
    """

    family = "matrix_transform"
    is_lazy = False
    passes = 3
    """It counts the train rows, reads them, and reads all."""
    takes: ClassVar[Literal["matrix", "texts"]] = "matrix"
    """What `fit` and `apply` get: the matrix of the columns that it reads, or the texts of the one that it reads."""
    takes_missing: ClassVar[bool] = False
    takes_empty: ClassVar[bool] = False
    """Whether a column may have no value at all among the train rows."""
    takes_sparse: ClassVar[bool] = False
    """Whether it may learn from a wide one-hot matrix as a `scipy.sparse.csr_matrix`."""
    precision: ClassVar[Literal["float32", "float64"]] = "float64"
    trusted_types: ClassVar[tuple[str, ...]] = ()
    """Types that a saved transformer may contain, beyond those skops trusts by itself."""
    made_type: ClassVar[dt.DataType] = dt.float64
    """What the columns that it makes hold."""
    least_rows: ClassVar[int] = 1
    most_rows: ClassVar[int] = 10_000_000
    """How many rows it learns from within minutes on one machine."""
    instead: ClassVar[str] = "another component"
    """What does much the same with more rows."""
    is_quick: ClassVar[bool] = False
    """Whether it learns from ten thousand rows in a moment, whatever is in them: then a preview may show it."""
    room: ClassVar[float] = 3.0
    """What learning takes in memory, relative to the matrix."""
    block_rows: ClassVar[int] = 512
    """How many rows are computed at a time."""

    @abstractmethod
    def build(self) -> Any:
        """An unfitted scikit-learn transformer."""

    @abstractmethod
    def sources(self) -> Mapping[str, Sequence[str]]:
        """The columns that it makes, in the order of `apply`, and what each of them is computed from.

        One that has the name of an input column takes its place.
        """

    def reads(self) -> tuple[str, ...]:
        """The columns that its matrix is made of, in order."""
        return tuple(dict.fromkeys(name for of in self.sources().values() for name in of))

    def drops(self) -> Collection[str]:
        """The input columns that go."""
        return ()

    @property
    def target(self) -> str | None:
        """The column of classes that it learns to tell apart, where it does."""
        return None

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        """All columns but those that it drops, and those that it makes."""
        (schema,) = schemas
        dropped, sources = frozenset(self.drops()), self.sources()
        kept = {name: dtype for name, dtype in schema.items() if name not in dropped}
        made = {name: Made(places(of)) for name, of in sources.items()}
        return {"table": Outline(sch.Schema({**kept, **dict.fromkeys(sources, self.made_type)}), made)}

    def fit(self, given: Any, target: Any) -> Any:
        """A fitted scikit-learn transformer.

        Parameters
        ----------
        given : ndarray or csr_matrix of shape (n_rows, n_columns), or iterable of str
            Of the train rows.
        target : ndarray of shape (n_rows,), or None
            Positions among the sorted classes, for one that has a target.
        """
        return self.build().fit(given)

    def apply(self, fitted: Any, given: Any) -> Any:
        """What it makes of some rows, each by itself: the rows beside it are no matter.

        Parameters
        ----------
        given : ndarray of shape (n_rows, n_columns), or list of str

        Returns
        -------
        ndarray of shape (n_rows, n_found)
            As many columns as it makes, or fewer.
        """
        return fitted.transform(given)

    def unfit(self, matrix: Any) -> tuple[str, Any, str] | None:
        """Numbers that it cannot take, beyond missing and infinite ones.

        Returns
        -------
        tuple or None
            What they are called ("negative"), where they are as an ndarray of bool, and what to do.
        """
        return None

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        """What a person wants to know of what was learned: one row per column, as JSON.

        Parameters
        ----------
        columns
            The columns of the matrix.
        """
        return []

    @classmethod
    def save(cls, fitted: Any, path: Path) -> None:
        """Write a fitted transformer, never as a pickle."""
        save(fitted, path)

    @classmethod
    def load(cls, path: Path) -> Any:
        """Read what `save` wrote; of what is read, the caller has compared the hash.

        Raises
        ------
        UntrustedTypesFoundException
            When the file holds a type that the component does not declare.
        """
        import skops.io

        return skops.io.load(path, trusted=list(cls.trusted_types))
