"""The reference of the components: an index, and a page for each category."""

import json
import re
from typing import Any

from docs.examples import example_tables
from engine.service.building.components import list_categories, list_components

INDEX, FOLDER = "components.md", "components"
LABELS = {"When": "When to use it", "Serving": "In an endpoint", "Source": "Source"}
EXAMPLE = re.compile(r"<!-- example -->\n.*?<!-- end of example -->\n\n?", re.DOTALL)
TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def component_pages(*, examples: bool = True) -> dict[str, str]:
    """The index and the pages by file name; examples take a few seconds, because they are really computed."""
    listed = list_components()
    index = ["# Components", "", "What a node can be. `canvasback components KEY` tells the same.", ""]
    pages = {}
    for category in list_categories():
        found = [one for one in listed if one["category"] == category["key"]]
        name = f"{FOLDER}/{category['key'].replace('/', '-')}.md"
        index += [f"## [{category['title']}]({name})", ""]
        index += [f"- [{one['title']}]({name}#{one['key']}) (`{one['key']}`): {one['about']}" for one in found]
        index.append("")
        pages[name] = _page(category["title"], found, examples=examples)
    return {INDEX: "\n".join(index).rstrip() + "\n", **pages}


def without_examples(page: str) -> str:
    """A page as it is written without computing anything."""
    return EXAMPLE.sub("", page).rstrip() + "\n"


def _page(title: str, listed: list[dict[str, Any]], *, examples: bool) -> str:
    lines = [f"# {title}", "", f"[All components](../{INDEX})", ""]
    for one in listed:
        lines += [f'## <a id="{one["key"]}"></a>{one["title"]} (`{one["key"]}`)', "", *_help(one["help"], one["words"])]
        lines += [f'Needs `pip install "{install}"`.\n' for install in one["requires"]]
        lines += _params(one["params"])
        if examples:
            lines += _example(one)
    return "\n".join(lines).rstrip() + "\n"


def _help(text: str, words: list[str]) -> list[str]:
    """What it does, and what follows “When:”, “Serving:” and “Source:” in a list, with its other names."""
    flowing = "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
    pieces = re.split(rf"(?:^|\s)({'|'.join(LABELS)}):\s", flowing)
    told = [
        f"- *{LABELS[label]}*: {_upper(said.strip())}" for label, said in zip(pieces[1::2], pieces[2::2], strict=True)
    ]
    if words:
        told.append(f"- *Also found as*: {', '.join(words)}")
    return [pieces[0].strip(), "", *told, ""]


def _params(schema: dict[str, Any]) -> list[str]:
    properties = schema.get("properties", {})
    if not properties:
        return []
    lines = ["| Param | Meaning | Takes | Default |", "|---|---|---|---|"]
    for name, field in properties.items():
        default = "required" if name in schema.get("required", ()) else _default(field.get("default"))
        about = _cell(field.get("description") or "")
        lines.append(f"| `{name}` | {about}{_only_if(field)} | {_cell(takes(field, schema))} | {default} |")
    return [*lines, ""]


def _default(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "empty"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _only_if(field: dict[str, Any]) -> str:
    wanted = [f"`{name}` {_or(values)}" for name, values in field.get("x-only-if", {}).items()]
    return f" Only with {' and '.join(wanted)}." if wanted else ""


def takes(field: dict[str, Any], root: dict[str, Any]) -> str:
    """What a param may be, in a few words."""
    reference = field.get("$ref")
    known = {**root["$defs"][reference.split("/")[-1]], **field} if reference else field
    if known.get("x-widget") in ("columns", "column"):
        kinds = " or ".join(known.get("x-kinds", ())).replace("_", "-")
        noun = "column" if known["x-widget"] == "column" and known.get("type") != "array" else "columns"
        return f"{kinds} {noun}".strip()
    if "enum" in known or "const" in known:
        return _or(known.get("enum", [known.get("const")]))
    parts = known.get("anyOf") or known.get("oneOf")
    if parts:
        return (
            " or ".join(dict.fromkeys(takes(part, root) for part in parts if part.get("type") != "null")) or "nothing"
        )
    if known.get("type") == "array":
        return f"list of {takes(known.get('items', {}), root)}"
    if "properties" in known:
        return " ".join(re.findall(r"[A-Z][a-z]*", known.get("title", ""))).lower() or "settings"
    if known.get("type") == "object":
        return "expression" if known.get("x-widget") == "expression" else "pairs"
    noun = "expression" if known.get("x-widget") == "expression" else TYPES.get(known.get("type", ""), "anything")
    return " ".join(part for part in (noun, _range(known), known.get("x-unit", "")) if part)


def _range(field: dict[str, Any]) -> str:
    signs = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
    return ", ".join(f"{sign} {field[name]:g}" for name, sign in signs if name in field and abs(field[name]) < 1e9)


def _or(values: list[Any]) -> str:
    return " or ".join(f"`{json.dumps(value).strip(chr(34))}`" for value in values)


def _example(one: dict[str, Any]) -> list[str]:
    tables = example_tables(one["key"])
    if tables is None:
        return []
    before, after = tables
    params = json.dumps(one["example"], ensure_ascii=False)
    lines = ["<!-- example -->", f"With `{params}`:", ""]
    lines += [*table_lines(before), "", "becomes", ""] if before else []
    return [*lines, *table_lines(after), "<!-- end of example -->", ""]


def table_lines(rows: tuple[list[str], list[list[str | None]]]) -> list[str]:
    """A table in Markdown."""
    names, cells = rows
    lines = [f"| {' | '.join(map(_cell, names))} |", f"|{'---|' * len(names)}"]
    return lines + [f"| {' | '.join('' if cell is None else _cell(cell) for cell in row)} |" for row in cells]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
