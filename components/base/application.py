"""A model put to work inside a pipeline."""

from typing import ClassVar

from components.base.component import Component, P
from components.base.estimator import Task


class Application(Component[P]):
    """Takes a model and a table, and gives every row of the table the model's answer.

    The engine asks as an endpoint does: the serving slice of the model prepares the rows. What the component decides is
    what becomes of rows that an endpoint would refuse.
    """

    family = "application"
    is_lazy = False
    tasks: ClassVar[tuple[Task, ...]] = ("classification", "regression")

    def leaves_empty(self) -> bool:
        """Whether a row without a value that the model needs gets no answer; else it stops the run."""
        return False
