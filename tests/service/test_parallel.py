"""Many runs as lines over parallel axes."""

from itertools import pairwise

from engine.service.running.parallel import Line, as_lines, best_line


def line(place: int, **params: float | str) -> Line:
    metrics = {"rmse": float(place), "r2": 1 - place / 5_000, "clusters": float(place)}
    return Line(name=f"run {place}", id=str(place), params={"seed": 7.0, **params}, metrics=metrics)


def test_settings_come_before_metrics_and_what_is_the_same_for_all_is_no_axis() -> None:
    found = as_lines([line(place, alpha=float(place % 3), kind="ab"[place % 2]) for place in range(9)])
    assert [axis.name for axis in found.axes] == ["alpha", "kind", "rmse", "r2"]
    assert [axis.kind for axis in found.axes] == ["number", "category", "number", "number"]
    assert (found.colour, found.constant) == ("r2", {"seed": 7.0})
    assert "clusters" not in found.metrics, "it only describes"
    assert best_line(found) == 0
    assert best_line(as_lines([line(3), line(1), line(2)], colour="rmse")) == 1


def test_a_setting_that_only_some_have_is_not_the_same_for_all() -> None:
    found = as_lines([line(1, alpha=1.0), line(2, alpha=2.0, gamma=0.0)])
    assert found.constant == {"seed": 7.0}


def test_of_many_lines_an_even_sample_is_drawn_with_the_best_and_the_worst() -> None:
    found = as_lines([line(place, alpha=float(place)) for place in range(4_000)])
    assert (len(found.names), found.total, found.sampled) == (1_000, 4_000, True)
    assert {"0", "3999"} <= set(found.ids)
    places = sorted(map(int, found.ids))
    assert max(after - before for before, after in pairwise(places)) <= 5


def test_sixty_settings_are_offered_and_few_are_drawn() -> None:
    lines = [line(place, **{f"p{nth:02d}": float(place + nth) for nth in range(60)}) for place in range(5)]
    found = as_lines(lines)
    assert (len(found.axes), len(found.offered)) == (9, 62)
    chosen = as_lines(lines, axes=["p59", "rmse", "gone"])
    assert [axis.name for axis in chosen.axes] == ["p59", "rmse"]


def test_texts_and_gaps_are_kept_apart_and_rare_texts_are_put_together() -> None:
    lines = [line(place, name=f"n{place}") for place in range(30)] + [line(99)]
    (axis, *_) = as_lines(lines).axes
    assert (axis.values[0], axis.values[29], axis.values[30]) == ("n0", "others", None)


def test_nothing_to_draw_is_no_error() -> None:
    found = as_lines([])
    assert (found.axes, found.colour, best_line(found)) == ([], None, None)
