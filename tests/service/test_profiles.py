"""From a profile to what is done with it: fixes as nodes, comparisons, the full report."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from components.catalog import catalog
from engine.errors import DataError, MissingThing
from engine.graph import Pipeline
from engine.profile.full_report import POLICY, _frame, rendered
from engine.service import upkeep
from engine.service.building import fixes, pipelines
from engine.service.building.fixes import steps_of, with_steps
from engine.service.data import datasets, profiles
from engine.service.running import runs
from engine.workspace import Workspace
from tests.homes import do_job, done

MESSY = "id,mail,city,price,day,amount,gap,same\n" + "".join(
    f"{i},u{i % 90}@example.com,{'Graz' if i % 3 else 'graz'},$ {i}.50,{1 + i % 28:02d}.{1 + i % 12:02d}.2024 x"
    f",{(i % 97) ** 3},{'' if i % 5 == 0 else i % 7},one\n".replace(" x", "")
    for i in range(300)
)


@pytest.fixture
def messy(home: Workspace, tmp_path: Path) -> Workspace:
    file = tmp_path / "messy.csv"
    file.write_text(MESSY)
    done(home, datasets.start_import(home, file, "messy", overrides={"types": {"day": "string"}}))
    return home


def findings(home: Workspace) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in profiles.get_profile(home, "messy").findings]


def test_every_fix_is_a_node_that_can_be_drawn_and_run(messy: Workspace) -> None:
    found = [one for one in findings(messy) if fixes.is_fixable(one)]
    assert {one["code"] for one in found} >= {
        "personal_data",
        "mixed_case",
        "money_as_text",
        "dates_as_text",
        "missing",
    }
    draft, first = fixes.draw_fixes(messy, "messy", found, name="cleaned")
    drawn = pipelines.drawn(draft)
    assert drawn.by_id[first].component == "text_case"
    assert not [one for one in pipelines.problem_list(messy, drawn) if one["severity"] == "error"]
    run_id = runs.start_run(messy, draft.pipeline_id, drawn)
    assert do_job(messy, runs.job_of(messy, run_id) or "").status == "succeeded"
    table = runs.node_table(messy, run_id, drawn.nodes[-1].id)
    kinds = {column["name"]: column["kind"] for column in table.columns}
    numbers = dict.fromkeys(("price", "amount", "gap"), "numeric")
    assert kinds == {"mail": "text", "city": "text", "day": "datetime", **numbers}, "id and same are dropped"


def test_a_second_fix_goes_behind_the_first_in_the_same_pipeline(messy: Workspace) -> None:
    by_code = {one["code"]: one for one in findings(messy)}
    draft, _ = fixes.draw_fixes(messy, "messy", [by_code["dates_as_text"]], name="cleaned")
    again, node = fixes.draw_fixes(messy, "messy", [by_code["constant"]], pipeline_id=draft.pipeline_id)
    assert again.pipeline_id == draft.pipeline_id
    assert again.document["edges"] == ["data -> parse_date", f"parse_date -> {node}"]
    assert [(one.name, one.reads_it) for one in fixes.readers_of(messy, "messy")] == [("cleaned", True)]
    with pytest.raises(MissingThing):
        fixes.draw_fixes(messy, "messy", [{"code": "many_zeros", "detail": {}}], name="nothing")


def test_a_fix_is_put_between_a_dataset_and_what_reads_it() -> None:
    drawn = Pipeline.from_document(
        {
            "name": "p",
            "nodes": {
                "data": {"component": "dataset", "params": {"dataset": "messy"}},
                "sample": {"component": "sample_rows", "params": {}},
            },
            "edges": ["data -> sample"],
        }
    )
    after, node = with_steps(drawn, "messy", [("trim_text", {"columns": ["city"]})])
    assert after.as_document()["edges"] == ["data -> trim_text", "trim_text -> sample"]
    other, node = with_steps(drawn, "other", [("trim_text", {"columns": ["city"]})])
    assert len(other.nodes) == 4
    assert other.out_of("data_2")[0].target == node


def test_steps_are_ordered_joined_and_spare_what_is_dropped() -> None:
    def finding(component: str, column: str, **params: Any) -> dict[str, Any]:
        return {"detail": {"component": component, "params": {"columns": [column], **params}}}

    asked = [
        *(finding("impute_mode", "a"), finding("drop_columns", "b"), finding("impute_mean", "b")),
        *(finding("cast", "a", to="float64"), finding("cast", "c", to="float64")),
    ]
    assert steps_of(asked) == [
        ("cast", {"columns": ["a", "c"], "to": "float64"}),
        ("impute_median", {"columns": ["a"]}),
        ("drop_columns", {"columns": ["b"]}),
    ]
    assert all(key in catalog() for key in fixes.ORDER)


def test_two_versions_and_two_parts_are_compared(messy: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text(MESSY.replace("graz", "Linz").replace(",one", ",two"))
    done(messy, datasets.start_import(messy, file, "messy", overrides={"types": {"day": "string"}}))
    found = profiles.compare_versions(messy, "messy", 1, 2)
    assert {one.column for one in found.moved} == {"city", "same"}
    parts = profiles.compare_parts(messy, "messy", 1, "city", "graz")
    assert parts.looked_at == (200, 100)
    with pytest.raises(DataError, match="one of the two parts is empty"):
        profiles.compare_parts(messy, "messy", 1, "city", "nowhere")
    told = profiles.associations(messy, "messy", 1, "amount")
    assert all(-1 <= one.value <= 1 for one in told)


def test_the_last_fifth_in_time_is_a_part(home: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text("day,n\n" + "".join(f"2024-{1 + i // 25:02d}-{1 + i % 25:02d},{i}\n" for i in range(100)))
    done(home, datasets.start_import(home, file, "days"))
    found = profiles.compare_parts(home, "days", None, "day")
    assert found.looked_at == (80, 20)
    assert [one.name for one in profiles.parts_by(profiles.get_profile(home, "days"))] == ["day"]


def test_a_version_without_a_profile_can_be_measured(messy: Workspace) -> None:
    version = messy.database.transact(lambda uow: uow.datasets.version(uow.datasets.by_name("messy").id))
    before = version.profile
    messy.database.transact(lambda uow: uow.datasets.set_profile(version.id, None, []))  # type: ignore[arg-type]
    assert not profiles.has_profile(messy, "messy")
    with pytest.raises(MissingThing, match="has no profile yet"):
        profiles.get_profile(messy, "messy")
    done(messy, profiles.start_measuring(messy, "messy"))
    assert profiles.get_profile(messy, "messy").model_dump(mode="json") == before
    assert profiles.is_whole(profiles.get_profile(messy, "messy"))


HOSTILE = pa.table({"<script>x</script>": ["<script>alert(1)</script>", "{{7*7}}"] * 60, "n": range(120)})


def test_nothing_of_the_data_is_code_in_the_report_and_nothing_is_fetched() -> None:
    class Report:
        def to_html(self) -> str:
            return "<!doctype html><html><meta charset=utf-8><body></body>"

    frame = _frame(HOSTILE)
    assert next(iter(frame.columns)) == "&lt;script&gt;x&lt;/script&gt;"
    assert frame.iloc[0, 0] == "&lt;script&gt;alert(1)&lt;/script&gt;"
    page = rendered(Report())  # type: ignore[arg-type]
    assert page.index("Content-Security-Policy") < page.index("charset")
    assert "default-src 'none'" in POLICY
    assert "connect-src" not in POLICY


def test_a_report_of_too_few_or_too_many_rows_is_refused(messy: Workspace) -> None:
    with pytest.raises(DataError, match="100 to 200,000 rows"):
        profiles.start_report(messy, "messy", rows=5)
    assert profiles.report_rows(4_000) == 500
    assert profiles.find_report(messy, "messy") is None


@pytest.mark.slow
def test_the_full_report_is_a_page_that_is_kept(messy: Workspace) -> None:
    job_id = profiles.start_report(messy, "messy", rows=120)
    made = done(messy, job_id)
    assert (made["of"], made["columns"]) == (300, 8)
    assert profiles.find_report(messy, "messy").id == job_id  # type: ignore[union-attr]
    name, path = profiles.report_file(messy, job_id)
    page = path.read_text(encoding="utf-8")
    assert name == "messy_v1_profile.html"
    assert "Content-Security-Policy" in page
    assert f"messy v1 ({made['rows']:,} of 300 rows)" in page
    upkeep.collect_garbage(messy)
    assert path.exists()
