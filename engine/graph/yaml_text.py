"""A pipeline's file as plain data: YAML without its surprises."""

import json
import re
from typing import Any

import yaml

from engine.errors import InvalidPipeline

MAX_TEXT = 2_000_000


class _Yaml(yaml.SafeLoader):
    """Safe YAML in which only true and false are booleans: a join's param ``on`` stays a name."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def read_yaml(text: str) -> Any:
    """Read a YAML text (or JSON, which is YAML).

    Raises
    ------
    InvalidPipeline
    """
    if len(text) > MAX_TEXT:
        raise InvalidPipeline(f"The pipeline file has over {MAX_TEXT:,} characters.")
    try:
        if text.lstrip().startswith("{"):
            return _read_json(text)
        return _read_yaml(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # a date such as 2026-99-99 is a ValueError
        place = getattr(error, "problem_mark", None)
        where = f" in line {place.line + 1}" if place else ""
        raise InvalidPipeline(f"This is not YAML{where}.", hint="See examples/ for the format.") from error


def _read_json(text: str) -> Any:
    """JSON by its own rules: for YAML 1.1, ``1e-7`` is a text."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError:
        return _read_yaml(text)  # a mapping of YAML on one line


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _read_yaml(text: str) -> Any:
    if re.search(r"(^|[\s\[,{:-])[&*][\w-]+", text) and _has_alias(text):
        raise InvalidPipeline("The pipeline file uses YAML anchors, which are not read.")
    return yaml.load(text, Loader=_Yaml)  # noqa: S506  a safe loader


def _has_alias(text: str) -> bool:
    return any(isinstance(token, yaml.AliasToken | yaml.AnchorToken) for token in yaml.scan(text))
