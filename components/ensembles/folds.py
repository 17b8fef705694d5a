"""Train rows in parts that are held out in turn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from components.ensembles.trying import NOTHING, Part
from components.errors import UnfitData


def check_folds(target: Any, folds: int, *, is_classification: bool) -> None:
    """Refuse rows of which some class, or there being so few, cannot be in every part.

    Raises
    ------
    UnfitData
    """
    fewest = rarest(target) if is_classification else len(target)
    if fewest >= folds:
        return
    told = (
        f"the rarest class has {fewest:,} train {'row' if fewest == 1 else 'rows'}"
        if is_classification
        else f"there are {fewest:,} train rows"
    )
    raise UnfitData(
        f"Rows are held out in {folds} parts, each of which needs {'every class' if is_classification else 'a row'}; "
        f"{told}.",
        hint="Group or filter rare classes, or lower 'folds'." if is_classification else "Lower 'folds'.",
        field="folds",
    )


def rarest(target: Any) -> int:
    """The rows of the class that has the fewest."""
    import numpy as np

    return int(np.unique(target, return_counts=True)[1].min())


def most_folds(target: Any, wanted: int) -> int:
    """As many parts as are wanted, or as the rarest class has rows, where that has several."""
    fewest = rarest(target) if len(target) else 0
    return min(wanted, fewest) if fewest > 1 else wanted


def parts(folds: int, seed: int, *, is_classification: bool) -> Any:
    """scikit-learn's splitter: rows are drawn, with the classes in equal shares."""
    from sklearn.model_selection import KFold, StratifiedKFold

    return (StratifiedKFold if is_classification else KFold)(folds, shuffle=True, random_state=seed)


def cut(target: Any, folds: int, seed: int, *, is_classification: bool) -> list[tuple[Any, Any]]:
    """The rows to learn from and to be scored on, for each part.

    Returns
    -------
    list of (ndarray, ndarray)
        Positions of rows.

    Raises
    ------
    UnfitData
    """
    import numpy as np

    check_folds(target, folds, is_classification=is_classification)
    splitter = parts(folds, seed, is_classification=is_classification)
    return list(splitter.split(np.zeros(len(target)), target))


def mixed(target: Any, seed: int, *, is_classification: bool) -> Any:
    """All rows in an order of which every beginning has the classes in their shares.

    Returns
    -------
    ndarray of shape (n_rows,)
        Positions of rows.
    """
    import numpy as np

    drawn = np.random.default_rng(seed).permutation(len(target))
    if not is_classification:
        return drawn
    place = np.empty(len(target))
    for label in np.unique(target):
        (of_label,) = np.nonzero(target[drawn] == label)
        place[of_label] = (np.arange(len(of_label)) + 0.5) / len(of_label)
    return drawn[np.argsort(place, kind="stable")]


class HeldOut:
    """Train rows in parts that are held out in turn, all of them or fewer.

    Parameters
    ----------
    matrix, target, beside
        Of all rows.
    prepared
        The parts, where the rows of each were prepared for it alone; else they are drawn from the matrix.
    """

    def __init__(
        self, matrix: Any, target: Any, folds: int, seed: int, *, is_classification: bool,
        beside: Mapping[str, Any] = NOTHING, prepared: Sequence[Part] = (),
    ) -> None:  # fmt: skip
        self.target, self.folds = target, folds
        self._matrix, self._beside, self._prepared = matrix, beside, prepared
        self._seed, self._is_classification = seed, is_classification
        self._order = mixed(target, seed, is_classification=is_classification)

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.target)

    @property
    def rarest(self) -> int:
        """The rows of the class that has the fewest; all of them where numbers are predicted."""
        return rarest(self.target) if self._is_classification else self.rows

    def parts(self, rows: int | None = None) -> list[Part]:
        """All parts of so many rows, or of all.

        Raises
        ------
        UnfitData
            When there are too few rows, or too few of some class.
        """
        import numpy as np

        if self._prepared:
            check_folds(self.target, self.folds, is_classification=self._is_classification)
            return [self._share(part, rows) for part in self._prepared]
        kept = np.arange(self.rows) if rows is None else np.sort(self._order[:rows])
        pairs = cut(self.target[kept], self.folds, self._seed, is_classification=self._is_classification)
        return [Part(self._matrix, self.target, kept[known], kept[held], self._beside) for known, held in pairs]

    def has_every_class(self, rows: int) -> bool:
        """Whether each part of so many rows can have a row of every class."""
        import numpy as np

        if not self._is_classification:
            return True
        counted = np.bincount(self.target[self._order[:rows]], minlength=int(self.target.max()) + 1)
        return int(counted.min()) >= self.folds

    def _share(self, part: Part, rows: int | None) -> Part:
        if rows is None or rows >= self.rows:
            return part
        share = rows / self.rows
        return replace(part, known=self._first(part, part.known, share), held=self._first(part, part.held, share))

    def _first(self, part: Part, places: Any, share: float) -> Any:
        import numpy as np

        order = mixed(part.target[places], self._seed, is_classification=self._is_classification)
        return np.sort(places[order[: max(1, round(share * len(places)))]])
