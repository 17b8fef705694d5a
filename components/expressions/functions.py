"""The functions an expression may call: the whole list."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import ibis.expr.types as ir

from components.expressions import conditions, dates, mathematics, texts
from components.expressions.arguments import Argument
from components.portable.engines import BACKENDS


@dataclass(frozen=True)
class Function:
    """A scalar function of the reference.

    Parameters
    ----------
    name
        As it is written, in any case.
    signature
        Name and arguments; ``?`` marks an optional one, ``…`` one that may be repeated.
    about
        What it gives.
    build
        Makes the Ibis value from checked arguments.
    backends
        The engines that can compute it.
    """

    name: str
    signature: str
    about: str
    build: Callable[..., ir.Value] = field(repr=False, compare=False)
    backends: tuple[str, ...] = BACKENDS

    @property
    def arguments(self) -> tuple[Argument, ...]:
        inside = self.signature[len(self.name) + 1 : -1]
        return tuple(Argument.read(word) for word in inside.split(", ") if word)


def _listed() -> Mapping[str, Function]:
    found: dict[str, Function] = {}
    for group in (mathematics.FUNCTIONS, texts.FUNCTIONS, dates.FUNCTIONS, conditions.FUNCTIONS):
        for signature, (about, build) in group.items():
            name = signature.split("(")[0]
            found[name] = Function(name, signature, about, build)
    return MappingProxyType(dict(sorted(found.items())))


FUNCTIONS: Mapping[str, Function] = _listed()


def near(name: str) -> str | None:
    """The function whose name is most alike."""
    return next(iter(difflib.get_close_matches(name[:80], FUNCTIONS, n=1)), None)
