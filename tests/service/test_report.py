"""A report: one page with tables and models, which loads nothing, runs nothing and takes every value for a text."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import ibis
import pyarrow as pa
import pytest

from components.outputs.sketch import sketch_of, sketched
from components.ports import ROW
from engine.errors import PipelineProblems
from engine.graph import Pipeline
from engine.service.running import runs
from engine.service.views import RunView
from engine.settings import Settings
from engine.work.page.document import Page
from engine.work.page.drawing import Bar, bars, line
from engine.work.page.models import GivenModel
from engine.work.page.tables import GivenTable
from engine.workspace import Workspace, open_workspace
from tests.homes import churn_pipeline, do_run

SCRIPT = "</style></td></svg><script>alert(1)</script>"
QUOTES = "\" onmouseover='alert(1)' x=`"
HOSTILE = [
    {SCRIPT: f"{QUOTES} {n % 3}", "n&lt;": n * 1.5, "url": "javascript:alert(1)", "\u202eback": None} for n in range(30)
]
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "nav", "section", "div"),
    *("h1", "h2", "h3", "p", "ul", "li", "a", "dl", "dt", "dd", "figure", "figcaption"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "g", "rect", "line", "polyline", "text"),
}
ATTRIBUTES = {
    *("lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "scope", "role", "tabindex"),
    *("aria-label", "aria-labelledby", "viewbox", "x", "y", "x1", "x2", "y1", "y2", "rx", "width", "height"),
    *("text-anchor", "points"),
}


class Reader(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]][-1] += data

    def is_harmless(self) -> bool:
        """Whether nothing in the page runs or loads."""
        links = [value for name, value in self.attributes if name == "href"]
        assert set(self.tags) <= TAGS
        assert {name for name, _ in self.attributes} <= ATTRIBUTES
        assert all(re.fullmatch(r"#part-\d+", link) for link in links)
        assert not re.search(r"url\(|@import|expression|<", self.texts["style"][0])
        return ("content", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'") in (
            self.attributes
        )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = open_workspace(Settings(home=tmp_path_factory.mktemp("reports") / "home"))
    yield workspace
    workspace.database.close()


def pipeline(*edges: str, **params: Any) -> Pipeline:
    """Two tables, a classifier and a clustering; what is connected to the report is said."""
    document = churn_pipeline("dummy_classifier").as_document()
    document["nodes"] |= {
        "customers": {"component": "sample_data", "title": "Customers", "params": {"name": "customers"}},
        "hostile": {"component": "manual_table", "title": SCRIPT, "params": {"rows": HOSTILE}},
        "groups": {"component": "mini_batch_k_means", "title": "Groups", "params": {"features": ["age"]}},
        "page": {"component": "report", "params": params},
    }
    document["edges"] += ["split -> groups", *edges]
    return Pipeline.from_document({**document, "name": "leaving"})


ALL = ("hostile -> page.table2", "customers -> page", "model.model -> page.model", "groups.model -> page.model")


def made(run: RunView) -> dict[str, Any]:
    assert run.status == "succeeded", run.error
    (node,) = [node for node in run.nodes if node.node == "page"]
    assert node.made is not None
    return node.made


def read(home: Workspace, run: RunView) -> Reader:
    return Reader(runs.made_file(home, run.id, "page")[1].read_text(encoding="utf-8"))


def test_a_report_holds_tables_and_models_and_takes_every_value_for_a_text(home: Workspace) -> None:
    run = do_run(home, pipeline(*ALL, title=SCRIPT, text=f"One.\nTwo {SCRIPT}\n\nThree.", rows=7))
    told = made(run)
    assert (told["kind"], told["media_type"]) == ("report", "text/html")
    assert told["filename"] == "style_td_svg_script_alert_1_script.html"
    assert told["message"].endswith("2 tables and 2 models")
    page = read(home, run)
    assert page.is_harmless()
    assert page.texts["h1"] == page.texts["title"][:1] == [SCRIPT]
    assert page.texts["h2"] == page.texts["a"] == ["Most frequent class", "Groups", "Customers", SCRIPT]
    assert page.texts["p"][1:] == [f"One.\nTwo {SCRIPT}", "Three."]
    assert {SCRIPT, "n&lt;", "\u202eback"} <= set(page.texts["th"])
    assert {f"{QUOTES} 0", "javascript:alert(1)", "–"} <= set(page.texts["td"])
    assert "The first 7 of 2,000 rows" in page.texts["caption"]
    assert "The first 7 of 30 rows" in page.texts["caption"]
    assert page.texts["figcaption"][-2:] == ["Mean of age by region", f"Mean of n&lt; by {SCRIPT}"]
    assert {"Accuracy", "Silhouette", "no", "yes", "all rows"} <= set(page.texts["th"])
    assert {"leaving-model v1", "Classification", "no, yes", "churn", "Clustering"} <= set(page.texts["dd"])
    labels = [value for name, value in page.attributes if name == "aria-label"]
    assert (page.tags.count("svg"), page.attributes.count(("role", "img"))) == (3, 3)
    assert any(label.startswith(f"Mean of n&lt; by {SCRIPT}, from 20.25") for label in labels)
    assert page.tags.count("caption") == page.tags.count("table")


def test_only_the_first_rows_are_kept_and_every_run_writes_a_page(home: Workspace) -> None:
    first, again = (do_run(home, pipeline(*ALL, title="again", rows=7)) for _ in range(2))
    assert made(first)["artifact"] != made(again)["artifact"]  # each says from which run it is
    shown = runs.node_table(home, again.id, "page", "table")
    assert (shown.total, [node.ports for node in again.nodes if node.node == "page"]) == (7, [["table", "table2"]])


@pytest.mark.parametrize(
    ("edges", "params", "headings"),
    [
        (["model.model -> page.model"], {}, ["Most frequent class"]),
        (["hostile -> page.table3", "customers -> page.table4"], {"charts": False}, [SCRIPT, "Customers"]),
        (["groups.model -> page.model", "groups -> page.table2"], {"rows": 1}, ["Groups (model)", "Groups"]),
    ],
)
def test_any_input_may_stay_unconnected(
    home: Workspace, edges: list[str], params: dict[str, Any], headings: list[str]
) -> None:
    edges = [edge.replace("groups ->", "groups.table ->") for edge in edges]
    page = read(home, do_run(home, pipeline(*edges, **params)))
    assert page.is_harmless()
    assert page.texts["h2"] == headings
    assert page.texts["h1"] == ["leaving"]
    assert ("svg" in page.tags) is (params.get("charts", "groups" in edges[0]))
    assert ("nav" in page.tags) is (len(headings) > 1)


@pytest.mark.parametrize(
    ("edges", "params", "told"),
    [((), {}, "no input is connected"), (ALL[:1], {"rows": 501}, "500"), (ALL[:1], {"title": "x" * 201}, "200")],
)
def test_what_cannot_be_reported_is_told(home: Workspace, edges: Any, params: dict[str, Any], told: str) -> None:
    with pytest.raises(PipelineProblems) as refused:
        do_run(home, pipeline(*edges, **params))
    assert (told in refused.value.message, refused.value.node_id) == (True, "page")


DAYS = [datetime(2026, 1, 1) + timedelta(days=n) for n in range(1_000)]
CHARTS: list[tuple[dict[str, list[Any]], str | None]] = [
    ({"id": ["a", "b"], "total": [1.0, 2.0]}, None),
    ({"name": [f"n{n}" for n in range(99)], "total": [1.0] * 99}, None),
    ({"name": ["a"] * 9, "total": [1.0] * 9}, None),
    ({"total": [1.0, 2.0]}, None),
    ({"name": ["a", "b"]}, None),
    ({"name": ["a", "b", "b"]}, "Rows by name"),
    ({"name": ["a", "b"], "customer_id": [7, 8], "total": [1, 2]}, "total by name"),
    ({"day": DAYS[:3], "shop": ["a", "b", "a"], "sold": [1, 2, 3]}, "sold by day"),
    ({"shop": ["a", "b", "a"], "day": DAYS[:3], "sold": [1, 2, 3]}, "Mean of sold by shop"),
    ({"day": DAYS, "sold": [*range(1_000)]}, "Mean of sold by day"),
    ({"day": [date(2026, 1, 1), None, date(2026, 1, 3)], "sold": [1, 2, 3]}, None),
    ({"day": DAYS[:3], "sold": [float("nan"), float("inf"), None]}, None),
    ({"open": [True, False, None], "left": [1, 2, None]}, "left by open"),
]


@pytest.mark.parametrize(("columns", "caption"), CHARTS)
def test_a_chart_is_drawn_where_the_values_suit(columns: dict[str, list[Any]], caption: str | None) -> None:
    rows = pa.table(columns)
    table = ibis.duckdb.connect().create_table("t", rows.append_column(ROW, pa.array(range(len(rows)), pa.int64())))
    sketch = sketch_of(table.schema())
    points = sketched(table, sketch).to_pyarrow().to_pylist() if sketch else []
    page = Reader(Page("t", "", "o", tables=[GivenTable("t", rows[:2], len(rows), 3, sketch, points)]).as_html())
    assert page.is_harmless()
    assert page.texts.get("figcaption", [None]) == [caption]


def test_figures_of_every_kind_of_model_stand_beside_the_dummy_model() -> None:
    facts = {
        "task": "regression",
        "target": SCRIPT,
        "rows": {"train": 9, "unseen_labels": 0},
        "metrics": {"r2": 0.5, "rmse": 1234.5},
        "baseline": {"r2": 0.0},
        "spread": {"r2": 0.1},
        "importance": [{"column": QUOTES, "mean": 0.25, "std": 0}, {"column": "none", "mean": 0.0, "std": 0}],
        "warnings": [SCRIPT],
        "search": {"trials": [{}, {}], "metric": "r2"},
        "inputs": {f"c{n}": True for n in range(20)},
    }
    flagged = {"metrics": {"flagged": 0.031}, "rows": 5, "unseen": False}
    models = [GivenModel("a", "m v1", facts), GivenModel("b", "", {"task": "anomaly"}, flagged)]
    page = Reader(Page("t", "", "o", models).as_html())
    assert page.is_harmless()
    assert page.texts["td"] == ["0.500", "± 0.1", "0", "1,234.50", "–", "–", "3.1 %"]
    assert page.texts["caption"][0].startswith("Scores on the rows that it has not learned from. The dummy model")
    assert page.texts["caption"][1] == "Scores on 5 rows."
    assert {SCRIPT, "9 train", "2 trials, by R²", "Anomaly detection"} <= set(page.texts["dd"])
    assert "and 8 more" in page.texts["dd"][4]
    assert page.texts["li"][2:] == [SCRIPT]


def test_drawings_stay_within_their_frame() -> None:
    for values in ([3.0, 1.0], [0.0, 0.0], [-2.0, 5.0], [-1.0, -4.0], [1e-9, 1e12]):
        drawn = str(bars([Bar("b" * 99, value) for value in values], "t"))
        places = [
            tuple(map(float, place))
            for place in re.findall(r'rect class="bar" x="([\d.-]+)" .*?width="([\d.]+)"', drawn)
        ]
        assert all(left >= 0 and left + width <= 641 for left, width in places), drawn
    for values in ([1.0, 2.0, 3.0], [5.0, 5.0, 5.0], [0.0, 0.0, 0.0], [-1e-6, 3e-6, 0.0], [1e15, -1e15, 0.0]):
        drawn = str(line([(float(n), value) for n, value in enumerate(values)], "t"))
        (path,) = re.findall(r'points="([^"]+)"', drawn)
        heights = [float(point.split(",")[1]) for point in path.split()]
        assert all(0 <= height <= 200 for height in heights), drawn
