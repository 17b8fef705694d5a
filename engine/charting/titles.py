"""What a chart is called until a person says otherwise."""

from engine.charting.kinds import CHARTS
from engine.charting.spec import ChartSpec


def title_of(spec: ChartSpec) -> str:
    """A name from what is drawn.

    >>> title_of(ChartSpec(kind="bar", x="city", y="pay", aggregate="median"))
    'Median pay by city'
    >>> title_of(ChartSpec(kind="scatter", x="age", y="pay", color="city"))
    'pay against age, by city'
    """
    chart = CHARTS[spec.kind]
    parts = [name for role in ("color", "facet") if (name := getattr(spec, role)) and role != chart.measure]
    further = f", by {' and '.join(parts)}" if parts else ""
    if chart.measure:
        of = getattr(spec, chart.measure)
        figure = "Rows" if spec.aggregate == "count" or of is None else f"{_WORDS[spec.aggregate]} {of}"
        sides = [spec.y, spec.x] if chart.measure == "color" else [spec.x]
        return f"{figure} by {' and '.join(side for side in sides if side) or '…'}{further}"[:200]
    match spec.kind:
        case "scatter" | "bubble":
            return f"{spec.y or '…'} against {spec.x or '…'}{further}"[:200]
        case "box" | "violin":
            return f"{spec.y or '…'}{f' by {spec.x}' if spec.x else ''}{further}"[:200]
        case "map":
            return f"Map of {spec.y or '…'} and {spec.x or '…'}{further}"[:200]
        case "correlation":
            return "Correlations"
        case _:
            return f"{chart.title} of {spec.x or '…'}{further}"[:200]


_WORDS = {
    "sum": "Sum of",
    "mean": "Mean",
    "median": "Median",
    "min": "Least",
    "max": "Greatest",
    "distinct": "Different",
}
