"""The clients that others have written for these protocols get our answers: in an environment of their own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Asked

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CLIENTS = ("tritonclient[http]>=2.60", "mlflow-skinny>=3", "pandas<3", "scipy")

TRITON = """
import json, sys
import numpy as np
import tritonclient.http as triton

port, key, record = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
# The client writes into the headers that it is given.
headers = lambda: {"Authorization": f"Bearer {key}"}
client = triton.InferenceServerClient(f"127.0.0.1:{port}")
assert client.is_server_live() and client.is_server_ready()
assert client.is_model_ready("churn", headers=headers()) and client.is_model_ready("churn", "1", headers=headers())
described = client.get_model_metadata("churn", headers=headers())
types = {"INT64": np.int64, "FP64": np.float64, "BOOL": np.bool_, "BYTES": np.object_}
told = {}
for binary in (True, False):
    inputs = []
    for one in described["inputs"]:
        tensor = triton.InferInput(one["name"], [2], one["datatype"])
        tensor.set_data_from_numpy(np.array([record[one["name"]]] * 2, types[one["datatype"]]), binary_data=binary)
        inputs.append(tensor)
    answer = client.infer("churn", inputs, headers=headers(), request_id="mine")
    told[str(binary)] = {name: answer.as_numpy(name).tolist() for name in ("prediction", "probabilities")}
try:
    client.infer("churn", inputs[1:], headers=headers())
except triton.InferenceServerException as error:
    told["error"] = error.message()
print(json.dumps(told))
"""

MLFLOW = """
import json, sys
import pandas as pd
import requests
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

port, key, record = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
# The client has no way to give a key: a proxy, or its library's session, adds it.
send = requests.Session.request
requests.Session.request = lambda self, *given, **how: send(
    self, *given, **{**how, "headers": {**(how.get("headers") or {}), "Authorization": f"Bearer {key}"}}
)
client = ScoringServerClient("127.0.0.1", port)
client.ping()
answer = client.invoke(pd.DataFrame([record, record]))
print(json.dumps({"version": client.get_version(), "predictions": answer.get_predictions()[0].tolist()}))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the clients, or a skip where the network gives no libraries."""
    folder = tmp_path_factory.mktemp("clients")
    uv = str(Path(sys.executable).with_name("uv"))
    try:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True, capture_output=True)
        install = [uv, "pip", "install", "-q", "--python", str(folder / "bin" / "python"), *CLIENTS]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("uv is not installed here")
    except subprocess.CalledProcessError as error:
        if any(word in str(error.stderr).lower() for word in ("dns", "connect", "network", "timed out")):
            pytest.skip(f"the libraries could not be fetched: {str(error.stderr)[-200:]}")
        raise AssertionError(error.stderr) from error
    return folder / "bin" / "python"


def ran(python: Path, asked: Asked, script: str) -> Any:
    given = [str(asked.client.base_url.port), asked.keys["churn"], json.dumps(asked.churn)]
    told = subprocess.run([python, "-c", script, *given], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr[-3_000:]
    return json.loads(told.stdout.splitlines()[-1])


def test_tritons_client_speaks_the_open_inference_protocol_with_us(python: Path, asked: Asked) -> None:
    (wanted,) = asked.predict().json()["predictions"]
    told = ran(python, asked, TRITON)
    for binary in ("True", "False"):
        assert told[binary]["prediction"] == [wanted["prediction"]] * 2
        assert told[binary]["probabilities"][1] == pytest.approx([*wanted["probabilities"].values()])
    assert "this field is missing" in told["error"]


def test_mlflows_own_client_scores_with_us(python: Path, asked: Asked) -> None:
    (wanted,) = asked.predict().json()["predictions"]
    assert ran(python, asked, MLFLOW)["predictions"] == [wanted["prediction"]] * 2
