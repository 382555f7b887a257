from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from grader.batch import BatchReport, count_lines, grade_file
from grader.errors import BatchInvalid
from grader.grading import Grader


def line(number: int, **changes: Any) -> str:
    fields = {
        "custom_id": f"a-{number}",
        "rubric_id": "sql-and-nosql",
        "answer": f"Relational databases have a schema and joins, number {number}.",
    }
    return json.dumps(fields | changes)


def run(grader: Grader, source: Path, target: Path) -> BatchReport:
    return asyncio.run(grade_file(grader, source, target, concurrency=3))


def results(path: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(line(number) for number in range(7)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "grades.jsonl"


def test_every_line_gets_a_grade_in_order(grader: Grader, source: Path, target: Path) -> None:
    assert run(grader, source, target) == BatchReport(resumed=0, graded=7, failed=0)
    written = results(target)
    assert [entry["custom_id"] for entry in written] == [f"a-{n}" for n in range(7)]
    assert all(0 <= entry["grade"]["score"] <= 100 for entry in written)


def test_a_line_that_fails_yields_an_error_and_the_rest_goes_on(
    grader: Grader, tmp_path: Path, target: Path
) -> None:
    source = tmp_path / "mixed.jsonl"
    bad: list[tuple[bytes, str, str]] = [
        (b"{not json", "batch_invalid", "not JSON"),
        (b'{"custom_id": "x", "answer": "\xff"}', "batch_invalid", "not UTF-8"),
        (b"[1, 2]", "batch_invalid", "JSON object"),
        (b"[" * 100_000, "batch_invalid", "nested too deeply"),
        (b'{"custom_id": "m"}', "batch_invalid", "rubric_id is missing"),
        (line(90, custom_id="\ud800").encode(), "batch_invalid", "custom_id"),
        (line(91, answer=5).encode(), "batch_invalid", "answer"),
        (line(92, answer=" ").encode(), "answer_invalid", "empty"),
        (line(93, answer="a\x00b").encode(), "answer_invalid", "NUL"),
        (line(94, answer="x" * 30_000).encode(), "answer_invalid", "limit"),
        (line(95, rubric_id="nope").encode(), "rubric_not_found", "no rubric"),
        (line(96, rubric_version="9.9.9").encode(), "rubric_not_found", "9.9.9"),
        (line(1).encode(), "batch_invalid", "used already at line 1"),
    ]
    lines = [line(1).encode(), *(raw for raw, _, _ in bad), line(2).encode()]
    source.write_bytes(b"\n".join(lines) + b"\n")
    report = run(grader, source, target)
    assert (report.graded, report.failed) == (2, len(bad))
    written = results(target)
    assert "grade" in written[0]
    assert "grade" in written[-1]
    for number, (entry, (_, code, words)) in enumerate(zip(written[1:-1], bad, strict=True), 2):
        assert entry["error"]["code"] == code
        assert words in entry["error"]["message"]
        assert entry["error"]["line"] == number


def test_a_run_that_was_stopped_goes_on_without_grading_anything_twice(
    grader: Grader, source: Path, target: Path
) -> None:
    run(grader, source, target)
    whole = target.read_bytes().splitlines(keepends=True)
    target.write_bytes(b"".join(whole[:3]) + whole[3][:40])
    report = run(grader, source, target)
    assert report == BatchReport(resumed=3, graded=4, failed=0)
    assert target.read_bytes().splitlines(keepends=True)[:3] == whole[:3]
    assert [entry["custom_id"] for entry in results(target)] == [f"a-{n}" for n in range(7)]


def test_a_finished_run_does_nothing_again(grader: Grader, source: Path, target: Path) -> None:
    run(grader, source, target)
    before = target.read_bytes()
    assert run(grader, source, target) == BatchReport(resumed=7, graded=0, failed=0)
    assert target.read_bytes() == before


def test_lines_added_to_the_source_are_graded_next(
    grader: Grader, source: Path, target: Path
) -> None:
    run(grader, source, target)
    with source.open("a", encoding="utf-8") as file:
        file.write("\n" + line(7) + "\n")
    assert run(grader, source, target) == BatchReport(resumed=7, graded=1, failed=0)


def test_a_custom_id_comes_back_as_it_was_sent(
    grader: Grader, tmp_path: Path, target: Path
) -> None:
    source = tmp_path / "spaced.jsonl"
    source.write_text(line(1, custom_id=" a "), encoding="utf-8")
    run(grader, source, target)
    assert results(target)[0]["custom_id"] == " a "
    assert run(grader, source, target) == BatchReport(resumed=1, graded=0, failed=0)


def test_resuming_keeps_error_lines_and_repeated_ids_apart(
    grader: Grader, tmp_path: Path, target: Path
) -> None:
    source = tmp_path / "twice.jsonl"
    source.write_text("\n".join([line(1), "{broken", line(1), line(2)]), encoding="utf-8")
    run(grader, source, target)
    whole = target.read_bytes().splitlines(keepends=True)
    target.write_bytes(b"".join(whole[:2]))
    report = run(grader, source, target)
    assert (report.resumed, report.graded, report.failed) == (2, 1, 1)
    assert "used already" in results(target)[2]["error"]["message"]


def test_an_output_of_another_input_is_not_touched(
    grader: Grader, source: Path, target: Path
) -> None:
    target.write_text(json.dumps({"custom_id": "other", "error": {}}) + "\n", encoding="utf-8")
    with pytest.raises(BatchInvalid, match="does not belong"):
        run(grader, source, target)
    assert results(target)[0]["custom_id"] == "other"


def test_the_input_is_never_overwritten(grader: Grader, source: Path) -> None:
    before = source.read_bytes()
    with pytest.raises(BatchInvalid, match="is the input file"):
        run(grader, source, source)
    assert source.read_bytes() == before


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BatchInvalid, match=r"nothing\.jsonl"):
        count_lines(tmp_path / "nothing.jsonl")


def test_an_output_folder_that_does_not_exist_is_named(
    grader: Grader, source: Path, tmp_path: Path
) -> None:
    with pytest.raises(BatchInvalid, match="nowhere"):
        run(grader, source, tmp_path / "nowhere" / "grades.jsonl")
