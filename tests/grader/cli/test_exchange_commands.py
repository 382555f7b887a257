"""`grader rubrics export` and `import`, as a person runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.bank import load_bank, load_rubric
from grader.cli import main
from grader.types import Status


class Result(NamedTuple):
    code: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("NO_COLOR", "1")

    def once(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["grader", "rubrics", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return once


@pytest.mark.parametrize("name", ["two.jsonl", "two.json", "two.csv"])
def test_rubrics_go_out_and_come_in_as_drafts(run: Run, tmp_path: Path, name: str) -> None:
    file, folder = tmp_path / name, tmp_path / "drafts"
    exported = run("export", "node-event-loop", "cache-stampede@1.0.0", "-o", file)
    assert exported.code == 0
    assert exported.stderr.startswith("2 rubrics written to ")
    assert exported.stderr.count("warning: ") >= 1
    imported = run("import", file, "-o", folder, "--json")
    assert imported.code == 0
    drafts = json.loads(imported.stdout)["drafts"]
    assert [each["id"] for each in drafts] == ["node-event-loop", "cache-stampede"]
    rubric = load_rubric(Path(drafts[0]["file"]), {})
    assert rubric.status is Status.DRAFT
    assert run("lint", folder).stdout.endswith("2 rubrics checked: 0 errors, 0 warnings\n")


def test_the_whole_bank_is_exported_by_default(run: Run, tmp_path: Path) -> None:
    assert run("export", "-o", tmp_path / "all.jsonl").code == 0
    assert run("import", tmp_path / "all.jsonl", "-o", tmp_path / "drafts").code == 0
    copies = load_bank(tmp_path / "drafts", None, drafts=True)
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == len(copies) > 50


def test_drafts_are_overwritten_when_asked_and_nothing_else_ever(run: Run, tmp_path: Path) -> None:
    file, folder = tmp_path / "one.csv", tmp_path / "drafts"
    run("export", "node-event-loop", "-o", file)
    assert run("import", file, "-o", folder).code == 0
    again = run("import", file, "-o", folder)
    assert again.code == 2
    assert "nothing was written" in again.stderr
    assert "node-event-loop.yaml" in again.stderr
    assert run("import", file, "-o", folder, "--force").code == 0
    [draft] = folder.rglob("*.yaml")
    published = draft.read_text().replace("status: draft", "status: published")
    draft.write_text(published)
    refused = run("import", file, "-o", folder, "--force")
    assert refused.code == 2
    assert "never overwritten" in refused.stderr
    assert draft.read_text() == published


def test_a_bare_list_of_criteria_is_given_its_question(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "criteria.json"
    file.write_text('[{"criterion": "Mentions water.", "points": 3, "tags": ["axis:x"]}]')
    assert "there is no question" in run("import", file, "-o", tmp_path / "drafts").stderr
    result = run("import", file, "-o", tmp_path / "drafts", "--question", "What to drink?")
    assert result.code == 0
    assert "1 draft in " in result.stderr
    assert "tags left out: axis:x" in result.stderr
    assert (tmp_path / "drafts" / "imported" / "drink.yaml").exists()


def test_bad_input_is_named_and_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    file, folder = tmp_path / "bad.csv", tmp_path / "drafts"
    file.write_text("rubric_id,type,text,weight,question\nq,point,One.,x,Why?\nq,point,,1,\n")
    result = run("import", file, "-o", folder)
    assert result.code == 2
    assert f"{file}:2: weight: must be a number" in result.stderr
    assert "Traceback" not in result.stderr
    assert not folder.exists()
    for arguments, said in (
        (("import", tmp_path / "none.csv", "-o", folder), "cannot be read"),
        (("import", tmp_path / "it.txt", "-o", folder), "no known format"),
        (("export", "-o", tmp_path / "it.xlsx"), "no known format"),
        (("export", "no-such-rubric", "-o", tmp_path / "it.csv"), "there is no rubric"),
        (("export", "node-event-loop", "-o", "/proc/none/it.csv"), "cannot be written"),
    ):
        refused = run(*arguments)
        assert refused.code == 2
        assert said in refused.stderr
    (tmp_path / "latin.csv").write_bytes(b"rubric_id,type,text\nq,point,\xe9\n")
    assert "not UTF-8 at byte" in run("import", tmp_path / "latin.csv", "-o", folder).stderr
    good = tmp_path / "good.csv"
    good.write_text("rubric_id,type,text,weight,question\nq,point,One.,1,Why?\n")
    assert "is a file; name a folder" in run("import", good, "-o", good).stderr
