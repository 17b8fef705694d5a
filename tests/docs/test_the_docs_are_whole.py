"""What exists is documented, and what is documented exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from components.base import LearnedTransform, Split, Transform
from components.catalog import catalog
from docs import generate
from docs.component_pages import component_pages, table_lines, without_examples
from docs.examples import example_tables
from engine.graph import Pipeline
from engine.settings import Settings

ROOT = Path(__file__).parents[2]


DOCS = ROOT / "docs"


@pytest.mark.parametrize(("page", "text"), generate.pages(examples=False).items(), ids=generate.pages(examples=False))
def test_a_reference_page_is_what_the_code_says(page: str, text: str) -> None:
    assert without_examples((DOCS / page).read_text(encoding="utf-8")) == text, "run make docs"


def test_there_is_no_page_of_what_is_gone() -> None:
    assert {f"components/{path.name}" for path in (DOCS / "components").iterdir()} <= set(
        component_pages(examples=False)
    )


def test_every_component_has_a_place_in_the_reference_and_the_index() -> None:
    for path in ("components.md", "components/*.md"):
        text = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob(path))
        assert [key for key in catalog() if f"(`{key}`)" not in text] == []


def test_every_component_that_changes_a_table_shows_how() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "components").glob("*.md"))
    sections = {section.split('"', 1)[0]: section for section in text.split('<a id="')[1:]}
    lazy = [key for key, kind in catalog().items() if issubclass(kind, Transform | LearnedTransform | Split)]
    assert [key for key in lazy if "<!-- example -->" not in sections[key]] == []


@pytest.mark.parametrize("key", ["impute_mean", "group_by", "split_random"])
def test_the_example_on_a_page_is_what_the_component_does(key: str) -> None:
    (page,) = (one for one in (DOCS / "components").glob("*.md") if f'<a id="{key}">' in one.read_text("utf-8"))
    tables = example_tables(key)
    assert tables is not None
    assert "\n".join(table_lines(tables[1])) in page.read_text(encoding="utf-8"), "run make docs"


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
