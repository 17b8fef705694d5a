"""Answers the rows of a file: python score.py rows.parquet answers.parquet (or .csv for either)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from model import load_model  # type: ignore[import-not-found]  # isort: skip  it makes the scoring code importable
from engine.errors import CanvasbackError
from engine.serve.scorer import Scorer

ROWS_AT_ONCE = 10_000


def main(source: Path, target: Path) -> None:
    """Read, answer, write."""
    scorer = load_model()
    rows = pyarrow.csv.read_csv(source) if source.suffix == ".csv" else pq.read_table(source)
    lacking = [field.name for field in scorer.fields if field.name not in rows.column_names]
    if lacking:
        sys.exit(f"{source} has no column {lacking[0]!r}, which the model needs.")
    schema = pa.schema([(field.name, field.arrow) for field in scorer.fields])
    try:
        answers = pa.concat_tables(answered(scorer, rows.select(schema.names).cast(schema)))
    except (CanvasbackError, pa.ArrowInvalid) as error:
        sys.exit(f"{source}: {error}")
    if target.suffix == ".csv":
        pyarrow.csv.write_csv(answers, target)
    else:
        pq.write_table(answers, target)
    print(f"{target}: {answers.num_rows:,} answers")


def answered(scorer: Scorer, rows: pa.Table) -> Iterator[pa.Table]:
    """The answers: a prediction per row, and the probability of each class or a score where there are such."""
    for start in range(0, max(rows.num_rows, 1), ROWS_AT_ONCE):
        told = scorer.score(rows.slice(start, ROWS_AT_ONCE))
        columns: dict[str, pa.Array] = {"prediction": pa.array(told.labels)}
        if told.probabilities is not None:
            for place, label in enumerate(scorer.model.classes):
                columns[f"probability_{label}"] = pa.array(told.probabilities[:, place])
        if told.scores is not None:
            columns["score"] = pa.array(told.scores)
        yield pa.table(columns)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
