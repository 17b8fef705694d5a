"""The tab Export: a card for each format, what was proved, and the reason where a format cannot hold the model."""

from engine.service import Settings, open_workspace
from engine.service.modelling import model_exports
from tests.homes import do_job
from tests.ui.conftest import Filled, Open
from tests.ui.test_pages import is_sound, words


def test_a_model_is_exported_from_its_page(filled: Filled, open_page: Open) -> None:
    home = open_workspace(Settings(home=filled.home))
    app = open_page(filled.home, "models", model="churn", view="Export")
    assert is_sound(app), (app.exception, app.error)
    for title in ("scikit-learn pipeline", "ONNX", "MLflow model", "Bundle"):
        assert title in words(app)
    app.button(key="export_skops").click().run()
    assert is_sound(app), (app.exception, app.error)
    assert "waiting for a worker" in words(app) or app.get("progress")
    (view,) = (view for view in model_exports.list_formats(home, "churn", 1) if view.name == "skops")
    assert view.job_id is not None
    assert do_job(home, view.job_id).status == "succeeded"
    app.run()
    assert is_sound(app), (app.exception, app.error)
    assert "rows, largest difference" in words(app)
    assert any("skops.io.load" in code.value for code in app.code)
