"""The code that answers for a model, as source beside the model: what is imported on the way to an answer, no more.

A model's answer is computed by this very code, so that a copy of it answers the same wherever it runs. It is found by
following the imports from the scorer; components are found by name when a model is loaded, so all of them go along.
"""

import ast
import importlib.metadata
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from components.catalog import package_of
from engine.serve.evidence import EVIDENCE
from engine.serve.modelfile import LIBRARIES as MADE_WITH
from engine.serve.modelfile import ModelFile
from engine.serve.stretches import transform_steps

OURS = ("engine", "components", "storage")
BEGINNINGS = ("engine.serve.scorer", "engine.serve.parity", "engine.serve.applied")
LIBRARIES = (
    "duckdb",
    "ibis-framework",
    "numpy",
    "packaging",
    "pandas",
    "pyarrow",
    "pydantic",
    "pyyaml",
    "scikit-learn",
    "scipy",
    "skops",
    "sqlglot",
    "threadpoolctl",
)
EXTRAS = {"ibis-framework": "[duckdb]"}


def copy_core(folder: Path) -> None:
    """Write the source of the scoring code, as the packages that it imports itself as."""
    for name, source in core_modules().items():
        parts = name.split(".")
        target = folder.joinpath(*(parts if source.name == "__init__.py" else parts[:-1]), source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def copy_files(files: Mapping[str, Path], folder: Path) -> list[str]:
    """Write the model's files but for the rows that it is explained with; returns their names."""
    folder.mkdir(parents=True)
    names = [name for name in files if name != EVIDENCE]
    for name in names:
        shutil.copyfile(files[name], folder / name)
    return names


def requirements(model: ModelFile, *more: str) -> list[str]:
    """The libraries that the scoring code needs for a model, at the versions that are installed here.

    Parameters
    ----------
    more
        Further libraries, by name.
    """
    names = sorted({*LIBRARIES, *_own(model), *more})
    return [f"{name}{EXTRAS.get(name, '')}=={importlib.metadata.version(name)}" for name in names]


def _own(model: ModelFile) -> Iterator[str]:
    """What brings its estimator, its transformers and its components, beyond what every model needs."""
    modules = {*model.libraries} - {*MADE_WITH}
    modules |= {library.module for _, kind in transform_steps(model.slice) for library in kind.spec.requires}
    brought = importlib.metadata.packages_distributions() if modules else {}
    yield from (brought[module][0] for module in modules if module in brought)
    keys = [model.component, *model.members, *(step.component for step in model.slice.steps)]
    yield from filter(None, map(package_of, keys))


@cache
def core_modules() -> Mapping[str, Path]:
    """Each module that an answer may need, with its file."""
    found: dict[str, Path] = {}
    pending = [*BEGINNINGS, *_modules_of("components")]
    while pending:
        name = pending.pop()
        source = None if name in found or name.split(".")[0] not in OURS else _source(name)
        if source is not None:
            found[name] = source
            pending += [*_parents(name), *_imports(source)]
    return found


def _modules_of(package: str) -> Iterator[str]:
    root = _root(package)
    for path in sorted(root.rglob("*.py")):
        parts = (package, *path.relative_to(root).with_suffix("").parts)
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _imports(source: Path) -> Iterator[str]:
    """Modules that a file names, and names in them, which may be modules too."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _source(name: str) -> Path | None:
    package, *rest = name.split(".")
    place = _root(package).joinpath(*rest)
    candidates = (place / "__init__.py", place.with_name(f"{place.name}.py"))
    return next((path for path in candidates if path.is_file()), None)


def _root(package: str) -> Path:
    found = find_spec(package)
    assert found is not None and found.submodule_search_locations  # noqa: S101, PT018  a package of ours
    return Path(found.submodule_search_locations[0])
