"""What splits by shares have in common."""

from collections.abc import Collection
from typing import Annotated, Self

import ibis
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.errors import ComponentError
from components.params import Params, Widget
from components.ports import ROW

HEX_DIGITS = 13
BEYOND_ALL = "g"
"""Above every hexadecimal digest."""

Share = Annotated[float, Field(ge=0, lt=1), Widget(unit="share of rows")]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Shares(Params):
    test: Share = 0.2
    """The share of rows that are kept for the final score."""
    validation: Share = 0.0
    """The share of rows that tuning is scored on."""

    @model_validator(mode="after")
    def _leaves_train_rows(self) -> Self:
        if self.test + self.validation >= 1:
            raise ValueError("test and validation together must leave rows to train on (less than 1)")
        return self


def parts(shares: Shares) -> int:
    """How many parts get rows."""
    return 1 + (shares.test > 0) + (shares.validation > 0)


def roles_of(is_test: ir.BooleanValue, is_kept_back: ir.BooleanValue) -> ir.StringColumn:
    """The role of each row; one that is neither kept back nor not, because something is missing, is a train row."""
    return ibis.cases((is_test, "test"), (is_kept_back, "validation"), else_="train")


def threshold(share: float) -> str:
    """The hexadecimal digits below which this share of all digests lies."""
    return f"{round(share * 16**HEX_DIGITS):0{HEX_DIGITS}x}"


def require_ids(columns: Collection[str]) -> None:
    """Refuse a table without row ids.

    Raises
    ------
    ComponentError
    """
    if ROW not in columns:
        raise ComponentError("These rows carry no ids to split by.", hint="Connect a source first.")
