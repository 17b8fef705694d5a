"""Which components exist: found by walking this package, and by the entry points of other packages.

A package of somebody else brings components by naming its module::

    [project.entry-points."canvasback.components"]
    anything = "their_package"

What cannot be loaded, or has a key that is taken, is left out and told (`left_out`); it never takes the rest away.
"""

import difflib
import gc
import importlib
import logging
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType, ModuleType
from typing import Any

import components
from components.base import Component, Spec
from components.errors import UnknownComponent

ENTRY_POINTS = "canvasback.components"
OURS = "canvasback"
KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")

AnyComponent = type[Component[Any]]

log = logging.getLogger("canvasback.components")


@dataclass(frozen=True)
class LeftOut:
    """What another package brings and the catalogue does not have.

    Parameters
    ----------
    key
        Of the component; empty where nothing of the package could be loaded.
    """

    package: str
    key: str
    reason: str


@dataclass(frozen=True)
class _Found:
    components: Mapping[str, AnyComponent]
    packages: Mapping[str, str]
    left_out: tuple[LeftOut, ...]


def catalog() -> Mapping[str, AnyComponent]:
    """Every component by key, sorted by category and title."""
    return _found().components


def left_out() -> tuple[LeftOut, ...]:
    """What other packages bring that could not be taken, and why."""
    return _found().left_out


def package_of(key: str) -> str:
    """The package that a component comes from; empty for our own."""
    return _found().packages.get(key, "")


def component(key: str) -> AnyComponent:
    """The component with a key, or the one that replaces it.

    Raises
    ------
    UnknownComponent
        With the nearest keys as a hint.
    """
    known = catalog()
    found = known.get(_older_keys().get(key, key))
    if found is None:
        raise UnknownComponent(f"There is no component {key!r}.", hint=_hint(key))
    return found


def title_of(key: str) -> str:
    """What people call a component, or the words of its key where it is not there any more."""
    try:
        return component(key).spec.title
    except UnknownComponent:
        return key.replace("_", " ")


def _hint(key: str) -> str:
    refused = next((one for one in left_out() if one.key == key), None)
    if refused:
        return f"The package {refused.package} brings one, which was left out: {refused.reason}"
    close = difflib.get_close_matches(key, catalog(), n=3)
    if close:
        return f"Did you mean {', '.join(close)}?"
    broken = ", ".join(sorted({one.package for one in left_out() if not one.key}))
    return f"It may be in {broken}, which could not be loaded." if broken else "See `canvasback components`."


@cache
def _older_keys() -> Mapping[str, str]:
    return {old: key for key, component in catalog().items() for old in component.spec.replaces}


@cache
def _found() -> _Found:
    ours = {kind.spec.key: kind for name in _modules(components) for kind in _in_module(importlib.import_module(name))}
    theirs, refused = _theirs()
    keys = [kind.spec.key for _, kind in theirs]
    packages: dict[str, str] = {}
    for package, kind in theirs:
        key = kind.spec.key
        others = {OURS} if key in ours else {other for other, it in theirs if it.spec.key == key} - {package}
        if others or keys.count(key) > 1:
            reason = f"{key!r} is the key of a component of {' and '.join(sorted(others)) or package}, too."
            refused.append(LeftOut(package, key, reason))
        else:
            packages[key] = package
    taken = {**ours, **{kind.spec.key: kind for _, kind in theirs if kind.spec.key in packages}}
    ordered = sorted(taken.values(), key=lambda kind: (kind.spec.category, kind.spec.title))
    for one in refused:
        log.warning("component %s of package %s is left out: %s", one.key or "(all)", one.package, one.reason)
    gc.freeze()  # what is imported by now stays for good: the collector need not walk through it again and again
    return _Found(MappingProxyType({kind.spec.key: kind for kind in ordered}), packages, tuple(refused))


def _theirs() -> tuple[list[tuple[str, AnyComponent]], list[LeftOut]]:
    """The components of other packages, in the order of the packages' names."""
    found: dict[AnyComponent, str] = {}
    refused: list[LeftOut] = []
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda it: (_package(it), it.name, it.value)):
        package = _package(entry)
        try:
            kinds = [*_named_by(entry)]
        except Exception as error:  # whatever their import does, ours goes on
            log.warning("package %s could not be loaded", package, exc_info=True)
            refused.append(
                LeftOut(package, "", f"{entry.value} could not be loaded ({type(error).__name__}: {error}).")
            )
            continue
        for kind in kinds:
            wrong = _wrong(kind)
            if wrong:
                refused.append(LeftOut(package, str(getattr(kind.spec, "key", kind.__name__)), wrong))
            else:
                found.setdefault(kind, package)
    return [(package, kind) for kind, package in found.items()], refused


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value.split(":")[0].split(".")[0]


def _named_by(entry: EntryPoint) -> Iterator[AnyComponent]:
    """What an entry point names: a component, a module of them, or a package of modules."""
    named = entry.load()
    if not isinstance(named, ModuleType):
        yield named
        return
    yield from _in_module(named)
    for name in _modules(named):
        yield from _in_module(importlib.import_module(name))


def _wrong(kind: Any) -> str:
    """Why a class cannot be a component; empty where it can."""
    if not (isinstance(kind, type) and issubclass(kind, Component) and isinstance(getattr(kind, "spec", None), Spec)):
        return f"{kind!r} is no component: it needs a family of components.base and a Spec."
    if not KEY.fullmatch(kind.spec.key):
        return f"{kind.spec.key!r} is no key: small letters, digits and _ are, up to 64."
    open_ones = [name for name in dir(kind) if getattr(getattr(kind, name, None), "__isabstractmethod__", False)]
    if open_ones:
        return f"It has no {' and no '.join(open_ones)}."
    try:
        kind.params_type().model_validate(dict(kind.spec.example))
    except (TypeError, ValueError) as error:
        return f"Its example does not fit its params: {error}"
    return ""


def _modules(package: ModuleType) -> Iterator[str]:
    paths = getattr(package, "__path__", ())
    return (module.name for module in pkgutil.walk_packages(paths, prefix=f"{package.__name__}."))


def _in_module(module: Any) -> Iterator[AnyComponent]:
    for value in vars(module).values():
        is_own = isinstance(value, type) and value.__module__ == module.__name__
        if is_own and issubclass(value, Component) and "spec" in vars(value):
            yield value
