"""The same columns as an ONNX graph: each is computed once, in double precision; a missing text is an empty one."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from engine.serve.exports.plain.columns import Column, Given, Made
from engine.serve.exports.plain.expressions.translation import DAY
from engine.serve.exports.plain.functions import NOTHING

OPSETS = {"": 20, "ai.onnx.ml": 3}
IR_VERSION = 9
FEATURES = "__cb_features"


class NoOnnx(Exception):
    """Something has no operator in ONNX; the message says what, `node` at which node."""

    def __init__(self, what: str, node: str | None = None) -> None:
        super().__init__(what)
        self.node = node


class Graph:
    """A graph in the making."""

    def __init__(self) -> None:
        self.inputs: dict[str, Given] = {}
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._names = (f"__cb_{number}" for number in itertools.count())
        self._made: dict[Column, str] = {}

    def value(self, column: Column) -> str:
        """The tensor of a column, of shape (n_rows, width)."""
        if column not in self._made:
            self._made[column] = self._given(column) if isinstance(column, Given) else self._made_at(column)
        return self._made[column]

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator; returns its output."""
        from onnx import helper

        output = next(self._names)
        self.nodes.append(helper.make_node(operator, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, values: Any, dtype: str = "float64") -> str:
        """Add a constant."""
        from onnx import numpy_helper

        name = next(self._names)
        array = np.array(values, dtype=object if dtype == "str" else dtype)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def as_double(self, tensor: str) -> str:
        """The same as 64-bit numbers."""
        from onnx import TensorProto

        return self.node("Cast", tensor, to=TensorProto.DOUBLE)

    def coded(self, text: str, values: Mapping[str, float], other: float) -> str:
        """A number for each of some texts."""
        found = self.node(
            "LabelEncoder", text, domain="ai.onnx.ml", keys_strings=list(values),
            values_floats=[float(value) for value in values.values()], default_float=float(other),
        )  # fmt: skip
        return self.as_double(found)

    def model(self, columns: Sequence[Column]) -> Any:
        """The graph that makes these columns, side by side, as 32-bit numbers called `FEATURES`."""
        from onnx import TensorProto, helper

        parts = [self.value(column) for column in columns]
        joined = self.node("Concat", *parts, axis=1)
        self.nodes.append(helper.make_node("Cast", [joined], [FEATURES], to=TensorProto.FLOAT))
        kinds = {"text": TensorProto.STRING}
        inputs = [
            helper.make_tensor_value_info(name, kinds.get(given.kind, TensorProto.DOUBLE), [None, 1])
            for name, given in self.inputs.items()
        ]
        width = sum(column.width if isinstance(column, Made) else 1 for column in columns)
        outputs = [helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, [None, width])]
        graph = helper.make_graph(self.nodes, "preparation", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def _given(self, column: Given) -> str:
        self.inputs[column.name] = column
        if column.kind != "time":
            return column.name
        # A missing time is NaN, or what NumPy makes of one as a number.
        is_gap = self.node("LessOrEqual", column.name, self.constant([[NOTHING]]))
        return self.node("Where", is_gap, self.constant([[np.nan]]), column.name)

    def _made_at(self, column: Made) -> str:
        try:
            return self._computed(column)
        except NoOnnx as error:
            if error.node is None and column.node is not None:
                raise NoOnnx(str(error), column.node) from error
            raise

    def _computed(self, column: Made) -> str:
        transformer = column.transformer
        if column.place is not None:
            raise NoOnnx(column.label)
        if isinstance(transformer, FunctionTransformer):
            write = FUNCTIONS.get(transformer.func)
            if write is None:
                raise NoOnnx(column.label)
            return write(self, [self.value(each) for each in column.of], transformer.kw_args or {}, column)
        write_fitted = next((how for kind, how in FITTED.items() if isinstance(transformer, kind)), None)
        if write_fitted is None:
            raise NoOnnx(column.label)
        return write_fitted(self, self.value(column.of[0]), transformer, column)


Settings = Mapping[str, Any]
Write = Callable[[Graph, list[str], Settings, Made], str]


def _operator(name: str) -> Write:
    return lambda graph, of, settings, column: graph.node(name, *of)


def _folded(name: str) -> Write:
    def write(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
        found = of[0]
        for other in of[1:]:
            found = graph.node(name, found, other)
        return found

    return _only_numbers(write)


def _by_kind(numbers: Write, texts: Write) -> Write:
    def write(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
        return (texts if column.kind == "text" else numbers)(graph, of, settings, column)

    return write


def _joined(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    found = of[0]
    for other in of[1:]:
        found = graph.node("StringConcat", found, other)
    return found


def _text_where(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    """A text times 1 is the text, and times 0 is none."""
    (text,) = (name for name, each in zip(of, column.of, strict=True) if each.kind == "text")
    (flag,) = (name for name in of if name != text)
    is_it = graph.node("Greater", flag, graph.constant([[0.5]]))
    return graph.node("Where", is_it, text, graph.constant([[""]], "str"))


def _choose(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    """The text at a place."""
    from onnx import TensorProto

    texts = [text or "" for text in settings["choices"]]
    place = graph.node("Cast", of[0], to=TensorProto.INT64)
    return graph.node(
        "LabelEncoder", place, domain="ai.onnx.ml", keys_int64s=[*range(len(texts))], values_strings=texts,
        default_string="",
    )  # fmt: skip


def _only_numbers(write: Write) -> Write:
    def checked(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
        if column.kind == "text":
            raise NoOnnx(column.label)
        return write(graph, of, settings, column)

    return checked


def _cast(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    """Numbers stay 64-bit numbers; a time is the number of units since 1970."""
    wanted, given = settings["dtype"], _dtype_of(column.of[0])
    if "text" in (column.kind, column.of[0].kind):
        return _as_text(graph, of[0], wanted, given, column)
    if wanted == "object":
        return of[0]
    if wanted == "float64":
        return graph.as_double(of[0])
    if wanted == "int64":
        return graph.node("Mul", graph.node("Sign", of[0]), graph.node("Floor", graph.node("Abs", of[0])))
    convert = UNITS.get((given, wanted))
    if convert is None:
        raise NoOnnx(column.label)
    return convert(graph, of[0])


def _as_text(graph: Graph, value: str, wanted: str, given: str, column: Made) -> str:
    from onnx import TensorProto

    if column.of[0].kind == "text" and wanted in TEXTS:
        return value
    if wanted == "str" and given == "int64":
        return graph.node("Cast", graph.node("Cast", value, to=TensorProto.INT64), to=TensorProto.STRING)
    raise NoOnnx(column.label)


def _dtype_of(column: Column) -> str:
    """What a column was cast to; empty for one that was not."""
    transformer = column.transformer if isinstance(column, Made) else None
    if isinstance(transformer, FunctionTransformer) and transformer.func is np.asarray:
        return str((transformer.kw_args or {})["dtype"])
    return ""


def _floored(graph: Graph, number: str, over: float) -> str:
    return graph.node("Floor", graph.node("Div", number, graph.constant([[over]])))


def _combined(graph: Graph, *terms: tuple[float, str], plus: float = 0.0) -> str:
    """The sum of columns, each times a number."""
    found = graph.constant([[plus]])
    for times, column in terms:
        found = graph.node("Add", found, graph.node("Mul", column, graph.constant([[times]])))
    return found


def _months(graph: Graph, moment: str) -> str:
    """Months since 1970 of microseconds since then.

    Source: Hinnant, *chrono-Compatible Low-Level Date Algorithms* (2013): years begin in March, eras are 400 years.
    """
    day = _combined(graph, (1.0, _floored(graph, moment, DAY)), plus=719_468.0)
    era = _floored(graph, day, 146_097.0)
    in_era = _combined(graph, (1.0, day), (-146_097.0, era))
    leaps = [(-1.0, _floored(graph, in_era, 1_460.0)), (1.0, _floored(graph, in_era, 36_524.0))]
    leaps.append((-1.0, _floored(graph, in_era, 146_096.0)))
    year = _floored(graph, _combined(graph, (1.0, in_era), *leaps), 365.0)
    before = [(-365.0, year), (-1.0, _floored(graph, year, 4.0)), (1.0, _floored(graph, year, 100.0))]
    in_year = _combined(graph, (1.0, in_era), *before)
    month = _floored(graph, _combined(graph, (5.0, in_year), plus=2.0), 153.0)
    # March is the month after February 1970.
    return _combined(graph, (1.0, month), (12.0, year), (4_800.0, era), plus=2.0 - 1_970.0 * 12.0)


def _years(graph: Graph, moment: str) -> str:
    return _floored(graph, _months(graph, moment), 12.0)


def _days_to_month(graph: Graph, month: str) -> str:
    """Days since 1970 at the beginning of a month since then, by the same source."""
    since = _combined(graph, (1.0, month), plus=1_970.0 * 12.0 - 2.0)
    year = _floored(graph, since, 12.0)
    in_year = _combined(graph, (1.0, since), (-12.0, year))
    days = _floored(graph, _combined(graph, (153.0, in_year), plus=2.0), 5.0)
    leaps = [(1.0, _floored(graph, year, 4.0)), (-1.0, _floored(graph, year, 100.0))]
    leaps.append((1.0, _floored(graph, year, 400.0)))
    return _combined(graph, (1.0, days), (365.0, year), *leaps, plus=-719_468.0)


def _days_to_year(graph: Graph, year: str) -> str:
    return _days_to_month(graph, _combined(graph, (12.0, year)))


def _same(graph: Graph, given: str) -> str:
    return given


MICROSECONDS, DAYS, MONTHS, YEARS = (f"datetime64[{unit}]" for unit in ("us", "D", "M", "Y"))
TEXTS = ("object", "str")
UNITS: Mapping[tuple[str, str], Callable[[Graph, str], str]] = {
    ("int64", MICROSECONDS): _same,
    (MICROSECONDS, DAYS): lambda graph, moment: _floored(graph, moment, DAY),
    (MICROSECONDS, MONTHS): _months,
    (MICROSECONDS, YEARS): _years,
    (MONTHS, DAYS): _days_to_month,
    (YEARS, DAYS): _days_to_year,
}
"""How a time in one unit becomes one in another."""


def _interp(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    """Only its nodes are ever looked up; anything else is missing."""
    found = graph.constant([[np.nan]])
    for node, value in zip(settings["xp"], settings["fp"], strict=True):
        is_it = graph.node("Equal", of[0], graph.constant([[node]]))
        found = graph.node("Where", is_it, graph.constant([[value]]), found)
    return found


def _nan_max(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    least = graph.constant([[-np.inf]])
    return graph.node("Max", *(graph.node("Where", graph.node("IsNaN", each), least, each) for each in of))


def _nan_to_num(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    if settings["nan"] == NOTHING:
        return of[0]  # a time that is missing stays NaN
    if not np.isnan(settings["nan"]):
        raise NoOnnx(column.label)
    is_least = graph.node("Equal", of[0], graph.constant([[-np.inf]]))
    return graph.node("Where", is_least, graph.constant([[np.nan]]), of[0])


def _full(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    return graph.node("Expand", graph.constant([[settings["fill_value"]]]), graph.node("Shape", of[0]))


FUNCTIONS: Mapping[Any, Write] = {
    np.asarray: _cast,
    np.ravel: lambda graph, of, settings, column: of[0],
    np.choose: _choose,
    np.sum: _by_kind(_folded("Add"), _joined),
    np.prod: _by_kind(_folded("Mul"), _text_where),
    np.diff: _only_numbers(lambda graph, of, settings, column: graph.node("Sub", of[1], of[0])),
    np.min: _folded("Min"),
    np.max: _folded("Max"),
    np.nanmax: _nan_max,
    np.nan_to_num: _nan_to_num,
    np.interp: _interp,
    np.full_like: _full,
    np.isnan: _operator("IsNaN"),
    np.isinf: _operator("IsInf"),
    np.sign: _operator("Sign"),
    np.abs: _operator("Abs"),
    np.floor: _operator("Floor"),
    np.ceil: _operator("Ceil"),
    np.sqrt: _operator("Sqrt"),
    np.exp: _operator("Exp"),
    np.log: _operator("Log"),
    np.sin: _operator("Sin"),
    np.cos: _operator("Cos"),
    np.reciprocal: _operator("Reciprocal"),
    np.square: lambda graph, of, settings, column: graph.node("Mul", of[0], of[0]),
}


def _imputed(graph: Graph, given: str, fitted: SimpleImputer, column: Made) -> str:
    (value,) = fitted.statistics_
    if column.of[0].kind == "text":
        gap, text = (part or "" for part in (fitted.missing_values, value))
        if not (isinstance(gap, str) and isinstance(text, str)):
            raise NoOnnx(column.label)
        is_gap = graph.node("Equal", given, graph.constant([[gap]], "str"))
        return graph.node("Where", is_gap, graph.constant([[text]], "str"), given)
    missing = fitted.missing_values
    is_nan = missing is None or np.isnan(missing)
    is_gap = graph.node("IsNaN", given) if is_nan else graph.node("Equal", given, graph.constant([[missing]]))
    return graph.node("Where", is_gap, graph.constant([[float(value)]]), given)


def _scaled(graph: Graph, given: str, minus: Any, over: Any) -> str:
    moved = given if minus is None else graph.node("Sub", given, graph.constant([np.asarray(minus)]))
    return moved if over is None else graph.node("Div", moved, graph.constant([np.asarray(over)]))


def _min_max(graph: Graph, given: str, fitted: MinMaxScaler, column: Made) -> str:
    if fitted.clip:
        raise NoOnnx(column.label)
    times = graph.node("Mul", given, graph.constant([fitted.scale_]))
    return graph.node("Add", times, graph.constant([fitted.min_]))


def _one_hot(graph: Graph, given: str, fitted: OneHotEncoder, column: Made) -> str:
    known = [category for category in fitted.categories_[0] if category is not None]
    folds = fitted.handle_unknown == "infrequent_if_exist"
    places = {category: float(place) for place, category in enumerate(known)}
    if len(known) != column.width or (folds and len(fitted.infrequent_categories_[0]) != 1):
        raise NoOnnx(column.label)
    other = float(len(known) - 1) if folds else -1.0
    code = graph.coded(given, {**places, "": -1.0}, other)
    equal = graph.node("Equal", code, graph.constant([[float(place) for place in range(len(known))]]))
    return graph.as_double(equal)


def _pipeline(graph: Graph, given: str, fitted: Pipeline, column: Made) -> str:
    encoder = fitted.steps[-1][1]
    if len(fitted.steps) != 2 or not isinstance(encoder, OrdinalEncoder) or column.of[0].kind != "text":
        raise NoOnnx(column.label)
    known = [category for category in encoder.categories_[0] if isinstance(category, str)]
    return graph.coded(given, {**{text: float(place) for place, text in enumerate(known)}, "": np.nan}, -1.0)


def _target(graph: Graph, given: str, fitted: TargetEncoder, column: Made) -> str:
    if column.of[0].kind != "text":
        raise NoOnnx(column.label)
    values = zip(fitted.categories_[0], fitted.encodings_[0], strict=True)
    return graph.coded(given, {text or "": float(value) for text, value in values}, float(fitted.target_mean_))


def _matched(graph: Graph, given: str, fitted: HashingVectorizer, column: Made) -> str:
    """Whether a pattern occurs in a text."""
    if fitted.n_features != 1 or not fitted.binary:
        raise NoOnnx(column.label)
    return graph.as_double(graph.node("RegexFullMatch", given, pattern=f"(?s).*(?:{fitted.token_pattern}).*"))


FITTED: Mapping[type, Callable[[Graph, str, Any, Made], str]] = {
    SimpleImputer: _imputed,
    StandardScaler: lambda graph, given, it, column: _scaled(
        graph, given, it.mean_ if it.with_mean else None, it.scale_ if it.with_std else None
    ),
    RobustScaler: lambda graph, given, it, column: _scaled(graph, given, it.center_, it.scale_),
    MaxAbsScaler: lambda graph, given, it, column: _scaled(graph, given, None, it.scale_),
    MinMaxScaler: _min_max,
    OneHotEncoder: _one_hot,
    TargetEncoder: _target,
    HashingVectorizer: _matched,
    Pipeline: _pipeline,
}
"""How each transformer of one column is written."""
