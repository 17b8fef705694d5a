"""Everything that can go wrong, as data.

::

    CanvasbackError            code, message, hint, node_id, field
    ├── PipelineError          the drawing is wrong
    │   ├── InvalidPipeline        a file or message is no pipeline
    │   ├── RefusedEdge            this wire cannot be
    │   └── PipelineProblems       what `problems()` lists, raised by a run
    ├── ParamError             a param's value does not fit
    ├── DataError              the rows are wrong
    │   ├── UnknownColumn          a column is not there
    │   └── UnfitForTraining       a target or matrix no model can learn from
    ├── RefusedExpression      the gate says no
    ├── RunError               the run could not go on
    │   ├── LimitReached           memory or time is used up
    │   ├── DamagedInput           a file it reads is not what was written
    │   └── Cancelled              a person stopped it
    ├── ServingError           an endpoint cannot answer
    │   ├── InvalidRecord          a request's record or field is wrong
    │   ├── ParityFailed           the endpoint would answer differently than the run
    │   ├── TooDifferent           a replay changed more answers than was allowed
    │   ├── ExportRefused          a format cannot hold this model, or answers differently in it
    │   ├── Unserved               a published model cannot be loaded
    │   └── NotAllowed             key missing, wrong or revoked
    ├── NotDelivered           a message did not reach its channel
    ├── MissingThing           no such dataset, pipeline, run, model or endpoint
    ├── NameTaken              that name is in use
    ├── Incomparable           two runs whose scores measure different things
    └── InvalidSetting         a setting has a value that cannot be

What components and storage complain about has its own roots there; `PEOPLE_ERRORS` names all three.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from components.errors import ComponentError
from storage.errors import StorageError, Unreachable


class CanvasbackError(Exception):
    """A failure that a person can read and act on.

    Parameters
    ----------
    message
        What happened, in the user's words.
    hint
        What to do next.
    node_id, field
        Where: the node on the canvas and the param, column or record field.
    detail
        More facts for machines; JSON values only.
    """

    code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        node_id: str | None = None,
        field: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.node_id = node_id
        self.field = field
        self.detail = detail or {}

    def at(self, node_id: str) -> "CanvasbackError":
        """Name the node, unless a deeper place already did."""
        self.node_id = self.node_id or node_id
        return self

    def as_data(self) -> dict[str, Any]:
        """The error as a JSON document."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "node": self.node_id,
            "field": self.field,
            **({"detail": self.detail} if self.detail else {}),
        }


class PipelineError(CanvasbackError):
    code = "pipeline_error"


class InvalidPipeline(PipelineError):
    code = "invalid_pipeline"


class RefusedEdge(PipelineError):
    code = "refused_edge"


class PipelineProblems(PipelineError):
    """The pipeline has problems that keep it from running."""

    code = "pipeline_problems"

    def __init__(self, problems: Sequence[Any]) -> None:
        first = problems[0]
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(first.message + more, hint=first.hint, node_id=first.node, field=first.field)
        self.problems = tuple(problems)


class ParamError(CanvasbackError):
    code = "invalid_param"


class DataError(CanvasbackError):
    code = "data_error"


class UnknownColumn(DataError):
    code = "unknown_column"


class UnfitForTraining(DataError):
    code = "unfit_for_training"


class RefusedExpression(CanvasbackError):
    code = "refused_expression"


class RunError(CanvasbackError):
    code = "run_error"


class LimitReached(RunError):
    code = "limit_reached"


class DamagedInput(RunError):
    code = "damaged_input"


class Cancelled(RunError):
    code = "cancelled"


class ServingError(CanvasbackError):
    code = "serving_error"


class InvalidRecord(ServingError):
    code = "invalid_record"


class ParityFailed(ServingError):
    code = "parity_failed"


class TooDifferent(ServingError):
    code = "too_different"


class ExportRefused(ServingError):
    code = "export_refused"


class Unserved(ServingError):
    code = "unserved"


class NotAllowed(ServingError):
    code = "not_allowed"


class NotDelivered(CanvasbackError):
    """A message did not reach its channel.

    Parameters
    ----------
    passing
        Whether another try may end better.
    """

    code = "not_delivered"

    def __init__(self, message: str, *, hint: str = "", passing: bool = True) -> None:
        super().__init__(message, hint=hint, detail={"passing": passing})
        self.passing = passing


class MissingThing(CanvasbackError):
    code = "not_found"


class NameTaken(CanvasbackError):
    code = "name_taken"


class Incomparable(CanvasbackError):
    code = "incomparable"


class InvalidSetting(CanvasbackError):
    code = "invalid_setting"


PEOPLE_ERRORS = (CanvasbackError, ComponentError, StorageError)
"""Every error whose message and hint are meant for people."""


def error_data(error: CanvasbackError | ComponentError | StorageError) -> dict[str, Any]:
    """Any error for people as a JSON document."""
    if isinstance(error, CanvasbackError):
        return error.as_data()
    field = getattr(error, "field", None) or getattr(error, "column", None)
    told = {"code": error.code, "message": error.message, "hint": error.hint, "node": None, "field": field}
    return {**told, "detail": {"passing": error.passing}} if isinstance(error, Unreachable) else told


def unexpected(error: Exception, reference: str) -> dict[str, Any]:
    """A mistake of ours: no traceback on a screen, but its first line helps a report.

    Parameters
    ----------
    reference
        The short code under which it is in the log: see `engine.logs.new_reference`.
    """
    first = (str(error).strip().splitlines() or [""])[0]
    return {
        "code": "unexpected",
        "message": f"Something went wrong inside Canvasback: {type(error).__name__}: {first[:300]}",
        "hint": f"Please report it with the code {reference}: the folder logs of this home has the details under it.",
        "node": None,
        "field": None,
    }
