"""Flowfile: ten nodes over sales and stores, as its Python API draws them and its engine runs them."""

import argparse
import logging
from pathlib import Path
from typing import Any

logging.disable(logging.WARNING)

import flowfile_frame as ff  # noqa: E402  after its logging is quiet
import pyarrow.parquet as pq  # noqa: E402
from flowfile_frame import col  # noqa: E402

from benchmarks.report import measured, tell  # noqa: E402


def flow(sales: Path, stores: Path, output: Path) -> Any:
    """Two sources, three filters, a formula, a join, a window, a grouping and an output: ten nodes."""
    sold = ff.read_parquet(str(sales)).filter(col("units") > 1)
    priced = sold.with_columns((col("units") * col("price")).alias("revenue"))
    open_stores = ff.read_parquet(str(stores)).filter(col("open"))
    joined = priced.join(open_stores, on="store", how="inner")
    windowed = joined.with_columns(col("revenue").mean().over("store").alias("usual"))
    above = windowed.filter(col("revenue") > col("usual"))
    grouped = above.group_by("country", "product").agg(
        col("revenue").sum().alias("revenue"),
        col("sale").count().alias("sales"),
        col("discount").mean().alias("discount"),
    )
    return grouped.write_parquet(str(output)).flow_graph


def run(sales: Path, stores: Path, output: Path) -> int:
    """Draw the flow and run it."""
    graph = flow(sales, stores, output)
    assert graph.run_graph().success
    return len(graph.nodes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("sales", "stores", "output"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    nodes, seconds = measured(run, asked.sales, asked.stores, asked.output)
    table = pq.read_table(asked.output)
    checksum = sum(table["revenue"].to_pylist()) + sum(table["sales"].to_pylist())
    tell(seconds=seconds, nodes=nodes, rows=table.num_rows, checksum=checksum)
