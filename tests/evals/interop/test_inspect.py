"""The Inspect scorer, run by the real package over its mock model."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.interop._grading import RubricGrader
from grader.errors import JudgeUnavailable
from grader.judges import JudgeTask
from grader.types import Judgement, Verdict
from tests.evals.factories import ANSWER, RUBRIC, ScriptedJudge, open_grader, says

inspect_ai = pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")

from inspect_ai.dataset import MemoryDataset, Sample  # noqa: E402
from inspect_ai.log import EvalLog  # noqa: E402
from inspect_ai.model import ModelOutput, ModelUsage, get_model  # noqa: E402

from evals.interop import inspect_scorer  # noqa: E402
from evals.interop.examples import inspect_task  # noqa: E402

# Inspect leaves streams of its own unclosed, and calls tenacity by an old name.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Unclosed <Memory:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:The 'initial' parameter:DeprecationWarning"),
]

DOWN = "The judge is down."
Run = Callable[..., EvalLog]


def judging(task: JudgeTask) -> Judgement:
    """Cover the first point; be down for an answer that says so."""
    if "down" in task.answer.text:
        raise JudgeUnavailable(DOWN)
    return says({"first": Verdict.COVERED, "second": Verdict.MISSING})(task)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedJudge]:
    scripted = ScriptedJudge(judging)
    with open_grader(scripted) as grader:
        shared = RubricGrader(grader)
        monkeypatch.setattr(inspect_scorer, "shared_grader", lambda *_: shared)
        yield scripted
    gc.collect()  # what Inspect left unclosed is noticed here rather than in another test


@pytest.fixture
def run(judge: ScriptedJudge, tmp_path: Path) -> Run:  # noqa: ARG001 - is in place
    def once(*outputs: str, metadata: dict[str, Any] | None = None, **options: Any) -> EvalLog:
        given = {"rubric": RUBRIC.id} if metadata is None else metadata
        samples = [
            Sample(id=number, input=RUBRIC.question, metadata=given)
            for number in range(1, len(outputs) + 1)
        ]
        logs: list[EvalLog] = inspect_ai.eval(
            inspect_ai.Task(
                dataset=MemoryDataset(samples), scorer=inspect_scorer.rubric_scorer(**options)
            ),
            model=mock_model(*outputs),
            log_dir=str(tmp_path),
            display="none",
            max_samples=1,
        )
        return logs[0]

    return once


def mock_model(*outputs: str) -> Any:
    replies = []
    for text in outputs:
        reply = ModelOutput.from_content("mockllm/model", text)
        # Otherwise Inspect counts tokens, and loads a tokeniser from the network.
        reply.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        replies.append(reply)
    return get_model("mockllm/model", custom_outputs=replies, memoize=False)


def scores(log: EvalLog) -> list[Any]:
    assert log.status == "success", log.error
    return [sample.scores["rubric_scorer"] for sample in log.samples or [] if sample.scores]


def test_an_output_is_graded_under_the_rubric_its_sample_names(run: Run) -> None:
    [score] = scores(run(ANSWER))
    assert score.value == pytest.approx(2 / 3, abs=0.001)
    assert score.answer == ANSWER
    assert "66.7 of 100" in score.explanation
    assert RUBRIC.points[1].claim in score.explanation
    assert score.metadata["verdicts"] == {"first": "covered", "second": "missing"}
    assert score.metadata["missing"] == ["second"]
    assert score.metadata["rubric"]["sha256"] == RUBRIC.sha256
    assert score.metadata["grader"]["judge"] == "scripted"


def test_a_failure_is_unscored_and_left_out_of_the_mean(run: Run) -> None:
    log = run(ANSWER, "The judge is down now.", "", "Nul \0 nul.")
    graded, *failed = scores(log)
    assert [score.reason for score in failed] == [
        "grader_failed",
        "no_response",
        "invalid_response_format",
    ]
    assert all(math.isnan(score.value) for score in failed)
    assert DOWN in failed[0].explanation
    assert log.results
    [summary] = log.results.scores
    assert (summary.scored_samples, summary.unscored_samples) == (1, 3)
    assert summary.metrics["mean"].value == pytest.approx(graded.value)


def test_where_nothing_is_graded_the_mean_is_not_zero(run: Run) -> None:
    log = run("The judge is down.", "It is still down.")
    assert log.results
    assert math.isnan(log.results.scores[0].metrics["mean"].value)


def test_one_rubric_may_be_named_for_all_samples(run: Run) -> None:
    [score] = scores(run(ANSWER, metadata={}, rubric=f"{RUBRIC.id}@{RUBRIC.version}"))
    assert score.metadata["rubric"]["version"] == RUBRIC.version


@pytest.mark.parametrize(
    ("metadata", "said"),
    [({}, "metadata.rubric of sample 1 names no rubric"), ({"rubric": "queue"}, "queue-basics")],
)
def test_a_rubric_that_is_not_there_stops_the_evaluation(
    run: Run, metadata: dict[str, Any], said: str
) -> None:
    log = run(ANSWER, metadata=metadata)
    assert log.status == "error"
    assert log.error
    assert said in log.error.message


def test_the_example_asks_the_questions_of_the_bank() -> None:
    task = inspect_task.interview_questions(topic="nodejs")
    samples = {str(sample.id): sample for sample in task.dataset}
    assert "node-event-loop" in samples
    assert samples["node-event-loop"].metadata == {"rubric": "node-event-loop"}
    assert all(str(sample.input) for sample in task.dataset)
