"""What exists is documented, and what is documented exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from components.catalog import catalog
from docs import generate
from engine.graph import Pipeline
from engine.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["components.md", "settings.md", "commands.md"])
def test_a_reference_page_is_what_the_code_says(page: str) -> None:
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == generate.pages()[page], "run make docs"


def test_every_component_has_a_place_in_the_reference() -> None:
    page = (ROOT / "docs" / "components.md").read_text(encoding="utf-8")
    assert [key for key in catalog() if f"(`{key}`)" not in page] == []


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_command_has_a_line_of_help() -> None:
    headings = re.split(r"^## ", generate.commands(), flags=re.MULTILINE)[1:]
    assert [part.splitlines()[0] for part in headings if not part.splitlines()[2].strip()] == []


def test_links_between_the_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8"))]
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_survives_being_read_and_written(example: Path) -> None:
    drawn = Pipeline.from_yaml(example.read_text(encoding="utf-8"))
    assert Pipeline.from_yaml(drawn.as_yaml()) == drawn


def test_the_lock_files_hold_no_addresses_and_every_dependency() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in lock
        wanted = re.findall(r'^  "([A-Za-z0-9_.-]+)', _dependencies(), flags=re.MULTILINE)
        assert [one for one in wanted if f"\n{one.lower()}==" not in "\n" + lock.lower()] == []


def test_make_says_what_each_target_does() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "start", "test", "check", "bench", "docs"):
        assert re.search(rf"^{target}\s+\w", told, flags=re.MULTILINE)


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys, engine.cli.main; "
        "print([name for name in ('ibis', 'sklearn', 'pandas', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def _dependencies() -> str:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return text[text.index("dependencies = [") : text.index("]\n\n[project.optional")]
