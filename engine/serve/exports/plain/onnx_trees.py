"""Trees of histogram boosting as ONNX: skl2onnx writes their flags as true and false, which newer ONNX refuses."""

from collections.abc import Callable
from functools import cache
from typing import Any

HISTOGRAM_BOOSTING = ("SklearnHistGradientBoostingClassifier", "SklearnHistGradientBoostingRegressor")
"""What skl2onnx calls the models whose trees say where missing values go."""


@cache
def mend_trees() -> None:
    """Let skl2onnx write these flags as 0 and 1; once for each process."""
    from skl2onnx.common._registration import get_converter, register_converter

    for name in HISTOGRAM_BOOSTING:
        known = get_converter(name)
        register_converter(name, _mended(known), overwrite=True, options=known.get_allowed_options())


def _mended(write: Callable[..., None]) -> Callable[..., None]:
    def convert(scope: Any, operator: Any, container: Any) -> None:
        write(scope, operator, _WithNumbers(container))

    return convert


class _WithNumbers:
    """A container that takes flags as whole numbers."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def add_node(self, *place: Any, **attributes: Any) -> Any:
        plain = {name: _numbers(value) if isinstance(value, list) else value for name, value in attributes.items()}
        return self._container.add_node(*place, **plain)


def _numbers(values: list[Any]) -> list[Any]:
    return [int(value) if isinstance(value, bool) else value for value in values]
