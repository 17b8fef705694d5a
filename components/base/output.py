"""What leaves a pipeline."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal

import ibis.expr.types as ir

from components.base.component import Component, P

TABLE = "table"


class Output(Component[P], Generic[P]):
    """Something that is kept, drawn or sent elsewhere. It says what to do; the engine does it, once in every run."""

    family = "output"
    is_lazy = False

    @property
    def always(self) -> bool:
        """What has left is not taken back: every run does it, even where its rows are kept."""
        return True

    def table(self, *tables: ir.Table) -> ir.Table | None:
        """The rows that leave, written down first; None where there are none."""
        return None

    def tables(self, given: Mapping[str, ir.Table]) -> Mapping[str, ir.Table]:
        """All that is written down first, by name, from the tables that arrive, by port; as here, one: `table`."""
        leaving = self.table(*given.values())
        return {} if leaving is None else {TABLE: leaving}

    @abstractmethod
    def deed(self) -> "Deed":
        """What is to be done with them."""


@dataclass(frozen=True)
class SaveDataset:
    """Keep the rows as the next version of a dataset."""

    name: str
    description: str = ""


@dataclass(frozen=True)
class ExportFile:
    """Keep the rows as a file that people fetch.

    Parameters
    ----------
    filename
        Without its suffix.
    options
        How the file is written.
    """

    filename: str
    format: Literal["csv", "parquet", "json", "xlsx"]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WriteDatabase:
    """Write the rows into a table of a database.

    Parameters
    ----------
    folder
        The schema of the database; its usual one where it is empty.
    """

    connection: str
    table: str
    mode: Literal["append", "replace", "fail"]
    folder: str = ""


@dataclass(frozen=True)
class RegisterModel:
    """Give the model that arrives a name of its own."""

    name: str


@dataclass(frozen=True)
class DrawChart:
    """Draw the rows, which are the points of a chart already.

    Parameters
    ----------
    chart
        Everything about it but its points.
    """

    chart: Mapping[str, Any]


@dataclass(frozen=True)
class WriteReport:
    """Write what arrives into one page that can be kept and sent.

    Parameters
    ----------
    title
        The pipeline's name where it is empty.
    text
        What stands on top; plain, with paragraphs.
    """

    title: str
    text: str = ""


Deed = SaveDataset | ExportFile | WriteDatabase | RegisterModel | DrawChart | WriteReport
"""What an output can ask for."""
