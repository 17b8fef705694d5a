"""A model taken to other programs answers there what it answers here, or is not handed out."""

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import skops.io
from sklearn.pipeline import Pipeline as SklearnPipeline

from engine.errors import DataError, ExportRefused
from engine.graph import Pipeline
from engine.serve.exports.bundle import system_libraries
from engine.serve.exports.proof import Answers, prove
from engine.serve.scorer import load_scorer
from engine.service.data import exports
from engine.service.modelling import model_exports
from engine.work.export_model import pack
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace
from tests.homes import Published, do_job, do_run, done, import_table

MIXED = """
format: 1
name: NAME
nodes:
  people: {component: dataset, params: {dataset: people}}
  ratio: {component: formula, params: {name: ratio, expression: "EXPRESSION"}}
  parts: {component: date_parts, params: {columns: [since], parts: [year, month, dayofweek]}}
  fill: {component: impute_median, params: {columns: numeric}}
  scale: {component: standardize, params: {columns: numeric}}
  flags: {component: impute_mode, params: {columns: [member]}}
  encode: {component: encode_one_hot, params: {columns: {select: text, except: [target]}, unknown: UNKNOWN}}
  split: {component: split_random, params: {test: 0.3, seed: 3}}
  model: {component: MODEL, params: {PARAMS features: {select: all, except: [since]}}}
edges: [people -> ratio, ratio -> parts, parts -> fill, fill -> scale, scale -> flags, flags -> encode,
        encode -> split, split -> model]
"""
RATIO = "CASE WHEN age > 50 OR city = 'rome' THEN spent / (age + 1) ELSE round(spent, 1) END"


def people(rows: int = 240) -> pa.Table:
    """Mixed columns with gaps everywhere, and a target of three classes."""
    rng = np.random.default_rng(5)
    age, spent = rng.integers(18, 90, rows).astype(object), rng.gamma(2.0, 40.0, rows)
    city = rng.choice(["rome", "oslo", "lima"], rows).astype(object)
    member = rng.choice([True, False], rows).astype(object)
    kind = np.where(spent > 100, "high", np.where(age.astype(float) > 55, "old", "plain"))
    since = pd.Timestamp("2015-01-31") + pd.to_timedelta(rng.integers(0, 3000, rows), "D")
    for column, share in ((age, 0.1), (city, 0.1), (member, 0.05)):
        column[rng.random(rows) < share] = None
    return pa.table(
        {
            "age": pa.array(age, pa.int64()),
            "spent": pa.array(spent, mask=rng.random(rows) < 0.1),
            "city": pa.array(city, pa.string()),
            "member": pa.array(member, pa.bool_()),
            "since": pa.array(since.date, pa.date32()),
            "target": pa.array(kind),
        }
    )


def drawn(
    name: str, model: str, *, unknown: str = "ignore", target: str = "target", expression: str = RATIO
) -> Pipeline:
    """A pipeline with a formula, dates, imputing, scaling and one-hot columns."""
    words = {"NAME": name, "EXPRESSION": expression, "UNKNOWN": unknown, "MODEL": model}
    text = MIXED.replace("PARAMS", f"target: {target}," if target else "")
    for word, value in words.items():
        text = text.replace(word, value)
    return Pipeline.from_yaml(text)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from engine.settings import Settings
    from engine.workspace import open_workspace

    folder = tmp_path_factory.mktemp("exports")
    workspace = open_workspace(Settings(home=folder / "home"))
    import_table(workspace, "people", people(), folder)
    yield workspace
    workspace.database.close()


def trained(workspace: Workspace, model: str, **how: Any) -> str:
    name = f"{model}_{how.get('unknown', '')}"
    run = do_run(workspace, drawn(name, model, **how))
    assert run.status == "succeeded", run.error
    return name


def exported(workspace: Workspace, name: str, format: str) -> dict[str, Any]:
    return done(workspace, model_exports.start_model_export(workspace, name, None, format))


def loaded(workspace: Workspace, result: dict[str, Any], folder: Path) -> Any:
    """The exported pipeline, by the line of Python that the export tells."""
    path = model_exports.keep_model_export(workspace, result, folder)
    line = next(line for line in result["use"].splitlines() if "skops.io.load" in line)
    trusted = json.loads(line.partition("trusted=")[2].removesuffix(")"))
    return skops.io.load(path, trusted=trusted)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["logistic_regression", "random_forest_classifier"])
def test_plain_scikit_learn_answers_as_the_model(shelf: Workspace, tmp_path: Path, model: str) -> None:
    name = trained(shelf, model, unknown="other")
    result = exported(shelf, name, "skops")
    assert result["proof"]["rows"] > 240
    assert result["proof"]["max_difference"] < 1e-9
    pipeline = loaded(shelf, result, tmp_path)
    assert isinstance(pipeline, SklearnPipeline)
    with shelf.database.read() as uow:
        scorer = load_scorer(verified_files(shelf, uow.models.version(uow.models.by_name(name).id)))
    strange = pa.table(
        {
            "age": pa.array([None, 70, 20], pa.int64()),
            "spent": [10.0, None, 300.0],
            "city": ["atlantis", None, "rome"],
            "member": [None, True, False],
            "since": pa.array(
                [None, pd.Timestamp("1969-12-31").date(), pd.Timestamp("2024-02-29").date()], pa.date32()
            ),
        }
    ).select([field.name for field in scorer.fields])
    wanted = scorer.score(strange)
    assert pipeline.predict(strange.to_pandas()).tolist() == wanted.labels
    assert pipeline.predict_proba(strange.to_pandas()) == pytest.approx(wanted.probabilities)
    from_csv = strange.to_pandas().astype({"since": "string"}).astype(object)  # as pandas reads a CSV file
    assert pipeline.predict(from_csv.where(from_csv.notna(), np.nan)).tolist() == wanted.labels


@pytest.mark.slow
@pytest.mark.parametrize("inner", ["logistic_regression", "gradient_boosting_classifier"])
def test_a_model_that_decides_by_cost_decides_the_same_elsewhere(shelf: Workspace, tmp_path: Path, inner: str) -> None:
    document = drawn(f"costs_{inner}", inner).as_document()
    nodes = document["nodes"]
    nodes["yes"] = {"component": "formula", "params": {"name": "spends", "expression": "target = 'high'"}}
    nodes["target"] = {"component": "cast", "params": {"columns": ["spends"], "to": "string"}}
    nodes["encode"]["params"]["columns"]["except"] = ["target", "spends"]
    del nodes["flags"], nodes["parts"]
    chosen = {
        "target": "spends",
        "features": {"select": "all", "except": ["since", "member", "target", "spent", "ratio"]},
    }
    nodes["model"]["params"] = chosen
    nodes["cost"] = {"component": "choose_threshold", "params": {**chosen, "miss_cost": 6, "folds": 3}}
    document["edges"] = [edge for edge in document["edges"] if not re.search("flags|parts|people", edge)]
    document["edges"] += ["people -> yes", "yes -> target", "target -> ratio", "ratio -> fill", "scale -> encode"]
    document["edges"] += ["split -> cost.table", "model -> cost.model"]
    run = do_run(shelf, Pipeline.from_document({**document, "name": f"costs_{inner}"}))
    assert run.status == "succeeded", run.error
    (name,) = [it["model"] for it in run.models if it["node"] == "cost"]
    for format in ("skops", "onnx"):
        result = exported(shelf, name, format)
        assert result["proof"]["rows"] > 100
    pipeline = loaded(shelf, exported(shelf, name, "skops"), tmp_path)
    rows = people().drop_columns(["target"]).to_pandas()
    said, chances = pipeline.predict(rows), pipeline.predict_proba(rows)[:, 1]
    assert min(chances[said == "true"]) < 0.5


@pytest.mark.slow
def test_the_preparation_is_made_of_scikit_learn_s_own_transformers(shelf: Workspace, tmp_path: Path) -> None:
    pipeline = loaded(shelf, exported(shelf, trained(shelf, "logistic_regression"), "skops"), tmp_path)
    text = json.dumps(_names(pipeline))
    assert all(type(part).__module__.startswith("sklearn.") for part in _parts(pipeline) if not isinstance(part, str))
    for transformer in ("SimpleImputer", "StandardScaler", "OneHotEncoder", "ColumnTransformer", "LogisticRegression"):
        assert transformer in text
    assert {"fill", "scale", "encode"} <= set(_steps(pipeline))  # the nodes' names


def _parts(part: Any) -> Any:
    yield part
    inner = [step for _, step in getattr(part, "steps", [])]
    inner += [step for _, step, _ in getattr(part, "transformers_", [])]
    for each in inner:
        yield from _parts(each)


def _names(pipeline: Any) -> list[str]:
    return sorted({type(part).__name__ for part in _parts(pipeline)})


def _steps(pipeline: Any) -> list[str]:
    return [name for part in _parts(pipeline) for name, _ in getattr(part, "steps", [])]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["ridge", "hist_gradient_boosting_regressor"])
def test_a_regression_leaves_as_scikit_learn_and_as_onnx(shelf: Workspace, model: str) -> None:
    name = f"spending_{model}"
    edges = "edges: [people -> fill, fill -> encode, encode -> model]"
    text = f"""
format: 1
name: {name}
nodes:
  people: {{component: dataset, params: {{dataset: people}}}}
  fill: {{component: impute_mean, params: {{columns: [age]}}}}
  encode: {{component: encode_one_hot, params: {{columns: [city, target]}}}}
  model: {{component: {model}, params: {{target: spent, features: [age, city, target]}}}}
{edges}
"""
    assert do_run(shelf, Pipeline.from_yaml(text)).status == "succeeded"
    assert exported(shelf, name, "skops")["proof"]["max_difference"] < 1e-9
    pytest.importorskip("skl2onnx", reason="the extra 'onnx' is not installed")
    result = exported(shelf, name, "onnx")
    assert result["filename"] == f"{name}_v1.onnx"
    assert result["proof"]["max_difference"] < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize(
    "model", ["lightgbm_classifier", "xgboost_classifier", "svc", "lightgbm_regressor", "xgboost_regressor", "svr"]
)
def test_boosters_and_support_vectors_load_with_skops_and_their_library_alone(
    shelf: Workspace, tmp_path: Path, model: str
) -> None:
    """In a process that cannot import the product; on a thousand rows, among them gaps and texts never seen."""
    is_regression = model.endswith(("regressor", "svr"))
    document = drawn(f"alone_{model}", model).as_document()
    if is_regression:
        document["nodes"]["model"]["params"] = {"target": "spent", "features": ["age", "city", "member", "year"]}
        document["nodes"]["fill"]["params"]["columns"] = document["nodes"]["scale"]["params"]["columns"] = ["age"]
        document["nodes"]["years"] = {"component": "formula", "params": {"name": "year", "expression": "year(since)"}}
        document["nodes"]["fill_year"] = {"component": "impute_median", "params": {"columns": ["year"]}}
        del document["nodes"]["ratio"], document["nodes"]["parts"]
        document["edges"] = [edge for edge in document["edges"] if not re.search("ratio|parts", edge)]
        document["edges"] += ["people -> years", "years -> fill_year", "fill_year -> fill"]
    run = do_run(shelf, Pipeline.from_document({**document, "name": f"alone_{model}"}))
    assert run.status == "succeeded", run.error
    result = exported(shelf, f"alone_{model}", "skops")
    if not model.startswith("sv") and importlib.util.find_spec("skl2onnx"):
        reasons = {view.name: view.reason for view in model_exports.list_formats(shelf, f"alone_{model}", 1)}
        assert re.match(r"The model has no form in ONNX: skl2onnx cannot write (LightGBM|XGBoost)", reasons["onnx"])
        assert "bundle" in reasons["onnx"]
    assert result["proof"]["rows"] > 200
    assert result["proof"]["max_difference"] < 1e-6
    library = model.partition("_")[0] if model.startswith(("lightgbm", "xgboost")) else ""
    pinned = {need.partition("==")[0] for need in result["needs"]}
    assert pinned == {"scikit-learn", "skops", "pandas", *([library] if library else [])}
    file = model_exports.keep_model_export(shelf, result, tmp_path)
    rows = people().slice(0, 50).to_pandas()
    rows.to_parquet(tmp_path / "rows.parquet")
    load = next(line for line in result["use"].splitlines() if "skops.io.load" in line)
    script = f"""
import sys
for product in ("engine", "components", "storage", "ui"):
    sys.modules[product] = None
import pandas as pd, skops.io
{load}
print([str(said) for said in model.predict(pd.read_parquet("rows.parquet")).tolist()])
"""
    told = subprocess.run([sys.executable, "-c", script], cwd=file.parent, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    with shelf.database.read() as uow:
        scorer = load_scorer(verified_files(shelf, uow.models.version(uow.models.by_name(f"alone_{model}").id)))
    asked = people().slice(0, 50)
    schema = pa.schema([(field.name, field.arrow) for field in scorer.fields])
    wanted = scorer.score(asked.select(schema.names).cast(schema)).labels
    said = json.loads(told.stdout.replace("'", '"'))
    assert [float(it) for it in said] == pytest.approx(wanted, rel=1e-6) if is_regression else said == wanted


@pytest.mark.slow
@pytest.mark.parametrize("model", ["logistic_regression", "hist_gradient_boosting_classifier"])
def test_onnx_answers_as_the_model_with_gaps_dates_and_unseen_texts(
    shelf: Workspace, tmp_path: Path, model: str
) -> None:
    pytest.importorskip("skl2onnx", reason="the extra 'onnx' is not installed")
    name = f"seen_{model}"
    document = with_texts_and_times(drawn(name, model, expression=PLAIN_RATIO))
    run = do_run(shelf, document)
    assert run.status == "succeeded", run.error
    result = exported(shelf, name, "onnx")
    assert result["proof"]["rows"] > 240
    path = model_exports.keep_model_export(shelf, result, tmp_path)
    frame = people().drop_columns(["target"]).to_pandas()
    told: dict[str, Any] = {"frame": frame.astype({"since": "datetime64[us]", "member": "float64"}), "path": str(path)}
    asked = result["use"].replace(f'"{name}_v1.onnx"', "path").replace("model.run(", "told = model.run(")
    exec(asked, told)  # noqa: S102  the lines that the card hands out
    numbers, labels = told["told"]
    assert set(labels) <= {"high", "old", "plain"}
    assert numbers.sum(axis=1) == pytest.approx(np.ones(len(frame)), abs=1e-5)
    with shelf.database.read() as uow:
        scorer = load_scorer(verified_files(shelf, uow.models.version(uow.models.by_name(name).id)))
    schema = pa.schema([(field.name, field.arrow) for field in scorer.fields])
    wanted = scorer.score(people().select(schema.names).cast(schema))
    assert labels.tolist() == wanted.labels
    assert numbers == pytest.approx(wanted.probabilities, abs=1e-4)


PLAIN_RATIO = "CASE WHEN age > 50 OR city = 'rome' THEN spent / (age + 1) ELSE spent END"


def with_texts_and_times(pipeline: Pipeline) -> Pipeline:
    """With a text made of another, one searched, and every part of a date."""
    document = pipeline.as_document()
    parts = ["year", "quarter", "month", "day", "dayofweek", "dayofyear"]
    document["nodes"]["parts"]["params"]["parts"] = parts
    place = "CASE WHEN city = 'rome' THEN 'south' WHEN is_null(city) THEN 'nowhere' ELSE city END"
    document["nodes"]["place"] = {"component": "formula", "params": {"name": "place", "expression": place}}
    has_o = {"name": "has_o", "expression": "CASE WHEN contains(city, 'o') THEN 1 ELSE 0 END"}
    document["nodes"]["search"] = {"component": "formula", "params": has_o}
    edges = [edge for edge in document["edges"] if edge != "ratio -> parts"]
    document["edges"] = [*edges, "ratio -> place", "place -> search", "search -> parts"]
    return Pipeline.from_document({**document, "name": pipeline.name})


@pytest.mark.slow
def test_a_node_without_a_form_in_onnx_is_named_before_anything_is_written(shelf: Workspace) -> None:
    pytest.importorskip("skl2onnx", reason="the extra 'onnx' is not installed")
    text = """
format: 1
name: lengths
nodes:
  people: {component: dataset, params: {dataset: people}}
  fill: {component: impute_mean, params: {columns: numeric}}
  loud: {component: text_case, params: {columns: [city], to: upper}}
  encode: {component: encode_one_hot, params: {columns: [city]}}
  model: {component: logistic_regression, params: {target: target, features: [age, city]}}
edges: [people -> fill, fill -> loud, loud -> encode, encode -> model]
"""
    run = do_run(shelf, Pipeline.from_yaml(text))
    assert run.status == "succeeded", run.error
    views = {view.name: view for view in model_exports.list_formats(shelf, "lengths", 1)}
    assert re.match(r"Change case \('loud'\) has no form in ONNX: it has no operator for", views["onnx"].reason)
    assert "bundle" in views["onnx"].reason
    assert not views["skops"].reason
    job = do_job(shelf, model_exports.start_model_export(shelf, "lengths", None, "onnx"))
    assert job.error is not None
    assert job.error["node"] == "loud"


@pytest.mark.slow
def test_a_preparation_of_too_many_parts_is_known_before_anything_is_written(shelf: Workspace) -> None:
    expression = "greatest(age, spent)"
    for _ in range(4):
        expression = f"CASE WHEN {expression} > age THEN {expression} ELSE spent END"
    text = f"""
format: 1
name: intricate
nodes:
  people: {{component: dataset, params: {{dataset: people}}}}
  most: {{component: formula, params: {{name: most, expression: "{expression}"}}}}
  fill: {{component: impute_mean, params: {{columns: numeric}}}}
  model: {{component: logistic_regression, params: {{target: target, features: [age, most]}}}}
edges: [people -> most, most -> fill, fill -> model]
"""
    run = do_run(shelf, Pipeline.from_yaml(text))
    assert run.status == "succeeded", run.error
    views = {view.name: view for view in model_exports.list_formats(shelf, "intricate", 1)}
    assert "too many parts" in views["skops"].reason
    assert not views["bundle"].reason


@pytest.mark.slow
def test_clusters_leave_as_scikit_learn(shelf: Workspace) -> None:
    text = """
format: 1
name: groups
nodes:
  people: {component: dataset, params: {dataset: people}}
  fill: {component: impute_mean, params: {columns: [age, spent]}}
  scale: {component: standardize, params: {columns: [age, spent]}}
  model: {component: k_means, params: {n_clusters: 3, features: [age, spent]}}
edges: [people -> fill, fill -> scale, scale -> model]
"""
    run = do_run(shelf, Pipeline.from_yaml(text))
    assert run.status == "succeeded", run.error
    assert exported(shelf, "groups", "skops")["proof"]["rows"] >= 240


@pytest.mark.slow
def test_a_step_without_a_plain_form_is_named_and_the_bundle_holds_it(shelf: Workspace, tmp_path: Path) -> None:
    text = """
format: 1
name: hashed
nodes:
  people: {component: dataset, params: {dataset: people}}
  fill: {component: impute_mean, params: {columns: numeric}}
  hash: {component: encode_hash, params: {columns: [city], n_features: 4}}
  model: {component: decision_tree_classifier, params: {target: target, features: {select: all, except: [since]}}}
edges: [people -> fill, fill -> hash, hash -> model]
"""
    run = do_run(shelf, Pipeline.from_yaml(text))
    assert run.status == "succeeded", run.error
    job = do_job(shelf, model_exports.start_model_export(shelf, "hashed", None, "skops"))
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] == "export_refused"
    assert job.error["node"] == "hash"
    assert "bundle" in job.error["hint"]
    views = {view.name: view for view in model_exports.list_formats(shelf, "hashed", 1)}
    assert "'hash'" in views["skops"].reason
    assert not views["bundle"].reason


@pytest.mark.slow
@pytest.mark.parametrize("format", ["bundle", "mlflow"])
def test_folders_are_proved_and_safe_to_unpack(published: Published, tmp_path: Path, format: str) -> None:
    workspace = published.workspace
    result = exported(workspace, "churn", format)
    assert result["proof"]["rows"] > 1_000
    assert result["proof"]["max_difference"] <= 1e-6
    with zipfile.ZipFile(exports.exported_file(workspace, result)) as archive:
        names = archive.namelist()
    assert all(name.startswith(f"churn_v1_{format}/") and ".." not in name for name in names)
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".pyc", "evidence.parquet"))]
    folder = model_exports.keep_model_export(workspace, result, tmp_path)
    assert folder == tmp_path / f"churn_v1_{format}"
    with pytest.raises(DataError, match="is there already"):
        model_exports.keep_model_export(workspace, result, tmp_path)
    again = exported(workspace, "churn", format)
    assert again["fingerprint"] == result["fingerprint"]
    (view,) = (view for view in model_exports.list_formats(workspace, "churn", 1) if view.name == format)
    assert view.result == result


@pytest.mark.slow
def test_a_bundle_that_was_harmed_says_so(published: Published, tmp_path: Path) -> None:
    folder = model_exports.keep_model_export(
        published.workspace, exported(published.workspace, "churn", "bundle"), tmp_path
    )
    (folder / "model" / "golden.parquet").write_bytes(b"harmed")
    done_ = subprocess.run(
        [sys.executable, "-B", "selftest.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done_.returncode == 1
    assert "golden.parquet is damaged" in done_.stderr


def test_an_export_that_answers_otherwise_is_refused_with_the_class_and_the_difference() -> None:
    asked = Answers(["no", "yes"], np.array([[0.9, 0.1], [0.2, 0.8]]), ("no", "yes"))
    told = Answers(["no", "yes"], np.array([[0.9, 0.1], [0.2, 0.7]]), ("no", "yes"))
    with pytest.raises(
        ExportRefused, match=r"1 of 2 rows differently: the largest difference is 0\.1, in 'yes' \(row 2"
    ):
        prove(asked, told, "The ONNX model")
    with pytest.raises(ExportRefused, match=r"in row 1 the model says 'no', the export 'yes'"):
        prove(asked, Answers(["yes", "yes"], asked.numbers, asked.names), "The ONNX model")
    assert prove(asked, asked, "The ONNX model").as_data() == {"rows": 2, "max_difference": 0.0}


def test_an_unknown_format_is_refused(published: Published) -> None:
    with pytest.raises(DataError, match="no format 'pmml'"):
        model_exports.start_model_export(published.workspace, "churn", None, "pmml")


def test_links_do_not_travel_in_an_archive(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "secret").symlink_to("/etc/passwd")
    pack(folder, tmp_path / "packed")
    assert zipfile.ZipFile(tmp_path / "packed").namelist() == ["model/a.txt"]


def test_an_image_has_what_the_libraries_of_a_model_need_of_the_system() -> None:
    assert "libgomp1" in system_libraries(["lightgbm==4.6.0", "numpy==2.4.6"])
    assert not system_libraries(["ibis-framework[duckdb]==12.0.0", "scikit-learn==1.9.1"])


def test_what_exports_are_made_of_is_part_of_the_package() -> None:
    """Templates are read from beside the code, so they have to be where an installation puts the code."""
    found = importlib.util.find_spec("engine.serve.exports")
    assert found is not None
    assert found.submodule_search_locations
    root = Path(found.submodule_search_locations[0])
    wanted = {
        "Dockerfile",
        ".dockerignore",
        "Makefile",
        "README.md",
        "model.py",
        "score.py",
        "selftest.py",
        "server.py",
    }
    assert {path.name for path in (root / "bundled").iterdir() if path.is_file()} == wanted
    lines = (root / "bundled" / "Dockerfile").read_text().splitlines()
    copied = [line.split()[-2] for line in lines if line.startswith("COPY")]
    assert copied == ["requirements.txt", "."]
    assert lines.index("USER server") < lines.index("RUN python selftest.py")
