"""Whether a model came out as numbers."""

from typing import Any

from components.errors import UnfitData


def check_sound(*learned: Any) -> None:
    """Refuse a model whose answers would be no numbers.

    Parameters
    ----------
    learned : ndarray
        What its answers are computed from.

    Raises
    ------
    UnfitData
    """
    import numpy as np

    if not all(np.isfinite(numbers).all() for numbers in learned):
        raise no_numbers()


def no_numbers() -> UnfitData:
    """What to say of features that nothing can be learned from."""
    return UnfitData(
        "Nothing can be learned from these features: they do not vary, or their numbers are too large or too small.",
        hint="Choose other features, or scale them first.",
        field="features",
    )
