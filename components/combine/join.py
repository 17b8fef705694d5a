"""Put two tables side by side."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Spec, Transform
from components.combine.keys import KEY, check_comparable
from components.outline import Made, Outline, Place, places
from components.params import AnyColumns, ColumnPick, Params, Widget, distinct_names
from components.portable.row_ids import row_id
from components.ports import ROLE, ROW, Port, is_reserved, reserved_in, visible

LeftColumns = Annotated[tuple[str, ...], ColumnPick(input="left")]
RightColumns = Annotated[tuple[str, ...], ColumnPick(input="right")]


HOW = {
    "inner": "Rows with a match",
    "left": "All rows of the left",
    "right": "All rows of the right",
    "outer": "All rows of both",
}


class JoinParams(Params):
    on: LeftColumns = ()
    """Key columns that have the same name in both tables."""
    left_on: LeftColumns = ()
    """Key columns of the left table, where the names differ."""
    right_on: RightColumns = ()
    """Key columns of the right table, in the same order."""
    how: Annotated[Literal["inner", "left", "right", "outer"], Widget(words=HOW)] = "left"
    """Which rows stay: those with a match (inner), all of the left, all of the right, or all of both (outer)."""
    suffix: Annotated[str, Field(min_length=1, max_length=50)] = "_right"
    """Added to the names of right columns that the left table has too."""

    @model_validator(mode="after")
    def _one_kind_of_key(self) -> Self:
        if bool(self.on) == bool(self.left_on or self.right_on):
            raise ValueError("give the key columns either as 'on' or as 'left_on' and 'right_on'")
        if len(self.left_on) != len(self.right_on):
            raise ValueError("'left_on' and 'right_on' must have the same number of columns")
        return self

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Pairs of a left and a right column."""
        return list(zip(self.on or self.left_on, self.on or self.right_on, strict=True))

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if {"left", "right"} <= set(schemas):
            left, right = schemas["left"], schemas["right"]
            AnyColumns.of(dict.fromkeys(self.on)).resolve(right, field="on")
            for names in self.keys:
                check_comparable(names, (left, right), ("on the left", "on the right"), "on" if self.on else "left_on")
            distinct_names([*left, *self.right_names(left, right).values()], "suffix")
        return bound

    def right_names(self, left: sch.Schema, right: sch.Schema) -> dict[str, str]:
        """The output name of each column that comes from the right table."""
        taken = {name.lower() for name in left}
        return {
            name: name + self.suffix if name.lower() in taken else name
            for name in visible(right)
            if name not in self.on
        }


class Join(Transform[JoinParams]):
    """Puts the rows of two tables with equal keys side by side.

    A missing key matches nothing. A row with several matches appears once for each, under one row id, so that a
    split keeps them together. ``left_only`` and ``right_only`` give the rows without a match.

    When: what is known of a thing lies in two tables. Serving: lookup, the right table is frozen with the model;
    there a left row with several matches is a problem, because one question has one answer. Source: SQL ``JOIN``.
    """

    spec = Spec(
        key="join",
        title="Join",
        category="combine",
        icon="join_inner",
        about="Puts rows of two tables with equal keys side by side.",
        words=(
            "merge",
            "inner join",
            "left join",
            "outer join",
            "combine tables",
            "joiner",
            "merge data",
            "match rows",
            "sql join",
        ),
        inputs=(Port("left"), Port("right")),
        outputs=(Port("table"), Port("left_only"), Port("right_only")),
        serving="lookup",
        example={"on": ["group"], "how": "inner"},
    )

    def when_serving(self) -> Self:
        """Every record keeps its answer, matched or not."""
        return type(self)(self.params.model_copy(update={"how": "left"}))

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline] | None:
        left, right = schemas
        if any(left[ours] != right[theirs] for ours, theirs in self.params.keys):
            return None  # Ibis decides what they become
        ours, theirs = zip(*self.params.keys, strict=True)
        keys = places(ours, "left") | places(theirs, "right")
        only_right = {name: Made(places([name], "right")) for name in right}
        return {
            "table": self._outlined(left, right, keys),
            "left_only": Outline(_nullable(left), rows=keys, first="left"),
            "right_only": Outline(_nullable(right), only_right, keys, "left"),
        }

    def _outlined(self, left: sch.Schema, right: sch.Schema, keys: frozenset[Place]) -> Outline:
        names, how = self.params.right_names(left, right), self.params.how
        types = {n: t for n, t in left.items() if not is_reserved(n)} | {new: right[old] for old, new in names.items()}
        schema = _nullable({**types, **{name: left[name] for name in left if is_reserved(name)}})
        by = keys if how == "left" else frozenset[Place]()
        made = {new: Made(places([old], "right"), by) for old, new in names.items()}
        made |= {name: Made(places([name], "left") | places([name], "right"), by) for name in self.params.on}
        if how in ("right", "outer"):
            made |= {name: Made(places([name], "left")) for name in left if name not in made}
            made |= {name: Made(made[name].of | self._theirs(name, right)) for name in (ROW, ROLE) if name in left}
        return Outline(schema, made, frozenset() if how == "left" else keys, "left")

    def _theirs(self, reserved: str, right: sch.Schema) -> frozenset[Place]:
        """What a row that only the right has gets its id or role from."""
        if reserved == ROLE or reserved in right:
            return places([reserved] if reserved in right else [], "right")
        return places([*(theirs for _, theirs in self.params.keys), *filter(is_reserved, right)], "right")

    def transform(self, *tables: ir.Table) -> dict[str, ir.Table]:
        left, right = tables
        return {
            "table": self._joined(left, right),
            "left_only": self._without_match(left, right, self.params.keys),
            "right_only": self._without_match(right, left, [(theirs, ours) for ours, theirs in self.params.keys]),
        }

    def _joined(self, left: ir.Table, right: ir.Table) -> ir.Table:
        names = self.params.right_names(left.schema(), right.schema())
        apart = right.select(
            *(right[name].name(output) for name, output in names.items()),
            *(right[theirs].name(f"{KEY}{i}") for i, (_, theirs) in enumerate(self.params.keys)),
            *(right[name].name(f"{KEY}{name}") for name in reserved_in(right)),
        )
        matches = [left[ours] == apart[f"{KEY}{i}"] for i, (ours, _) in enumerate(self.params.keys)]
        both = left.join(apart, matches, how=self.params.how)
        shared = {name: f"{KEY}{i}" for i, name in enumerate(self.params.on)}
        return both.select(
            *(_either(both, name, shared.get(name)) for name in left.columns if not is_reserved(name)),
            *(both[output] for output in names.values()),
            *(self._reserved(both, name) for name in reserved_in(left)),
        )

    def _reserved(self, both: ir.Table, name: str) -> ir.Value:
        """The left's; a row that only the right has gets an id of its own, and the right's role."""
        if self.params.how in ("inner", "left") or name not in (ROW, ROLE):
            return both[name]
        theirs = f"{KEY}{name}"
        if name == ROLE:
            return _either(both, name, theirs if theirs in both.columns else None)
        known = [theirs] if theirs in both.columns else [c for c in both.columns if c.startswith(KEY)]
        own = row_id(ibis.literal("right"), *(both[column] for column in known))
        return ibis.coalesce(both[name], own).name(name)

    @staticmethod
    def _without_match(table: ir.Table, other: ir.Table, keys: list[tuple[str, str]]) -> ir.Table:
        apart = other.select(*(other[theirs].name(f"{KEY}{i}") for i, (_, theirs) in enumerate(keys)))
        return table.anti_join(apart, [table[ours] == apart[f"{KEY}{i}"] for i, (ours, _) in enumerate(keys)])


def _nullable(columns: Mapping[str, dt.DataType]) -> sch.Schema:
    return sch.Schema({name: dtype.copy(nullable=True) for name, dtype in columns.items()})


def _either(both: ir.Table, name: str, other: str | None) -> ir.Value:
    return both[name] if other is None else ibis.coalesce(both[name], both[other]).name(name)
