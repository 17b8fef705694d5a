"""The dashboard file: Grafana asks for metrics and labels that are there, and finds what its JSON model needs."""

import itertools
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric

from engine.service.monitoring import watch_points
from engine.settings import Settings
from engine.workspace import open_workspace
from storage.schema import utc_now
from tests.api.test_metrics import asked, scraped, values
from tests.homes import Published
from tests.servers import serving
from tests.watched import a_point

DASHBOARD = json.loads((Path(__file__).parents[2] / "docs" / "endpoints" / "grafana.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
TARGETS: list[dict[str, Any]] = [target for panel in PANELS for target in panel["targets"]]
NAME = re.compile(r"canvasback_\w+")
SELECTED = re.compile(r"(canvasback_\w+)\{([^}]*)\}")
MATCHER = re.compile(r"(\w+)(?:=~|!~|!=|=)\"")
GROUPED = re.compile(r"\bby \(([^)]*)\)")
COLUMNS = 24
"""So wide is a dashboard of Grafana."""


@pytest.fixture(scope="module")
def told(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Metric]]:
    """What `/metrics` gives of a home in which everything has happened that can be measured."""
    place = tmp_path_factory.mktemp("measured") / "home"
    shutil.copytree(filled_home.workspace.home.path, place)
    home = open_workspace(Settings(home=place))
    scores = {"performance": {"roc_auc": 0.8}, "baseline": {"roc_auc": 0.9}}
    point = a_point(1, utc_now(), drift={'a"b\\c\n': 0.3}, prediction_psi=0.2, domain_auc=0.6, **scores)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(watch_points, "points_within", lambda *_: [point])
        asked(home)
        with serving(home) as client:
            yield scraped(client.get("/metrics"))
    home.database.close()


@pytest.fixture(scope="module")
def labels(told: dict[str, Metric]) -> dict[str, set[str]]:
    """The labels of each series, by its name."""
    found: dict[str, set[str]] = {}
    for sample in itertools.chain.from_iterable(family.samples for family in told.values()):
        found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_values_of_labels_survive_whatever_stands_in_them(told: dict[str, Metric]) -> None:
    assert values(told["canvasback_endpoint_share"]) == {("churn", "churn", "live", "1"): 1}  # labels are sorted
    assert values(told["canvasback_endpoint_drift_psi"]) == {("churn", 'a"b\\c\n', "1"): 0.3}


@pytest.mark.parametrize("target", TARGETS, ids=lambda it: it["expr"][:60])
def test_each_panel_asks_for_series_and_labels_that_are_there(
    target: dict[str, Any], labels: dict[str, set[str]]
) -> None:
    expression, legend = target["expr"], target["legendFormat"]
    names = NAME.findall(expression)
    assert names
    assert set(names) <= labels.keys()
    for name, selector in SELECTED.findall(expression):
        assert set(MATCHER.findall(selector)) <= labels[name], name
    shown = set.intersection(*(labels[name] for name in names))
    groups = [{one.strip() for one in group.split(",")} for group in GROUPED.findall(expression)]
    assert all(group <= shown for group in groups)
    kept = set.intersection(*groups) if groups else set() if expression.startswith("sum(") else shown
    assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= kept, "a label that is summed away is empty in the legend"


def test_its_variables_ask_for_labels_that_are_there_and_panels_know_them(labels: dict[str, set[str]]) -> None:
    variables = {one["name"]: one for one in DASHBOARD["templating"]["list"]}
    for one in variables.values():
        if one["type"] == "query":
            name, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", one["query"]["query"]).groups()  # type: ignore[union-attr]
            assert label in labels[name]
    used = {name for target in TARGETS for name in re.findall(r"\$\{?(\w+)", target["expr"])}
    used |= {name for panel in PANELS for name in re.findall(r"\$\{?(\w+)", panel["datasource"]["uid"])}
    assert used == variables.keys()


def test_everything_that_is_measured_is_shown(told: dict[str, Metric]) -> None:
    names = {
        re.sub("_(total|bucket|sum|count)$", "", name) for target in TARGETS for name in NAME.findall(target["expr"])
    }
    assert set(told) == names


def test_panels_are_whole_and_lie_beside_each_other() -> None:
    assert {"title", "uid", "schemaVersion", "time", "refresh", "panels", "templating"} <= DASHBOARD.keys()
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,40}", DASHBOARD["uid"])
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        assert {"id", "type", "title", "datasource", "gridPos", "fieldConfig", "options", "targets"} <= panel.keys()
        assert panel["type"] in {"stat", "timeseries"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        at = panel["gridPos"]
        cells = set(itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])))
        assert at["x"] + at["w"] <= COLUMNS
        assert not cells & taken, f"{panel['title']} covers another panel"
        taken |= cells
