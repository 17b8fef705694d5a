"""Programs that people copy: each is run as it stands, against a real API."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.homes import Published, filled_home, new_home
from tests.servers import client, served
from ui.snippets import feedback_of, snippets

__all__ = ["client", "filled_home", "new_home", "served"]

HARD = 'O\'Brien "&" \\ é ☃ """ $HOME `x` ${y} )-'
COMMANDS = {
    "curl": ("bash", "ask.sh"),
    "Python": (sys.executable, "ask.py"),
    "JavaScript": ("node", "ask.mjs"),
    "Java": ("java", "Ask.java"),
    "R": ("Rscript", "ask.R"),
}
NEEDED = {"curl": ["curl"], "JavaScript": ["node"], "Java": ["java"], "R": ["Rscript", "-e", "library(httr2)"]}
"""What must be there; a list of more than one word must run without an error, too."""
SLOW = ("Java", "R")


@pytest.fixture(params=[pytest.param(it, marks=pytest.mark.slow) if it in SLOW else it for it in COMMANDS])
def language(request: pytest.FixtureRequest) -> str:
    """A language whose interpreter is on this machine, with the packages that the program needs."""
    tool, *check = NEEDED.get(request.param, [sys.executable])
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not on this machine")
    if check and subprocess.run([tool, *check], capture_output=True, check=False).returncode:
        pytest.skip(f"{tool} {' '.join(check)} fails on this machine")
    return str(request.param)


def run(language: str, folder: Path, key: str, url: str, body: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    tool, name = COMMANDS[language]
    (folder / name).write_text(snippets(url, body)[language].text, encoding="utf-8")
    environment = {**os.environ, "CANVASBACK_KEY": key, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [tool, name], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_one_and_many_are_answered(language: str, filled_home: Published, client: httpx.Client, tmp_path: Path) -> None:
    url = str(client.base_url.join("/v1/endpoints/churn/predict"))
    records = [filled_home.record, filled_home.record | {"region": HARD}]
    ran = run(language, tmp_path, filled_home.key, url, {"records": records})
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)["predictions"]
    wanted = client.post("/v1/endpoints/churn/predict", json={"records": records}, headers=filled_home.headers).json()
    assert [it["probabilities"] for it in told] == [it["probabilities"] for it in wanted["predictions"]]


def test_a_refusal_ends_the_program_with_the_reason(
    language: str, filled_home: Published, client: httpx.Client, tmp_path: Path
) -> None:
    url = str(client.base_url.join("/v1/endpoints/churn/predict"))
    ran = run(language, tmp_path, filled_home.key, url, {"records": [filled_home.record | {"age": "old"}]})
    assert ran.returncode != 0
    assert "field 'age'" in ran.stdout + ran.stderr


def test_feedback_says_which_prediction_and_what_was_true() -> None:
    url, body = feedback_of("http://here/v1/endpoints/churn/predict", {}, "yes")
    assert url == "http://here/v1/endpoints/churn/feedback"
    assert body == {"outcomes": [{"id": "the id of a prediction", "value": "yes"}]}
    assert set(snippets(url, body)) == {"curl", "Python", "JavaScript", "Java", "R"}


def test_no_snippet_holds_a_key_and_r_ends_its_text_where_it_shall() -> None:
    found = snippets("http://here/predict", {"records": [{"a": HARD}]})
    assert all("CANVASBACK_KEY" in it.text and "cbk_" not in it.text for it in found.values())
    assert 'r"--({' in found["R"].text
    assert found["R"].text.count(')--"') == 1
    assert HARD.replace("\\", "\\\\").replace('"', '\\"') in found["R"].text
