"""What a component can complain about; the engine adds the node's name."""

from typing import ClassVar


class ComponentError(Exception):
    """A param, column or value a component cannot work with.

    Parameters
    ----------
    message
        What happened, in the user's words.
    hint
        What to do next.
    field
        The param concerned.
    column
        The column concerned.
    """

    code: ClassVar[str] = "component_error"

    def __init__(self, message: str, *, hint: str = "", field: str | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field
        self.column = column


class ColumnMissing(ComponentError):
    code = "unknown_column"


class WrongKind(ComponentError):
    code = "wrong_kind"


class RefusedExpression(ComponentError):
    code = "refused_expression"


class UnfitData(ComponentError):
    """The rows cannot be learned from."""

    code = "unfit_data"


class UnknownComponent(ComponentError):
    code = "unknown_component"
