"""What was tried to find a model is shown as a chart and a table."""

from streamlit.testing.v1 import AppTest


def test_the_trials_of_a_search_are_listed_the_best_first_with_what_became_of_the_others() -> None:
    def page() -> None:
        from ui.trials import show_trials

        def trial(model: str, params: dict[str, object], score: float | None, note: str = "") -> dict[str, object]:
            spread = None if score is None else 0.01
            figures = {"score": score, "spread": spread, "seconds": 0.5, "answer_seconds": 0.001, "rows": 90}
            return {"model": model, "params": params, "note": note, **figures}

        tried = [
            trial("Forest", {}, 0.81),
            trial("Forest", {"max_depth": 3, "hidden": [5, 5]}, 0.9),
            trial("Forest", {"max_depth": 1}, 0.4, "given up early"),
            trial("Forest", {"max_depth": 0}, None, "no solution"),
        ]
        show_trials({"metric": "roc_auc", "trials": tried, "best": 1, "ended": "every trial was made"}, "t")

    app = AppTest.from_function(page).run()
    assert not app.exception
    table = app.dataframe[0].value
    assert table["Trial"].tolist() == [2, 1, 3, 4]
    assert table["Note"].tolist() == ["kept", "", "given up early", "no solution"]
    assert table["Settings"].tolist()[:2] == ["max depth 3, hidden 5, 5", "the settings as drawn"]
    assert table["ROC AUC"].tolist() == ["0.900", "0.810", "0.400", "–"]
    said = " ".join(caption.value for caption in app.caption)
    assert "Trial 2 was best, Forest with max depth 3" in said
    assert "higher is better. The search ended because every trial was made." in said
