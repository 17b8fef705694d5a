"""Recommendations and keywords against the formula, numpy and scikit-learn."""

from collections.abc import Mapping
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from components.catalog import component
from components.errors import ComponentError, UnfitData

RATED = np.array(
    [
        [5, 4, 0, 1, 0],
        [4, 5, 1, 0, 0],
        [0, 4, 5, 4, 2],
        [1, 0, 4, 5, 0],
        [2, 0, 0, 4, 5],
    ],
    dtype=float,
)
"""0 where nothing is rated."""


def made(key: str, table: pa.Table, params: Mapping[str, Any]) -> Any:
    kind = component(key)
    schema = ibis.Schema.from_pyarrow(table.schema)
    return kind(kind.params_type().model_validate(params).bind({"table": schema}))


def computed(key: str, table: pa.Table, **params: Any) -> Any:
    return made(key, table, {"user": "who", "item": "what", **params}).compute(table)


def rows_of(matrix: Any) -> pa.Table:
    users, items = np.nonzero(matrix)
    table = {"who": [f"u{u}" for u in users], "what": items * 10, "stars": matrix[users, items]}
    return pa.table(table).take(pa.array(np.random.default_rng(1).permutation(len(users))))


def cells(table: pa.Table, value: str = "score") -> dict[tuple[Any, Any], float]:
    columns = [table[name].to_pylist() for name in (*table.column_names[:2], value)]
    return {(row, column): found for row, column, found in zip(*columns, strict=True)}


def tastes(users: int = 150, items: int = 60, traits: int = 3) -> Any:
    """Ratings from hidden traits, a third of them known."""
    random = np.random.default_rng(0)
    truth = 3 + random.normal(size=(users, traits)) @ random.normal(size=(traits, items)) * 0.6
    return np.where(random.random(truth.shape) < 0.33, truth + random.normal(0, 0.2, truth.shape), 0)


# Similar items


@pytest.mark.parametrize("similarity", ["cosine", "jaccard", "adjusted_cosine"])
def test_similar_items_are_those_of_the_formula(similarity: str) -> None:
    present = RATED > 0
    if similarity == "jaccard":
        both = present.T.astype(float) @ present
        alike = both / (present.sum(0)[:, None] + present.sum(0)[None] - both)
    else:
        means = np.where(present, RATED, np.nan)
        apart = RATED - np.nanmean(means, axis=1)[:, None] * (similarity == "adjusted_cosine")
        alike = cosine_similarity(np.where(present, apart, 0).T)
    found = computed("item_neighbours", rows_of(RATED), rating="stars", similarity=similarity, holdout=0)
    expected = {(i * 10, j * 10): alike[i, j] for i in range(5) for j in range(5) if i != j and alike[i, j] > 1e-12}
    assert cells(found.tables["similar"], "similarity") == pytest.approx(expected)
    assert found.report is None


def test_scores_are_weighted_sums_or_expected_ratings_by_hand() -> None:
    alike = cosine_similarity(RATED.T) - np.eye(5)
    summed = computed("item_neighbours", rows_of(RATED), rating="stars").tables["table"]
    expected = RATED @ alike
    unseen = {(f"u{u}", i * 10): expected[u, i] for u, i in zip(*np.nonzero(RATED == 0), strict=True)}
    assert cells(summed) == pytest.approx(unseen)
    for user in range(5):
        own = summed.filter(pa.compute.equal(summed["who"], f"u{user}")).to_pylist()
        assert [row["rank"] for row in own] == list(range(1, len(own) + 1))
        assert [row["score"] for row in own] == sorted((row["score"] for row in own), reverse=True)

    given = {"rating": "stars", "similarity": "adjusted_cosine", "exclude_seen": False, "neighbours": 2}
    rated = computed("item_neighbours", rows_of(RATED), **given)
    near = cells(rated.tables["similar"], "similarity")
    present = RATED > 0
    means = np.array([row[row > 0].mean() for row in RATED])
    for (who, item), score in cells(rated.tables["table"]).items():
        user = int(who[1:])
        pairs = [(s, RATED[user, j // 10]) for (i, j), s in near.items() if i == item and present[user, j // 10]]
        usual = means[user]
        assert score == pytest.approx(usual + sum(s * (r - usual) for s, r in pairs) / sum(s for s, _ in pairs))


def test_few_common_users_count_less_or_not_at_all() -> None:
    plain, shrunk, strict = (
        cells(computed("item_neighbours", rows_of(RATED), rating="stars", **more).tables["similar"], "similarity")
        for more in ({}, {"shrinkage": 3}, {"min_users": 3})
    )
    common = (RATED > 0).T.astype(int) @ (RATED > 0)
    assert shrunk == pytest.approx(
        {(i, j): s * common[i // 10, j // 10] / (common[i // 10, j // 10] + 3) for (i, j), s in plain.items()}
    )
    assert set(strict) == {(i, j) for i, j in plain if common[i // 10, j // 10] >= 3}


def test_without_ratings_every_row_counts() -> None:
    bought = (RATED > 2).astype(int)
    table = rows_of(bought).drop_columns(["stars"])
    twice = pa.concat_tables([table, table])
    found = computed("item_neighbours", table).tables["similar"]
    assert cells(found, "similarity") == pytest.approx(
        {
            (i * 10, j * 10): s
            for i, row in enumerate(cosine_similarity(bought.T))
            for j, s in enumerate(row)
            if i != j and s
        }
    )
    assert cells(computed("item_neighbours", twice).tables["similar"], "similarity") == pytest.approx(
        cells(found, "similarity")
    )


# Matrix factorization


def test_explicit_factors_meet_their_equations() -> None:
    """At the end, each item's traits are the ridge regression of what is left of its ratings on the users' traits."""
    ratings = tastes()
    given = {"user": "who", "item": "what", "rating": "stars", "n_factors": 3, "iterations": 5, "regularisation": 0.2}
    from scipy.sparse import csr_matrix

    node = made("matrix_factorization", rows_of(ratings), given)
    found = node.learn(csr_matrix(ratings))
    for item in range(0, 60, 7):
        users = np.flatnonzero(ratings[:, item])
        left = ratings[users, item] - found.usual(users, item)
        traits = found.users[users]
        solved = np.linalg.solve(traits.T @ traits + 0.2 * len(users) * np.eye(3), traits.T @ left)
        assert found.items[item] == pytest.approx(solved)
    known = ratings[ratings != 0]
    item = 4
    rated = ratings[ratings[:, item] != 0, item]
    assert found.mean == pytest.approx(known.mean())
    assert found.item_bias[item] == pytest.approx((rated - known.mean()).sum() / (len(rated) + 25))


def test_implicit_factors_meet_the_equations_of_hu_koren_and_volinsky() -> None:
    counts = np.round(np.maximum(tastes() - 3, 0) * 3)
    given = {"user": "who", "item": "what", "n_factors": 3, "iterations": 4, "alpha": 5, "regularisation": 0.5}
    from scipy.sparse import csr_matrix

    found = made("matrix_factorization", rows_of(counts), given).learn(csr_matrix(counts))
    for item in range(0, 60, 7):
        confidence = np.diag(1 + 5 * counts[:, item])
        left = found.users.T @ confidence @ found.users + 0.5 * np.eye(3)
        solved = np.linalg.solve(left, found.users.T @ confidence @ (counts[:, item] > 0))
        assert found.items[item] == pytest.approx(solved)


@pytest.mark.parametrize("rating", ["stars", None])
def test_hidden_tastes_are_found_and_told_in_the_report(rating: str | None) -> None:
    ratings = tastes()
    table = rows_of(ratings if rating else np.where(ratings > 3.6, 1.0, 0))
    given = {"rating": rating, "n_factors": 3, "alpha": 10, "seed": 4, "top_n": 5}
    found = computed("matrix_factorization", table, **given)
    metrics, baseline = found.report["metrics"], found.report["baseline"]
    if rating:
        assert metrics["rmse"] < 0.6 * baseline["rmse"]
        assert metrics["mae"] < 0.6 * baseline["mae"]
    else:
        assert metrics["recall"] > 1.5 * baseline["recall"]
    assert found.report["rows"] == pytest.approx(0.1 * len(table), rel=0.3)
    again = computed("matrix_factorization", table, **given)
    assert found.tables["table"].equals(again.tables["table"])
    assert found.report == again.report
    assert (
        not computed("matrix_factorization", table, **{**given, "seed": 5})
        .tables["table"]
        .equals(found.tables["table"])
    )


def test_nothing_that_was_seen_is_recommended_unless_it_is_asked_for() -> None:
    table = rows_of(tastes())
    seen = set(zip(table["who"].to_pylist(), table["what"].to_pylist(), strict=True))
    for key in ("item_neighbours", "matrix_factorization"):
        new, all_ = (
            set(cells(computed(key, table, rating="stars", exclude_seen=excluded, holdout=0).tables["table"]))
            for excluded in (True, False)
        )
        assert not new & seen
        assert all_ & seen


@pytest.mark.parametrize("key", ["item_neighbours", "matrix_factorization"])
def test_of_several_ratings_of_one_pair_the_mean_counts(key: str) -> None:
    table = rows_of(RATED)
    lower, higher = (table.set_column(2, "stars", pa.compute.add(table["stars"], change)) for change in (-0.5, 0.5))
    once, twice = (
        cells(computed(key, given, rating="stars", n_factors=2).tables["table"])
        if key == "matrix_factorization"
        else cells(computed(key, given, rating="stars").tables["table"])
        for given in (table, pa.concat_tables([higher, lower]))
    )
    assert once == pytest.approx(twice)


@pytest.mark.parametrize("key", ["item_neighbours", "matrix_factorization"])
@pytest.mark.parametrize("rows", [1, 2])
def test_a_single_user_or_item_breaks_nothing(key: str, rows: int) -> None:
    table = pa.table({"who": ["a"] * rows, "what": ["x", "y"][:rows], "stars": [0.0, 3.0][:rows]})
    assert computed(key, table, rating="stars").tables["table"].num_rows == 0


@pytest.mark.parametrize(
    ("key", "params", "message"),
    [
        ("item_neighbours", {"item": "who"}, "cannot be the item, because it is the user"),
        ("item_neighbours", {"rating": "score"}, "Column 'score' is text"),
        ("item_neighbours", {"user": "score"}, "two columns named 'score'"),
        ("item_neighbours", {"similarity": "adjusted_cosine"}, "needs ratings"),
        ("matrix_factorization", {"user": "nobody"}, "no column 'nobody'"),
    ],
)
def test_columns_that_do_not_fit_are_refused_before_a_run(key: str, params: dict[str, Any], message: str) -> None:
    table = pa.table({"who": ["a"], "what": ["b"], "score": ["c"]})
    with pytest.raises(ComponentError, match=message):
        made(key, table, {"user": "who", "item": "what", **params})


@pytest.mark.parametrize(
    ("table", "params", "message"),
    [
        ({"who": ["a", None], "what": ["x", "y"]}, {}, "1 row has no value in column 'who'"),
        ({"who": ["a", "b"], "what": ["x", "y"], "stars": [1.0, None]}, {"rating": "stars"}, "in column 'stars'"),
        ({"who": ["a"], "what": ["x"], "stars": [float("inf")]}, {"rating": "stars"}, "infinite"),
        ({"who": ["a"], "what": ["x"], "stars": [-1.0]}, {"rating": "stars", "feedback": "implicit"}, "below 0"),
        ({"who": pa.array([], pa.string()), "what": pa.array([], pa.string())}, {}, "no rows to learn from"),
    ],
)
def test_rows_that_cannot_be_learned_from_are_refused(table: Any, params: dict[str, Any], message: str) -> None:
    with pytest.raises(UnfitData, match=message) as caught:
        computed("matrix_factorization", pa.table(table), **params)
    assert caught.value.hint


# Keywords


TEXTS = [
    "The battery lasts long, the battery is great",
    "Screen too dark and the screen broke",
    None,
    "Great screen, great battery!",
    "!!",
    "Été à la plage, été au soleil",
]


@pytest.mark.parametrize("more", [{}, {"ngrams": 2}, {"stop_words": "english"}, {"min_rows": 2, "max_share": 0.5}])
def test_keywords_are_the_best_terms_of_scikit_learn(more: dict[str, Any]) -> None:
    table = pa.table({"n": range(6), "text": TEXTS})
    found = made("keywords", table, {"column": "text", "top": 2, **more}).compute(table).tables
    vectorizer = TfidfVectorizer(
        ngram_range=(1, more.get("ngrams", 1)),
        stop_words=more.get("stop_words"),
        min_df=more.get("min_rows", 1),
        max_df=more.get("max_share", 1.0),
    )
    weights = vectorizer.fit_transform([text or "" for text in TEXTS]).toarray()
    terms = vectorizer.get_feature_names_out()
    expected = []
    for row in weights:
        ranked = sorted(((-weight, term) for weight, term in zip(row, terms, strict=True) if weight > 0))
        expected.append(", ".join(term for _, term in ranked[:2]) or None)
    assert found["table"].to_pydict() == {"n": list(range(6)), "text": TEXTS, "keywords": expected}
    told = {row["term"]: row for row in found["terms"].to_pylist()}
    assert set(told) == {term for words in expected if words for term in words.split(", ")}
    for place, term in enumerate(terms):
        if term in told:
            assert told[term]["idf"] == pytest.approx(vectorizer.idf_[place])
            assert told[term]["rows"] == (weights[:, place] > 0).sum()
            assert told[term]["weight"] == pytest.approx(weights[:, place].mean())


@pytest.mark.parametrize("texts", [[], [None, None], ["", "!"]])
def test_where_there_is_no_word_there_are_no_keywords(texts: list[str | None]) -> None:
    table = pa.table({"text": pa.array(texts, pa.string())})
    found = made("keywords", table, {"column": "text"}).compute(table).tables
    assert found["table"]["keywords"].to_pylist() == [None] * len(texts)
    assert found["terms"].num_rows == 0


def test_limits_that_no_word_meets_and_a_name_that_is_taken_are_refused() -> None:
    table = pa.table({"text": ["red", "blue"], "Keywords": [1, 2]})
    with pytest.raises(ComponentError, match="differ only in case"):
        made("keywords", table, {"column": "text"})
    with pytest.raises(UnfitData, match="No word in column 'text' is found in at least 2 texts"):
        made("keywords", table, {"column": "text", "name": "words", "min_rows": 2}).compute(table)
