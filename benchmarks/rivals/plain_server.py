"""What people write first: FastAPI, a scikit-learn pipeline, a data frame for each request."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.rivals.nine_columns import trained


class Body(BaseModel):
    """A request."""

    records: list[dict[str, Any]]


def make_app(model: Any) -> FastAPI:
    """An API that answers with a model; without one, with nothing."""
    app = FastAPI()

    @app.get("/ready")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    if model is None:

        @app.post("/predict")
        async def nothing(body: Body) -> dict[str, bool]:
            return {"ok": True}

    else:

        @app.post("/predict")
        def predict(body: Body) -> dict[str, Any]:
            rows = pd.DataFrame(body.records)
            chances = model.predict_proba(rows)
            labels = model.classes_[chances.argmax(axis=1)]
            told = zip(labels.tolist(), chances.tolist(), strict=True)
            return {"predictions": [{"prediction": label, "probabilities": chance} for label, chance in told]}

    return app


if __name__ == "__main__":
    port, file = int(sys.argv[1]), sys.argv[2]
    app = make_app(None if file == "empty" else trained(Path(file)))
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False, server_header=False)
