"""Bundled tables to learn and try with."""

from typing import Annotated, Any, Literal

import pyarrow as pa

from components.base import Source, Spec
from components.params import Params, Widget
from components.sources.samples import INVENTED

Name = Literal[
    "customers", "houses", "shop_sales", "shoppers", "payments", "tickets", "experiment",
    "iris", "wine", "breast_cancer", "diabetes",
]  # fmt: skip

TARGETS = {"iris": "species", "wine": "cultivar", "breast_cancer": "diagnosis", "diabetes": "progression"}
DIABETES = {
    "bmi": "body_mass_index",
    "bp": "blood_pressure",
    "s1": "total_cholesterol",
    "s2": "ldl",
    "s3": "hdl",
    "s4": "cholesterol_ratio",
    "s5": "log_triglycerides",
    "s6": "glucose",
}


class SampleDataParams(Params):
    name: Annotated[Name, Widget(options="samples")] = "customers"
    """Which table: one that is invented, of ``customers`` who leave, ``houses`` and their prices, ``shop_sales`` by
    day, ``shoppers`` of several kinds, ``payments`` some of which are strange, ``tickets`` and who answers them, or an
    ``experiment`` with two pages; or one of scikit-learn's."""


class SampleData(Source[SampleDataParams]):
    """A small bundled table; nothing is downloaded.

    When: trying things out, or following a lesson. Serving: replaced by the records of a request.
    Source: scikit-learn's toy datasets (UCI repository; Efron et al. 2004 for ``diabetes``); all
    others are synthetic.
    """

    spec = Spec(
        key="sample_data",
        title="Sample data",
        category="sources",
        icon="dataset",
        about="A small bundled table to try things with.",
        words=("example", "demo", "iris", "titanic", "test data", "toy data", "datasets", "churn"),
        inputs=(),
        example={"name": "iris"},
    )

    def table(self) -> pa.Table:
        invented = INVENTED.get(self.params.name)
        return invented() if invented else _from_sklearn(self.params.name)


def _from_sklearn(name: str) -> pa.Table:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(**({"scaled": False} if name == "diabetes" else {}))
    columns: dict[str, Any] = {_readable(str(f)): bunch.data[:, i] for i, f in enumerate(bunch.feature_names)}
    return pa.table({**columns, TARGETS[name]: _labels(bunch)})


def _labels(bunch: Any) -> Any:
    if "target_names" not in bunch:
        return bunch.target
    return [str(bunch.target_names[code]) for code in bunch.target]


def _readable(name: str) -> str:
    plain = name.replace(" (cm)", "_cm").replace("/", "_per_").replace(" ", "_")
    return DIABETES.get(plain, plain)
