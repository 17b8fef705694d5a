"""Replace categories by the mean of the target among the rows before."""

from typing import Annotated

import ibis
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec
from components.portable.numbers import as_float, decimal
from components.prepare.answered import AnsweredParams
from components.prepare.tallied import ANSWER, DRAWN, IS_TRAIN, KEY, Rest, Tallied, same_row


class EncodeCatboostParams(AnsweredParams):
    smooth: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    """How many rows of the overall mean are added to each category, so that a rare one is near it."""


class EncodeCatboost(Tallied[EncodeCatboostParams]):
    """Replaces each category by the mean of the target among the train rows *before* that have it.

    Train rows are in the order of the md5 of their ids, so that no row meets its own answer or that of one that has met
    it. All other rows get the mean of all train rows; a category that was not seen gets the overall mean. The target is
    a number, a flag, or two classes; with more of them, name the one that counts as 1.

    When: there are many categories, some of them rare. Serving: replayed with the means of all train rows. Source:
    Prokhorenkova et al., *CatBoost: unbiased boosting with categorical features* (NeurIPS 2018), §3.2 (ordered target
    statistics); `category_encoders.CatBoostEncoder`.
    """

    spec = Spec(
        key="encode_catboost",
        title="CatBoost encode",
        category="prepare/encode",
        icon="target",
        about="Replaces categories by the mean of the target among the rows before.",
        words=("target encoding", "categorical", "catboost encoder", "mean encoding"),
        example={"columns": ["text", "flag"], "target": "number"},
    )

    def mean(self, rest: Rest, overall: ir.FloatingValue) -> ir.FloatingValue:
        smooth = decimal(self.params.smooth)
        return (rest.total + smooth * overall) / (rest.rows + smooth)

    def number(self, rows: float, total: float, overall: float) -> float:
        return (total + self.params.smooth * overall) / (rows + self.params.smooth)

    def rest(self, table: ir.Table) -> Rest:
        within = [table[IS_TRAIN], table[KEY]]
        until = ibis.range_window(following=0, group_by=within, order_by=[table[DRAWN]])
        own = same_row(table)
        answers = table[ANSWER]
        rows = as_float(answers.count().over(until) - answers.count().over(own))
        return Rest(rows, answers.sum().over(until) - answers.sum().over(own))
