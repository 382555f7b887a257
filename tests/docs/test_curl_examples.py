"""The examples in the documentation, run by the real curl against a real service."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.app import create_app
from grader.grading import Grader
from grader.settings import Settings
from grader.speech import SpeechSettings
from tests.api.speech.support import RECORDING, heard
from tests.support.openai_server import OpenAIServer
from tests.support.serving import Served, listening

DOCS = Path(__file__).parents[2] / "docs"

_BLOCK = re.compile(r"^```(bash|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECONDS = 60.0

# By the prefix of an id, the variable that stands for what was created last under such an id.
_VARIABLES = {
    "grd": "GRADE",
    "bat": "BATCH",
    "app": "APPEAL",
    "whk": "WEBHOOK",
    "int": "INTERVIEW",
    "inv": "INVITE",
}
# What a reader goes by, and so what has to be as documented.
_EXACT = {"status", "code", "type", "kind", "custom_id", "severity", "partner_status"}


@dataclass(frozen=True)
class Example:
    """A block of commands, and the response that is documented for it.

    Attributes:
        line: Where it stands, 1-based.
        response: None where none is shown.
    """

    line: int
    commands: str
    response: str | None


def examples(name: str) -> list[Example]:
    """The examples of a document, in its order."""
    text = (DOCS / name).read_text()
    blocks = [(text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in _BLOCK.finditer(text)]
    following = [*blocks[1:], (0, "", "")]
    return [
        Example(line, content, then[2] if then[1] == "json" else None)
        for (line, kind, content), then in zip(blocks, following, strict=True)
        if kind == "bash" and "curl" in content
    ]


@dataclass
class Shell:
    """Runs examples one after the other, as a reader would.

    Attributes:
        folder: Where they are run.
        variables: What stands for what.
    """

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, example: Example) -> tuple[list[int], str]:
        """Run one; return the status of each response, and what was printed.

        A `.curlrc` has curl write each status to stderr, where nothing else is written.
        """
        environment = os.environ | self.variables | {"CURL_HOME": str(self.folder)}
        done = subprocess.run(
            ["bash", "-euc", example.commands],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        statuses = [int(code) for code in done.stderr.split()]
        if statuses[-1:] in ([200], [201], [202]) and done.stdout.startswith("{"):
            self._remember(_document(done.stdout), created=statuses[-1] > 200)
        return statuses, done.stdout

    def _remember(self, response: dict[str, Any], *, created: bool) -> None:
        name = str(response.get("id", ""))
        variable = _VARIABLES.get(name.partition("_")[0])
        if variable is not None and created:
            self.variables[variable] = name
        if "#" in str(response.get("url", "")):
            self.variables["TOKEN"] = response["url"].partition("#")[2]
        if "partner_interview_id" in response:
            self.variables["TEST"] = response["partner_interview_id"]


def different(shown: Any, real: Any, where: str = "$") -> Iterator[str]:
    """Say where a response is not as documented; it may hold more."""
    if isinstance(shown, dict) and isinstance(real, dict):
        for name, value in shown.items():
            if name not in real:
                yield f"{where}.{name} is not there"
            elif name in _EXACT and real[name] != value:
                yield f"{where}.{name} is {real[name]!r}, not {value!r}"
            else:
                yield from different(value, real[name], f"{where}.{name}")
    elif isinstance(shown, list) and isinstance(real, list):
        if shown and not real:
            yield f"{where} is empty"
        for position, (value, other) in enumerate(zip(shown, real, strict=False)):
            yield from different(value, other, f"{where}[{position}]")
    elif _kind(shown) != _kind(real):
        yield f"{where} is {real!r}, not like {shown!r}"


def _kind(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if is_number else type(value).__name__


def check(example: Example, statuses: list[int], printed: str) -> None:
    """Compare the last response with the documented one; of JSON lines, the first."""
    assert statuses, "nothing was sent"
    if example.response is None:
        assert 200 <= statuses[-1] < 300, printed
        return
    shown, real = _document(example.response), _document(printed)
    is_problem = "detail" in shown
    assert statuses[-1] == shown["status"] if is_problem else 200 <= statuses[-1] < 300, printed
    assert list(different(shown, real)) == [], printed


def _document(text: str) -> Any:
    first, _, _ = text.partition("\n")
    return json.loads(first if first.endswith("}") else text)


@pytest.fixture(scope="module")
def shell(grader: Grader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A service with the real judge, and a key of a tenant."""
    if shutil.which("curl") is None:
        reason = "curl is not installed"
        if os.environ.get("GRADER_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("curl")
    (folder / ".curlrc").write_text('write-out = "%{stderr}%{http_code}\\n"\n')
    (folder / "answer.wav").write_bytes(RECORDING)
    with OpenAIServer(otherwise=heard("One thread runs the callbacks.")) as engine:
        settings = Settings(
            data_dir=folder,
            database_url=SecretStr(f"sqlite:///{folder / 'records.sqlite3'}"),
            speech=SpeechSettings(
                engine="openai",
                base_url=engine.base_url,
                api_key=SecretStr("none"),
                model="whisper-1",
            ),
        )
        with listening(create_app(settings, grader)) as address:
            key = Served(address, settings).key()
            yield Shell(folder, {"GRADER": address, "KEY": key})


@pytest.mark.parametrize("name", ["api.md"])
def test_every_example_answers_as_documented(shell: Shell, name: str) -> None:
    for example in examples(name):
        try:
            check(example, *shell.run(example))
        except (AssertionError, ValueError) as error:
            raise AssertionError(f"docs/{name}:{example.line}: {error}") from error
