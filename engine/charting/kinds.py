"""Which charts there are, and what each of them needs: forms, checks and suggestions all read this."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.charting.columns import Column, Kind
from engine.charting.spec import ROLES, Aggregate, ChartKind, ChartSpec
from engine.errors import DataError

ANY: tuple[Kind, ...] = ("text", "boolean", "numeric", "datetime", "other")
NUMBERS: tuple[Kind, ...] = ("numeric",)
ORDERED: tuple[Kind, ...] = ("numeric", "datetime")

EVERY_AGGREGATE: tuple[Aggregate, ...] = ("count", "sum", "mean", "median", "min", "max", "distinct")
ADDING: tuple[Aggregate, ...] = ("count", "sum")
"""Those whose parts add up to a whole: a share of means is none."""

KIND_WORDS: Mapping[Kind, str] = {
    "numeric": "numbers", "text": "text", "boolean": "yes or no", "datetime": "dates", "other": "something else",
}  # fmt: skip


@dataclass(frozen=True)
class Role:
    """What a column is for in one kind of chart."""

    label: str
    kinds: tuple[Kind, ...] = ANY
    is_needed: bool = False


@dataclass(frozen=True)
class ChartType:
    """One kind of chart.

    Parameters
    ----------
    measure
        The role whose numbers are aggregated; None where rows are drawn as they are.
    """

    title: str
    icon: str
    about: str
    roles: Mapping[str, Role]
    measure: str | None = None
    aggregates: tuple[Aggregate, ...] = ()
    bins: bool = False
    steps: bool = False
    sorts: bool = False
    tops: bool = True
    extra: frozenset[str] = field(default_factory=frozenset)


_COLOR, _FACET = Role("Colour"), Role("Side by side")
_MEASURE = Role("Of", ANY)
_PLACE = {"color": Role("Colour", ANY), "size": Role("Size", NUMBERS), "facet": _FACET}

CHARTS: Mapping[ChartKind, ChartType] = {
    "bar": ChartType(
        "Bar", "bar_chart", "Compares figures of categories; with a colour, bars stand side by side.",
        {"x": Role("Along", ANY, True), "y": _MEASURE, "color": _COLOR, "facet": _FACET},
        "y", EVERY_AGGREGATE, bins=True, steps=True, sorts=True,
    ),
    "stacked_bar": ChartType(
        "Stacked bar", "stacked_bar_chart", "How wholes are made of parts.",
        {"x": Role("Along", ANY, True), "y": _MEASURE, "color": Role("Parts", ANY, True), "facet": _FACET},
        "y", ADDING, bins=True, steps=True, sorts=True,
    ),
    "pie": ChartType(
        "Pie", "pie_chart", "Shares of one whole, of few parts.",
        {"x": Role("Parts", ANY, True), "y": _MEASURE, "facet": _FACET},
        "y", ADDING, bins=True, steps=True, sorts=True,
    ),
    "pyramid": ChartType(
        "Pyramid", "align_horizontal_center", "Two groups back to back, as ages of women and men.",
        {"x": Role("Up", ANY, True), "y": _MEASURE, "color": Role("Left and right", ANY, True)},
        "y", EVERY_AGGREGATE, bins=True, steps=True, sorts=True,
    ),
    "line": ChartType(
        "Line", "show_chart", "How a figure goes along dates or numbers.",
        {"x": Role("Along", ANY, True), "y": _MEASURE, "color": _COLOR, "facet": _FACET},
        "y", EVERY_AGGREGATE, bins=True, steps=True,
    ),
    "area": ChartType(
        "Area", "area_chart", "How a whole and its parts go along dates or numbers.",
        {"x": Role("Along", ANY, True), "y": _MEASURE, "color": Role("Parts"), "facet": _FACET},
        "y", ADDING, bins=True, steps=True,
    ),
    "scatter": ChartType(
        "Scatter", "scatter_plot", "One dot for each row.",
        {"x": Role("Across", ORDERED, True), "y": Role("Up", ORDERED, True), "color": _COLOR, "facet": _FACET},
    ),
    "bubble": ChartType(
        "Bubble", "bubble_chart", "One dot for each row, as large as a third number.",
        {"x": Role("Across", ORDERED, True), "y": Role("Up", ORDERED, True), "size": Role("Size", NUMBERS, True),
         "color": _COLOR, "facet": _FACET},
    ),
    "box": ChartType(
        "Box", "candlestick_chart", "The middle half of the values, the median and the usual range of each group.",
        {"y": Role("Values", NUMBERS, True), "x": Role("Groups"), "color": _COLOR, "facet": _FACET},
        sorts=True, steps=True,
    ),
    "violin": ChartType(
        "Violin", "airwave", "The shape of how values are spread, for each group.",
        {"y": Role("Values", NUMBERS, True), "x": Role("Groups"), "facet": _FACET}, sorts=True, steps=True,
    ),
    "histogram": ChartType(
        "Histogram", "equalizer", "How many rows fall into each range of numbers.",
        {"x": Role("Values", NUMBERS, True), "color": _COLOR, "facet": _FACET}, bins=True,
    ),
    "density": ChartType(
        "Density", "ssid_chart", "How values are spread, as a smooth curve.",
        {"x": Role("Values", NUMBERS, True), "color": _COLOR, "facet": _FACET},
    ),
    "heatmap": ChartType(
        "Heat map", "grid_on", "A figure for each pair, as a colour.",
        {"x": Role("Across", ANY, True), "y": Role("Up", ANY, True), "color": _MEASURE, "facet": _FACET},
        "color", EVERY_AGGREGATE, bins=True, steps=True, sorts=True,
    ),
    "pivot": ChartType(
        "Pivot table", "pivot_table_chart", "A figure for each pair, in rows and columns with totals.",
        {"y": Role("Rows", ANY, True), "x": Role("Columns", ANY), "color": _MEASURE},
        "color", EVERY_AGGREGATE, bins=True, steps=True, sorts=True,
    ),
    "correlation": ChartType(
        "Correlation matrix", "apps", "How closely numbers go together, from −1 to 1.", {}, tops=False,
        extra=frozenset({"columns"}),
    ),
    "map": ChartType(
        "Map of points", "location_on", "One dot for each row with a latitude and a longitude; without a background.",
        {"y": Role("Latitude", NUMBERS, True), "x": Role("Longitude", NUMBERS, True), **_PLACE},
    ),
}  # fmt: skip


def check(spec: ChartSpec, columns: Mapping[str, Column]) -> None:
    """Raise what keeps a chart from being drawn of these columns; they are all there.

    Raises
    ------
    DataError
        With the role in `field`.
    """
    chart = CHARTS[spec.kind]
    for role in ROLES:
        name, wanted = getattr(spec, role), chart.roles.get(role)
        if name is None:
            if wanted is not None and wanted.is_needed:
                raise DataError(
                    f"A {chart.title.lower()} needs a column for “{wanted.label}”.", hint="Choose one.", field=role
                )
        elif wanted is None:
            raise DataError(f"A {chart.title.lower()} has no {role}.", hint="Leave it empty.", field=role)
        elif columns[name].kind not in wanted.kinds:
            needs = " or ".join(KIND_WORDS[kind] for kind in wanted.kinds)
            raise DataError(
                f"{name} holds {KIND_WORDS[columns[name].kind]}, but “{wanted.label}” needs {needs}.",
                hint="Choose another column.",
                field=role,
            )
    if chart.measure:
        _check_measure(spec, chart, columns)
    for name in spec.columns:
        if columns[name].kind != "numeric":
            raise DataError(f"{name} holds no numbers.", hint="Choose columns of numbers.", field="columns")


def _check_measure(spec: ChartSpec, chart: ChartType, columns: Mapping[str, Column]) -> None:
    if spec.aggregate not in chart.aggregates:
        raise DataError(
            f"A {chart.title.lower()} cannot show the {spec.aggregate}: its parts would not add up.",
            hint=f"Choose {' or '.join(chart.aggregates)}, or another kind of chart.",
            field="aggregate",
        )
    if spec.aggregate == "count":
        return
    name = getattr(spec, chart.measure or "y")
    if name is None:
        raise DataError(f"The {spec.aggregate} of what?", hint="Choose a column, or count rows.", field=chart.measure)
    if spec.aggregate != "distinct" and columns[name].kind != "numeric":
        raise DataError(
            f"{name} holds {KIND_WORDS[columns[name].kind]}, so it has no {spec.aggregate}.",
            hint="Choose a column of numbers, or count rows.",
            field=chart.measure,
        )
