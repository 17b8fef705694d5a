"""What is not as usual about a model's training is said above its scores."""

from ui.models.training import sentences


def test_a_nested_search_early_stopping_and_a_threshold_are_said_and_nothing_else_is() -> None:
    assert [*sentences({"rows": {"train": 80, "test": 20}}, is_searched=True)] == []
    assert [*sentences({"rows": {"train": 80, "folds": 5}}, is_searched=False)] == []
    (nested,) = sentences({"rows": {"folds": 5}}, is_searched=True)
    assert "inside each of the 5 folds (nested cross-validation)" in nested
    signature = {"rows": {"watched": 1_200}, "threshold": 0.2, "positive": "yes"}
    watched, threshold = sentences(signature, is_searched=False)
    assert "1,200 validation rows" in watched
    assert threshold == "It says 'yes' from a probability of 0.200 on, and so does an endpoint."
