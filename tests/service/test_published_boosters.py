"""An XGBoost model from a run to an endpoint: its own file format, known by its hash."""

from collections.abc import Callable
from pathlib import Path

import pytest

from components.libraries import XGBOOST
from components.sources.customers import customers
from engine.service.modelling import models
from engine.service.serving import endpoints
from engine.workspace import Workspace
from tests.homes import churn_pipeline, do_run, import_table, publish

pytest.importorskip("xgboost", reason=f"{XGBOOST.name} is optional: {XGBOOST.hint}")


@pytest.fixture
def trained(new_home: Callable[..., Workspace], tmp_path: Path) -> Workspace:
    home = new_home()
    import_table(home, "customers", customers(), tmp_path)
    run = do_run(home, churn_pipeline("xgboost_classifier", n_estimators=20))
    assert run.status == "succeeded", run.error
    return home


def test_a_booster_is_published_once_it_has_proved_to_answer_as_the_run_did(trained: Workspace) -> None:
    job = publish(trained, "churn", None, "churn")
    assert job.status == "succeeded", job.error
    parity = endpoints.get_endpoint(trained, "churn").deployments[-1].parity
    assert parity["rows"] == 500
    assert parity["max_difference"] < 1e-9
    assert models.get_model(trained, "churn").libraries["xgboost"] == XGBOOST.version


def test_a_booster_with_one_flipped_byte_never_reaches_xgboost(
    trained: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trained.database.read() as uow:
        files = uow.models.version(uow.models.by_name("churn").id, 1).files
    path = trained.artifacts.path(files["estimator.ubj"])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    monkeypatch.setattr("xgboost.XGBClassifier.load_model", None)
    job = publish(trained, "churn", None, "churn")
    assert (job.status, (job.error or {})["code"]) == ("failed", "damaged_file")
