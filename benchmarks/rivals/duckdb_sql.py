"""DuckDB by hand: two aggregations learn, one query prepares, and Arrow batches fill a float32 matrix.

A category leaves the query as one small integer and becomes columns of zeros and ones only in the matrix.
"""

import argparse
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.report import matrix_facts, measured, tell

NUMBERS = ["age", "amount", "duration", "balance", "rate", "visits", "score", "ratio"]
TEXTS = ["region", "product", "channel", "segment"]
BATCH_ROWS = 65_536

Numbers = list[tuple[float, float]]
Texts = list[list[str]]


def read(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The rows that count, with the derived column: Parquet is read again, CSV is kept."""
    kind = "TEMP TABLE" if path.suffix == ".csv" else "TEMP VIEW"
    columns = ", ".join([*NUMBERS[:-1], *TEXTS])
    connection.execute(
        f"CREATE {kind} chosen AS SELECT {columns}, amount / duration AS ratio FROM '{path}' WHERE visits > 1"
    )


def learn(connection: duckdb.DuckDBPyConnection) -> tuple[int, Numbers, Texts]:
    """How many rows, mean and spread of the numbers once they are filled, categories with the most frequent first."""
    measured = ", ".join(f"avg({name}), stddev_pop({name}), count({name})" for name in NUMBERS)
    rows, *found = connection.execute(f"SELECT count(*), {measured} FROM chosen").fetchone() or ()
    # Filling gaps with the mean keeps the mean and shrinks the spread.
    numbers = [(mean, std * (known / rows) ** 0.5) for mean, std, known in zip(*[iter(found)] * 3, strict=True)]
    sets = ", ".join(f"({name})" for name in TEXTS)
    counted = connection.execute(
        f"SELECT {', '.join(TEXTS)} FROM chosen GROUP BY GROUPING SETS ({sets}) ORDER BY count(*) DESC"
    ).fetchall()
    return rows, numbers, [[value for value in column if value is not None] for column in zip(*counted, strict=True)]


def query(numbers: Numbers, texts: Texts) -> str:
    """Scaled numbers, in which a gap is zero, and the place of each category, a gap being the most frequent one."""
    scaled = [
        f"CAST(coalesce(({name} - {mean!r}) / {std!r}, 0) AS FLOAT)"
        for name, (mean, std) in zip(NUMBERS, numbers, strict=True)
    ]
    coded = [
        f"CAST(coalesce(list_position({values!r}, {name}), 1) - 1 AS UTINYINT)"
        for name, values in zip(TEXTS, texts, strict=True)
    ]
    return f"SELECT {', '.join(f'{column} AS c{i}' for i, column in enumerate(scaled + coded))} FROM chosen"


def to_matrix(path: Path) -> Any:
    """The matrix of shape (n_rows, 65)."""
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    read(connection, path)
    rows, numbers, texts = learn(connection)
    starts = len(numbers) + np.cumsum([0, *map(len, texts)])
    matrix = np.zeros((rows, int(starts[-1])), dtype=np.float32)
    at = 0
    for batch in connection.execute(query(numbers, texts)).to_arrow_reader(BATCH_ROWS):
        part = matrix[at : at + batch.num_rows]
        every = np.arange(batch.num_rows)
        for i in range(len(numbers)):
            part[:, i] = batch.column(i).to_numpy()
        for i, start in enumerate(starts[:-1]):
            part[every, batch.column(len(numbers) + i).to_numpy() + start] = 1
        at += batch.num_rows
    return matrix


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    made, seconds = measured(to_matrix, parser.parse_args().path)
    tell(seconds=seconds, **matrix_facts(made))
