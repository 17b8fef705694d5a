"""Make numbers of every column, each in the way that suits it."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec, State
from components.outline import Made, Outline, places
from components.portable.frequencies import Measure
from components.portable.numbers import decimal
from components.ports import ONE_HOT
from components.prepare.auto_choices import CIRCLES, WORDS, AutoFeaturesParams, Choice
from components.prepare.cyclic_date import CyclicDate, on_circle
from components.prepare.cyclic_date import Part as DatePart
from components.prepare.encode_frequency import EncodeFrequency
from components.prepare.encode_one_hot import EncodeOneHot
from components.prepare.encode_ordinal import EncodeOrdinal
from components.prepare.impute_median import ImputeMedian
from components.prepare.impute_mode import ImputeMode
from components.prepare.select_variance import SelectVariance
from components.prepare.standardize import Standardize

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

Part = LearnedTransform[Any, Any]

PARTS: tuple[tuple[type[Part], tuple[Choice, ...]], ...] = (
    (SelectVariance, ("fill_and_scale",)),
    (ImputeMedian, ("fill_median", "fill_and_scale")),
    (Standardize, ("fill_and_scale",)),
    (ImputeMode, ("fill_most_frequent", "ordinal")),
    (EncodeOrdinal, ("ordinal",)),
    (EncodeFrequency, ("frequency",)),
    (EncodeOneHot, ("one_hot",)),
)
"""What the choices are made of, in the order of work. Each part learns from the columns as they arrive."""

TYPES: Mapping[Choice, dt.DataType] = {
    "fill_median": dt.float64,
    "fill_and_scale": dt.float64,
    "frequency": dt.float64,
    "ordinal": dt.int64,
    "one_hot": ONE_HOT,
}

DISTINCT, FILLED, RANGE = "distinct", "filled", "range"
LEAST_ROWS = 20
"""In fewer rows, values that all differ say nothing."""
SPARSE = 10
"""Whole numbers that all differ are ids where they lie no further apart than this, on average."""
CONSTANT = "held at one value, because it is the same everywhere"
IDENTIFIER = "held at one value, because it looks like an identifier: it is different in every row"


class AutoFeaturesState(State):
    learned: dict[str, dict[str, Any]]  # by component, the state of each part
    notes: dict[str, str]  # by column, what was found and what becomes of it


class AutoFeatures(LearnedTransform[AutoFeaturesParams, AutoFeaturesState]):
    """Makes numbers of every column, each in the way that suits its kind; every choice is shown, and can be changed.

    Numbers: gaps become the median, then the column is standardized. Flags: gaps become the most frequent value.
    Texts: one-hot encoded. Dates: places on the circles of month and weekday, of times also of the hour; a missing
    date is at the centre of each circle. What is one-hot encoded already, and nested data, stays as it is.

    Which columns there are is known before the rows are. In them, it is learned which are of no use: a number that is
    the same everywhere, or a text or whole number that looks like an identifier, is held at one value.

    When: a first model of a new table, to be refined. Serving: replayed with what was learned. Source: the components
    that it is made of (Impute median, Standardize, Impute most frequent, One-hot encode, Dates on circles and others);
    Kuhn & Johnson, *Applied Predictive Modeling* (2013), §3; `sklearn.compose.ColumnTransformer`.
    """

    spec = Spec(
        key="auto_features",
        title="Automatic features",
        category="prepare/features",
        icon="auto_fix_high",
        about="Makes numbers of every column, each in the way that suits it.",
        words=(
            "feature engineering",
            "autofeat",
            "preprocess",
            "preprocessing",
            "prepare",
            "vectorize",
            "tablevectorizer",
            "automatic",
        ),
        example={"columns": ["number", "other", "text", "flag"], "choices": {"other": "fill_median"}},
    )

    @cached_property
    def parts(self) -> dict[str, Part]:
        """What the choices are made of, by key."""
        found = {kind: self.params.of(*choices) for kind, choices in PARTS}
        return {kind.spec.key: self._part(kind, names) for kind, names in found.items() if names}

    def describe(self) -> str:
        by_choice: dict[Choice, list[str]] = {}
        for name, choice in self.params.choices.items():
            by_choice.setdefault(choice, []).append(name)
        return "; ".join(f"{', '.join(names)}: {WORDS[choice]}" for choice, names in by_choice.items())

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        types = {name: TYPES.get(self.params.choices[name], schema[name]) for name in self.params.columns}
        placed, gone = self.params.on_circles(), self.params.gone()
        kept = {name: types.get(name, dtype) for name, dtype in schema.items() if name not in gone}
        made = {name: Made(places([name])) for name in types if name not in gone}
        made |= {new: Made(places([name])) for new, name in placed.items()}
        return {"table": Outline(sch.Schema({**kept, **dict.fromkeys(placed, dt.float64)}), made)}

    def measures(self, table: ir.Table) -> dict[str, Measure]:
        found: dict[str, Measure] = {}
        for key, part in self.parts.items():
            found |= {f"{key} {name}": measure for name, measure in part.measures(table).items()}
        for name in self.params.of("one_hot", "fill_and_scale"):
            column, is_text = table[name], table[name].type().is_string()
            if is_text or column.type().is_integer():
                found |= {f"{DISTINCT} {name}": column.nunique(), f"{FILLED} {name}": column.count()}
            if column.type().is_integer():
                numbers = column.cast("float64")
                found[f"{RANGE} {name}"] = numbers.max() - numbers.min()
        return found

    def learn(self, values: Mapping[str, Any]) -> AutoFeaturesState:
        states: dict[str, dict[str, Any]] = {}
        for key, part in self.parts.items():
            own = {name.removeprefix(f"{key} "): v for name, v in values.items() if name.startswith(f"{key} ")}
            states[key] = part.learn(own).model_dump(mode="json")
        held = {name: reason for name in self.params.columns if (reason := self._useless(name, values))}
        return AutoFeaturesState(learned=self._holding(states, held, values), notes=self._notes(states, held))

    def unfitted(self) -> AutoFeaturesState:
        states = {key: part.unfitted().model_dump(mode="json") for key, part in self.parts.items()}
        return AutoFeaturesState(learned=states, notes=self._notes(states, {}))

    def transform(self, table: ir.Table, state: AutoFeaturesState) -> ir.Table:
        for key, part in self.parts.items():
            table = part.transform(table, self._state(key, state))
        for params in self.params.circles():
            table = CyclicDate(params).transform(table)
        placed = {new: table[new].fill_null(decimal(0.0)) for new in self.params.on_circles()}
        return table.mutate(placed).drop(*self.params.gone())

    def categories(self, state: AutoFeaturesState) -> Mapping[str, tuple[str, ...]]:
        one_hot = self.parts.get(EncodeOneHot.spec.key)
        return one_hot.categories(self._state(EncodeOneHot.spec.key, state)) if one_hot else {}

    def to_sklearn(self, state: AutoFeaturesState) -> "ColumnTransformer":
        """As the contract says, over an array of objects in which missing values are None; dates come last."""
        import numpy as np
        from sklearn.compose import ColumnTransformer

        columns = [*self.params.columns]
        steps = [(f"{place}", self._of_column(n, state), [place]) for place, n in enumerate(columns)]
        dates = [name for params in self.params.circles() for name in params.columns]
        last = [step for name in dates for step in steps if columns[step[2][0]] == name]
        ordered = [step for step in steps if step not in last] + last
        sample = np.array([[None] * len(columns)], dtype=object)
        return ColumnTransformer(ordered, sparse_threshold=0).fit(sample)

    def _part(self, kind: type[Part], names: list[str]) -> Part:
        given: dict[str, Any] = {"columns": names}
        if kind is EncodeOneHot:
            given |= {"max_categories": self.params.max_categories, "unknown": "other"}
        return kind(kind.params_type().model_validate(given))

    def _state(self, key: str, state: AutoFeaturesState) -> Any:
        return self.parts[key].state_type().model_validate(state.learned[key])

    def _useless(self, name: str, values: Mapping[str, Any]) -> str | None:
        distinct, filled = values.get(f"{DISTINCT} {name}"), values.get(f"{FILLED} {name}")
        spread = values.get(f"{RANGE} {name}")
        if distinct is not None and filled and filled == distinct >= LEAST_ROWS:
            is_dense = spread is None or spread <= SPARSE * filled
            return IDENTIFIER if is_dense else None
        if self.params.choices[name] == "fill_and_scale":
            key = SelectVariance.spec.key
            return None if values.get(f"{key} range {name}") else CONSTANT
        return None

    def _holding(
        self, states: dict[str, dict[str, Any]], held: Mapping[str, str], values: Mapping[str, Any]
    ) -> dict[str, dict[str, Any]]:
        """The states in which a column that is of no use has no categories, or one value."""
        for name in held:
            if self.params.choices[name] == "one_hot":
                states[EncodeOneHot.spec.key]["kept"][name] = []
                states[EncodeOneHot.spec.key]["categories"][name] = []
            else:
                key = SelectVariance.spec.key
                states[key]["at"][name] = values.get(f"{key} mean {name}") or 0.0
        return states

    def _notes(self, states: Mapping[str, Mapping[str, Any]], held: Mapping[str, str]) -> dict[str, str]:
        notes: dict[str, str] = {name: WORDS[choice] for name, choice in self.params.choices.items()}
        for key, field in ((ImputeMedian.spec.key, "value"), (ImputeMode.spec.key, "value")):
            for name, value in states.get(key, {}).get(field, {}).items():
                notes[name] += f" ({value!r})"
        for name, categories in states.get(EncodeOneHot.spec.key, {}).get("categories", {}).items():
            notes[name] += f" ({len(categories)} columns)"
        return {**notes, **held}

    def _of_column(self, name: str, state: AutoFeaturesState) -> Any:
        """What scikit-learn does with one column: every part that treats it, narrowed to it."""
        from sklearn.frozen import FrozenEstimator
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer

        choice = self.params.choices[name]
        if choice == "drop":
            return "drop"
        if choice in CIRCLES:
            return FunctionTransformer(_on_circles, kw_args={"parts": CIRCLES[choice]})
        steps: list[Any] = []
        for key, part in self.parts.items():
            if name in set(part.params.columns):
                only = part.params.columns.of([name])
                narrowed = type(part)(part.params.model_copy(update={"columns": only}))
                if part.spec.category == "prepare/encode":
                    steps.append(FunctionTransformer(_as_texts))
                steps.append(FrozenEstimator(narrowed.to_sklearn(self._state(key, state))))
        is_number = choice in ("fill_median", "fill_and_scale")
        return make_pipeline(*([FunctionTransformer(_as_numbers)] if is_number else []), *steps)


def _as_numbers(rows: Any) -> Any:
    return rows.astype(float)


def _as_texts(rows: Any) -> Any:
    """Values as the database engine writes them."""
    import numpy as np

    def text(value: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return str(value).lower() if isinstance(value, bool) else str(value)

    return np.array([[text(value) for value in row] for row in rows], dtype=object).reshape(len(rows), -1)


def _on_circles(rows: Any, parts: tuple[DatePart, ...]) -> Any:
    import numpy as np

    told = [[place for part in parts for place in on_circle(row[0], part)] for row in rows]
    return np.array(told, dtype=float).reshape(len(rows), 2 * len(parts))
