"""Train rows in parts that are held out in turn."""

from typing import Any

from components.errors import UnfitData


def check_folds(target: Any, folds: int, *, is_classification: bool) -> None:
    """Refuse rows of which some class, or there being so few, cannot be in every part.

    Raises
    ------
    UnfitData
    """
    import numpy as np

    fewest = int(np.unique(target, return_counts=True)[1].min()) if is_classification else len(target)
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
