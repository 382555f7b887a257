"""Runs as tables: what the cells hold, and what a spreadsheet must not run."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evals.interop import ExportRefused, Rows, columns, export_run
from evals.runs import (
    MistakeRecord,
    PointRecord,
    RunError,
    RunFile,
    RunInvalid,
    RunRecord,
    RunWriter,
)
from grader.bank import parse_rubric
from grader.types import Evidence, Kind, NextQuestion, Usage, Verdict
from tests.evals.factories import ANSWER, HEADER, RUBRIC
from tests.grader.factories import document

EVIL = parse_rubric(
    document(
        points=[
            {"id": "sum", "claim": "=SUM(A1:A9) adds the cells up.", "weight": 1},
            {"id": "other", "claim": "Other cells stay as they are.", "weight": 1},
        ]
    )
)


def graded(**changes: Any) -> RunRecord:
    fields: dict[str, Any] = {
        "key": "k",
        "id": "queue/01",
        "rubric_id": RUBRIC.id,
        "rubric_version": RUBRIC.version,
        "rubric_sha256": RUBRIC.sha256,
        "kind": Kind.TECHNICAL,
        "answer": ANSWER,
        "tags": {"style": "terse"},
        "points": (
            PointRecord(
                id="first",
                label=Verdict.COVERED,
                verdict=Verdict.PARTIAL,
                confidence=0.6,
                probabilities={Verdict.PARTIAL: 0.6, Verdict.COVERED: 0.4},
                evidence=(
                    Evidence(start=0, end=2, quote="It"),
                    Evidence(start=3, end=8, quote="holds"),
                ),
                why="Says half of this.",
            ),
            PointRecord(id="second", verdict=Verdict.UNGRADED, confidence=0),
        ),
        "mistakes": (MistakeRecord(id="wrong", label=True, made=True, confidence=0.75),),
        "score": None,
        "score_interval": (20.5, 60),
        "label_score": 66.7,
        "follow_up": NextQuestion(id="ask", ask="Question ask?"),
        "flags": ("keyword_list", "off_topic"),
        "usage": Usage(llm_calls=1, input_tokens=20, output_tokens=3),
    }
    return RunRecord(**(fields | changes))


def run_of(tmp_path: Path, *records: RunRecord) -> RunFile:
    path = tmp_path / "run.jsonl"
    rubrics = {RUBRIC.sha256: RUBRIC, EVIL.sha256: EVIL}
    with RunWriter(path, HEADER) as writer:
        for record in records:
            writer.write(record, rubrics[record.rubric_sha256])
    return RunFile.open(path)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_row_for_each_point(tmp_path: Path) -> None:
    output = tmp_path / "points.csv"
    assert export_run(run_of(tmp_path, graded()), output) == 2
    first, second = table(output)
    assert tuple(first) == (*columns(Rows.POINTS), "tag:style")
    expected = {
        "answer_id": "queue/01",
        "point_id": "first",
        "claim": RUBRIC.points[0].claim,
        "weight": "2.0",
        "required": "false",
        "label": "covered",
        "verdict": "partial",
        "agrees": "false",
        "p_covered": "0.4",
        "p_missing": "",
        "quotes": "It || holds",
        "tag:style": "terse",
    }
    assert {name: first[name] for name in expected} == expected
    assert (second["label"], second["verdict"], second["agrees"]) == ("", "ungraded", "")


def test_a_row_for_each_mistake(tmp_path: Path) -> None:
    output = tmp_path / "mistakes.jsonl"
    assert export_run(run_of(tmp_path, graded()), output, Rows.MISTAKES) == 1
    [row] = lines(output)
    assert tuple(row) == (*columns(Rows.MISTAKES), "tag:style")
    assert (row["mistake_id"], row["label"], row["made"], row["agrees"]) == (
        "wrong",
        True,
        True,
        True,
    )
    assert row["penalty"] == RUBRIC.mistakes[0].penalty


def test_a_row_for_each_answer(tmp_path: Path) -> None:
    output = tmp_path / "answers.csv"
    export_run(run_of(tmp_path, graded()), output, Rows.ANSWERS)
    [row] = table(output)
    assert tuple(row) == (*columns(Rows.ANSWERS), "tag:style")
    assert row["answer"] == ANSWER
    assert (row["score"], row["score_low"], row["label_score"]) == ("", "20.5", "66.7")
    assert (row["points"], row["labelled"], row["agreeing"], row["ungraded"]) == (
        *("2", "1", "0", "1"),
    )
    assert row["follow_up"] == "Question ask?"
    assert row["flags"] == "keyword_list || off_topic"
    assert row["llm_calls"] == "1"


def test_both_formats_hold_the_same(tmp_path: Path) -> None:
    run = run_of(tmp_path, graded(), graded(id="queue/02", tags={}))
    for kind in Rows:
        export_run(run, tmp_path / "it.csv", kind)
        export_run(run, tmp_path / "it.jsonl", kind)
        shown = [_as_cells(row) for row in lines(tmp_path / "it.jsonl")]
        held = [{k: v for k, v in row.items() if v} for row in table(tmp_path / "it.csv")]
        assert shown == held


def test_an_answer_that_could_not_be_graded_says_why(tmp_path: Path) -> None:
    record = graded(
        points=(PointRecord(id="first", verdict=Verdict.UNGRADED, confidence=0),),
        mistakes=(MistakeRecord(id="wrong", label=False, made=None, confidence=0),),
        error=RunError(code="answer_invalid", message="The answer is empty."),
    )
    run = run_of(tmp_path, record)
    for kind in Rows:
        export_run(run, tmp_path / "it.jsonl", kind)
        [row] = lines(tmp_path / "it.jsonl")
        assert row["error"] == "The answer is empty."
        assert not row.get("agrees")


def test_tags_of_some_answers_are_columns_of_all(tmp_path: Path) -> None:
    run = run_of(tmp_path, graded(tags={"style": "terse"}), graded(tags={"channel": "spoken"}))
    export_run(run, tmp_path / "it.csv", Rows.ANSWERS)
    assert [(row["tag:channel"], row["tag:style"]) for row in table(tmp_path / "it.csv")] == [
        ("", "terse"),
        ("spoken", ""),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "'=", "＝"])
def test_a_spreadsheet_runs_nothing_that_an_answer_says(tmp_path: Path, start: str) -> None:
    answer = f'{start}HYPERLINK("https://x.example","prize")'
    run = run_of(tmp_path, graded(answer=answer, tags={"=1+1": "=2+2"}))
    export_run(run, tmp_path / "it.csv", Rows.ANSWERS)
    [row] = table(tmp_path / "it.csv")
    assert row["answer"] == f"'{answer}"
    assert row["tag:=1+1"] == "'=2+2"


def test_claims_are_guarded_and_numbers_are_not(tmp_path: Path) -> None:
    record = graded(
        rubric_sha256=EVIL.sha256,
        points=(PointRecord(id="sum", verdict=Verdict.MISSING, confidence=0.5),),
        mistakes=(),
    )
    export_run(run_of(tmp_path, record), tmp_path / "it.csv")
    [row] = table(tmp_path / "it.csv")
    assert row["claim"] == "'=SUM(A1:A9) adds the cells up."
    assert row["confidence"] == "0.5"


def test_excel_is_told_that_it_is_utf_8(tmp_path: Path) -> None:
    export_run(run_of(tmp_path, graded(answer="Größe, 大きさ")), tmp_path / "it.csv", Rows.ANSWERS)
    assert (tmp_path / "it.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert table(tmp_path / "it.csv")[0]["answer"] == "Größe, 大きさ"


def test_the_run_itself_other_formats_and_folders_are_refused(tmp_path: Path) -> None:
    run = run_of(tmp_path, graded())
    before = run.path.read_bytes()
    for output, said in (
        (run.path, "is the run itself"),
        (tmp_path / "it.xlsx", "ends in .csv or .jsonl"),
        (tmp_path / "nowhere" / "it.csv", "a folder that exists"),
    ):
        with pytest.raises(ExportRefused, match=said):
            export_run(run, output)
    assert run.path.read_bytes() == before


def test_a_broken_run_leaves_what_was_there(tmp_path: Path) -> None:
    run = run_of(tmp_path, graded())
    with run.path.open("a") as file:
        file.write('{"type":"answer","key":"' + "k" * 64 + '"}\n')
    output = tmp_path / "it.csv"
    output.write_text("earlier")
    with pytest.raises(RunInvalid, match=r"run\.jsonl:4"):
        export_run(run, output)
    assert output.read_text() == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["it.csv", "run.jsonl"]


def _as_cells(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: cell for name, value in row.items() if (cell := _as_cell(value))}


def _as_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " || ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
