"""Of two classes, which one is looked for."""

from collections.abc import Sequence
from typing import Any

TELLING = ("yes", "true", "1", "1.0", "y", "t", "positive", "churn", "churned", "fraud", "default", "malignant")


def positive_class(classes: Sequence[Any], wanted: Any | None = None) -> Any:
    """The wanted class, else one whose name says so (``yes``, ``true``, ``1``, …), else the last in sort order.

    Parameters
    ----------
    classes
        The labels, in scikit-learn's sort order.
    wanted
        The user's choice; compared as text, because a form only gives texts.

    Raises
    ------
    ValueError
        When the wanted class is not among them.

    Examples
    --------
    >>> positive_class(["no", "yes"]), positive_class(["cat", "dog"]), positive_class(["a", "b"], "a")
    ('yes', 'dog', 'a')
    """
    if wanted is not None:
        for label in classes:
            if _word(label) == _word(wanted):
                return label
        raise ValueError(f"There is no class {wanted!r}; there are {', '.join(map(str, classes))}.")
    for word in TELLING:
        for label in classes:
            if _word(label) == word:
                return label
    return classes[-1]


def _word(label: Any) -> str:
    return str(label).strip().lower()
