"""A difference is split so that its parts add up to all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.work.attribution import finest, mixtures, shares

NAMES = ["data", "params", "seed", "drawing"]


@given(st.lists(st.floats(-10, 10), min_size=16, max_size=16), st.integers(1, 4))
def test_parts_add_up_whatever_was_measured(values: list[float], number: int) -> None:
    blocks = [frozenset({name}) for name in NAMES[:number]]
    measured = dict(zip(mixtures(blocks), values, strict=False))
    parts = shares(blocks, measured.__getitem__)
    assert sum(parts.values()) == pytest.approx(measured[frozenset(NAMES[:number])] - measured[frozenset()])


def test_what_two_only_do_together_is_shared_and_what_does_nothing_gets_nothing() -> None:
    blocks = [frozenset({name}) for name in ("data", "params", "seed")]
    parts = shares(blocks, lambda chosen: 1.0 if {"data", "params"} <= chosen else 0.0)
    assert [parts[block] for block in blocks] == pytest.approx([0.5, 0.5, 0.0])


def test_factors_stay_apart_as_far_as_their_mixtures_can_be_made() -> None:
    def needs_both(chosen: frozenset[str]) -> bool:
        return ("data" in chosen) == ("drawing" in chosen)

    assert set(finest(["data", "seed"], lambda chosen: True)) == {frozenset({"data"}), frozenset({"seed"})}
    assert set(finest(["data", "drawing", "seed"], needs_both)) == {frozenset({"data", "drawing"}), frozenset({"seed"})}
    assert finest(["data", "seed"], lambda chosen: False) == (frozenset({"data", "seed"}),)
    assert finest([], lambda chosen: False) == ()
