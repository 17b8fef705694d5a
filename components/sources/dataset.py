"""A stored dataset."""

from typing import Annotated, Literal

from pydantic import Field

from components.base import Source, Spec, StoredTable
from components.params import Params, Widget


class DatasetParams(Params):
    dataset: Annotated[str, Widget(options="datasets"), Field(min_length=1, max_length=200)]
    """The name of the dataset."""
    version: Annotated[int, Field(ge=1)] | Literal["latest"] = "latest"
    """A version number, or ``latest``; a run notes which one it used."""


class Dataset(Source[DatasetParams]):
    """Reads one immutable version of a dataset.

    When: a pipeline starts from imported data. Serving: replaced by the records of a request.
    Source: Parquet snapshots of this home.
    """

    spec = Spec(
        key="dataset",
        title="Dataset",
        category="sources",
        icon="database",
        about="Reads a version of one of your datasets.",
        words=("table", "data", "my data", "input", "load", "read", "source", "open", "csv", "data table"),
        inputs=(),
        example={"dataset": "customers"},
    )

    def table(self) -> StoredTable:
        return StoredTable(self.params.dataset, self.params.version)
