"""Files of SPSS, SAS and Stata: types and labels are kept, missing answers are missing."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from engine.findings import Finding
from engine.reading import UnreadableFile, UnsupportedFormat, inspect, read, survey

PEOPLE = Path(__file__).parents[1] / "data" / "statistics" / "people.sas7bdat"
FRAME = pd.DataFrame(
    {
        "id": [1.0, 2.0, 3.0, 4.0],
        "sex": [1.0, 2.0, 9.0, 1.0],
        "score": [1.5, None, 3.0, 4.0],
        "name": ["Anna", "", "Jörg", "Zoe"],
        "day": [date(2024, 1, n) for n in range(1, 5)],
        "at": [datetime(2024, 1, n, 3, 4, 5) for n in range(1, 5)],
    }
)
LABELS: dict[str, dict[Any, str]] = {"sex": {1: "male", 2: "female", 9: "refused"}, "score": {4: "four or more"}}
WRITERS = {
    "people.sav": lambda path: pyreadstat.write_sav(FRAME, path, variable_value_labels=LABELS),
    "people.zsav": lambda path: pyreadstat.write_sav(FRAME, path, variable_value_labels=LABELS, compress=True),
    "people.por": lambda path: pyreadstat.write_por(FRAME.replace("Jörg", "Jorg"), path),
    "people.xpt": lambda path: pyreadstat.write_xport(FRAME, path),
    "people.dta": lambda path: pyreadstat.write_dta(FRAME, path, variable_value_labels={"sex": LABELS["sex"]}),
}


def load(path: Path, **overrides: Any) -> tuple[pa.Table, dict[str, Finding]]:
    seen = inspect(path, overrides)
    reading = read(path, seen.read_as)
    table = pa.Table.from_batches(list(reading.batches()), reading.schema)
    return table.rename_columns([name.lower() for name in table.column_names]), {one.code: one for one in seen.findings}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_keeps_its_types(tmp_path: Path, name: str) -> None:
    WRITERS[name](str(tmp_path / name))
    table, _ = load(tmp_path / name, labels=False)
    kinds = [str(kind) for kind in table.schema.types]
    assert kinds == ["int64", "int64", "double", "string", "date32[day]", "timestamp[us]"]
    assert table["score"].to_pylist() == [1.5, None, 3.0, 4.0]
    assert table["name"].to_pylist()[:2] == ["Anna", None]
    assert (table["day"][3].as_py(), table["at"][3].as_py()) == (date(2024, 1, 4), datetime(2024, 1, 4, 3, 4, 5))


def test_a_file_of_sas_is_read() -> None:
    table, _ = load(PEOPLE)
    assert table.to_pydict() == {
        "id": [1, 2, 3, 4],
        "name": ["Anna", None, "Jürgen", "Zoe"],
        "day": [date(2024, 1, n) for n in range(1, 5)],
        "score": [0.0, None, 3.0, 4.5],
    }


def test_coded_answers_are_told_by_their_labels_where_all_have_one(tmp_path: Path) -> None:
    path = tmp_path / "people.sav"
    WRITERS["people.sav"](str(path))
    table, findings = load(path)
    assert table["sex"].to_pylist() == ["male", "female", "refused", "male"]
    assert table["score"].to_pylist() == [1.5, None, 3.0, 4.0]
    assert findings["value_labels"].detail == {"columns": ["sex"]}
    assert findings["partly_labelled"].column == "score"
    assert findings["value_labels"].message == "The codes of sex were told by their labels."
    assert ".0" not in findings["partly_labelled"].message, "codes are told as people write them"


def test_answers_that_count_as_missing_are_missing(tmp_path: Path) -> None:
    path = str(tmp_path / "people.sav")
    pyreadstat.write_sav(FRAME, path, variable_value_labels=LABELS, missing_ranges={"sex": [9]})
    assert load(Path(path))[0]["sex"].to_pylist() == ["male", "female", None, "male"]


def test_more_rows_than_are_read_at_once_come_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "many.dta")
    pyreadstat.write_dta(pd.DataFrame({"n": [float(n) for n in range(2_500)]}), path)
    monkeypatch.setattr(survey, "CELLS_PER_PART", 1)
    told = survey.write_survey(path, str(tmp_path), "dta", None, None)
    assert (told["rows"], told["parts"]) == (2_500, 3)
    parts = [pa.ipc.open_file(str(tmp_path / f"part-{n}.arrow")).read_all() for n in range(3)]
    assert pa.concat_tables(parts)["c0"].to_pylist() == list(range(2_500))


def test_a_damaged_file_is_refused_in_words(tmp_path: Path) -> None:
    WRITERS["people.sav"](str(tmp_path / "people.sav"))
    path = tmp_path / "cut.sav"
    path.write_bytes((tmp_path / "people.sav").read_bytes()[:-40])
    with pytest.raises(UnreadableFile, match="cannot be read"):
        inspect(path)


def test_a_missing_library_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(UnsupportedFormat) as refused:
        survey.write_survey(str(PEOPLE), str(tmp_path), "sas7bdat", None, None)
    assert 'pip install "canvasback[statistics]"' in refused.value.hint
