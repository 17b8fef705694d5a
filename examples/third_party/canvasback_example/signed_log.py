"""Logarithms that keep the sign."""

import ibis.expr.types as ir

from components.base import Spec, Transform
from components.params import NumericColumns, Params


class SignedLogParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numbers to change."""


class SignedLog(Transform[SignedLogParams]):
    """Replaces each number by the logarithm of its size plus one, with the number's own sign.

    When: amounts have long tails on both sides of zero, such as profits and losses. Serving: replayed row by row.
    Source: the symmetric log transform; Webber, *A bi-symmetric log transformation* (2013).
    """

    spec = Spec(
        key="signed_log",
        title="Signed logarithm",
        category="columns",
        icon="show_chart",
        about="Takes logarithms and keeps the sign.",
        example={"columns": ["number"]},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        numbers = {name: table[name].cast("float64") for name in self.params.columns}
        return table.mutate({name: number.sign() * (number.abs() + 1).ln() for name, number in numbers.items()})
