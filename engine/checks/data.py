"""What the data themselves say against a drawing: gaps, identifiers, answers among the features, unequal classes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.base import Component, Estimator, Split
from components.catalog import catalog, component
from components.params import Columns
from components.ports import Kind, kind_of
from engine.checks.facts import Origins
from engine.checks.features import without
from engine.checks.problems import Fix, Problem
from engine.checks.words import count, listed
from engine.graph import Node, Pipeline
from engine.leakage import Placement, is_a
from engine.profile import ColumnProfile, date_params
from engine.schemas import NodeSchemas

TELLS_ALL = 0.99
"""A column that alone tells so much of the target is more likely its answer than its cause."""
RARE_CLASS, MOST_CLASSES = 0.1, 20
SKEWED = 2.0
LEAST_GROUPS, LEAST_ROWS_A_GROUP, MOST_ROWS_A_GROUP = 20, 1.2, 1_000
NAMES_SOMEBODY = re.compile(
    r"(?:^|[\W_])(?:ids?|uuid|guid|patient|customer|client|user|person|subject|household|machine|device|session)$"
    r"|[a-z](?:Id|ID)$",
)
LOG_LOSSES = {"poisson", "gamma", "count:poisson", "reg:gamma", "reg:tweedie"}


def data_problems(
    pipeline: Pipeline, placement: Placement, schemas: Mapping[str, NodeSchemas], arriving: Mapping[str, Origins]
) -> Iterator[Problem]:
    """Everything that the stored tables' profiles warn of, by the columns that arrive unchanged at each node."""
    placed = placement.pipeline
    for node in placed.nodes:
        known, here = schemas.get(node.id), arriving.get(node.id, {})
        if known is None or known.component is None or not here:
            continue
        if isinstance(known.component, Split):
            yield from _groups(node, known.component, here, placed, is_drawn=node.id in pipeline.by_id)
        elif isinstance(known.component, Estimator) and "table" in known.inputs:
            yield from _of_model(node, known.component, known, here, placed)
        else:
            yield from _of_step(node, known.component, here)


def _of_model(
    node: Node, model: Estimator[Any], known: NodeSchemas, here: Origins, placed: Pipeline
) -> Iterator[Problem]:
    target, features = model.params.target, [*(model.params.features or ())]
    yield from _gaps(node, model, features, here)
    idle = [name for name in features if _semantic(here, name) in ("constant", "empty")]
    if idle:
        message = f"{node.label} learns nothing from {listed(idle)}: always the same value."
        yield _leave_out("constant_feature", node, message, "A model is smaller without.", idle, "info")
    ids = [name for name in features if _semantic(here, name) == "identifier"]
    if ids:
        message = f"{listed(ids)} differs in every row: {node.label} would learn rows by heart."
        yield _leave_out("identifier_feature", node, message, "Leave identifiers out.", ids)
    yield from _dates(node, [name for name, dtype in known.inputs["table"].items() if kind_of(dtype) == "text"], here)
    if target not in here:
        return
    answer = here[target]
    told = answer.table.telling(target)
    leaks = [name for name in features if name in here and name not in ids and told.get(name, 0) >= TELLS_ALL]
    if leaks:
        message = f"{listed(leaks)} alone tells {target!r}: it may hold the answer, or be written down after it."
        hint = "Leave it out unless it is known before the answer."
        yield _leave_out("tells_target", node, message, hint, leaks)
    yield from _skewed(node, model, answer.column)
    yield from _unequal(node, model, answer.column, placed)


def _of_step(node: Node, component: Component[Any], here: Origins) -> Iterator[Problem]:
    field, names = _columns(component)
    if not names:
        return
    if component.spec.category == "prepare/encode":
        ids = [name for name in names if _semantic(here, name) == "identifier"]
        if ids:
            message = f"{listed(ids)} differs in every row: as categories, its values say nothing about other rows."
            yield _leave_out("identifier_encoded", node, message, "Leave identifiers out.", ids, field=field)
        yield from _dates(node, names, here, field)
    yield from _gaps(node, component, names, here, field)


def _gaps(
    node: Node, component: Component[Any], names: Sequence[str], here: Origins, field: str = "features"
) -> Iterator[Problem]:
    """Missing values that reach what cannot take them, as far as nothing before has touched column or rows."""
    if getattr(component, "takes_missing", True):
        return
    gaps = [name for name in names if name in here and here[name].whole and here[name].column.missing > 0]
    gaps = [name for name in gaps if here[name].column.semantic != "empty"]
    for kinds, code, key, what in _FILLS:
        some = [name for name in gaps if here[name].column.kind in kinds]
        if some:
            missing = sum(here[name].column.missing for name in some)
            yield Problem(
                code,
                f"{node.label} cannot take missing values: {listed(some)} {'has' if len(some) == 1 else 'have'} "
                f"{missing:,}.",
                "warning",
                node.id,
                field,
                "Fill them, or drop the rows.",
                Fix(key, f"Fill {count(some, 'column')} with the {what}", node.id, insert=(key, {"columns": some})),
            )


_FILLS: tuple[tuple[tuple[Kind, ...], str, str, str], ...] = (
    (("numeric",), "missing_values", "impute_median", "median"),
    (("text", "boolean"), "missing_categories", "impute_mode", "most frequent value"),
)


def _dates(node: Node, names: Sequence[str], here: Origins, field: str = "features") -> Iterator[Problem]:
    texts = [name for name in names if name in here and name in here[name].table.dates_as_text()]
    formats = {name: _formats(here[name].column) for name in texts}
    for form in dict.fromkeys(formats.values()):
        some = [name for name in texts if formats[name] == form]
        drawn = node.params.get(field)
        params = {field: without(node.params, some, field)} if isinstance(drawn, list | tuple) else {}
        insert = ("parse_date", {"columns": some, **(date_params(here[some[0]].column) or {})})
        label = f"Parse {count(some, 'column')} as {' or '.join(form)}"
        fix = Fix("parse_date", label, node.id, insert=insert, params=params)
        yield Problem(
            f"dates_as_text_{' '.join(form)}" if form and len(set(formats.values())) > 1 else "dates_as_text",
            f"{listed(some)} {'holds' if len(some) == 1 else 'hold'} dates as text.",
            "warning",
            node.id,
            field,
            "Parse them, then take the parts that matter."
            if form
            else "Parse them; which format it is cannot be told.",
            fix if form else None,
        )


def _formats(column: ColumnProfile) -> tuple[str, ...]:
    return column.written.formats if column.written else ()


def _skewed(node: Node, model: Estimator[Any], answer: ColumnProfile) -> Iterator[Problem]:
    logs = LOG_LOSSES & {value for _, value in model.params if isinstance(value, str)}
    if model.task != "regression" or model.takes_skewed_target or logs or (answer.skewness or 0) < SKEWED:
        return
    if isinstance(answer.min, int | float) and answer.min >= 0:
        yield Problem(
            "skewed_target",
            f"{answer.name!r} has a long tail (skewness {answer.skewness:.1f}): a few large values weigh most.",
            "info",
            node.id,
            "target",
            "Predict its logarithm, log(1 + x); predictions are logarithms then.",
            Fix(
                "log_target",
                "Predict its logarithm",
                node.id,
                insert=("math", {"columns": [answer.name], "function": "log1p"}),
            ),
        )


def _unequal(node: Node, model: Estimator[Any], answer: ColumnProfile, placed: Pipeline) -> Iterator[Problem]:
    counts = [one.count for one in answer.top]
    if model.task != "classification" or not 2 <= len(counts) == answer.distinct <= MOST_CLASSES:
        return
    rare = min(answer.top, key=lambda one: one.count)
    share = rare.count / sum(counts)
    if share >= RARE_CLASS or _is_balanced(node, placed):
        return
    yield Problem(
        "unequal_classes",
        f"Only {share:.1%} of {answer.name!r} is {rare.value!r}: {node.label} may hardly ever predict it.",
        "info",
        node.id,
        "target",
        "Give rare classes more weight, and look at recall rather than accuracy.",
        _balance(node, model),
    )


def _is_balanced(node: Node, placed: Pipeline) -> bool:
    """Whether weights or a node before it see to rare classes."""
    if node.params.get("class_weight") is not None:
        return True
    kinds = catalog()
    above = (placed.by_id[name].component for name in placed.ancestors(node.id) if name in placed.by_id)
    return any(kinds[key].spec.category == "prepare/balance" for key in above if key in kinds)


def _balance(node: Node, model: Estimator[Any]) -> Fix | None:
    if "class_weight" in type(model.params).model_fields:
        return Fix("balance", "Give rare classes more weight", node.id, params={"class_weight": "balanced"})
    if "oversample_random" in catalog():
        insert = ("oversample_random", {"target": model.params.target})
        return Fix("balance", "Repeat rows of rare classes", node.id, insert=insert)
    return None


def _groups(node: Node, split: Split[Any], here: Origins, placed: Pipeline, *, is_drawn: bool) -> Iterator[Problem]:
    """Rows that belong together, torn apart by a split that looks at each row by itself."""
    below = [name for name in placed.descendants(node.id) if is_a(placed.by_id[name], Estimator)]
    named = next((name for name, origin in here.items() if names_groups(origin.column)), None)
    if not split.by_row or not below or named is None:
        return
    column = here[named].column
    to = node.id if is_drawn else sorted(below)[0]
    shares = {name: value for name, value in node.params.items() if name in ("test", "validation", "seed")}
    params = {"column": named, **shares}
    label = f"Split by {named}"
    yield Problem(
        "groups_torn_apart",
        f"Rows of one {named!r} (about {column.filled / column.distinct:.0f} each) may come to train and to test.",
        "warning",
        to,
        None,
        "If the model will meet new ones, split by group: scores are too good otherwise.",
        Fix("split_group", label, to, replace=("split_group", params))
        if is_drawn
        else Fix("split_group", label, to, insert=("split_group", params)),
    )


def names_groups(column: ColumnProfile) -> bool:
    """Whether several rows tell of one of those that a column names, such as a patient or a machine."""
    if column.kind not in ("text", "numeric") or column.distinct < LEAST_GROUPS:
        return False
    if not NAMES_SOMEBODY.search(column.name) and not NAMES_SOMEBODY.search(column.name.lower()):
        return False
    return LEAST_ROWS_A_GROUP <= column.filled / column.distinct <= MOST_ROWS_A_GROUP


def _columns(component: Component[Any]) -> tuple[str, list[str]]:
    """The first param that lists columns, and what it lists."""
    found = ((field, [*value]) for field, value in component.params if isinstance(value, Columns) and value.names)
    return next(found, ("columns", []))


def _leave_out(
    code: str, node: Node, message: str, hint: str, names: list[str], severity: Any = "warning", field: str = "features"
) -> Problem:
    kept = without(node.params, names, field, _unset(node, field))
    fix = Fix("leave_out", f"Leave out {count(names, 'column')}", node.id, params={field: kept})
    return Problem(code, message, severity, node.id, field, hint, fix)


def _unset(node: Node, field: str) -> Any:
    """What a param that lists columns means where it was not drawn."""
    default = component(node.component).params_type().model_fields[field].default
    return default.model_dump() if isinstance(default, Columns) else "all"


def _semantic(here: Origins, name: str) -> str:
    return here[name].column.semantic if name in here else ""
