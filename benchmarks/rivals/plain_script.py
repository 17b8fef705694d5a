"""The plain handler, or with ``empty`` one that does nothing, under load."""

import sys

from benchmarks.load import Target, figures, free_port, served
from benchmarks.report import measured, tell
from benchmarks.rivals.nine_columns import RECORD

if __name__ == "__main__":
    file, seconds = sys.argv[1], float(sys.argv[2])
    target = Target(free_port(), "/predict", RECORD)
    words = [sys.executable, "-m", "benchmarks.rivals.plain_server", str(target.port), file]
    with served(words, target, "/ready"):
        tell(**measured(figures, target, seconds)[0])
