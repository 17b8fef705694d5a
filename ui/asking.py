"""Ask an endpoint over HTTP, as any other program would."""

from __future__ import annotations

import json
from typing import Any

from engine.errors import ServingError

TIMEOUT_SECONDS = 20


def ask_endpoint(url: str, key: str, request: dict[str, Any]) -> dict[str, Any]:
    """Send a request.

    Raises
    ------
    ServingError
        With the endpoint's own words, or when nobody listens there.
    """
    import httpx

    try:
        answer = httpx.post(url, json=request, headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_SECONDS)
    except httpx.TimeoutException as error:
        raise ServingError("The endpoint did not answer in time.", hint="Try again.") from error
    except httpx.HTTPError as error:
        raise ServingError(
            f"Nothing answers at {url.partition('/v1/')[0]}.",
            hint="Start the API with `canvasback api`, or everything with `canvasback up`.",
        ) from error
    try:
        found: dict[str, Any] = answer.json()
    except ValueError as error:
        raise ServingError(f"The endpoint answered with status {answer.status_code}, without JSON.") from error
    if answer.is_success:
        return found
    raise ServingError(
        str(found.get("detail") or found.get("title") or f"Status {answer.status_code}"),
        hint=str(found.get("hint", "")),
    )


def snippets(url: str, request: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Code to copy, by language: what `st.code` calls it, and the text."""
    body = json.dumps(request, indent=2, ensure_ascii=False)
    shell_body = body.replace("'", "'\\''")
    return {
        "curl": (
            "bash",
            f"curl -X POST {url} \\\n  -H 'Authorization: Bearer '\"$CANVASBACK_KEY\" \\\n"
            f"  -H 'Content-Type: application/json' \\\n  -d '{shell_body}'",
        ),
        "Python": (
            "python",
            "import os\nimport requests\n\nanswer = requests.post(\n"
            f'    "{url}",\n    headers={{"Authorization": f"Bearer {{os.environ[\'CANVASBACK_KEY\']}}"}},\n'
            f"    json={_indented(_python(request))},\n    timeout=10,\n)\nanswer.raise_for_status()\n"
            'print(answer.json()["predictions"])',
        ),
        "JavaScript": (
            "javascript",
            f'const answer = await fetch("{url}", {{\n  method: "POST",\n  headers: {{\n'
            '    "Authorization": `Bearer ${process.env.CANVASBACK_KEY}`,\n    "Content-Type": "application/json",\n'
            f"  }},\n  body: JSON.stringify({_indented(body, 2)}),\n}});\n"
            "console.log((await answer.json()).predictions);",
        ),
    }


def _python(value: Any) -> str:
    import pprint

    return pprint.pformat(value, sort_dicts=False, width=100)


def _indented(text: str, by: int = 4) -> str:
    return text.replace("\n", "\n" + " " * by)
