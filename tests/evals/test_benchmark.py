from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.benchmark import (
    BenchmarkFile,
    BenchmarkReport,
    Prediction,
    Predictor,
    benchmark_stats,
    best_prediction,
    is_benchmark,
    reference_rubrics,
    report_file,
)
from evals.datasets import DatasetInvalid
from grader.embedding import SharedEncoder
from grader.errors import JudgeUnavailable
from grader.judges import JudgeTask
from grader.types import Judgement, PointFinding, Verdict
from tests.evals.factories import ScriptedJudge, finding, labelled, write_lines
from tests.support.plain_embedder import PlainEmbedder


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "dataset": "made-up",
        "split": "test",
        "question_id": f"q{number % 3}",
        "question": f"Why {number % 3}?",
        "references": [{"text": "Because.", "category": "BEST"}, {"text": "Therefore."}],
        "answer": f"Since {number}.",
        **changes,
    }


def marked(number: int, correct: bool) -> dict[str, Any]:
    return row(number, answer=f"{'right' if correct else 'wrong'} {number}", correct=correct)


def knows(task: JudgeTask) -> Judgement:
    """Cover the second reference where the answer says that it is right."""
    text = task.answer.text
    second = Verdict.COVERED if text.startswith("right") else Verdict.MISSING
    return Judgement(
        points=(
            finding("reference-1", Verdict.MISSING, text),
            finding("reference-2", second, text),
        )
    )


def measured(path: Path, judge: ScriptedJudge, limit: int | None = None) -> BenchmarkReport:
    encoder = SharedEncoder(PlainEmbedder())
    source = BenchmarkFile.open(path)
    try:
        predictor = Predictor(judge, encoder, max_characters=1000)
        predicted = asyncio.run(predictor.predict_all(source, workers=4, limit=limit))
    finally:
        encoder.close()
    return report_file(source, predicted, 1.0)


def test_an_answer_is_correct_if_any_reference_is_covered(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "set.jsonl", [marked(n, n % 2 == 0) for n in range(12)])
    report = measured(path, ScriptedJudge(knows))
    assert (report.rows, report.questions, report.ungraded) == (12, 3, 0)
    assert report.accuracy == report.macro_f1 == report.weighted_f1 == report.auc == 1
    assert report.qwk == report.r == 1
    assert report.rmse == pytest.approx(0.2)
    assert report.risk_coverage is not None
    assert report.risk_coverage.area == 0
    assert report.baseline == 0.5
    assert measured(path, ScriptedJudge(knows), limit=5).rows == 5


def test_what_could_not_be_judged_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    def fails(task: JudgeTask) -> Judgement:
        if "3" in task.answer.text:
            raise JudgeUnavailable("down")
        return knows(task)

    lines = [*(marked(n, n % 2 == 0) for n in range(6)), row(7, answer=" ", correct=True)]
    report = measured(write_lines(tmp_path / "set.jsonl", lines), ScriptedJudge(fails))
    assert (report.rows, report.graded, report.ungraded) == (7, 5, 2)
    assert report.ungraded_reasons["down"] == 1
    assert report.accuracy == 1
    nothing = measured(
        write_lines(tmp_path / "none.jsonl", [marked(3, True)]), ScriptedJudge(fails)
    )
    assert (nothing.graded, nothing.accuracy) == (0, None)


def test_three_levels_are_measured_too(tmp_path: Path) -> None:
    levels = {"Correct": 1.0, "Partially correct": 0.5, "Incorrect": 0.0}

    def partly(task: JudgeTask) -> Judgement:
        verdict = {"C": Verdict.COVERED, "P": Verdict.PARTIAL, "I": Verdict.CONTRADICTED}
        said = verdict[task.answer.text[0]]
        return Judgement(
            points=tuple(finding(f"reference-{n}", said, task.answer.text, share=1) for n in (1, 2))
        )

    lines = [
        row(n, answer=f"{name} {n}", verification=name, score=score)
        for n in range(4)
        for name, score in levels.items()
    ]
    path = write_lines(tmp_path / "set.jsonl", lines)
    report = measured(path, ScriptedJudge(partly))
    assert report.accuracy == report.qwk == 1
    assert report.three_way == {"accuracy": 1, "macro_f1": 1, "weighted_f1": 1}
    assert report.rmse == 0
    assert benchmark_stats(BenchmarkFile.open(path)).labels == {
        "correct": 4,
        "incorrect": 4,
        "partially correct": 4,
    }


@pytest.mark.parametrize(
    ("scores", "scale"),
    [([0.0, 0.5, 1.0], 1.0), ([0.0, 2.5, 5.0], 5.0), ([0.0, 1.0, 1.5], 5.0)],
)
def test_scores_are_brought_to_one_scale(tmp_path: Path, scores: list[float], scale: float) -> None:
    lines = [row(n, score=score) for n, score in enumerate(scores)]
    source = BenchmarkFile.open(write_lines(tmp_path / "set.jsonl", lines))
    assert [source.score_of(each) for each in source] == [score / scale for score in scores]
    report = measured(source.path, ScriptedJudge(knows))
    assert report.accuracy is None
    assert report.qwk is not None
    assert report.risk_coverage is not None
    assert report.risk_coverage.risk == "absolute_error"


def test_a_stated_maximum_counts(tmp_path: Path) -> None:
    lines = [row(1, score=8, max_score=10), row(2, score=2, max_score=4)]
    source = BenchmarkFile.open(write_lines(tmp_path / "set.jsonl", lines))
    assert [source.score_of(each) for each in source] == [0.8, 0.5]


def test_all_wrong_rows_are_told_with_their_lines(tmp_path: Path) -> None:
    lines: list[dict[str, Any] | str] = [
        row(1, correct=True),
        "{",
        row(2),
        row(3, correct="yes"),
        row(4, references=[]),
        row(5, verification="Maybe"),
        row(6, score=3, max_score=2),
        {"question_id": "q"},
    ]
    with pytest.raises(DatasetInvalid) as caught:
        BenchmarkFile.open(write_lines(tmp_path / "set.jsonl", lines))
    told: dict[int, str] = {}
    for problem in caught.value.problems:
        told.setdefault(problem.line, str(problem))
    assert sorted(told) == [2, 3, 4, 5, 6, 7, 8]
    assert "has no label" in told[3]
    assert "above its maximum" in told[7]


def test_labels_of_two_kinds_and_unknown_scales_are_refused(tmp_path: Path) -> None:
    for lines, words in (
        ([row(1, correct=True), row(2, score=1)], "labelled otherwise than line 1"),
        ([row(1, score=9), row(2, score=1)], "max_score"),
        ([], "no rows"),
    ):
        with pytest.raises(DatasetInvalid, match=words):
            BenchmarkFile.open(write_lines(tmp_path / "set.jsonl", lines))


def test_the_two_kinds_of_file_are_told_apart(tmp_path: Path) -> None:
    assert is_benchmark(write_lines(tmp_path / "a.jsonl", [row(correct=True)]))
    assert not is_benchmark(write_lines(tmp_path / "b.jsonl", [labelled()]))
    assert not is_benchmark(write_lines(tmp_path / "c.jsonl", ["{"]))


def test_each_reference_makes_a_rubric_of_one_point_once(tmp_path: Path) -> None:
    given = [{"text": "A."}, {"text": "B."}, {"text": "A. "}]
    path = write_lines(tmp_path / "a.jsonl", [row(1, references=given, correct=True)])
    rubrics = reference_rubrics(next(iter(BenchmarkFile.open(path))))
    assert [[point.claim for point in each.points] for each in rubrics] == [["A."], ["B."]]


def test_a_question_is_encoded_once(tmp_path: Path) -> None:
    encoded: list[str] = []

    class Counting(PlainEmbedder):
        def encode(self, texts: Any) -> Any:
            encoded.extend(texts)
            return super().encode(texts)

    path = write_lines(tmp_path / "a.jsonl", [marked(3 * n, True) for n in range(9)])
    encoder = SharedEncoder(Counting())
    predictor = Predictor(ScriptedJudge(knows), encoder, max_characters=1000)
    asyncio.run(predictor.predict_all(BenchmarkFile.open(path), workers=8))
    encoder.close()
    assert sorted(encoded) == ["Because.", "Therefore.", "Why 0?", "Why 0?"]


def test_an_unjudged_reference_leaves_open_what_no_other_covers() -> None:
    ungraded = PointFinding(point_id="a", verdict=Verdict.UNGRADED)
    covered = finding("b", Verdict.COVERED)
    missing = finding("b", Verdict.MISSING)
    assert best_prediction([ungraded, covered], 2).verdict is Verdict.COVERED
    assert best_prediction([ungraded, missing], 2).verdict is Verdict.UNGRADED
    assert best_prediction([missing], 2).verdict is Verdict.UNGRADED
    assert best_prediction([], 1).verdict is Verdict.UNGRADED


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Verdict)[:4]), st.floats(0.5, 1)), min_size=1, max_size=5
    )
)
def test_predictions_stay_in_bounds_and_take_the_best(
    said: list[tuple[Verdict, float]],
) -> None:
    findings = [finding(f"r{n}", verdict, share=share) for n, (verdict, share) in enumerate(said)]
    best = best_prediction(findings, len(findings))
    assert 0 <= best.score <= 1 + 1e-9
    assert best.correct_probability <= best.score + 1e-9
    assert (best.verdict is Verdict.COVERED) == any(v is Verdict.COVERED for v, _ in said)


def test_a_report_can_be_written_as_json(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "set.jsonl", [marked(n, n % 2 == 0) for n in range(4)])
    source = BenchmarkFile.open(path)
    predicted = [(each, Prediction(Verdict.MISSING)) for each in source]
    document = json.loads(report_file(source, predicted, 0).model_dump_json())
    assert document["accuracy"] == 0.5
    assert document["r"] is None
    assert document["confusion"]["correct"] == {"correct": 0, "incorrect": 2}
