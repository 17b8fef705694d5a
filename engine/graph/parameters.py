"""What a pipeline declares of its parameters: a type, a default, and what a value may be.

In the YAML a parameter is its default, or a mapping where there is more to say::

    params:
      rate: 0.2
      share: {type: number, default: 0.2, min: 0, max: 1, about: Rows that are kept for the test}
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, NoReturn, Self, cast

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError, model_validator

from engine.errors import InvalidPipeline, ParamError

Type = Literal["text", "integer", "number", "boolean", "date", "choice", "column", "dataset", "any"]
ParamName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Number = StrictInt | StrictFloat

MAX_PARAMETERS = 200
MAX_CHOICES = 200
MAX_TEXT = 20_000

READ_AS_TEXT: frozenset[str] = frozenset({"text", "date", "choice", "column", "dataset"})
"""Types whose values stay texts on the command line, whatever they look like."""

_REFERENCE = re.compile(r"\$\{(\w+)\}")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_NAMED = {"column": "the name of a column", "dataset": "the name of a dataset"}


class Parameter(BaseModel):
    """One parameter of a pipeline.

    Parameters
    ----------
    type
        ``any`` is what a plain list or mapping is read as: nothing is asked of its values.
    default
        The value where a run names no other; it fits the type.
    min, max
        Of numbers.
    choices
        Of a choice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Type = "any"
    default: Any = None
    about: Annotated[str, Field(max_length=500)] = ""
    min: Number | None = None
    max: Number | None = None
    choices: Annotated[tuple[StrictStr | Number, ...], Field(max_length=MAX_CHOICES)] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_plain(cls, given: Any) -> Any:
        """A plain value is its own default; where no type is given, it is read from the default."""
        if isinstance(given, Parameter) or (_is_declaration(given) and "type" in given):
            return given
        told = dict(given) if _is_declaration(given) else {"default": given}
        return {**told, "type": _type_of(told.get("default"))}

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if (self.min is not None or self.max is not None) and self.type not in ("integer", "number"):
            raise ValueError("only numbers have a least and a greatest value")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"its least value {self.min} is more than its greatest, {self.max}")
        if self.type == "choice" and not self.choices:
            raise ValueError("a choice needs choices")
        if self.type != "choice" and self.choices:
            raise ValueError("only a choice has choices")
        object.__setattr__(self, "default", self._fitted(self.default, "its default "))
        return self

    def fitted(self, name: str, value: Any) -> Any:
        """A value as its type has it: a number as a number, a day as ``2026-11-21``.

        Raises
        ------
        ParamError
            Naming the parameter, when the value does not fit.
        """
        try:
            return self._fitted(value, "")
        except ValueError as error:
            message = f"The parameter {name!r}: {_quoted(value)} does not fit: it {error}."
            raise ParamError(message, hint="Give it another value.", field=name) from error

    def as_document(self) -> Any:
        """As it stands in the YAML: the default alone, where that says everything."""
        if not _is_declaration(self.default) and self == Parameter.model_validate(self.default):
            return self.default
        told: dict[str, Any] = {"type": self.type, "default": self.default}
        told |= {name: value for name in ("min", "max") if (value := getattr(self, name)) is not None}
        if self.choices:
            told["choices"] = list(self.choices)
        return {**told, "about": self.about} if self.about else told

    def _fitted(self, value: Any, whose: str) -> Any:
        def refuse(must: str) -> NoReturn:
            raise ValueError(f"{whose}must be {must}")

        if isinstance(value, date):  # what YAML makes of 2026-11-21
            value = _day(value)
        match self.type:
            case "any":
                return value
            case "boolean":
                found = _FLAGS.get(value.lower()) if isinstance(value, str) else value
                return found if isinstance(found, bool) else refuse("yes or no")
            case "integer" | "number":
                return self._fitted_number(value, refuse)
            case "date":
                return _day(value) or refuse("a day such as 2026-11-21")
            case "choice":
                same = (one for one in self.choices if str(one) == str(value) and not isinstance(value, bool))
                found = next(same, None)
                return found if found is not None else refuse("one of " + ", ".join(map(str, self.choices)))
            case _:
                text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
                if text is None:
                    refuse(_NAMED.get(self.type, "a text"))
                return text if len(text) <= MAX_TEXT else refuse(f"no longer than {MAX_TEXT:,} characters")

    def _fitted_number(self, value: Any, refuse: Callable[[str], NoReturn]) -> int | float:
        is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
        if isinstance(value, bool) or not is_number:
            refuse("a whole number" if self.type == "integer" else "a number")
        if self.type == "integer":
            if value != int(value):
                refuse("a whole number")
            value = int(value)
        if self.min is not None and value < self.min:
            refuse(f"at least {self.min}")
        if self.max is not None and value > self.max:
            refuse(f"at most {self.max}")
        return cast(int | float, value)


def read_parameters(given: Any) -> dict[str, Parameter]:
    """The parameters of a pipeline's file.

    Raises
    ------
    InvalidPipeline
        Naming the parameter, and what is wrong with it.
    """
    if not isinstance(given, Mapping):
        raise InvalidPipeline("This is no pipeline: params must be a mapping.")
    if len(given) > MAX_PARAMETERS:
        raise InvalidPipeline(f"A pipeline has at most {MAX_PARAMETERS} parameters.")
    return {str(name): _read(str(name), body) for name, body in given.items()}


def values_of(parameters: Mapping[str, Parameter], overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The value of each parameter: what is asked for, else its default.

    Raises
    ------
    InvalidPipeline, ParamError
        An override names no parameter, or does not fit its type.
    """
    return {name: one.default for name, one in parameters.items()} | fitted_overrides(parameters, overrides)


def fitted_overrides(parameters: Mapping[str, Parameter], overrides: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is asked for, each as its type has it.

    Raises
    ------
    InvalidPipeline, ParamError
    """
    fitted = {}
    for name, value in (overrides or {}).items():
        if name not in parameters:
            raise InvalidPipeline(
                f"The pipeline has no parameter {name[:80]!r}.", hint=f"It has: {', '.join(parameters) or 'none'}."
            )
        fitted[name] = parameters[name].fitted(name, value)
    return fitted


def put_in(value: Any, values: Mapping[str, Any]) -> Any:
    """A node's param with every ``${name}`` replaced by its value; a name without a value stays."""
    if isinstance(value, dict):
        return {key: put_in(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [put_in(item, values) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return values.get(whole[1], value)
    return _REFERENCE.sub(lambda match: str(values.get(match[1], match[0])), value)


def references(value: Any) -> Iterator[str]:
    """The parameters that a node's param names."""
    match value:
        case dict():
            for item in value.values():
                yield from references(item)
        case list():
            for item in value:
                yield from references(item)
        case str() if "${" in value:
            yield from _REFERENCE.findall(value)


def _is_declaration(given: Any) -> bool:
    return isinstance(given, dict) and ("type" in given or "default" in given)


def _type_of(value: Any) -> Type:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "date" if _day(value) else "text"
    return "date" if isinstance(value, date) else "any"


def _day(value: Any) -> str | None:
    if isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _read(name: str, body: Any) -> Parameter:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", name):
        raise InvalidPipeline(
            f"{name[:80]!r} cannot be the name of a parameter.",
            hint="A name begins with a letter and has letters, digits and underscores.",
            field=name[:80],
        )
    try:
        return Parameter.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        part = f"{first['loc'][0]}: " if first["loc"] else ""
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidPipeline(
            f"The parameter {name!r}: {part}{reason}.",
            hint="Write its default, or {type, default, about, min, max, choices}.",
            field=name,
        ) from error


def _quoted(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else text[:60] + "…") if isinstance(value, str) else text[:60]
