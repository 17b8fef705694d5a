"""What `make test` takes of the sweeps over all components."""

from zlib import crc32

import pytest

SWEEPS = (
    "test_component_contract.py",
    "test_hard_tables.py",
    "test_learned_equal_scikit_learn.py",
    "test_outlines.py",
    "test_renames.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """An eighth of what every component is asked, always the same eighth; `make test-all` asks the rest."""
    for item in items:
        is_swept = item.path.name in SWEEPS and hasattr(item, "callspec")
        if is_swept and crc32(item.nodeid.encode()) % 8:
            item.add_marker(pytest.mark.slow)
