"""What `make test` takes of the sweeps: over all components, models and metrics."""

from zlib import crc32

import pytest

SWEEPS = (
    "test_balance.py",
    "test_boosters.py",
    "test_component_contract.py",
    "test_ensembles.py",
    "test_forecasts.py",
    "test_groups_and_outliers.py",
    "test_hard_tables.py",
    "test_learned_equal_scikit_learn.py",
    "test_metrics_equal_scikit_learns.py",
    "test_models.py",
    "test_models_of_models.py",
    "test_outlines.py",
    "test_outside.py",
    "test_planted_leaks.py",
    "test_prepare.py",
    "test_reading_books.py",
    "test_reasons.py",
    "test_renames.py",
    "test_same_bytes.py",
    "test_schemas.py",
    "test_tables_semantics.py",
    "test_target_encoders.py",
    "test_transforms.py",
    "test_unsupervised.py",
    "test_weights_and_stopping.py",
)
THOROUGH = (
    "test_alerts.py",
    "test_bad_input.py",
    "test_balance.py",
    "test_batch_scoring.py",
    "test_charts_on_screen.py",
    "test_commands.py",
    "test_computations.py",
    "test_connections_on_screen.py",
    "test_cross_fitting.py",
    "test_cross_validation.py",
    "test_damage.py",
    "test_decisions.py",
    "test_drift_blame.py",
    "test_execute.py",
    "test_explaining_on_screen.py",
    "test_journey.py",
    "test_known_tables.py",
    "test_limits.py",
    "test_model_comparison.py",
    "test_nested.py",
    "test_noted.py",
    "test_outputs.py",
    "test_pages.py",
    "test_places.py",
    "test_profile_on_screen.py",
    "test_reading_on_screen.py",
    "test_reading_statistics.py",
    "test_registry_on_screen.py",
    "test_reports.py",
    "test_rounds.py",
    "test_rules_of_datasets.py",
    "test_runs_and_comparisons_on_screen.py",
    "test_score_changes.py",
    "test_scripts.py",
    "test_searches.py",
    "test_slice.py",
    "test_soak.py",
    "test_spark_is_away.py",
    "test_syncs.py",
    "test_training.py",
    "test_watching.py",
)
"""Seconds for each test: `make test` runs a third of them."""
SERVERS = ("postgresql", "mariadb")
"""The store is asked on each; what is built on it, on SQLite in `make test` and on these in `make test-all`."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A fortieth of what every component is asked, always the same; `make test-all` asks the rest."""
    for item in items:
        number = crc32(item.nodeid.encode())
        called = item.callspec.id if hasattr(item, "callspec") else ""
        is_left_out = called and item.path.name in SWEEPS and number % 40
        is_elsewhere = item.path.parent.name != "storage" and any(name in called for name in SERVERS)
        if is_left_out or is_elsewhere or (item.path.name in THOROUGH and number % 3):
            item.add_marker(pytest.mark.slow)
