"""A model as an ONNX file: the preparation as a graph of ours, the estimator as skl2onnx writes it, proved together."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from components.catalog import component
from components.ensembles.decided import threshold_of
from components.libraries import ONNX, ONNX_RUNTIME
from engine.errors import ExportRefused
from engine.serve.exports.export import Export, Source
from engine.serve.exports.plain.answers import in_library
from engine.serve.exports.plain.columns import Column, Given
from engine.serve.exports.plain.onnx_graph import FEATURES, IR_VERSION, OPSETS, ColumnsGraph, NoOnnx
from engine.serve.exports.plain.onnx_trees import Thresholds, by_places, mend_trees, thresholds_of
from engine.serve.exports.plain.steps import Kept, features
from engine.serve.exports.proof import Answers, prove
from engine.serve.modelfile import ModelFile

WHAT = "The ONNX model"
TOLERANCE = 1e-4
"""The estimator computes in 32 bits."""
BUNDLE = "Export the bundle or the MLflow model instead: they hold any model."
PREFIX = "__cb_model_"
"""Before every name in the estimator's graph, so that no field can have the same."""
NUMBERS_AS_TENSOR = ".to_numpy('float64')"
AS_TENSOR = {
    "text": ".fillna('').to_numpy(object)",
    "time": ".to_numpy('datetime64[us]').astype('int64').astype('float64')",
}
"""From a column of a pandas frame to what the file takes, by the kind of the column."""
MATRIX, NUMBERS, LABEL = "X", "numbers", "prediction"


def write_onnx(source: Source, folder: Path) -> Export:
    """Write the file, and ask ONNX Runtime.

    Raises
    ------
    ExportRefused
        When a library is missing, a node or the estimator has no form in ONNX, or the file answers otherwise.
    """
    lacking()
    import onnx

    source.tell(0.3, "Writing the graph")
    graph = ColumnsGraph()
    model = source.model
    scorer = source.scorer
    estimator = _undecided(scorer.estimator)
    thresholds = thresholds_of(estimator)
    columns = features(Kept(model, scorer.transformers, scorer.lookup))
    preparation = _preparation(graph, model, columns, thresholds)
    trained = _estimator(by_places(estimator, thresholds) if thresholds else estimator, model)
    whole = onnx.compose.merge_models(preparation, trained, io_map=[(FEATURES, PREFIX + MATRIX)])
    if model.task == "classification":
        _add_labels(whole, model.classes, _decision(source.scorer.estimator))
    path = folder / f"{source.base}.onnx"
    onnx.save(whole, str(path))
    source.tell(0.6, "Proving that it answers the same")
    answers = _asked(source, path, graph)
    proof = prove(source.questions.answers, answers, WHAT, tolerance=TOLERANCE)
    return Export(path, proof, _use(path.name, graph), [f"onnxruntime=={ONNX_RUNTIME.version}", "numpy"])


def lacking() -> None:
    """Refuse where a library is not installed.

    Raises
    ------
    ExportRefused
        With what installs it.
    """
    for library in (ONNX, ONNX_RUNTIME):
        if not library.is_there:
            raise ExportRefused(f"This format needs {library.name}, which is not installed.", hint=f"{library.hint}.")


def check_onnx(model: ModelFile, columns: Sequence[Column]) -> None:
    """Refuse a model whose preparation has no form in ONNX, or that is of a library which skl2onnx does not know.

    Raises
    ------
    ExportRefused
        Naming the node or the model.
    """
    lacking()
    _preparation(ColumnsGraph(), model, columns, {})
    for key in (model.component, *model.members):
        spec = component(key).spec
        if spec.requires:
            raise _no_converter(spec.title)


def _no_converter(name: str) -> ExportRefused:
    return ExportRefused(
        f"The model has no form in ONNX: skl2onnx cannot write {name}.",
        hint=BUNDLE,
    )


def _preparation(graph: ColumnsGraph, model: ModelFile, columns: Sequence[Column], thresholds: Thresholds) -> Any:
    if model.task not in ("classification", "regression"):
        raise ExportRefused("Models without a target are not written as ONNX.", hint=BUNDLE)
    try:
        return graph.model(columns, thresholds, is_narrow=model.matrix.precision == "float32")
    except NoOnnx as error:
        step = next((each for each in model.slice.steps if each.node == error.node), None)
        what = f"{step.load().spec.title} ({step.node!r})" if step else "The preparation"
        raise ExportRefused(
            f"{what} has no form in ONNX: it has no operator for {_in_words(error)}.", hint=BUNDLE, node_id=error.node
        ) from error


def _in_words(error: NoOnnx) -> str:
    """As the parts are called, such as ``number_in_text``."""
    return repr(str(error).replace("_", " "))


def _undecided(estimator: Any) -> Any:
    """What answers with probabilities or numbers, in a class of a library where there is one."""
    return in_library(estimator if threshold_of(estimator) is None else estimator.estimator_)


def _estimator(estimator: Any, model: ModelFile) -> Any:
    """The estimator as ONNX, with one output of numbers."""
    from onnx import checker, compose, helper
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType
    from skl2onnx.common.exceptions import MissingConverter, MissingShapeCalculator

    mend_trees()
    is_classifier = model.task == "classification"
    given = [(MATRIX, FloatTensorType([None, model.matrix.width]))]
    options = {id(estimator): {"zipmap": False}} if is_classifier else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = to_onnx(estimator, initial_types=given, target_opset=OPSETS, options=options)
        checker.check_model(made)
    except (MissingConverter, MissingShapeCalculator) as error:
        raise _no_converter(type(estimator).__name__) from error
    except Exception as error:
        raise ExportRefused(
            f"The model has no form in ONNX: skl2onnx cannot write {type(estimator).__name__}: "
            f"{(str(error).strip().splitlines() or [''])[0][:200]}",
            hint=BUNDLE,
        ) from error
    made.ir_version = IR_VERSION
    del made.opset_import[:]
    made.opset_import.extend(helper.make_opsetid(domain, version) for domain, version in OPSETS.items())
    if is_classifier:
        del made.graph.output[0]
    made = compose.add_prefix(made, PREFIX)
    last = made.graph.output[0].name
    for node in made.graph.node:
        node.output[:] = [NUMBERS if name == last else name for name in node.output]
        node.input[:] = [NUMBERS if name == last else name for name in node.input]
    made.graph.output[0].name = NUMBERS
    return made


def _decision(estimator: Any) -> list[Any]:
    """From the classes' probabilities to the place of the one that is said: the likeliest, or by a threshold."""
    from onnx import TensorProto, helper

    place, threshold = PREFIX + "place", threshold_of(estimator)
    if threshold is None:
        return [helper.make_node("ArgMax", [NUMBERS], [place], axis=1, keepdims=0)]

    def constant(name: str, kind: int, value: float) -> Any:
        made = helper.make_tensor(PREFIX + name, kind, [], [value])
        return helper.make_node("Constant", [], [PREFIX + name], value=made)

    positive = int(estimator.pos_label)
    return [
        constant("positive", TensorProto.INT64, positive),
        constant("negative", TensorProto.INT64, 1 - positive),
        constant("threshold", TensorProto.FLOAT, threshold),
        helper.make_node("Gather", [NUMBERS, PREFIX + "positive"], [PREFIX + "chance"], axis=1),
        helper.make_node("GreaterOrEqual", [PREFIX + "chance", PREFIX + "threshold"], [PREFIX + "is_positive"]),
        helper.make_node("Where", [PREFIX + "is_positive", PREFIX + "positive", PREFIX + "negative"], [place]),
    ]


def _add_labels(whole: Any, classes: tuple[Any, ...], decision: list[Any]) -> None:
    """The class that is said, by its name."""
    from onnx import TensorProto, helper

    is_text = isinstance(classes[0], str)
    places = list(range(len(classes)))
    named = {"values_strings": list(classes)} if is_text else {"values_floats": [float(label) for label in classes]}
    other = {"default_string": ""} if is_text else {"default_float": 0.0}
    whole.graph.node.extend(
        [
            *decision,
            helper.make_node(
                "LabelEncoder", [PREFIX + "place"], [LABEL], domain="ai.onnx.ml", keys_int64s=places, **named, **other
            ),
        ]
    )
    kind = TensorProto.STRING if is_text else TensorProto.FLOAT
    whole.graph.output.extend([helper.make_tensor_value_info(LABEL, kind, [None])])


def _asked(source: Source, path: Path, graph: ColumnsGraph) -> Answers:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        told = session.run(None, _inputs(source, graph))
    except Exception as error:
        raise ExportRefused(
            f"{WHAT} does not run: {(str(error).strip().splitlines() or [''])[0][:200]}", hint=BUNDLE
        ) from error
    numbers = np.asarray(told[0], dtype=np.float64)
    model = source.model
    if model.task == "regression":
        return Answers(numbers.ravel().tolist(), numbers.reshape(-1, 1), ("prediction",))
    labels = [type(model.classes[0])(label) for label in told[1]]
    return Answers(labels, numbers, tuple(map(str, model.classes)))


def _inputs(source: Source, graph: ColumnsGraph) -> dict[str, Any]:
    return {name: _tensor(source.questions.rows.column(name), given) for name, given in graph.inputs.items()}


def _tensor(column: Any, given: Given) -> Any:
    if given.kind == "text":
        return np.array([value or "" for value in column.to_pylist()], dtype=object).reshape(-1, 1)
    if given.kind == "time":
        moments = column.to_numpy().astype("datetime64[us]")
        numbers = moments.astype(np.int64).astype(np.float64)
        return np.where(np.isnat(moments), np.nan, numbers).reshape(-1, 1)
    return np.array([np.nan if value is None else value for value in column.to_pylist()], dtype=np.float64).reshape(
        -1, 1
    )


def _use(name: str, graph: ColumnsGraph) -> str:
    """The lines of Python that use the file."""
    asked = {
        given.name: f"frame[[{given.name!r}]]{AS_TENSOR.get(given.kind, NUMBERS_AS_TENSOR)}"
        for given in graph.inputs.values()
    }
    times = "; a time is microseconds since 1970" if any(it.kind == "time" for it in graph.inputs.values()) else ""
    lines = [f"    {name!r}: {tensor}," for name, tensor in asked.items()]
    return "\n".join(
        [
            "import onnxruntime",
            f'model = onnxruntime.InferenceSession("{name}")',
            "model.run(None, {",
            *lines,
            "})",
            f"# frame: a pandas frame; a missing number is NaN, a missing text is empty{times}",
        ]
    )
