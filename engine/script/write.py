"""The text of the script: read the tables, prepare them with SQL, train, score."""

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from components.base import Estimator, Model, Source
from components.ensembles.tune import Tune
from components.ports import ROLE, ROW
from components.prepare.packed import FIELD
from engine.errors import RunError
from engine.plan import Plan, PlannedNode
from engine.script import measuring
from engine.script.estimators import Unwritable, imports_of, source_of
from engine.script.queries import Learned, Queries, Query
from engine.serve.modelfile import MODEL, ModelFile, load_estimator
from engine.train.order import ties

LIBRARIES = ("duckdb", "pandas", "numpy", "scikit-learn")

FILE = "pipeline.py"

HEAD = '''"""{title}

Made by Canvasback from {what}. It reads the same rows, prepares them with the same queries, trains with the same
settings, and prints its scores beside those of the run.

Needs:  pip install {libraries}
Data:   the folder "data" beside this file, or the one named when it is started: python {file} FOLDER
What steps learned from train rows (medians, categories, cuts of a split) stands in their queries as the run learned it.
"""

import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn import metrics
{imports}

DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "data"
db = duckdb.connect()
db.execute("SET TimeZone = 'UTC'")


def read(name: str, file: str) -> None:
    """Give the rows of a file a name."""
    db.read_parquet(str(DATA / file)).create_view(name)


def keep(name: str, query: str) -> None:
    """Keep the rows of a query as a table."""
    db.execute(f'CREATE TEMP TABLE "{{name}}" AS {{query}}')


def matrix(rows: pd.DataFrame, precision: str) -> np.ndarray:
    """The numbers that a model learns from: everything but the row's id, role and answer."""
    return np.ascontiguousarray(rows.iloc[:, 3:].to_numpy(precision, na_value=np.nan))


def show(title: str, found: dict[str, float], before: dict[str, float]) -> None:
    """Scores beside those of the run."""
    print(pd.DataFrame({{"script": found, "run": before}}).rename_axis(title).to_string(float_format="%.6f"))
    print()
'''

MODEL_TEXT = '''
rows = db.sql("""
{query}
""").df()
train, test = (rows[(rows["{role}"] == role) & rows["{target}"].notna()] for role in ("train", "test"))
'''

CLASSIFICATION = """classes = {classes}
test = test[test["{target}"].isin(classes)]  # others are not known to the model
position = {{label: place for place, label in enumerate(classes)}}
model = {estimator}
model.fit(matrix(train, "{precision}"), train["{target}"].map(position).to_numpy("int64"))
chances = model.predict_proba(matrix(test, "{precision}"))
found = classification_metrics(test["{target}"].to_numpy(object), chances, classes, {positive})
show({title}, found, {metrics})
"""

REGRESSION = """model = {estimator}
model.fit(matrix(train, "{precision}"), train["{target}"].to_numpy("float64"))
predicted = model.predict(matrix(test, "{precision}"))
found = regression_metrics(test["{target}"].to_numpy("float64"), predicted)
show({title}, found, {metrics})
"""


def write_script(
    plan: Plan,
    learned: Learned,
    folder_of: Callable[[PlannedNode], Path],
    files: Mapping[str, str],
    *,
    what: str,
) -> str:
    """A script that does what a run did.

    Parameters
    ----------
    folder_of
        Where a model of the run was written.
    files
        Source node → the name of the file, in the folder ``data``, that its rows are read from.
    what
        The run, in words.

    Raises
    ------
    RunError
        Naming the node that cannot be said with DuckDB, pandas and scikit-learn alone, or the lack of a model.
    """
    drawn = plan.placement.pipeline
    models = [node for node in plan.nodes if isinstance(node.component, Model)]
    if not models:
        raise RunError("There is no model in this run.", hint="Draw one and run it, then write the script.")
    needed = drawn.ancestors(*(node.id for node in models))
    queries, parts = Queries(plan, learned), list[str]()
    imports: set[tuple[str, str]] = set()
    try:
        for node in plan.nodes:
            if isinstance(node.component, Model):
                saved = ModelFile.model_validate_json((folder_of(node) / MODEL).read_text())
                estimator = _estimator(node, saved, folder_of(node), drawn.by_id[node.id].label)
                imports |= imports_of(estimator)
                parts.append(_model(node, saved, source_of(estimator), queries, drawn.by_id[node.id].label))
            elif node.id in needed:
                if isinstance(node.component, Source):
                    parts.append(_source(node.id, files[node.id], drawn.by_id[node.id].label))
                parts += [_query(query, drawn.by_id[node.id].label) for query in queries.of(node)]
    finally:
        queries.close()
    functions = {node.component.task for node in models if isinstance(node.component, Estimator)}
    return "\n".join([_head(drawn.name, what, imports), *_functions(functions), *parts])


def _head(title: str, what: str, imports: Iterable[tuple[str, str]]) -> str:
    lines = [f"from {module} import {name}" for module, name in sorted(imports)]
    libraries = " ".join(f"{name}=={version(name)}" for name in LIBRARIES)
    title = title.replace("\\", " ").replace('"', "'")
    return HEAD.format(title=title, what=what, libraries=libraries, file=FILE, imports="\n".join(lines))


METRICS: Mapping[str, Callable[..., Any]] = {
    "classification": measuring.classification_metrics,
    "regression": measuring.regression_metrics,
}


def _functions(tasks: Iterable[str]) -> Iterator[str]:
    """The source of the metrics that are needed."""
    yield "\nimport math\nimport warnings\n"
    for task in sorted(set(tasks)):
        yield "\n" + inspect.getsource(METRICS[task]).replace("list[Any]", "list").replace(": Any", "")


def _source(name: str, file: str, label: str) -> str:
    return f"\n# {_line(label)}\nread({json.dumps(name)}, {json.dumps(file)})"


def _query(query: Query, label: str) -> str:
    words = query.node.component.params.words()
    about = f": {_line(words)}" if words else ""
    return f"\n# {_line(label)}{about}\nkeep({json.dumps(query.table)}, {_text(query.sql)})"


def _text(sql: str) -> str:
    """SQL between three quotes, as it is read."""
    return 'r"""\n' + sql + '\n"""' if '"""' not in sql and not sql.endswith("\\") else repr(sql)


def _line(words: str) -> str:
    return " ".join(words.split())


def _estimator(node: PlannedNode, saved: ModelFile, folder: Path, label: str) -> Any:
    component = node.component
    assert isinstance(component, Model)  # noqa: S101
    try:
        if not isinstance(component, Estimator):
            raise Unwritable("a model without a target")
        if "folds" in saved.rows:
            raise Unwritable("scored by a cross-validation")
        if component.weight is not None or "watched" in saved.rows:
            raise Unwritable("a model that learns from more than its features and its target")
        if not isinstance(component, Tune) and _is_special(component):
            raise Unwritable("a model that does more than fit")
        fitted = load_estimator({component.file: folder / component.file}, saved)
        source_of(fitted)
    except Unwritable as error:
        raise RunError(
            f"{label} cannot be written as a script: it is {error}.",
            hint="Choose a model of scikit-learn, or export the model itself.",
            node_id=node.id,
        ) from error
    return fitted


def _is_special(component: Estimator[Any]) -> bool:
    kind = type(component)
    return kind.fit is not Estimator.fit or kind.learn is not Estimator.learn


def _model(node: PlannedNode, saved: ModelFile, estimator: str, queries: Queries, label: str) -> str:
    table = queries.arriving(node.inputs[0])
    body = CLASSIFICATION if saved.task == "classification" else REGRESSION
    query = ibis.to_sql(_matrix(table, saved), dialect="duckdb")
    return f"\n# {_line(label)}" + (MODEL_TEXT + body).format(
        query=query,
        role=ROLE,
        target=saved.target.replace("\\", "\\\\").replace('"', '\\"'),
        classes=repr(list(saved.classes)),
        positive=repr(saved.positive),
        estimator=estimator,
        precision=saved.matrix.precision,
        title=repr(label),
        metrics=repr(saved.metrics),
    )


def _matrix(table: ir.Table, saved: ModelFile) -> ir.Table:
    """The row's id, role and answer, then the numbers of the matrix; in the order in which the run saw the rows."""
    names = [feature.name for feature in saved.matrix.features]
    rows = table.order_by([table[ROW], table[saved.target], *ties(table, names)])
    columns: dict[str, ir.Value] = {}
    for feature in saved.matrix.features:
        if feature.kind == "one_hot":
            for category in feature.categories:
                is_it = (rows[feature.name][FIELD] == category).fill_null(False)
                columns[f"{feature.name}={category}"] = is_it.cast(saved.matrix.precision)
        else:
            columns[feature.name] = rows[feature.name].cast(saved.matrix.precision)
    target = rows[saved.target]
    answer = target.cast("float64") if target.type().is_decimal() else target
    numbered = {
        f"x{place}" if name in (ROW, ROLE, saved.target) else name: v for place, (name, v) in enumerate(columns.items())
    }
    return rows.select(rows[ROW], rows[ROLE], answer.name(saved.target), **numbered)
