"""Runs made up point by point, of two judges whose skill is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evals.comparison import Comparison, compare
from evals.runs import RunFile, RunHeader, RunRecord, RunWriter
from grader.types import Rubric
from tests.evals.factories import record
from tests.grader.factories import weighted

HEADER = RunHeader(judge="scripted", model="one", version="0")


def rubric(points: int = 4, *, name: str = "q", mistakes: int = 0, **changes: Any) -> Rubric:
    """A rubric with the points and mistakes that `record` has."""
    made = weighted({f"p{n}": 1 for n in range(points)}, {f"m{n}": 1 for n in range(mistakes)})
    return made.model_copy(update={"id": name, **changes})


def graded(
    under: Rubric, labels: str, verdicts: str, *, name: str = "a", **changes: Any
) -> RunRecord:
    """A record under a rubric, scored by the share of points covered."""
    fields: dict[str, Any] = {
        "id": name,
        "rubric_sha256": under.sha256,
        "rubric_version": under.version,
        "answer": f"The answer {name}.",
    }
    if "u" not in verdicts:
        fields["score"] = 100 * verdicts.count("c") / len(verdicts)
    if "-" not in labels:
        fields["label_score"] = 100 * labels.count("c") / len(labels)
    return record(labels, verdicts, question=under.id, **(fields | changes))


def written(
    path: Path, under: Rubric | Sequence[Rubric], records: Iterable[RunRecord], **header: Any
) -> RunFile:
    """Write a finished run."""
    rubrics = [under] if isinstance(under, Rubric) else under
    by_id = {each.id: each for each in rubrics}
    with RunWriter(path, HEADER.model_copy(update=header)) as writer:
        for each in records:
            writer.write(each, by_id[each.rubric_id])
    return RunFile.open(path)


def compared(
    folder: Path,
    first: Sequence[RunRecord],
    second: Sequence[RunRecord],
    rubrics: tuple[Rubric, Rubric],
    **options: Any,
) -> Comparison:
    """Compare two runs, each under one rubric."""
    return compare(
        written(folder / "first.jsonl", rubrics[0], first),
        written(folder / "second.jsonl", rubrics[1], second),
        **({"resamples": 200} | options),
    )


def simulated(
    rng: np.random.Generator,
    *,
    questions: int,
    answers: int,
    points: int = 4,
    skill: tuple[float, float] = (1.0, 1.0),
    spread: float = 0.7,
) -> tuple[list[RunRecord], list[RunRecord], list[Rubric]]:
    """Draw two judges' runs over the same answers.

    Args:
        rng: Makes the draws.
        questions: How many.
        answers: To each question.
        points: Of each question.
        skill: The judges' log odds of a right verdict on a point of average difficulty.
        spread: Standard deviation, over questions, of how well a judge gets on with a question;
            it makes the answers to one question alike.
    """
    rubrics = [rubric(points, name=f"q{n}") for n in range(questions)]
    runs: tuple[list[RunRecord], list[RunRecord]] = ([], [])
    for under in rubrics:
        with_question = rng.normal(0, spread, size=2)
        for number in range(answers):
            labels = rng.choice(list("cm"), size=points)
            difficulty = rng.normal(0, 1, size=points)
            for judge, run in enumerate(runs):
                odds = skill[judge] + with_question[judge] - difficulty
                right = rng.random(points) < 1 / (1 + np.exp(-odds))
                verdicts = np.where(right, labels, np.where(labels == "c", "m", "c"))
                run.append(
                    graded(under, "".join(labels), "".join(verdicts), name=f"{under.id}/{number}")
                )
    return *runs, rubrics
