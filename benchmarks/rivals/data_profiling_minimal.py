"""fg-data-profiling in its minimal mode: the description of a Parquet file, without the page."""

import argparse
import os
from pathlib import Path
from typing import Any

os.environ["YDATA_PROFILING_NO_ANALYTICS"] = "1"  # it would tell its makers, and wait for them

import pandas as pd
from data_profiling import ProfileReport

from benchmarks.report import measured, tell


def describe(path: Path) -> Any:
    """What it finds out."""
    return ProfileReport(pd.read_parquet(path), minimal=True, progress_bar=False).get_description()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    found, seconds = measured(describe, parser.parse_args().path)
    tell(seconds=seconds, rows=found.table["n"], columns=found.table["n_var"])
