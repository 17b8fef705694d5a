"""Programs to copy that ask an endpoint, in five languages; the key is read from the environment."""

from __future__ import annotations

import json
import pprint
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

FEEDBACK_ID = "the id of a prediction"


class Snippet(NamedTuple):
    """A program.

    Parameters
    ----------
    needs
        What has to be there to run it.
    """

    text: str
    needs: str


def snippets(url: str, body: Mapping[str, Any]) -> dict[str, Snippet]:
    """A program for each language that sends a body and prints the answer, or ends with why it was refused."""
    return {name: Snippet(write(url, body), needs) for name, (write, needs) in _WRITERS.items()}


def feedback_of(url: str, body: Mapping[str, Any], said: Any) -> tuple[str, dict[str, Any]]:
    """Where feedback is sent, and what it says."""
    return url.removesuffix("/predict") + "/feedback", {"outcomes": [{"id": FEEDBACK_ID, "value": said}], **body}


def _curl(url: str, body: Mapping[str, Any]) -> str:
    quoted = _json(body).replace("'", "'\\''")
    return (
        f"curl -sS --fail-with-body -X POST {url} \\\n"
        '  -H "Authorization: Bearer $CANVASBACK_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{quoted}'"
    )


def _python(url: str, body: Mapping[str, Any]) -> str:
    written = pprint.pformat(dict(body), sort_dicts=False, width=92)
    return f"""import json
import os

import requests

answer = requests.post(
    "{url}",
    headers={{"Authorization": f"Bearer {{os.environ['CANVASBACK_KEY']}}"}},
    json={_indented(written, 4)},
    timeout=10,
)
if not answer.ok:
    raise SystemExit(answer.text)
print(json.dumps(answer.json(), indent=2))"""


def _javascript(url: str, body: Mapping[str, Any]) -> str:
    return f"""const answer = await fetch("{url}", {{
  method: "POST",
  headers: {{
    "Authorization": `Bearer ${{process.env.CANVASBACK_KEY}}`,
    "Content-Type": "application/json",
  }},
  body: JSON.stringify({_indented(_json(body), 2)}),
}});
const told = await answer.json();
if (!answer.ok) throw new Error(told.detail);
console.log(JSON.stringify(told, null, 2));"""


def _java(url: str, body: Mapping[str, Any]) -> str:
    # ASCII, because what a compiler takes a file to be written in depends on the machine.
    text = json.dumps(body, indent=2).replace("\\", "\\\\").replace('"""', '\\"""')
    return f'''import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Ask {{
    public static void main(String[] arguments) throws Exception {{
        String body = """
            {_indented(text, 12)}
            """;
        HttpRequest request = HttpRequest.newBuilder(URI.create("{url}"))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Authorization", "Bearer " + System.getenv("CANVASBACK_KEY"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        HttpResponse<String> answer = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {{
            throw new IllegalStateException(answer.body());
        }}
        System.out.println(answer.body());
    }}
}}'''


def _r(url: str, body: Mapping[str, Any]) -> str:
    text = _json(body)
    fence = "-"
    while f'){fence}"' in text:  # a raw string ends at the first of these
        fence += "-"
    return f"""library(httr2)

body <- r"{fence}({text}){fence}"

answer <- request("{url}") |>
  req_auth_bearer_token(Sys.getenv("CANVASBACK_KEY")) |>
  req_body_raw(body, type = "application/json") |>
  req_error(body = function(resp) resp_body_string(resp)) |>
  req_perform()

cat(resp_body_string(answer))  # as a list: resp_body_json(answer)"""


_WRITERS: dict[str, tuple[Callable[[str, Mapping[str, Any]], str], str]] = {
    "curl": (_curl, "curl 7.76 or newer, and a shell"),
    "Python": (_python, "the package requests"),
    "JavaScript": (_javascript, "Node.js 18 or newer; save it as ask.mjs"),
    "Java": (_java, "Java 17 or newer: java Ask.java"),
    "R": (_r, "R 4.1 or newer with the package httr2"),
}


def _json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)


def _indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)
