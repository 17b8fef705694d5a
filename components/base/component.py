"""What all components share."""

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, get_args

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from components.base.spec import Spec
from components.outline import Outline
from components.params import Params


class State(BaseModel):
    """What a learned transform has learned: JSON, never code."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


M = TypeVar("M", bound=BaseModel)
P = TypeVar("P", bound=Params)


class Component(Generic[P]):
    """One node's behaviour, made from its params."""

    spec: ClassVar[Spec]
    family: ClassVar[str] = "transform"
    """What kind of component it is, in one word."""
    is_lazy: ClassVar[bool] = True
    """Whether its outputs are expressions that other nodes' queries can compute; else it writes files of its own."""
    passes: ClassVar[int] = 1
    """How often it reads its input, where it is not lazy."""

    def __init__(self, params: P) -> None:
        self.params = params

    @property
    def always(self) -> bool:
        """Whether every run does it, even where its result is kept: what it does or checks is not its result alone."""
        return False

    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline] | None:
        """Each output port's columns, where they can be told without building the tables.

        ``schemas`` come in the order of the table inputs. None, as here: the engine builds the tables to see.
        """
        return None

    def most_left(self, rows: int) -> int | None:
        """How many rows leave at most, of so many that arrive; None where they may become more."""
        return rows if self.spec.rowwise else None

    def describe(self) -> str:
        """What it does to which columns, where its params do not say it all; for people."""
        return ""

    @classmethod
    def before(cls, params: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """A component that is understood to stand before this one, with its params; from the params as drawn."""
        return None

    def when_serving(self) -> Self:
        """The component as an endpoint runs it, where every record must get its answer."""
        return self

    @classmethod
    def params_type(cls) -> type[Params]:
        """The params model, read from the class's type arguments."""
        return type_argument(cls, Params)


class Learner(Component[P]):
    """What looks at the train rows before it treats any row: roles must be given before."""


def unbound(schema: "ibis.Schema", name: str = "input") -> ir.Table:
    """A table with a schema and no rows, to learn an output schema from."""
    return ibis.table(schema, name=name)


def type_argument(cls: type, bound: type[M]) -> type[M]:
    for ancestor in cls.__mro__:
        for base in getattr(ancestor, "__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, bound):
                    return argument
    raise TypeError(f"{cls.__name__} names no {bound.__name__} type")
