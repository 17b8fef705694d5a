"""Params: frozen values that know their widget, their columns and their words."""

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, get_origin

import ibis.expr.schema as sch
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from components.described import Described
from components.errors import ColumnMissing, ComponentError, WrongKind
from components.ports import RESERVED_PREFIX, Kind, is_reserved, kind_of, visible

Selector = Literal["all", "numeric", "text", "boolean", "datetime"]

ARTICLE = {
    "numeric": "a number",
    "text": "text",
    "boolean": "true/false",
    "datetime": "a date or time",
    "one_hot": "one-hot encoded",
    "other": "nested data",
}
TYPE_WORDS = {"int64": "whole number", "float64": "number", "string": "text", "timestamp": "date and time"}
"""Names of types that are no words of people's, on a card."""


class Columns(BaseModel):
    """Which columns a node works on: a list of names, or a selector with exceptions.

    Written as ``[age, fare]``, ``numeric`` or ``{select: text, except: [name]}``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    kinds: ClassVar[tuple[Kind, ...]] = ()
    input: ClassVar[str] = ""

    names: tuple[str, ...] | None = None
    select: Selector | None = None
    exceptions: tuple[str, ...] = ()

    @classmethod
    def all(cls) -> Self:
        """Every column that fits."""
        return cls(select="all")

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """Exactly these columns."""
        return cls(names=tuple(names))

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"select": value}
        if isinstance(value, list | tuple):
            return {"names": tuple(value)}
        if isinstance(value, Mapping) and "select" in value:
            value = dict(value)
            if "except" in value:
                value["exceptions"] = value.pop("except")
        return value

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.names is None) == (self.select is None):
            raise ValueError("give a list of column names or a selector such as 'numeric'")
        repeated = {name for name in self.names or () if (self.names or ()).count(name) > 1}
        if repeated:
            raise ValueError(f"column {sorted(repeated)[0]!r} is listed twice")
        return self

    @model_serializer
    def _to_short_form(self) -> Any:
        if self.names is not None:
            return list(self.names)
        return {"select": self.select, "except": list(self.exceptions)} if self.exceptions else self.select

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"x-widget": "columns", "x-kinds": list(cls.kinds), "x-input": cls.input}

    def resolve(self, schema: sch.Schema, hidden: frozenset[str] = frozenset(), field: str = "columns") -> Self:
        """The explicit list for this table.

        A selector takes what fits and leaves out ``hidden`` columns (the target of a model further down); a name
        that was listed must be there and be of a fitting kind.

        Raises
        ------
        ColumnMissing, WrongKind
        """
        offered = visible(schema)
        if self.names is not None:
            for name in self.names:
                _require(name, schema, self.kinds, field)
            return self
        wanted = {*(self.kinds or get_args(Kind))} if self.select == "all" else {self.select}
        if self.kinds:
            wanted &= set(self.kinds)
        skipped = hidden | set(self.exceptions)
        return self.of(name for name, dtype in offered.items() if kind_of(dtype) in wanted and name not in skipped)

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        """The names; only after `resolve`."""
        if self.names is None:
            raise ComponentError(f"The selector {self.select!r} was not resolved against a table.")
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names or ())

    def words(self) -> str:
        """In a few words, for the node's card."""
        if self.names is None:
            rest = f" but {len(self.exceptions)}" if self.exceptions else ""
            return f"{'all' if self.select == 'all' else f'all {self.select}'} columns{rest}"
        return ", ".join(self.names) if len(self.names) <= 2 else f"{len(self.names)} columns"


class AnyColumns(Columns):
    """Columns of every kind."""


class NumericColumns(Columns):
    kinds = ("numeric",)


class TextColumns(Columns):
    kinds = ("text",)


class CategoryColumns(Columns):
    """Columns whose values can be taken as categories."""

    kinds = ("text", "boolean", "numeric")


class PlainColumns(Columns):
    """Columns of single values: neither nested data nor one-hot."""

    kinds = ("numeric", "text", "boolean", "datetime")


class DatetimeColumns(Columns):
    kinds = ("datetime",)


class FeatureColumns(Columns):
    """What a model can take as input."""

    kinds = ("numeric", "boolean", "one_hot")


@dataclasses.dataclass(frozen=True)
class ColumnPick:
    """Marks a ``str`` param as the name of one column of an input."""

    kinds: tuple[Kind, ...] = ()
    input: str = ""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), "x-widget": "column", "x-kinds": list(self.kinds), "x-input": self.input}


@dataclasses.dataclass(frozen=True)
class Widget:
    """Says how the form shows a param: ``Annotated[str, Widget("expression")]``.

    Parameters
    ----------
    widget
        ``expression``, ``mapping`` (columns to names), ``values`` (values to values), ``order`` (columns to values in
        order), ``paragraph``, ``hidden`` (set on the canvas, and by nothing else); what else there is follows from the
        type.
    options
        What the engine offers to choose from: ``datasets``, ``samples``.
    only_if
        The other params that must have these values (or one of several) for this one to matter.
    words
        What the values of a choice are called, where their names do not say it.
    keys
        ``columns`` where the keys of a mapping are columns of the input: they follow a column that is renamed.
    """

    widget: str = ""
    options: str = ""
    unit: str = ""
    placeholder: str = ""
    advanced: bool = False
    only_if: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)
    words: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    keys: Literal["", "columns"] = ""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        named = {
            "x-widget": self.widget,
            "x-options": self.options,
            "x-unit": self.unit,
            "x-placeholder": self.placeholder,
            "x-advanced": self.advanced,
            "x-only-if": {name: _several(value) for name, value in self.only_if.items()},
            "x-words": dict(self.words),
            "x-keys": self.keys,
        }
        return {**handler(core), **{key: value for key, value in named.items() if value}}


@dataclasses.dataclass(frozen=True)
class Makes:
    """Marks a param that names a column which its component makes."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), "x-makes": "column"}


def only_if(**values: Any) -> Widget:
    """Marks a param that matters only with these values of others: ``only_if(method="zscore")``."""
    return Widget(only_if=values)


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


def _new_name(name: str) -> str:
    if not name.strip():
        raise ValueError("a column needs a name")
    if is_reserved(name):
        raise ValueError(f"names starting with {RESERVED_PREFIX} are reserved")
    return name


Column = Annotated[str, ColumnPick()]
NumericColumn = Annotated[str, ColumnPick(("numeric",))]
TextColumn = Annotated[str, ColumnPick(("text",))]
DatetimeColumn = Annotated[str, ColumnPick(("datetime",))]
PlainColumn = Annotated[str, ColumnPick(PlainColumns.kinds)]
Expression = Annotated[str, Widget("expression")]
NewColumn = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_new_name), Makes()]
ColumnMapping = Annotated[dict[str, NewColumn], Widget("mapping", keys="columns")]
Constant = bool | Annotated[int, Field(ge=-(2**63), lt=2**63)] | float | Annotated[str, Field(max_length=10_000)]
"""A value that is written down."""


class TargetPick(ColumnPick):
    """Marks the column that a model learns to predict; selectors upstream leave it alone."""


Target = Annotated[str, TargetPick(("text", "boolean", "numeric", "one_hot"))]
"""One-hot columns are offered too: the moment one is chosen, the selector that encoded it leaves it alone."""


class Params(Described):
    """What a person sets on a node. Frozen; unknown names are refused.

    The docstring under each field is its help in the form.
    """

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        """These params with every selector replaced by names, checked against the input tables.

        Parameters
        ----------
        schemas
            Schema of each connected table input, by port name.
        hidden
            Columns that selectors leave alone.

        Raises
        ------
        ColumnMissing, WrongKind
            With the field and the column.
        """
        changed: dict[str, Any] = {}
        for field, value in self:
            schema = _schema_for(schemas, self._input_of(field))
            if schema is None:
                continue
            if isinstance(value, Columns):
                changed[field] = value.resolve(schema, hidden, field)
            pick = self._pick(field)
            if pick is not None:
                for name in [value] if isinstance(value, str) else value or ():
                    _require(name, schema, pick.kinds, field)
        return self.model_copy(update=changed)

    def words(self) -> str:
        """The params that matter, in a few words: every one that was set, columns first."""
        parts = [words for _, value in self if isinstance(value, Columns) and (words := value.words())]
        for field, value in self:
            info = type(self).model_fields[field]
            if not isinstance(value, Columns) and value != info.default and value not in (None, "", (), {}):
                is_choice = isinstance(value, str) and get_origin(info.annotation) is Literal
                parts.append(_word(field, TYPE_WORDS.get(value, value) if is_choice else value))
        return " · ".join(parts[:3])

    def expressions(self) -> dict[str, str]:
        """The SQL expressions that were written, by field."""
        marked = {name: getattr(self, name) for name in _expression_fields(type(self))}
        return {name: text for name, text in marked.items() if isinstance(text, str)}

    def named_columns(self) -> dict[str, tuple[str, ...]]:
        """By field, the columns that are named one by one."""
        found: dict[str, tuple[str, ...]] = {}
        for field, value in self:
            if isinstance(value, Columns):
                found[field] = value.names or ()
            elif self._pick(field) is not None:
                found[field] = (value,) if isinstance(value, str) else tuple(value or ())
        return found

    @classmethod
    def targets(cls) -> tuple[str, ...]:
        """The fields that name a column to predict."""
        return tuple(field for field, pick in _picks(cls).items() if isinstance(pick, TargetPick))

    @classmethod
    def _pick(cls, field: str) -> ColumnPick | None:
        return _picks(cls).get(field)

    def _input_of(self, field: str) -> str:
        value = getattr(self, field)
        if isinstance(value, Columns):
            return value.input
        pick = self._pick(field)
        return pick.input if pick else ""


@cache
def _picks(kind: type[Params]) -> Mapping[str, ColumnPick]:
    marks = ((name, mark) for name, field in kind.model_fields.items() for mark in _metadata(field))
    return {name: mark for name, mark in reversed([*marks]) if isinstance(mark, ColumnPick)}


@cache
def _expression_fields(kind: type[Params]) -> tuple[str, ...]:
    marks = ((name, mark) for name, field in kind.model_fields.items() for mark in _metadata(field))
    return tuple(name for name, mark in marks if isinstance(mark, Widget) and mark.widget == "expression")


def _metadata(field: Any) -> Iterator[Any]:
    """Annotations on the field itself and inside ``X | None`` and ``list[X]``."""
    yield from field.metadata
    pending = [field.annotation]
    while pending:
        annotation = pending.pop()
        yield from getattr(annotation, "__metadata__", ())
        pending.extend(get_args(annotation) if not isinstance(annotation, type) or get_args(annotation) else ())


def distinct_names(names: Iterable[str], field: str) -> None:
    """Refuse column names that engines cannot tell apart: DuckDB and Spark ignore case.

    Raises
    ------
    ComponentError
        With the field and the column.
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.get(name.lower())
        if other is not None:
            same = f"There would be two columns named {name!r}."
            alike = f"Columns {other!r} and {name!r} would differ only in case."
            message = same if other == name else alike
            raise ComponentError(message, hint="Choose another name.", field=field, column=name)
        seen[name.lower()] = name


def _schema_for(schemas: Mapping[str, sch.Schema], port: str) -> sch.Schema | None:
    return schemas.get(port) if port else next(iter(schemas.values()), None)


def _require(name: str, schema: sch.Schema, kinds: tuple[Kind, ...], field: str) -> None:
    offered = visible(schema)
    if name not in offered:
        close = difflib.get_close_matches(name, offered, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(list(offered)[:12])}."
        raise ColumnMissing(f"There is no column {name!r} here.", hint=hint, field=field, column=name)
    kind = kind_of(offered[name])
    if kinds and kind not in kinds:
        wanted = " or ".join(ARTICLE[k] for k in kinds)
        raise WrongKind(
            f"Column {name!r} is {ARTICLE[kind]}, but this needs {wanted}.",
            hint="Choose another column, or convert it with “Change type” first.",
            field=field,
            column=name,
        )


def _word(field: str, value: Any) -> str:
    label = field.replace("_", " ")
    if isinstance(value, bool):
        return label if value else f"no {label}"
    if isinstance(value, str | int | float):
        text = str(value)
        return f"{label} {text}" if len(text) <= 28 else f"{label} {text[:27]}…"
    if not hasattr(value, "__len__"):
        return label
    return f"1 {label.removesuffix('s')}" if len(value) == 1 else f"{len(value)} {label}"
