"""Keep rows as a dataset."""

from typing import Annotated

import ibis.expr.types as ir
from pydantic import Field

from components.base import Output, Spec
from components.base.output import SaveDataset as Deed
from components.outputs.leaving import LeavingParams, Name, leaving


class SaveDatasetParams(LeavingParams):
    name: Name
    """The dataset; a new version of it where there is one of this name."""
    description: Annotated[str, Field(max_length=2_000)] = ""
    """What it holds; counts when the dataset is made."""


class SaveDataset(Output[SaveDatasetParams]):
    """Keeps the rows as a new dataset, or as the next version of one, with a profile and where they came from.

    A run whose rows are those of the latest version makes no new one. Rows get new ids, and forget their roles.

    When: the result is wanted in other pipelines. Serving: not part of an endpoint. Source: SQL ``CREATE TABLE AS``.
    """

    spec = Spec(
        key="save_dataset",
        title="Save dataset",
        category="outputs",
        icon="save",
        about="Keeps the rows as a dataset.",
        words=("write", "store", "output", "save", "write table", "table writer", "save data"),
        outputs=(),
        serving="training_only",
        example={"name": "prepared"},
    )

    def table(self, *tables: ir.Table) -> ir.Table:
        return leaving(tables[0], self.params.columns)

    def deed(self) -> Deed:
        return Deed(self.params.name, self.params.description)
