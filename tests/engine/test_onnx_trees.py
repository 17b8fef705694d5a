"""Histogram boosting decides in ONNX as in scikit-learn, though ONNX compares in 32 bits."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from engine.serve.exports.plain.columns import Given
from engine.serve.exports.plain.onnx_graph import FEATURES, OPSETS, ColumnsGraph
from engine.serve.exports.plain.onnx_trees import by_places, mend_trees, thresholds_of

onnx = pytest.importorskip("onnx", reason="the extra 'onnx' is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'onnx' is not installed")
skl2onnx = pytest.importorskip("skl2onnx", reason="the extra 'onnx' is not installed")

ALIKE_IN_32_BITS = {
    "large numbers": lambda x: x + 1e9,
    "one number twice, but for its last digits": lambda x: np.where(x > 0, 0.7 + x * 1e-12, x),
    "gaps": lambda x: np.where(x > 1, np.nan, x + 1e9),
}


def told(estimator: Any, numbers: "np.ndarray[Any, Any]", *, is_narrow: bool = False) -> "np.ndarray[Any, Any]":
    """What ONNX Runtime answers, from columns of 64 bits."""
    mend_trees()
    graph, thresholds = ColumnsGraph(), thresholds_of(estimator)
    names = [f"x{number}" for number in range(numbers.shape[1])]
    preparation = graph.model([Given(name, "number") for name in names], thresholds, is_narrow=is_narrow)
    given = [("X", skl2onnx.common.data_types.FloatTensorType([None, len(names)]))]
    trees = skl2onnx.to_onnx(by_places(estimator, thresholds), initial_types=given, target_opset=OPSETS)
    trees = onnx.compose.add_prefix(trees, "trees_")
    trees.ir_version = preparation.ir_version
    del trees.opset_import[:]
    trees.opset_import.extend(preparation.opset_import)
    whole = onnx.compose.merge_models(preparation, trees, io_map=[(FEATURES, "trees_X")])
    session = onnxruntime.InferenceSession(whole.SerializeToString(), providers=["CPUExecutionProvider"])
    answers = session.run(None, dict(zip(names, np.hsplit(numbers, len(names)), strict=True)))
    return np.array([list(each.values()) for each in answers[1]] if len(answers) > 1 else answers[0].ravel())


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("case", ALIKE_IN_32_BITS)
def test_trees_decide_as_in_64_bits(case: str, classes: int) -> None:
    numbers, target = make_classification(400, 6, n_informative=4, n_classes=classes or 2, random_state=0)
    numbers = ALIKE_IN_32_BITS[case](numbers)
    if classes:
        model: Any = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(numbers, target)
        wanted = model.predict_proba(numbers)
    else:
        model = HistGradientBoostingRegressor(max_iter=20, random_state=0).fit(numbers, target)
        wanted = model.predict(numbers)
    assert told(model, numbers) == pytest.approx(wanted, abs=1e-6)


def test_a_matrix_of_32_bits_is_compared_in_32_bits() -> None:
    numbers, target = make_classification(400, 6, n_informative=4, random_state=0)
    numbers += 1e6
    narrow = numbers.astype(np.float32)
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(narrow, target)
    assert told(model, numbers, is_narrow=True) == pytest.approx(model.predict_proba(narrow), abs=1e-6)


def test_the_model_that_is_kept_stays_as_it_is() -> None:
    numbers, target = make_classification(200, random_state=0)
    model = HistGradientBoostingClassifier(max_iter=5, random_state=0).fit(numbers, target)
    before = model.predict_proba(numbers)
    by_places(model, thresholds_of(model))
    assert np.array_equal(model.predict_proba(numbers), before)
