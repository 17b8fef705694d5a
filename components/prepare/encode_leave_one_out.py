"""Replace categories by the mean of the target among the other rows."""

from typing import Annotated

import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec
from components.portable.draws import normal
from components.portable.numbers import as_float, decimal, divide
from components.prepare.answered import AnsweredParams
from components.prepare.tallied import ANSWER, DRAWN, MEAN, ROWS, Rest, Tallied, same_row


class EncodeLeaveOneOutParams(AnsweredParams):
    sigma: Annotated[float, Field(ge=0, le=10)] = 0.05
    """How much the values of train rows are disturbed, relative to their size: without it, the rows of a large category
    differ by nothing but their own answers."""


class EncodeLeaveOneOut(Tallied[EncodeLeaveOneOutParams]):
    """Replaces each category by the mean of the target among the *other* train rows that have it.

    A train row that is alone in its category gets the overall mean, and so does a category that was not seen. The noise
    on train rows comes from the md5 of their ids. The target is a number, a flag, or two classes; with more of them,
    name the one that counts as 1.

    When: there are many small categories; where some are large, *Target encode* is safer, because a flexible model may
    guess a row's answer from how far it lies from others of its category. Serving: replayed with the means of all train
    rows. Source: Zhang, *Winning Data Science Competitions* (2015); `category_encoders.LeaveOneOutEncoder`.
    """

    spec = Spec(
        key="encode_leave_one_out",
        title="Leave-one-out encode",
        category="prepare/encode",
        icon="target",
        about="Replaces categories by the mean of the target among other rows.",
        words=("target encoding", "categorical", "loo", "mean encoding"),
        example={"columns": ["text", "flag"], "target": "number"},
    )

    def mean(self, rest: Rest, overall: ir.FloatingValue) -> ir.FloatingValue:
        return divide(rest.total, rest.rows)

    def number(self, rows: float, total: float, overall: float) -> float:
        return total / rows if rows else overall

    def rest(self, table: ir.Table) -> Rest:
        own, answers = same_row(table), table[ANSWER]
        rows = table[ROWS] - as_float(answers.count().over(own))
        return Rest(rows, table[ROWS] * table[MEAN] - answers.sum().over(own))

    def disturbed(self, value: ir.FloatingValue, table: ir.Table) -> ir.FloatingValue:
        if not self.params.sigma:
            return value
        return value * (decimal(1.0) + decimal(self.params.sigma) * normal(table[DRAWN]))
