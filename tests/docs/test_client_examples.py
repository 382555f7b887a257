"""The Python examples in the documentation of the client, run against a real service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from grader.settings import Settings
from tests.api.interviews.play import SCRIPT, talking_grader
from tests.support.serving import Served, serving

DOCS = Path(__file__).parents[2] / "docs"

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = _BLOCK.findall((DOCS / "clients.md").read_text(encoding="utf-8"))

# The examples name what the bank of the package has; the service here has a smaller one.
_NAMES = {"node-event-loop": "queues", '"mid"': '"talk"'}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("client-docs")
    scripts = folder / "rubrics" / "interviews"
    scripts.mkdir(parents=True)
    (scripts / "talk.yaml").write_text(yaml.safe_dump(SCRIPT), encoding="utf-8")
    settings = Settings(data_dir=folder, rubrics_dir=folder / "rubrics")
    with serving(settings, talking_grader(settings)) as running:
        yield running


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(
    served: Served,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "rubric.yaml").write_text("id: x\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.input", lambda _: "It has alpha, beta and gamma.")
    code = EXAMPLES[number].replace("https://grader.example.com", served.url)
    code = code.replace("grk_…", served.key(f"example-{number}"))
    for documented, here in _NAMES.items():
        code = code.replace(documented, here)
    exec(compile(code, "docs/clients.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.strip()
    if "interviews" in code:
        assert "100.0 100.0" in printed
        assert "finished" in printed
