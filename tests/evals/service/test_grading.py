"""Runs that a real service grades, over SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.datasets import Dataset
from evals.runs import (
    RunFile,
    RunHeader,
    RunInvalid,
    RunRecord,
    RunReport,
    RunWriter,
    rubric_choice,
    run_answers,
)
from evals.service import CANDIDATE, ServiceGrading, _grading
from grader.bank import Bank
from grader.client import GraderClient, Unauthenticated
from grader.errors import JudgeUnavailable
from grader.judges import JudgeTask
from grader.settings import Settings
from grader.types import Judgement, Rubric, Verdict
from tests.evals.factories import (
    HEADER,
    RUBRIC,
    ScriptedJudge,
    labelled,
    says,
    write_lines,
)
from tests.evals.service.conftest import Serve, bare_grader
from tests.evals.test_cli import Run, refusal
from tests.grader.factories import weighted
from tests.support.serving import Served

RIGHT = says({"first": Verdict.COVERED, "second": Verdict.MISSING})
NEWER = weighted({"first": 2, "third": 1}).model_copy(update={"version": "2.0.0"})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "data.jsonl", [labelled(number) for number in range(1, 8)])


def by_service(
    served: Served,
    data: Path,
    *,
    rubric: Rubric = RUBRIC,
    on_answer: Callable[[], None] = lambda: None,
    key: str | None = None,
    **options: Any,
) -> tuple[RunReport, list[RunRecord]]:
    path, dataset = data.with_name("run.jsonl"), Dataset.open([data])
    choose = rubric_choice(Bank([rubric], drafts=True), latest=True)
    with GraderClient(served.url, key or served.key()) as client:
        grading = ServiceGrading(client)
        who = grading.identify(dataset, choose)
        with RunWriter(path, RunHeader.of(who, [data], None), **options) as writer:
            report = grading.run(dataset, who, writer, choose, on_answer=on_answer)
    return report, list(RunFile.open(path))


def in_process(data: Path) -> list[RunRecord]:
    path = data.with_name("here.jsonl")
    with bare_grader(Settings(), ScriptedJudge(RIGHT)) as grader, RunWriter(path, HEADER) as writer:
        choose = rubric_choice(grader.bank)
        asyncio.run(run_answers(grader, Dataset.open([data]), writer, choose, workers=3))
    return list(RunFile.open(path))


def without_times(records: list[RunRecord]) -> list[RunRecord]:
    return [record.model_copy(update={"elapsed_ms": 0}) for record in records]


@pytest.mark.usefixtures("database_url")
def test_the_records_are_those_of_a_run_in_process(
    serve: Serve, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_grading, "BATCH_ANSWERS", 2)
    monkeypatch.setattr(_grading, "BATCHES_UNDER_WAY", 2)
    done: list[int] = []
    report, records = by_service(
        serve(ScriptedJudge(RIGHT)), data, on_answer=lambda: done.append(1)
    )
    assert report == RunReport(graded=7, reused=0, failed=0, skipped=0)
    assert len(done) == 7
    assert without_times(records) == without_times(in_process(data))
    assert records[0].points[0].probabilities[Verdict.MISSING] == pytest.approx(0.2)
    assert not data.with_name("run.jsonl.sent").exists()


def test_a_run_that_was_stopped_finds_what_it_had_sent(serve: Serve, data: Path) -> None:
    judge = ScriptedJudge(RIGHT)
    served = serve(judge)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        by_service(served, data, on_answer=stop)
    (sent,) = json.loads(data.with_name("run.jsonl.sent").read_text()).values()
    with GraderClient(served.url, served.key()) as client:
        (batch,) = client.batches.list()
    report, records = by_service(served, data)
    with GraderClient(served.url, served.key()) as client:
        assert [each.id for each in client.batches.list()] == [batch.id]
        graded = list(client.grades.list(candidate_id=CANDIDATE))
    assert sent
    assert report.graded == 7
    assert len(records) == 7
    # Each answer once in the batch, and the first one each time to find out who judges.
    assert judge.asked == len(graded) == 7 + 2
    again, _ = by_service(served, data)
    assert again == RunReport(graded=0, reused=7, failed=0, skipped=0)


def test_a_rubric_that_the_service_does_not_have_goes_along(serve: Serve, data: Path) -> None:
    judge = ScriptedJudge(says({"first": Verdict.COVERED, "third": Verdict.PARTIAL}))
    report, records = by_service(serve(judge, RUBRIC), data, rubric=NEWER)
    assert report.graded == 7
    assert {record.rubric_sha256 for record in records} == {NEWER.sha256}
    assert records[6].unmapped == ("second", "wrong")


def test_another_rubric_of_the_same_version_is_refused(serve: Serve, data: Path) -> None:
    served = serve(ScriptedJudge(RIGHT))
    other = RUBRIC.model_copy(update={"question": "What else?"})
    with pytest.raises(RunInvalid, match=r"another rubric 'queue-basics' 1\.0\.0 than"):
        by_service(served, data, rubric=other)
    assert not data.with_name("run.jsonl").exists()


def test_what_could_not_be_judged_is_sent_again(serve: Serve, data: Path) -> None:
    broken = True

    def fails(task: JudgeTask) -> Judgement:
        if broken and "Said 2" in task.answer.text:
            raise JudgeUnavailable("the endpoint is down")
        return RIGHT(task)

    served = serve(ScriptedJudge(fails))
    report, records = by_service(served, data)
    assert report.graded == 7
    assert records[1].score is None
    broken = False
    again, records = by_service(served, data)
    assert (again.reused, again.graded) == (6, 1)
    assert records[1].score == 66.7


def test_a_batch_whose_results_are_kept_is_not_fetched_again(
    serve: Serve, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_grading, "BATCH_ANSWERS", 3)
    broken, told = True, iter(range(100))

    def fails(task: JudgeTask) -> Judgement:
        if broken:
            raise JudgeUnavailable("the endpoint is down")
        return RIGHT(task)

    def stop_in_the_second_batch() -> None:
        if next(told) == 3:
            raise KeyboardInterrupt

    served = serve(ScriptedJudge(fails))
    with pytest.raises(KeyboardInterrupt):
        by_service(served, data, on_answer=stop_in_the_second_batch)
    broken = False
    _, records = by_service(served, data)
    assert [record.score for record in records[:3]] == [66.7] * 3


def test_an_answer_that_cannot_be_graded_is_a_failure_of_its_own(serve: Serve, data: Path) -> None:
    write_lines(data, [labelled(1, answer="..."), labelled(2), labelled(3, answer="…")])
    report, records = by_service(serve(ScriptedJudge(RIGHT)), data)
    assert (report.graded, report.failed) == (1, 2)
    assert [record.error.code if record.error else "" for record in records] == [
        "answer_invalid",
        "",
        "answer_invalid",
    ]


def test_nothing_that_can_be_graded_is_said_before_a_run_begins(serve: Serve, data: Path) -> None:
    write_lines(data, [labelled(1, answer="...")])
    with pytest.raises(RunInvalid, match="no answer can be graded: 'queue/01': "):
        by_service(serve(ScriptedJudge(RIGHT)), data)
    assert not data.with_name("run.jsonl").exists()


def test_a_wrong_key_is_refused_before_a_run_begins(serve: Serve, data: Path) -> None:
    with pytest.raises(Unauthenticated):
        by_service(serve(ScriptedJudge(RIGHT)), data, key="grk_wrong")
    assert not data.with_name("run.jsonl").exists()


def test_another_judge_grades_everything_again(serve: Serve, data: Path, tmp_path: Path) -> None:
    by_service(serve(ScriptedJudge(RIGHT)), data)
    report, _ = by_service(serve(ScriptedJudge(RIGHT, model="two")), data)
    assert report.graded == 7
    assert RunFile.open(tmp_path / "run.jsonl").header.model == "two"


def test_versions_are_compared_by_a_service(
    serve: Serve, data: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = ScriptedJudge(says({"first": Verdict.COVERED, "second": Verdict.MISSING}))
    served = serve(judge)
    monkeypatch.setenv("GRADER_API_KEY", served.key())
    files = []
    for number, claim in (("2.0.0", "A queue holds bursts."), ("2.1.0", "It holds bursts back.")):
        document = RUBRIC.model_dump(mode="json", exclude_defaults=True) | {"version": number}
        document["points"][0]["claim"] = claim
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(json.dumps(document))
    kept = ("-o", tmp_path / "runs", "--service", served.url, "--resamples", "100", "--json")
    first = run("compare", *files, data, *kept)
    assert first.code == 0, first.stderr
    document = json.loads(first.stdout)
    assert document["answers"] == 7
    assert document["first"]["run"]["model"] == "one"
    again = run("compare", *files, data, *kept)
    assert again.stderr.count("7 answers, 7 of them from before") == 2
    for refused, words in (
        (("compare", "judge=llm", "judge=local", data), "the service has its own judge"),
        (("run", data, "--judge", "llm"), "--judge and --service do not go together"),
        (("run", data, "--workers", "2"), "--workers and --service do not go together"),
        (("run", data, "--repeats", "2"), "--repeats and --service do not go together"),
    ):
        assert words in refusal(run(*refused, "--service", served.url))
    assert "give an address" in refusal(run("run", "--service", "nowhere"))
