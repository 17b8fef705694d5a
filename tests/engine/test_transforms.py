"""What every scikit-learn transformer promises, and that an endpoint makes the columns that the run made."""

import itertools
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn import decomposition, discriminant_analysis, impute, preprocessing
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  makes the next import work
from sklearn.feature_extraction import text
from sklearn.impute import IterativeImputer

from components.base import MatrixTransform
from components.catalog import catalog, component
from components.errors import ComponentError
from components.ports import ROLE, ROW, visible
from components.sources.customers import customers
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import CanvasbackError, LimitReached
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer, respond
from engine.train.room import Room
from engine.train.transforms import Fitted, learn, train_rows, write_made
from tests.components import tables
from tests.engine.running import Bench, Ran, draw

FAMILY = sorted(key for key, kind in catalog().items() if issubclass(kind, MatrixTransform))
TEXTS = [key for key in FAMILY if component(key).takes == "texts"]  # type: ignore[attr-defined]
NUMBERS = [key for key in FAMILY if key not in TEXTS]
ROOM = Room(1_000)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBBackend]:
    place = tmp_path_factory.mktemp("transforms")
    made = DuckDBBackend(Limits(500, 2), [], place)
    yield made
    made.close()


def whole(key: str, rows: int = tables.ROWS, *, roles: bool = True) -> pa.Table:
    """The example table, without gaps for those that take none."""
    table = tables.example(rows)
    if not component(key).takes_missing:  # type: ignore[attr-defined]
        for name in ("number", "other"):
            place = table.column_names.index(name)
            table = table.set_column(place, name, table.column(name).fill_null(3))
    kinds = itertools.cycle(["train", "train", "test"])
    return table.append_column(ROLE, pa.array(list(itertools.islice(kinds, rows)), pa.string())) if roles else table


def bound(key: str, table: pa.Table, **params: Any) -> Any:
    kind = component(key)
    schema = ibis.Schema.from_pyarrow(table.schema)
    given = {**kind.spec.example, **params}
    return kind(kind.params_type().model_validate(given).bind({"table": schema}))


def fitted(backend: DuckDBBackend, key: str, table: pa.Table, **params: Any) -> Fitted:
    return learn(bound(key, table, **params), backend.register(table), backend, ROOM)


@cache
def usual(backend: DuckDBBackend, key: str) -> Fitted:
    """A transformer that has learned from the train rows of the example table."""
    return fitted(backend, key, whole(key))


def columns(made: Fitted, table: pa.Table) -> dict[str, list[Any]]:
    return {name: values.to_pylist() for name, values in made.made(table).items()}


def matrix(table: pa.Table, *names: str) -> Any:
    return np.column_stack([np.array(table.column(name).to_pylist(), dtype=float) for name in names])


def found(made: Fitted, table: pa.Table) -> Any:
    return matrix(pa.table(made.made(table)), *made.sources)


# Every transformer


@pytest.mark.parametrize("key", FAMILY)
def test_columns_are_known_without_running(backend: DuckDBBackend, key: str, tmp_path: Path) -> None:
    table, made = whole(key), usual(backend, key)
    path = tmp_path / "table.parquet"
    assert write_made(made, backend.register(table), backend, path) == tables.ROWS
    written = pq.read_table(path)
    told = made.component.outline(ibis.Schema.from_pyarrow(table.schema))["table"].schema
    assert [*ibis.Schema.from_pyarrow(written.schema).items()] == [*told.items()]
    assert {ROW, ROLE} <= set(written.column_names)
    assert written.column(ROW).to_pylist() == table.column(ROW).to_pylist()
    for name in set(told) - set(made.sources):
        assert written.column(name).to_pylist() == table.column(name).to_pylist()
    assert {name: written.column(name).to_pylist() for name in made.sources} == columns(made, table)


@pytest.mark.parametrize("key", FAMILY)
def test_rows_other_than_train_rows_teach_it_nothing(backend: DuckDBBackend, key: str) -> None:
    table = whole(key)
    planted = table
    is_train = np.array(table.column(ROLE).to_pylist()) == "train"
    for name, leak in (("number", 1e6), ("other", 77_777), ("text", "leak"), ("target_class", "maybe")):
        place = table.column_names.index(name)
        values = [v if train else leak for v, train in zip(table.column(name).to_pylist(), is_train, strict=True)]
        planted = planted.set_column(place, name, pa.array(values, table.schema.field(name).type))
    asked = table.filter(pa.array(is_train))
    assert columns(fitted(backend, key, planted), asked) == columns(usual(backend, key), asked)
    everything = fitted(backend, key, planted.drop_columns([ROLE]))
    if key != "lda_projection":  # the classes of the train rows are still there
        assert columns(everything, asked) != columns(usual(backend, key), asked)


@pytest.mark.parametrize("key", FAMILY)
def test_what_was_saved_makes_the_same_and_holds_no_types_beyond_its_list(
    backend: DuckDBBackend, key: str, tmp_path: Path
) -> None:
    import skops.io

    made = usual(backend, key)
    path = tmp_path / "transformer.skops"
    made.component.save(made.transformer, path)
    again = Fitted(made.component, type(made.component).load(path), type(made.spec).model_validate(made.spec))
    assert columns(again, whole(key)) == columns(made, whole(key))
    assert set(skops.io.get_untrusted_types(file=path)) <= set(made.component.trusted_types)


@pytest.mark.parametrize("key", FAMILY)
def test_a_row_alone_gives_what_it_gave_among_others_to_the_last_bit(backend: DuckDBBackend, key: str) -> None:
    table, made = whole(key), usual(backend, key)
    tolerance = 1e-15 if key == "impute_iterative" else 0.0  # its sums run over the rows that have gaps
    among, shuffled = found(made, table), np.random.default_rng(0).permutation(tables.ROWS)
    alone = np.concatenate([found(made, table.slice(place, 1)) for place in range(tables.ROWS)])
    many = found(made, pa.concat_tables([table.take(pa.array(shuffled))] * 20))[: tables.ROWS]
    assert np.allclose(alone, among, rtol=0, atol=tolerance, equal_nan=True)
    assert np.allclose(many, among[shuffled], rtol=0, atol=tolerance, equal_nan=True)
    assert found(made, table.slice(0, 0)).shape == (0, len(made.sources))


@pytest.mark.parametrize("key", FAMILY)
def test_the_order_of_columns_in_the_table_is_no_matter(backend: DuckDBBackend, key: str) -> None:
    table = whole(key)
    turned = table.select(table.column_names[::-1])
    assert columns(fitted(backend, key, turned), turned) == columns(usual(backend, key), table)


@pytest.mark.parametrize("key", FAMILY)
def test_hostile_names_change_nothing_but_names(backend: DuckDBBackend, key: str) -> None:
    table = whole(key)
    attacked = tables.hostile(table)
    plain = usual(backend, key)
    renamed = fitted(backend, key, attacked, **tables.rekeyed(dict(component(key).spec.example)))
    assert [*columns(renamed, attacked).values()] == [*columns(plain, table).values()]


HARD = {
    "one row": lambda table: table.slice(0, 1),
    "constant": lambda table: pa.concat_tables([table.slice(0, 1)] * 9),
    "all missing": lambda table: tables.all_missing(table, "number", "text"),
    "all else": lambda table: tables.all_missing(table, "other", "text", "flag"),
}


def refusal(work: Callable[[], Any]) -> CanvasbackError | ComponentError | None:
    """Why something is refused; None where it is done."""
    try:
        work()
    except (CanvasbackError, ComponentError) as refused:
        return refused
    return None


@pytest.mark.parametrize("how", HARD)
@pytest.mark.parametrize("key", FAMILY)
def test_hard_tables_work_or_are_refused_in_plain_words(backend: DuckDBBackend, key: str, how: str) -> None:
    table = HARD[how](whole(key, roles=False))
    refused = refusal(lambda: fitted(backend, key, table))
    if refused is not None:
        assert refused.hint
        assert not {"array", "nan", "ndarray"} & set(refused.message.lower().split())
        return
    made = fitted(backend, key, table)
    assert {len(values) for values in columns(made, table).values()} == {table.num_rows}
    assert json.dumps(made.report(), allow_nan=False)


@pytest.mark.parametrize("key", FAMILY)
def test_no_rows_are_refused(backend: DuckDBBackend, key: str) -> None:
    with pytest.raises(CanvasbackError, match="no train rows"):
        fitted(backend, key, whole(key, 0))


TAKES_NONE = [key for key in NUMBERS if not component(key).takes_missing]  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", TAKES_NONE)
def test_a_missing_value_is_refused_naming_column_and_remedy(backend: DuckDBBackend, key: str) -> None:
    with pytest.raises(CanvasbackError, match=r"missing values; there are some in 'other' \(5\)") as refused:
        fitted(backend, key, tables.example(), columns=["other", "target_number"])
    assert "Impute" in refused.value.hint


@pytest.mark.parametrize("key", NUMBERS)
def test_an_infinite_value_is_refused_naming_the_column(backend: DuckDBBackend, key: str) -> None:
    table = whole(key)
    table = table.set_column(0, "number", pa.array([float("inf"), *table.column("number").to_pylist()[1:]]))
    with pytest.raises(CanvasbackError, match="'number' has 1 infinite"):
        fitted(backend, key, table, columns=["number", "target_number"])


@pytest.mark.parametrize("key", FAMILY)
def test_a_target_further_down_is_left_alone_by_selectors(key: str) -> None:
    kind = component(key)
    if "columns" not in kind.params_type().model_fields:
        pytest.skip("takes one column by name")
    schema = ibis.Schema.from_pyarrow(whole(key).schema)
    given = {**kind.spec.example, "columns": "all"}
    params: Any = kind.params_type().model_validate(given).bind({"table": schema}, frozenset({"target_number"}))
    assert {"number", "other"} <= set(params.columns)
    assert not {"target_number", "target_class", ROW} & set(params.columns)


# Each by itself


RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(400, 6)) @ RANDOM.normal(size=(6, 6)) + 3
GAPS = np.where(RANDOM.random(X.shape) < 0.2, np.nan, X)
LABELS = (X[:, 0] > 3).astype(int) + (X[:, 1] > 4)
WORDS = np.array(["red", "green", "blue", "not good", "very good", "café", "Red"])
DOCUMENTS = [" ".join(WORDS[RANDOM.integers(0, len(WORDS), 4)]) for _ in range(400)]
DOCUMENTS[7] = ""
CLASSES = np.array(["a", "b", "c"])[LABELS].tolist()

Case = tuple[str, dict[str, Any], Any, Any]
CASES: list[Case] = [
    ("pca", {"n_components": 3, "whiten": True}, decomposition.PCA(3, whiten=True), X),
    ("pca", {"n_components": 0.9}, decomposition.PCA(0.9), X),
    (
        "pca",
        {"svd_solver": "randomized", "n_components": 2},
        decomposition.PCA(2, svd_solver="randomized", random_state=0),
        X,
    ),
    ("truncated_svd", {"n_components": 3}, decomposition.TruncatedSVD(3, random_state=0), X),
    ("truncated_svd", {"algorithm": "arpack"}, decomposition.TruncatedSVD(2, algorithm="arpack", random_state=0), X),
    (
        "factor_analysis",
        {"n_components": 2, "rotation": "varimax"},
        decomposition.FactorAnalysis(2, rotation="varimax"),
        X,
    ),
    ("ica", {"n_components": 4, "fun": "exp"}, decomposition.FastICA(4, fun="exp", random_state=0), X),
    ("nmf", {"n_components": 2, "alpha_W": 0.01}, decomposition.NMF(2, alpha_W=0.01, random_state=0), abs(X)),
    ("lda_projection", {"target": "class"}, discriminant_analysis.LinearDiscriminantAnalysis(n_components=2), X),
    (
        "lda_projection",
        {"target": "class", "solver": "eigen", "shrinkage": 0.3, "n_components": 1},
        discriminant_analysis.LinearDiscriminantAnalysis(n_components=1, solver="eigen", shrinkage=0.3),
        X,
    ),
    ("power_transform", {}, preprocessing.PowerTransformer(), GAPS),
    (
        "power_transform",
        {"method": "box-cox", "standardize": False},
        preprocessing.PowerTransformer(method="box-cox", standardize=False),
        abs(GAPS) + 0.1,
    ),
    (
        "quantile_transform",
        {"n_quantiles": 50},
        preprocessing.QuantileTransformer(n_quantiles=50, random_state=0),
        GAPS,
    ),
    (
        "quantile_transform",
        {"output": "normal", "subsample": 200},
        preprocessing.QuantileTransformer(n_quantiles=200, output_distribution="normal", subsample=200, random_state=0),
        GAPS,
    ),
    ("impute_knn", {"weights": "distance"}, impute.KNNImputer(weights="distance"), GAPS),
    ("impute_iterative", {}, IterativeImputer(random_state=0), GAPS),
    (
        "impute_iterative",
        {"max_iter": 3, "min_value": 0, "n_nearest_features": 2, "initial_strategy": "median"},
        IterativeImputer(max_iter=3, min_value=0, n_nearest_features=2, initial_strategy="median", random_state=0),
        GAPS,
    ),
    ("spline", {}, preprocessing.SplineTransformer(), X),
    (
        "spline",
        {"knots": 4, "degree": 2, "spacing": "quantile", "extrapolation": "linear", "include_bias": False},
        preprocessing.SplineTransformer(4, degree=2, knots="quantile", extrapolation="linear", include_bias=False),
        X,
    ),
    ("spline", {"extrapolation": "periodic"}, preprocessing.SplineTransformer(extrapolation="periodic"), X),
    ("tfidf", {"column": "words", "max_features": 6}, text.TfidfVectorizer(max_features=6), DOCUMENTS),
    (
        "tfidf",
        {"column": "words", "ngrams": 2, "min_df": 0.1, "sublinear_tf": True, "lowercase": False, "max_features": 9},
        text.TfidfVectorizer(ngram_range=(1, 2), min_df=0.1, sublinear_tf=True, lowercase=False, max_features=9),
        DOCUMENTS,
    ),
    (
        "bag_of_words",
        {"column": "words", "stop_words": "english", "strip_accents": "unicode"},
        text.CountVectorizer(stop_words="english", strip_accents="unicode"),
        DOCUMENTS,
    ),
]


def numbers_of(table: pa.Table, key: str, **params: Any) -> Any:
    """A component over all six columns of numbers, or over the texts."""
    chosen = {} if key in TEXTS else {"columns": [f"x{place}" for place in range(6)]}
    kind = component(key)
    schema = ibis.Schema.from_pyarrow(table.schema)
    return kind(kind.params_type().model_validate({**chosen, **params}).bind({"table": schema}))


def numbered(values: Any) -> pa.Table:
    names = [f"x{place}" for place in range(6)]
    given = values if len(values) != len(DOCUMENTS) or not isinstance(values, list) else X
    table = pa.table(
        {n: pa.array(column, from_pandas=True) for n, column in zip(names, np.array(given).T, strict=True)}
    )
    texts = [each or None for each in DOCUMENTS]  # a missing text is an empty one
    return (
        table.append_column("words", pa.array(texts))
        .append_column("class", pa.array(CLASSES))
        .append_column(ROW, pa.array(range(400)))
    )


@pytest.mark.parametrize(("key", "params", "theirs", "values"), CASES)
def test_it_is_what_scikit_learn_makes(
    backend: DuckDBBackend, key: str, params: dict[str, Any], theirs: Any, values: Any
) -> None:
    table = numbered(values)
    learned = learn(numbers_of(table, key, **params), backend.register(table), backend, ROOM)
    theirs = theirs.fit(values, LABELS) if key == "lda_projection" else theirs.fit(values)
    theirs = theirs.set_params(tol=0.0) if key == "nmf" else theirs
    wanted = theirs.transform(values)
    wanted = wanted.toarray() if hasattr(wanted, "toarray") else wanted
    ours = found(learned, table)
    assert np.allclose(ours[:, : wanted.shape[1]], wanted, rtol=1e-9, atol=1e-9, equal_nan=True)
    assert not ours[:, wanted.shape[1] :].any()
    report = learned.report()["columns"]
    assert all(row["column"] in learned.sources for row in report)


def test_what_is_kept_and_what_is_dropped(backend: DuckDBBackend) -> None:
    schema = ibis.Schema.from_pyarrow(numbered(X).schema)
    for key, params, gone in (
        ("pca", {"columns": ["x0", "x1"]}, {"x0", "x1"}),
        ("pca", {"columns": ["x0", "x1"], "keep": True}, set()),
        ("spline", {"columns": ["x2"]}, {"x2"}),
        ("tfidf", {"column": "words", "max_features": 2}, {"words"}),
        ("power_transform", {"columns": ["x0"]}, set()),
    ):
        kind: Any = component(key)
        made = kind(kind.params_type().model_validate(params).bind({"table": schema}))
        told = made.outline(schema)["table"]
        assert set(schema) - set(told.schema) == gone
        assert set(told.schema) - set(schema) == set(made.sources()) - set(schema)


def test_a_component_of_a_one_hot_column_weighs_its_categories(backend: DuckDBBackend) -> None:
    packed = pa.array([{"one_hot": label} for label in CLASSES])
    table = numbered(X).append_column("packed", packed)
    kind: Any = component("truncated_svd")
    schema = ibis.Schema.from_pyarrow(table.schema)
    given = {"columns": ["packed", "x0"], "n_components": 2}
    made = kind(kind.params_type().model_validate(given).bind({"table": schema}))
    learned = learn(made, backend.register(table), backend, ROOM, {"packed": ("a", "b", "c", "d")})
    expanded = np.column_stack([*((np.array(CLASSES) == one).astype(float) for one in "abcd"), X[:, 0]])
    wanted = decomposition.TruncatedSVD(2, random_state=0).fit(expanded).transform(expanded)
    assert np.allclose(found(learned, table), wanted, atol=1e-9)
    assert "packed=a" in learned.report()["columns"][0]["weights"]
    letters = {"packed": tuple("abcdefghijklmnopqrstuvwxyz")}
    sparse = learn(made, backend.register(table), backend, ROOM, letters)
    assert sparse.spec.is_sparse
    assert np.allclose(abs(found(sparse, table)), abs(wanted), atol=1e-9)
    with pytest.raises(ComponentError, match="one-hot"):
        component("pca").params_type().model_validate({"columns": ["packed", "x0"]}).bind({"table": schema})


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("pca", {"columns": ["x0"], "n_components": 2}, "cannot be made from 1"),
    ("pca", {"columns": []}, "no column here"),
    ("tfidf", {"column": "x0"}, "is a number"),
    ("lda_projection", {"columns": ["x0"], "target": "x0", "n_components": 1}, "also one of the columns"),
]


@pytest.mark.parametrize(("key", "params", "said"), REFUSED)
def test_wrong_params_are_refused_when_the_pipeline_is_checked(key: str, params: dict[str, Any], said: str) -> None:
    with pytest.raises(ComponentError, match=said) as refused:
        component(key).params_type().model_validate(params).bind(
            {"table": ibis.Schema.from_pyarrow(numbered(X).schema)}
        )
    assert refused.value.hint
    assert refused.value.field


def test_names_that_are_taken_are_refused() -> None:
    schema = ibis.Schema.from_pyarrow(numbered(X).append_column("PCA_1", pa.array(X[:, 0])).schema)
    with pytest.raises(ComponentError, match="differ only in case") as refused:
        component("pca").params_type().model_validate({"columns": ["x0", "x1"]}).bind({"table": schema})
    assert refused.value.field == "prefix"


def test_numbers_that_it_cannot_take_are_refused_by_column(backend: DuckDBBackend) -> None:
    table = numbered(X)
    for key, params, said in (
        ("nmf", {}, "cannot take negative values; there are some in 'x"),
        ("power_transform", {"method": "box-cox"}, "cannot take zero or negative values; there are some in 'x"),
        ("tfidf", {"column": "words", "min_df": 400}, "have no terms"),
    ):
        made = numbers_of(table, key, **params)
        with pytest.raises((CanvasbackError, ComponentError), match=said) as refused:
            learn(made, backend.register(table), backend, ROOM)
        assert refused.value.hint


def test_too_many_rows_and_too_little_room_are_refused_before_anything_is_read(
    backend: DuckDBBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind: Any = component("impute_knn")
    table = numbered(GAPS)
    made = kind(kind.params_type().model_validate({"columns": ["x0", "x1"]}))
    with pytest.raises(LimitReached, match="MB") as small:
        learn(made, backend.register(table), backend, Room(0.001))
    assert "Sample rows" in small.value.hint
    monkeypatch.setattr(kind, "most_rows", 399)
    with pytest.raises(CanvasbackError, match="at most 399 rows, but there are 400") as many:
        learn(made, backend.register(table), backend, ROOM)
    assert "sample rows" in many.value.hint


def test_train_rows_are_all_rows_where_there_are_no_roles(backend: DuckDBBackend) -> None:
    assert backend.rows(train_rows(backend.register(whole("pca")))) == tables.ROWS * 2 // 3
    assert backend.rows(train_rows(backend.register(whole("pca", roles=False)))) == tables.ROWS


# In a pipeline, and behind an endpoint


REGIONS = {"region": ["north", "south", "east"], "wealth": [3.0, 1.5, 2.5], "note": ["cold sea", "warm", "warm sea"]}
CLASSIFIER = ("hist_gradient_boosting_classifier", {"target": "churn", "max_iter": 3, "max_leaf_nodes": 4})
LOGISTIC = ("logistic_regression", {"target": "churn"})
CHARGES = ["monthly_charges", "total_charges", "tenure_months"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench(tmp_path_factory.mktemp("pipelines"))
    made.store("d", customers().slice(0, 500))
    made.store("regions", REGIONS)
    return made


def long_line(**other: Any) -> Any:
    """Two and more transformers, with queries before, between and after them, and a join."""
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "regions": ("dataset", {"dataset": "regions"}),
        "join": ("join", {"on": ["region"], "how": "left"}),
        "ratio": ("formula", {"name": "per_month", "expression": "total_charges / nullif(tenure_months, 0)"}),
        "fill": ("impute_knn", {"columns": [*CHARGES, "data_gb", "satisfaction", "wealth", "per_month"]}),
        "some": ("filter_rows", {"condition": "age > 20"}),
        "twice": ("formula", {"name": "twice", "expression": "monthly_charges * 2 + wealth"}),
        "words": ("tfidf", {"column": "note", "max_features": 4}),
        "scale": ("standardize", {"columns": [*CHARGES, "twice"]}),
        "one_hot": ("encode_one_hot", {"columns": ["contract", "internet"]}),
        "pca": ("pca", {"columns": [*CHARGES, "twice", "contract"], "n_components": 3}),
        "best": ("select_k_best", {"target": "churn", "k": 6}),
        "last": ("quantile_transform", {"columns": ["pca_1", "support_calls"], "n_quantiles": 50}),
        "model": LOGISTIC,
        **other,
    }
    rest = [name for name in nodes if name not in ("s", "regions", "join")]
    return draw(nodes, "s -> join.left", "regions -> join.right", " -> ".join(["join", *rest]))


def scorer_of(ran: Ran) -> Any:
    return load_scorer({name: ran.folder() / name for name in ran.model()["files"]})


def test_an_endpoint_answers_as_the_run_did(bench: Bench) -> None:
    ran = bench.run(long_line())
    scorer = scorer_of(ran)
    parity = check_parity(scorer)
    assert parity.rows > 100
    assert parity.max_difference <= 1e-12
    assert {"transform-fill.skops", "transform-pca.skops", "transform-words.skops"} <= set(ran.model()["files"])
    seen = ran.table("model", "predictions")
    raw = {row[ROW]: row for row in pq.read_table(bench.tables["d"][0]).to_pylist()}
    made = [feature.name for feature in scorer.model.matrix.features]
    for row in seen.slice(0, 10).to_pylist():
        record = {field.name: raw[row[ROW]][field.name] for field in scorer.fields}
        (told,) = respond(scorer, {"records": [record]}, "", 0)["predictions"]
        assert told["prediction"] == row["prediction"]
        features = scorer.features(pa.table({name: [value] for name, value in record.items()}))
        for name in made:
            (value,) = features.column(name).to_pylist()
            assert value == row[name] or abs(value - row[name]) <= 1e-12, name


def test_a_run_tells_what_was_learned_and_what_it_made(bench: Bench) -> None:
    ran = bench.run(long_line())
    assert set(ran.statuses().values()) <= {"done", "cached"}
    report = ran.results["pca"].report
    assert report is not None
    assert [row["column"] for row in report["columns"]] == ["pca_1", "pca_2", "pca_3"]
    assert 0 < report["columns"][0]["explained_variance_ratio"] <= 1
    words = ran.results["words"].report
    assert words is not None
    assert {row["term"] for row in words["columns"]} == {"cold", "sea", "warm"}
    best = ran.results["best"].report
    assert best is not None
    assert sum(len(row.get("categories", [row["kept"]])) if row["kept"] else 0 for row in best["columns"]) == 6
    assert ran.results["pca"].rows_out == ran.results["pca"].rows_in == ran.results["some"].rows_out
    assert ran.table("pca").num_rows == ran.results["pca"].rows_out
    known = ran.plan.by_id["pca"].known.outputs["table"]
    assert list(visible(known)) == list(visible(ibis.Schema.from_pyarrow(ran.table("pca").schema)))


def test_a_result_is_reused_and_a_damaged_one_made_again(bench: Bench) -> None:
    first = bench.run(long_line())
    again = bench.run(long_line())
    assert set(again.statuses().values()) == {"cached"}
    path = first.execution.entry("pca").folder / "transformer.skops"
    path.write_bytes(path.read_bytes() + b" ")
    mended = bench.run(long_line(model=CLASSIFIER))
    assert mended.statuses()["pca"] == "done"
    assert mended.statuses()["words"] == "cached"
    assert check_parity(scorer_of(mended)).max_difference <= 1e-12


def test_an_endpoint_asks_for_what_a_transformer_needs_and_nothing_more(bench: Bench) -> None:
    fill = ("impute_iterative", {"columns": ["satisfaction", "data_gb", "total_charges"]})
    power = ("power_transform", {"columns": ["age", "support_calls"]})
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "power": power,
        "old": ("formula", {"name": "old", "expression": "age > 0.5"}),
        "fill": fill,
        "model": ("hist_gradient_boosting_classifier", {**CLASSIFIER[1], "features": ["old", "tenure_months"]}),
    }
    ran = bench.run(draw(nodes, "s -> power -> old -> fill -> model"))
    assert list(ran.model()["inputs"]) == ["age", "tenure_months"]
    assert check_parity(scorer_of(ran)).max_difference == 0.0
    features = ["old", "data_gb"]
    ran = bench.run(
        draw(
            {**nodes, "model": (CLASSIFIER[0], {**CLASSIFIER[1], "features": features})},
            "s -> power -> old -> fill -> model",
        )
    )
    assert set(ran.model()["inputs"]) == {"age", *fill[1]["columns"]}
    scorer = scorer_of(ran)
    assert check_parity(scorer).max_difference <= 1e-12
    empty = {field.name: None if field.nullable else 40 for field in scorer.fields}
    assert len(respond(scorer, {"records": [empty]}, "", 0)["predictions"]) == 1


def test_what_a_selector_leaves_out_is_not_asked_for(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "fill": ("impute_mean", {}),
        "best": ("select_k_best", {"target": "churn", "k": 2}),
        "model": LOGISTIC,
    }
    ran = bench.run(draw(nodes, "s -> fill -> best -> model"))
    report = ran.results["best"].report
    assert report is not None
    kept = [row["column"] for row in report["columns"] if row["kept"]]
    assert len(kept) == 2
    assert set(ran.model()["inputs"]) == set(kept)
    assert check_parity(scorer_of(ran)).max_difference <= 1e-12


def test_what_a_transformer_cannot_take_names_the_node_the_column_and_the_remedy(bench: Bench) -> None:
    nodes: dict[str, Any] = {"s": ("dataset", {"dataset": "d"}), "pca": "pca", "model": LOGISTIC}
    with pytest.raises(CanvasbackError, match=r"missing values; there are some in 'total_charges'") as refused:
        bench.run(draw(nodes, "s -> pca -> model"))
    assert refused.value.node_id == "pca"
    assert "Impute" in refused.value.hint


def test_an_endpoint_refuses_a_record_that_a_transformer_cannot_take(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "parts": ("nmf", {"columns": ["monthly_charges", "tenure_months"], "n_components": 2}),
        "model": (CLASSIFIER[0], {**CLASSIFIER[1], "features": ["nmf_1", "nmf_2"]}),
    }
    scorer = scorer_of(bench.run(draw(nodes, "s -> parts -> model")))
    assert check_parity(scorer).max_difference <= 1e-12
    good, bad = ({"monthly_charges": charge, "tenure_months": 3} for charge in (20.0, -1.0))
    with pytest.raises(CanvasbackError) as refused:
        respond(scorer, {"records": [good, bad]}, "", 0)
    (mistake,) = refused.value.detail["errors"]
    assert mistake["record"] == 1
    assert mistake["field"] == "monthly_charges"


def test_a_split_is_put_before_what_learns(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "power": "power_transform",
        "split": ("split_random", {"test": 0.4}),
        "model": CLASSIFIER,
    }
    plan = bench.plan(draw(nodes, "s -> power -> split -> model"))
    assert [node.id for node in plan.nodes] == ["s", "split", "power", "model"]


def test_a_model_file_is_kept_from_types_that_its_transformers_do_not_declare(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "curve": ("spline", {"columns": ["age"]}),
        "model": CLASSIFIER,
    }
    ran = bench.run(draw(nodes, "s -> curve -> model"))
    assert check_parity(scorer_of(ran)).max_difference == 0.0
    monkeypatch.setattr(component("spline"), "trusted_types", ())
    with pytest.raises(CanvasbackError, match="'spline' may not"):
        scorer_of(ran)
