"""Lines that do not fit are kept beside the version, shown, fetched, and go with the dataset; several files are one."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import CanvasbackError
from engine.service.data import datasets
from engine.service.data.rejected import rejected_csv, rejected_lines
from engine.sources import FileSource, FilesSource
from engine.workspace import Workspace
from tests.homes import done

LINES = ["id,town", *(f"{n},Graz" for n in range(1, 1_501)), *(f"=1+{n},a,b" for n in range(1_500))]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "towns.csv"
    path.write_text("\n".join(LINES) + "\n")
    return path


def test_every_line_that_was_left_out_is_kept_until_the_dataset_goes(home: Workspace, file: Path) -> None:
    told = done(home, datasets.start_import(home, file, "towns"))
    assert (told["rows"], told["rejected"]) == (1_500, 1_500)
    kept = datasets.get_dataset(home, "towns").rejected
    assert kept is not None
    assert kept["count"] == 1_500
    page = rejected_lines(home, "towns", offset=1_400, limit=100)
    assert page.total == 1_500
    assert page.rows[-1] == ["", 3_001, "3 fields instead of 2", "=1+1499,a,b"]
    rows = list(csv.reader(io.StringIO(rejected_csv(home, "towns").decode())))
    assert (len(rows), rows[1]) == (1_501, ["", "1502", "3 fields instead of 2", "'=1+0,a,b"])
    with home.database.read() as uow:
        assert kept["file"] in uow.datasets.files_in_use()
    datasets.delete_dataset(home, "towns")
    assert not (home.tables.root / kept["file"]).exists()


def test_a_lenient_reading_keeps_every_line(home: Workspace, file: Path) -> None:
    told = done(home, datasets.start_import(home, file, "towns", overrides={"lenient": True}))
    assert (told["rows"], told["rejected"]) == (3_000, 0)
    assert {finding["code"] for finding in told["findings"]} >= {"lines_joined"}
    assert rejected_lines(home, "towns").total == 0
    assert datasets.preview_dataset(home, "towns", offset=2_999).rows == [["=1+1499", "a,b"]]


def test_a_folder_becomes_one_table_where_it_may_be_read(new_home: Callable[..., Workspace], tmp_path: Path) -> None:
    folder = tmp_path / "months"
    folder.mkdir()
    for month in ("jan", "feb"):
        (folder / f"{month}.csv").write_text(f"id,month\n1,{month}\n2,{month},x\n")
    source = FilesSource(folder=folder, pattern="*.csv", name_column="file")
    with pytest.raises(CanvasbackError, match="no folder that may be read"):
        datasets.inspect_dataset(new_home(), source)
    home = new_home(file_folders=(folder,))
    told = done(home, datasets.start_import(home, source, "months"))
    assert (told["rows"], [column["name"] for column in told["columns"]]) == (2, ["file", "id", "month"])
    assert [row[:2] for row in rejected_lines(home, "months").rows] == [["feb.csv", 3], ["jan.csv", 3]]
    for pattern in ("../*", "/etc/*"):
        with pytest.raises(CanvasbackError, match="leads out"):
            datasets.inspect_dataset(home, FilesSource(folder=folder, pattern=pattern))


def test_uploads_that_became_one_table_are_removed(home: Workspace) -> None:
    kept = [datasets.keep_upload(home, io.BytesIO(f"id,x\n{n},1\n".encode()), f"{n}.csv") for n in range(3)]
    source = FilesSource(files=tuple(FileSource(path=path, filename=f"part {n}.csv") for n, path in enumerate(kept)))
    assert source.called == "part"
    assert done(home, datasets.start_import(home, source, "parts"))["rows"] == 3
    assert not any(path.exists() for path in kept)
    assert datasets.get_dataset(home, "parts").source["files"] == ["part 0.csv", "part 1.csv", "part 2.csv"]
