"""Packages of others bring components; what is wrong with one never takes the rest away."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "examples" / "third_party"

JOURNEY = """
import json, sys
from pathlib import Path
import pyarrow as pa
from engine.service import endpoints, open_workspace
from engine.service.building.components import describe_component
from engine.settings import Settings
from tests.engine.running import draw
from tests.homes import do_run, import_table, publish

home = open_workspace(Settings(home=Path(sys.argv[1])))
rows = {"profit": [float(i * i * (-1) ** i) for i in range(80)], "good": ["yes" if i % 2 else "no" for i in range(80)]}
import_table(home, "books", pa.table(rows), Path(sys.argv[1]))
nodes = {
    "books": ("dataset", {"dataset": "books"}),
    "log": ("signed_log", {"columns": ["profit"]}),
    "model": ("logistic_regression", {"target": "good"}),
}
run = do_run(home, draw(nodes, "books -> log -> model", name="books"))
published = publish(home, "books", None, "books")
print(json.dumps({
    "package": describe_component("signed_log")["package"],
    "run": run.status,
    "published": published.status,
    "parity": (published.result or {}).get("parity"),
}))
"""

LOOK = """
import json, logging
logging.basicConfig(format="%(name)s: %(message)s")
from components.catalog import UnknownComponent, catalog, component, left_out, package_of
hints = {}
for key in ("formula", "twice", "fine", "broken_one"):
    try:
        component(key)
    except UnknownComponent as error:
        hints[key] = error.hint
print(json.dumps({
    "left_out": [[one.package, one.key, one.reason] for one in left_out()],
    "packages": {key: package_of(key) for key in catalog() if package_of(key)},
    "hints": hints,
    "count": len(catalog()),
}))
"""

COMPONENT = '''
from components.base import Spec, Transform
from components.params import Params

class P(Params):
    """Nothing to set."""

class Mine(Transform[P]):
    """Nothing. When: never. Serving: replayed. Source: none."""
    spec = Spec(key={key!r}, title="Mine", category="columns", icon="help", about="Nothing."{more})
{body}
'''
TRANSFORM = "    def transform(self, *tables): return tables[0]"


def wheel(source: Path, to: Path) -> Path:
    """What a build of a package of plain modules gives, without a build tool."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    told = f"{name}-{version}.dist-info"
    points = [
        line
        for group, entries in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()))
    ]
    files = {
        **{path.relative_to(source).as_posix(): path.read_text("utf-8") for path in source.glob(f"{name}/**/*.py")},
        f"{told}/METADATA": f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n",
        f"{told}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{told}/entry_points.txt": "\n".join(points) + "\n",
    }
    files[f"{told}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{told}/RECORD"])
    path = to / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
    return path


def install(package: Path, target: Path) -> None:
    command = ["-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(target)]
    subprocess.run([sys.executable, *command, str(package)], check=True, capture_output=True)


def bring(
    target: Path, package: str, *, key: str = "fine", more: str = "", body: str = TRANSFORM, text: str = ""
) -> None:
    """Put a package with one component, or with any text, where Python finds it."""
    module = package.replace("-", "_")
    (target / module).mkdir(parents=True)
    (target / module / "__init__.py").write_text(text or COMPONENT.format(key=key, more=more, body=body))
    told = target / f"{module}-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[canvasback.components]\nanything = {module}\n")


def python(code: str, target: Path, *arguments: str) -> tuple[Any, str]:
    """What a fresh process that finds these packages prints as JSON, and what it logs."""
    path = os.pathsep.join([str(target), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow  # several processes, one after the other
def test_the_template_is_installed_found_run_and_served(tmp_path: Path) -> None:
    target = tmp_path / "installed"
    source = shutil.copytree(TEMPLATE, tmp_path / "package")
    install(wheel(source, tmp_path), target)
    told, _ = python(JOURNEY, target, str(tmp_path / "home"))
    assert told["package"] == "canvasback-example"
    assert (told["run"], told["published"]) == ("succeeded", "succeeded")
    assert told["parity"]["max_difference"] < 1e-6


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, str]:
    """A process with one sound package and one of each that is not."""
    target = tmp_path_factory.mktemp("packages")
    bring(target, "sound-package")
    bring(target, "broken-package", text="raise RuntimeError('not today')")
    bring(target, "greedy-package", key="formula")
    bring(target, "first-twin", key="twice")
    bring(target, "second-twin", key="twice")
    bring(target, "odd-key", key="Not A Key")
    bring(target, "half-done", key="half", body="")
    bring(target, "bad-example", key="bad", more=", example={'nothing': 1}")
    return python(LOOK, target)


def test_a_sound_package_is_taken_whatever_the_others_are(looked: tuple[Any, str]) -> None:
    told, _ = looked
    assert told["packages"] == {"fine": "sound-package"}
    assert told["count"] > 100


@pytest.mark.parametrize(
    ("package", "key", "reason"),
    [
        ("broken-package", "", "RuntimeError: not today"),
        ("greedy-package", "formula", "component of canvasback"),
        ("first-twin", "twice", "second-twin"),
        ("second-twin", "twice", "first-twin"),
        ("odd-key", "Not A Key", "no key"),
        ("half-done", "half", "no transform"),
        ("bad-example", "bad", "example does not fit"),
    ],
)
def test_what_is_wrong_is_left_out_told_and_logged(
    looked: tuple[Any, str], package: str, key: str, reason: str
) -> None:
    told, logged = looked
    (found,) = [one for one in told["left_out"] if one[0] == package]
    assert found[1] == key
    assert reason in found[2]
    assert package in logged


def test_a_pipeline_that_needs_what_was_left_out_says_why(looked: tuple[Any, str]) -> None:
    hints = looked[0]["hints"]
    assert "formula" not in hints
    assert "first-twin" in hints["twice"]
    assert "broken-package" in hints["broken_one"]
