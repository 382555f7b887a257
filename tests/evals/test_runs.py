from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evals.datasets import Dataset
from evals.runs import (
    RunFile,
    RunInvalid,
    RunRecord,
    RunReport,
    RunWriter,
    rubric_choice,
    run_answers,
)
from grader.errors import JudgeUnavailable
from grader.judges import JudgeTask
from grader.types import Judgement, Rubric, Verdict
from tests.evals.factories import (
    HEADER,
    RUBRIC,
    ScriptedJudge,
    labelled,
    open_grader,
    says,
    write_lines,
)
from tests.grader.factories import weighted

RIGHT = says({"first": Verdict.COVERED, "second": Verdict.MISSING})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "data.jsonl", [labelled(number) for number in range(1, 8)])


def run(
    judge: ScriptedJudge, data: Path, *, rubrics: tuple[Rubric, ...] = (RUBRIC,), **options: Any
) -> tuple[RunReport, list[RunRecord]]:
    path = data.with_name("run.jsonl")
    latest = options.pop("latest", False)
    fresh = options.pop("fresh", False)
    with (
        open_grader(judge, *rubrics) as grader,
        RunWriter(path, HEADER, fresh=fresh) as writer,
    ):
        choose = rubric_choice(grader.bank, latest=latest)
        report = asyncio.run(
            run_answers(grader, Dataset.open([data]), writer, choose, workers=3, **options)
        )
    return report, list(RunFile.open(path))


def test_findings_stand_beside_labels(data: Path) -> None:
    report, records = run(ScriptedJudge(RIGHT), data)
    assert report == RunReport(graded=7, reused=0, failed=0, skipped=0)
    assert [record.id for record in records] == [f"queue/{n:02}" for n in range(1, 8)]
    first, second = records[0].points
    assert (first.label, first.verdict) == (Verdict.COVERED, Verdict.COVERED)
    assert first.probabilities == {Verdict.COVERED: 0.8, Verdict.MISSING: pytest.approx(0.2)}
    assert second.probabilities[Verdict.COVERED] == pytest.approx(0.2)
    assert records[0].score == records[0].label_score == 66.7
    assert records[0].follow_up is not None
    assert records[0].follow_up.gap == "second"
    assert RunFile.open(data.with_name("run.jsonl")).rubrics() == {RUBRIC.sha256: RUBRIC}


def test_a_run_that_was_stopped_goes_on_where_it_was(data: Path) -> None:
    path = data.with_name("run.jsonl")

    def stops(task: JudgeTask) -> Judgement:
        if "Said 5" in task.answer.text:
            raise KeyboardInterrupt
        return RIGHT(task)

    with pytest.raises(KeyboardInterrupt):
        run(ScriptedJudge(stops), data)
    with path.open("ab") as file:
        file.write(b'{"type":"answer","key":"' + b"0" * 30)
    judge = ScriptedJudge(RIGHT)
    report, records = run(judge, data)
    assert report.reused > 0
    assert report.reused + report.graded == 7
    assert judge.asked == report.graded
    assert [record.id for record in records] == [f"queue/{n:02}" for n in range(1, 8)]
    assert not path.with_name("run.jsonl.previous").exists()


def test_only_what_changed_is_graded_again(data: Path) -> None:
    run(ScriptedJudge(RIGHT), data)
    assert run(ScriptedJudge(RIGHT), data)[0].reused == 7
    assert run(ScriptedJudge(RIGHT, model="two"), data)[0].graded == 7
    changed = [labelled(n) for n in range(1, 8)]
    changed[2]["answer"] = "Quite another answer."
    changed[3]["points"] = {"first": "partial", "second": "covered"}
    write_lines(data, changed)
    report, records = run(ScriptedJudge(RIGHT, model="two"), data)
    assert (report.reused, report.graded) == (6, 1)
    assert records[3].points[0].label is Verdict.PARTIAL
    heavier = weighted({"first": 3, "second": 1}, {"wrong": 1})
    assert run(ScriptedJudge(RIGHT, model="two"), data, rubrics=(heavier,))[0].graded == 7
    assert (
        run(ScriptedJudge(RIGHT, model="two"), data, rubrics=(heavier,), fresh=True)[0].graded == 7
    )


def test_what_could_not_be_judged_is_no_verdict_and_is_asked_again(data: Path) -> None:
    def fails(task: JudgeTask) -> Judgement:
        if "Said 2" in task.answer.text:
            raise JudgeUnavailable("the endpoint is down")
        return RIGHT(task)

    report, records = run(ScriptedJudge(fails), data)
    assert report.graded == 7
    assert [point.verdict for point in records[1].points] == [Verdict.UNGRADED] * 2
    assert records[1].score is None
    assert records[1].points[0].probabilities == {}
    again, records = run(ScriptedJudge(RIGHT), data)
    assert (again.reused, again.graded) == (6, 1)
    assert records[1].points[0].verdict is Verdict.COVERED


def test_an_answer_that_cannot_be_graded_is_a_failure_of_its_own(data: Path) -> None:
    write_lines(data, [labelled(1), labelled(2, answer="...")])
    report, records = run(ScriptedJudge(RIGHT), data)
    assert (report.graded, report.failed) == (1, 1)
    assert records[1].error is not None
    assert records[1].error.code == "answer_invalid"
    assert all(point.verdict is Verdict.UNGRADED for point in records[1].points)
    assert records[1].points[0].label is Verdict.COVERED


def test_repeats_show_what_flips(data: Path) -> None:
    turns = iter(range(1000))

    def flips(task: JudgeTask) -> Judgement:
        verdict = Verdict.COVERED if next(turns) % 2 else Verdict.MISSING
        return says({"first": verdict, "second": Verdict.MISSING})(task)

    write_lines(data, [labelled(1)])
    _, (record,) = run(ScriptedJudge(flips), data, repeats=3)
    assert len(record.repeats) == 2
    assert record.repeats[0].points["first"] != record.points[0].verdict
    assert record.repeats[0].points["second"] is Verdict.MISSING
    assert run(ScriptedJudge(flips), data, repeats=2)[0].reused == 1
    assert run(ScriptedJudge(flips), data, repeats=4)[0].graded == 1


def test_labels_are_mapped_to_another_version_by_id(data: Path) -> None:
    newer = weighted({"first": 2, "third": 1}).model_copy(update={"version": "2.0.0"})
    write_lines(data, [labelled(1)])
    judge = ScriptedJudge(says({"first": Verdict.COVERED, "third": Verdict.MISSING}))
    for rubrics, latest in (((newer,), False), ((RUBRIC, newer), True)):
        _, (record,) = run(judge, data, rubrics=rubrics, latest=latest)
        assert (record.rubric_version, record.labels_version) == ("2.0.0", "1.0.0")
        assert record.unmapped == ("second", "wrong")
        assert [point.label for point in record.points] == [Verdict.COVERED, None]
        assert record.label_score is None
    _, (record,) = run(ScriptedJudge(RIGHT), data, rubrics=(RUBRIC, newer))
    assert record.rubric_version == "1.0.0"


def test_answers_without_a_rubric_are_left_out_and_counted(data: Path) -> None:
    write_lines(data, [labelled(1), labelled(2, rubric_id="unheard-of")])
    report, records = run(ScriptedJudge(RIGHT), data)
    assert report.skipped == 1
    assert len(records) == 1


def test_limits_hold(data: Path) -> None:
    judge = ScriptedJudge(RIGHT)
    assert run(judge, data, limit=2)[0].graded == 2
    assert judge.asked == 2


def test_what_is_no_run_is_refused_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text('{"note": 1}\n', encoding="utf-8")
    for use in (RunFile.open, lambda each: RunWriter(each, HEADER).__enter__()):
        with pytest.raises(RunInvalid, match="not a run"):
            use(path)
    assert path.read_text(encoding="utf-8") == '{"note": 1}\n'
    with pytest.raises(RunInvalid, match="cannot be read"):
        RunFile.open(tmp_path / "none.jsonl")
    with pytest.raises(RunInvalid, match="cannot be written"):
        RunWriter(tmp_path / "no" / "folder.jsonl", HEADER).__enter__()


def test_a_broken_line_is_told_by_its_number(data: Path) -> None:
    run(ScriptedJudge(RIGHT), data)
    path = data.with_name("run.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines()
    broken = json.loads(lines[3]) | {"score": "much"}
    lines[3] = json.dumps(broken, separators=(",", ":"))
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(RunInvalid, match=r"run\.jsonl:4: score"):
        list(RunFile.open(path))
