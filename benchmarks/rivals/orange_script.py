"""Orange 3: read a CSV file, impute, scale, one-hot; with its own readers and preprocessors."""

import argparse
from typing import Any

from Orange.data import Domain, Table
from Orange.preprocess import Continuize, Impute, Normalize, PreprocessorList

from benchmarks.report import matrix_facts, measured, tell

NUMBERS = ["age", "amount", "duration", "balance", "rate", "visits", "score"]
TEXTS = ["region", "product", "channel", "segment"]


def to_matrix(path: str) -> Any:
    """The matrix of shape (n_rows, 64)."""
    table = Table.from_file(path)
    features = [table.domain[name] for name in NUMBERS + TEXTS]
    table = table.transform(Domain(features, table.domain["churned"]))
    prepare = PreprocessorList([Impute(), Normalize(norm_type=Normalize.NormalizeBySD), Continuize()])
    return prepare(table).X


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    made, seconds = measured(to_matrix, parser.parse_args().path)
    tell(seconds=seconds, **matrix_facts(made))
