"""Labelled texts teach a model, whose words are weighed by a step that nobody drew; an endpoint takes the text."""

import json
from pathlib import Path

import pytest

from engine.graph import Pipeline
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer, respond
from tests.engine.running import Bench

GOOD = ("good", "lovely", "a pleasure", "works well", "not bad")
BAD = ("bad", "awful", "a pity", "broken", "not good")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    words = [(GOOD if i % 2 else BAD)[i // 2 % 5] for i in range(300)]
    said: list[str | None] = [f"{word} {('today', 'again', 'as ever')[i % 3]}" for i, word in enumerate(words)]
    said[7] = None
    moods = ["+" if i % 2 else "-" for i in range(300)]
    bench.store("reviews", {"review": said, "stars": [i % 5 for i in range(300)], "mood": moods})
    return bench


def drawn(**params: object) -> Pipeline:
    model = {"component": "sentiment", "params": {"column": "review", "target": "mood", "max_features": 60, **params}}
    nodes = {"reviews": {"component": "dataset", "params": {"dataset": "reviews"}}, "mood": model}
    return Pipeline.from_document({"name": "reviews", "nodes": nodes, "edges": ["reviews -> mood"]})


def test_texts_are_told_apart_and_an_endpoint_takes_the_text(bench: Bench) -> None:
    ran = bench.run(drawn())
    assert ran.model("mood")["metrics"]["roc_auc"] > 0.99
    folder = ran.folder("mood")
    scorer = load_scorer({name: folder / name for name in ran.model("mood")["files"]})
    assert [field.name for field in scorer.fields] == ["review"]
    assert check_parity(scorer).max_difference <= 1e-12
    told = respond(scorer, json.loads('{"records": [{"review": "not good"}, {"review": "not bad"}]}'), "mood", 1)
    assert [answer["prediction"] for answer in told["predictions"]] == ["-", "+"]


def test_further_columns_can_be_learned_from_and_nothing_is_complained_about(bench: Bench) -> None:
    assert bench.review(drawn()).problems == ()
    assert "stars" in bench.run(drawn(features=["stars"])).model("mood")["inputs"]


def test_a_column_of_texts_that_is_not_there_is_named(bench: Bench) -> None:
    (problem, *_) = bench.review(drawn(column="comment")).errors
    assert "comment" in problem.message
