"""What is suggested suits the columns, can be drawn, and a column that vanished finds its heir."""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import pyarrow as pa
import pytest

from engine.charting import ChartSpec, draw, drawables, suggest, title_of
from engine.charting.replaced import vanished
from engine.charting.suggest import Drawable
from engine.profile import profile

COLUMNS = {
    "number": [float(at * 37 % 101) / 3 for at in range(400)],
    "other_number": [at * 17 % 89 for at in range(400)],
    "group": ["abc"[at % 3] for at in range(400)],
    "flag": [at % 2 == 0 for at in range(400)],
    "city": [f"city {at % 15}" for at in range(400)],
    "day": pa.array(range(400), pa.int32()).cast(pa.date32()),
    "latitude": [45 + at % 7 / 3 for at in range(400)],
    "longitude": [10 + at % 11 / 3 for at in range(400)],
    "id": [f"x{at}" for at in range(400)],
    "always": ["same"] * 400,
}
TABLE = pa.table(COLUMNS)
KNOWN = drawables(profile(TABLE).model_dump(mode="json"))


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (["number"], {"histogram", "box", "density"}),
        (["group"], {"bar", "pie"}),
        (["city"], {"bar"}),
        (["day"], {"line", "bar"}),
        (["number", "other_number"], {"scatter", "heatmap", "line"}),
        (["number", "group"], {"bar", "box", "density", "violin"}),
        (["number", "flag"], {"bar", "box", "density", "violin", "pyramid"}),
        (["group", "city"], {"bar", "stacked_bar", "heatmap", "pivot"}),
        (["day", "number"], {"line", "area", "box"}),
        (["day", "group"], {"line", "area", "heatmap"}),
        (["longitude", "latitude"], {"map", "scatter", "heatmap", "line"}),
        (["id", "always"], set()),
    ],
)
def test_suggestions_suit_the_types_of_columns(names: Sequence[str], kinds: set[str]) -> None:
    found = {suggestion.spec.kind for suggestion in suggest(KNOWN, names)}
    assert found >= kinds if len(names) == 1 else found == kinds


@pytest.mark.slow  # a hundred charts
def test_every_suggestion_can_be_drawn_and_has_a_title() -> None:
    asked = [[], *([name] for name in COLUMNS), *map(list, combinations_with_replacement(COLUMNS, 2))]
    specs = {suggestion.spec for names in asked for suggestion in suggest(KNOWN, names)}
    assert {spec.kind for spec in specs} >= {"map", "pyramid", "violin", "pivot", "correlation", "area"}
    for spec in specs:
        assert draw(TABLE, spec).marks, spec
        assert title_of(spec)


def test_what_numbers_the_rows_is_suggested_after_what_is_measured() -> None:
    found = suggest([Drawable("order_id", "numeric", "number", 90), Drawable("pay", "numeric", "number", 90)])
    assert found[0].title == "How pay is spread"


@pytest.mark.parametrize(
    "naming",
    [Drawable("zip", "numeric", "number", 900, "postcode"), Drawable("customer_id", "numeric", "number", 900)],
    ids=["a postcode", "a key of another table"],
)
def test_digits_that_name_something_are_not_averaged(naming: Drawable) -> None:
    pay, city = Drawable("pay", "numeric", "number", 90), Drawable("city", "text", "category", 9)
    day = Drawable("day", "datetime", "date", 90)
    for names in ([], [naming.name], [naming.name, "pay"], [naming.name, "city"], [naming.name, "day"]):
        for one in suggest([naming, pay, city, day], names):
            measured = one.spec.color if one.spec.kind in ("heatmap", "pivot") else one.spec.y
            assert measured != naming.name or one.spec.aggregate == "count", one.title
            assert naming.name not in one.spec.named or one.spec.kind not in ("scatter", "histogram", "density"), (
                one.title
            )


def test_a_table_without_anything_to_draw_gets_no_suggestion() -> None:
    assert suggest([Drawable("id", "text", "identifier", 90), Drawable("empty", "other", "empty", 0)]) == []


@pytest.mark.parametrize(
    ("gone", "now", "before", "likely"),
    [
        ("MonthlyCharges", {"monthly_charges": "float64", "tenure": "int64"}, {}, "monthly_charges"),
        ("pay", {"city": "string", "salary": "float64"}, {"city": "string", "pay": "float64"}, "salary"),
        ("Total pay", {"a": "string", "TotalPays": "float64"}, {"a": "string", "Total pay": "float64"}, "TotalPays"),
        ("city", {"latitude": "float64"}, {"city": "string"}, None),
    ],
)  # fmt: skip
def test_a_vanished_column_names_its_likely_heir(
    gone: str, now: dict[str, str], before: dict[str, str], likely: str | None
) -> None:
    (found,) = vanished(ChartSpec(x=gone), now, before)
    assert (found.name, found.likely) == (gone, likely)
    assert ChartSpec(x=gone, color=gone, conditions=[{"column": gone}]).renamed(gone, "new").named == ("new",)


def test_a_measured_number_is_suggested_before_a_part_of_the_calendar() -> None:
    names = ["month", "day", "hour", "pm2.5", "wind"]
    found = suggest(
        [*(Drawable(name, "numeric", "number", 900) for name in names), Drawable("at", "text", "category", 4)]
    )
    assert [one.title for one in found][:2] == ["Median pm2.5 by at", "pm2.5 in each at"]
