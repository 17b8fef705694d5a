"""What was tried to find a model is shown as a chart and a table."""

import json

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
    assert table["Settings"].tolist()[:2] == ["max depth 3, hidden 5, 5", "as it comes"]
    assert table["ROC AUC"].tolist()[:3] == [0.9, 0.81, 0.4]  # numbers: people sort by them
    assert table["Per row"].tolist()[0] == 0.001
    said = " ".join(caption.value for caption in app.caption)
    assert "Trial 2 was best, Forest with max depth 3" in said
    assert "higher is better." in said
    assert "The search ended because every trial was made." in said
    assert "the dotted line; open circles were given up early." in said
    assert "Preparation" not in table.columns  # a column of nothing but gaps
    assert not app.button  # nothing to open where nobody says how


def test_a_trial_can_be_opened_once_one_is_chosen() -> None:
    def page() -> None:
        import streamlit as st

        from ui.trials import show_trials

        trial = {"model": "Tree", "params": {}, "score": 0.8, "spread": 0.01, "seconds": 0.5, "note": ""}
        trial |= {"answer_seconds": 0.001, "rows": 90, "size": 2048, "preparation": ["standardize"]}
        search = {"metric": "r2", "trials": [trial], "best": 0, "ended": ""}
        show_trials(search, "t", lambda one: st.write(one.model))

    app = AppTest.from_function(page).run()
    assert not app.exception
    (button,) = app.button
    assert button.label == "Open as a pipeline"
    assert button.disabled
    assert any("Choose a row" in caption.value for caption in app.caption)
    assert not any("open circles" in caption.value for caption in app.caption)  # none was given up
    axis = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]["xaxis"]
    assert any("Trial 1 was best, Tree as it comes" in caption.value for caption in app.caption)
    assert axis["dtick"] == 1  # there is no trial one and a half
    table = app.dataframe[0].value
    assert table.loc[0, ["Size", "Preparation", "Note"]].tolist() == [2048, "Standardize", "best so far"]
