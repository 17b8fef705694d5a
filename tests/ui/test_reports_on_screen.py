"""Reports are drawn from what they tell: every shape of plot, warnings, figures and what they rest on."""

from collections.abc import Sequence

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.evaluate.pictures import bars, dots, line, lines, listing, mark
from ui import charts

BAND = line("all", [0, 1], [3, 4], low=[2, None], high=[4, 5])
SINGLE = line("single row", ["a", "b"], [1, 2], style="faint")
LONG = ["a" * 80, "a" * 80]
COLOUR = {"colour": [0, 1, None], "coloured": "value"}
PLOTS = {
    "costs": lines(
        "Cost",
        "It costs 3.",
        [BAND, line("b", [0, 1], [1, 2], style="other")],
        across="threshold",
        up="cost",
        marks=[mark("best", 0.3)],
    ),
    "single": lines("Age", "It rises.", [SINGLE, line("mean", ["a", "b"], [1, 3])], across="age", up="chance"),
    "strength": bars("Strength", "a is strongest.", LONG, [2, 1.5], across="loss", low=[1, None], high=[3, None]),
    "moves": dots("Moves", "Right is up.", [0.1, 0.1, -0.2], ["a", "a", "b"], across="share", **COLOUR),
    "residuals": dots("Residuals", "They lie alike.", [1, 2], [0.1, -0.1], across="predicted", up="rest"),
    "groups": listing("Groups", "Every group of *sex*.", ["sex", "rows"], [["f", 3], [None, 1]]),
    "confusion_matrix": {"labels": ["no", "yes"], "counts": [[5, 1], [2, 4]]},
}


def page(report: dict[str, object]) -> None:
    from ui.reports import show_report

    show_report("Fairness of *all*", report, "here")


@pytest.fixture
def app() -> AppTest:
    report = {
        "rows": 12,
        "metrics": {"best_threshold": 0.25, "cost": 3.0},
        "plots": PLOTS,
        "warnings": ["Two groups are 0.3 apart."],
        "notes": ["Asked about 12 rows."],
    }
    return AppTest.from_function(page, args=(report,)).run(timeout=60)


def test_every_shape_of_plot_is_drawn_with_its_sentence(app: AppTest) -> None:
    assert not app.exception
    told = {element.value for element in app.caption}
    sentences = {plot["read"] for plot in PLOTS.values() if "read" in plot and "*" not in plot["read"]}
    assert sentences <= told
    assert r"Every group of \*sex\*." in told
    assert len(app.get("plotly_chart")) == len(PLOTS) - 1
    assert len(app.dataframe) == 1


def test_warnings_come_first_and_figures_and_notes_are_there(app: AppTest) -> None:
    assert [element.value for element in app.warning] == ["Two groups are 0.3 apart."]
    assert {element.label for element in app.metric} == {"Best threshold", "Cost"}
    assert "Asked about 12 rows." in {element.value for element in app.caption}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("is_opposed", [False, True])
def test_words_in_a_heatmap_stand_out_from_every_cell(
    monkeypatch: pytest.MonkeyPatch, theme: str, is_opposed: bool
) -> None:
    monkeypatch.setattr(charts, "theme", lambda: theme)
    found = charts.written_on(is_opposed=is_opposed)
    letters = luminance(channels(found["textfont"]["color"]))
    places, ends = zip(*found["colorscale"], strict=True)
    for share in np.linspace(0, 1, 101):
        cell = luminance([float(np.interp(share, places, it)) for it in zip(*map(channels, ends), strict=True)])
        assert (max(letters, cell) + 0.05) / (min(letters, cell) + 0.05) >= 4.5


def channels(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(parts: Sequence[float]) -> float:
    """Of red, green and blue, as the WCAG measures it."""
    red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
