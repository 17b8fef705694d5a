"""`mlflow models serve`, as its documentation says, under load."""

import os
import sys
from pathlib import Path

from benchmarks.load import Target, figures, free_port, served
from benchmarks.report import measured, tell
from benchmarks.rivals.nine_columns import RECORD, trained

if __name__ == "__main__":
    import mlflow.sklearn

    file, folder, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    if not folder.exists():
        # Its default format refuses the types of a one-hot encoder; this was the default before.
        how = {"pyfunc_predict_fn": "predict_proba", "serialization_format": "cloudpickle"}
        mlflow.sklearn.save_model(trained(file), str(folder), **how)
    target = Target(free_port(), "/invocations", RECORD, "dataframe_records")
    words = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder), "-p", str(target.port)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it starts uvicorn by its name
    with served([*words, "--env-manager", "local", "-h", "127.0.0.1"], target, "/ping", PATH=path):
        tell(**measured(figures, target, seconds)[0])
