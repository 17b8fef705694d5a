"""What is expected of the rows."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Observation, Spec, Transform
from components.errors import ComponentError
from components.outline import Made, Outline, places
from components.params import NewColumn, Params, distinct_names
from components.ports import Port
from components.quality.rules import FIELD, AnyRule, RowRule, Rule, SchemaRule, TableRule
from components.quality.rules.rule import any_of

QUARANTINE = "quarantine"
BETWEEN = "; "


class ExpectParams(Params):
    rules: Annotated[tuple[AnyRule, ...], Field(min_length=1, max_length=200)]
    """What must hold: a list of rules, each of a kind. ``not_null``, ``unique``, ``in_range``, ``in_set``, ``matches``
    and ``condition`` are about rows; ``row_count``, ``column_type``, ``schema`` and ``freshness`` about the table."""
    on_failure: Literal["stop", "warn", "quarantine"] = "stop"
    """What happens where a rule is broken: the run stops; or goes on and the node tells; or the rows that break a rule
    leave through ``quarantine`` (a rule about the table is told then)."""
    reason: NewColumn = "broken_rules"
    """The column of the quarantined rows that says which rules they break."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if self.on_failure == QUARANTINE:
                distinct_names([*schema, self.reason], "reason")
            rules = tuple(rule.bind(schema) for rule in self.rules)
            if self.on_failure == "stop":
                _check_types(rules, schema)
            bound = bound.model_copy(update={"rules": rules})
        return bound

    def labelled(self) -> list[tuple[str, Rule]]:
        """Each rule with what it is called."""
        return [(rule.name or f"Rule {place}", rule) for place, rule in enumerate(self.rules, 1)]


class Expect(Transform[ExpectParams]):
    """Holds the rows to rules, and stops the run, tells, or sets rows apart where they are broken.

    A missing value breaks no rule but ``not_null``. Types of columns are looked at before anything runs. How old the
    newest row is depends on the day: a node with such a rule is looked at again in every run.

    When: a mistake in the data must not reach a model or a report. Serving: skipped, an endpoint answers every row it
    is asked. Source: SQL ``CHECK``; Great Expectations, pandera and dbt tests.
    """

    spec = Spec(
        key="expect",
        title="Expect",
        category="quality",
        icon="rule_settings",
        about="Holds the rows to rules.",
        words=("validate", "assert", "data quality", "check", "rules", "great expectations", "constraint", "test data"),
        outputs=(Port("table"), Port(QUARANTINE)),
        serving="training_only",
        filters=True,
        example={
            "rules": [
                {"kind": "not_null", "columns": ["number", "text"]},
                {"kind": "unique", "columns": ["other", "group"]},
                {"kind": "in_range", "columns": ["number"], "min": -2, "max": 8},
                {"kind": "in_set", "columns": ["group"], "values": ["a", "b"]},
                {"kind": "matches", "columns": ["text"], "pattern": "[a-z]+"},
                {"kind": "condition", "condition": "other >= number"},
                {"kind": "row_count", "min": 1},
            ],
            "on_failure": "quarantine",
        },
    )

    @property
    def always(self) -> bool:
        return any(isinstance(rule, TableRule) and rule.is_timely for rule in self.params.rules)

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        if self.params.on_failure != QUARANTINE:
            return {"table": Outline(schema), QUARANTINE: Outline(schema)}
        read = places(name for _, rule in self._row_rules() for name in rule.reads(schema))
        apart = sch.Schema({**schema, self.params.reason: dt.string})
        made = {self.params.reason: Made(read)}
        return {"table": Outline(schema, rows=read), QUARANTINE: Outline(apart, made, rows=read)}

    def transform(self, *tables: ir.Table) -> dict[str, ir.Table]:
        (table,) = tables
        if self.params.on_failure != QUARANTINE:
            return {"table": table, QUARANTINE: table.filter(ibis.literal(False))}
        parts = {label: any_of([*rule.broken(table).values()]) for label, rule in self._row_rules()}
        if not parts:
            nothing = table.filter(ibis.literal(False))
            return {"table": table, QUARANTINE: nothing.mutate(**{self.params.reason: ibis.null("string")})}
        told = [ibis.ifelse(is_broken, label + BETWEEN, "") for label, is_broken in parts.items()]
        reasons = table.mutate(**{self.params.reason: reduce(lambda a, b: a + b, told)})
        reason = reasons[self.params.reason]
        apart = reasons.filter(reason != "")
        named = apart[self.params.reason]
        return {
            "table": reasons.filter(reason == "").drop(self.params.reason),
            QUARANTINE: apart.mutate(**{self.params.reason: named.left(named.length() - len(BETWEEN))}),
        }

    def observations(self, *tables: ir.Table) -> Sequence[Observation]:
        (table,) = tables
        return [told for label, rule in self.params.labelled() for told in self._told(label, rule, table)]

    def _row_rules(self) -> list[tuple[str, RowRule]]:
        return [(label, rule) for label, rule in self.params.labelled() if isinstance(rule, RowRule)]

    def _told(self, label: str, rule: Rule, table: ir.Table) -> Iterator[Observation]:
        stops = self.params.on_failure == "stop"
        if isinstance(rule, TableRule):
            count = rule.is_broken(table).cast("int64")
            words = f"{label}: {rule.words()}"
            if isinstance(rule, SchemaRule) and (wrong := rule.told(table.schema())):
                words = f"{words}: {wrong}"
            yield Observation(words, count, stops, "expectation_broken", fix=MEND, shown=rule.shown(table))
            return
        assert isinstance(rule, RowRule)  # noqa: S101  there is no third sort
        for column, count in rule.counts(table).items():
            tolerated = ibis.ifelse(count > table.count() * rule.tolerate, count, 0) if rule.tolerate else count
            yield Observation(
                f"{label}: {rule.words(column)}",
                tolerated,
                stops,
                "expectation_broken",
                column=column or None,
                fix=MEND,
                examples=rule.examples(table, column),
            )


MEND = "Correct the data, or change the rule."


def _check_types(rules: Sequence[Rule], schema: sch.Schema) -> None:
    for rule in rules:
        if isinstance(rule, SchemaRule) and (wrong := rule.told(schema)):
            words = rule.words()
            raise ComponentError(
                f"{words[0].upper()}{words[1:]}: {wrong}.",
                hint="Mend the table with Change type, Rename or Drop, or change the rule.",
                field=FIELD,
            )
