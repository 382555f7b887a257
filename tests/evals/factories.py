"""Scripted judges, a model-free encoder, labelled answers and runs of known content."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.runs import MistakeRecord, PointRecord, RunHeader, RunRecord, RunWriter
from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.grading import Grader
from grader.judges import JudgeIdentity, JudgeTask
from grader.settings import Settings
from grader.types import (
    Evidence,
    Judgement,
    Kind,
    MistakeFinding,
    PointFinding,
    Rubric,
    Verdict,
)
from tests.grader.factories import weighted
from tests.support.plain_embedder import PlainEmbedder

RUBRIC = weighted({"first": 2, "second": 1}, {"wrong": 1}, follow_ups={"ask": ["second"]})
ANSWER = "It holds bursts back, and it lets the producer go on."


class ScriptedJudge:
    """Says what it is told to say of each task, and counts."""

    def __init__(self, say: Callable[[JudgeTask], Judgement], model: str = "one") -> None:
        self.say = say
        self.identity = JudgeIdentity("scripted", model)
        self.asked = 0

    async def judge(self, task: JudgeTask) -> Judgement:
        self.asked += 1
        return self.say(task)


def finding(name: str, verdict: Verdict, answer: str = ANSWER, share: float = 0.8) -> PointFinding:
    """A finding that is `share` sure, and thinks of covered or missing otherwise."""
    if verdict is Verdict.UNGRADED:
        return PointFinding(point_id=name, verdict=verdict)
    other = Verdict.MISSING if verdict is Verdict.COVERED else Verdict.COVERED
    evidence = (Evidence(start=0, end=2, quote=answer[:2]),)
    return PointFinding(
        point_id=name,
        verdict=verdict,
        probabilities={verdict: share, other: 1 - share},
        evidence=() if verdict is Verdict.MISSING else evidence,
    )


def says(verdicts: Mapping[str, Verdict], made: bool | None = False) -> Callable[..., Judgement]:
    """Say these verdicts of every answer."""

    def say(task: JudgeTask) -> Judgement:
        text = task.answer.text
        evidence = (Evidence(start=0, end=2, quote=text[:2]),) if made else ()
        return Judgement(
            points=tuple(finding(name, verdict, text) for name, verdict in verdicts.items()),
            mistakes=tuple(
                MistakeFinding(mistake_id=m.id, made=made, probability=0.1, evidence=evidence)
                for m in task.rubric.mistakes
            ),
        )

    return say


def open_grader(judge: ScriptedJudge, *rubrics: Rubric) -> Grader:
    """A grader over a few rubrics, without a model and without an index."""
    encoder = SharedEncoder(PlainEmbedder())
    bank = Bank(rubrics or [RUBRIC], drafts=True)
    return Grader(Settings(), bank=bank, encoder=encoder, judge=judge, index=None)


def labelled(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A line of a data set as plain data."""
    return {
        "id": f"queue/{number:02}",
        "rubric_id": RUBRIC.id,
        "rubric_version": RUBRIC.version,
        "answer": f"{ANSWER} Said {number}.",
        "points": {"first": "covered", "second": "missing"},
        "mistakes": {"wrong": False},
        **changes,
    }


def write_lines(path: Path, lines: Sequence[Mapping[str, Any] | str]) -> Path:
    """Write JSON lines; a string is written as it is."""
    shown = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(shown) + "\n", encoding="utf-8")
    return path


def record(
    labels: str,
    verdicts: str,
    *,
    question: str = "q",
    sure: Sequence[float] | None = None,
    covered: Sequence[float] | None = None,
    mistakes: Sequence[tuple[bool | None, bool | None]] = (),
    **changes: Any,
) -> RunRecord:
    """A record whose points are labelled and judged as the letters say: c, p, m, x or u."""
    points = []
    for place, (label, verdict) in enumerate(zip(labels, verdicts, strict=True)):
        said = _LETTERS[verdict]
        share = sure[place] if sure else 0.9
        shares = {} if said is Verdict.UNGRADED else {said: share}
        if covered and shares:
            shares[Verdict.COVERED] = covered[place]
        points.append(
            PointRecord(
                id=f"p{place}",
                label=None if label == "-" else _LETTERS[label],
                verdict=said,
                confidence=share if shares else 0,
                probabilities=shares,
            )
        )
    fields: dict[str, Any] = {
        "key": "k",
        "id": "a",
        "rubric_id": question,
        "rubric_version": "1.0.0",
        "rubric_sha256": "s",
        "kind": Kind.TECHNICAL,
        "answer": ANSWER,
        "points": tuple(points),
        "mistakes": tuple(
            MistakeRecord(id=f"m{place}", label=label, made=made, confidence=0.9)
            for place, (label, made) in enumerate(mistakes)
        ),
    }
    return RunRecord(**(fields | changes))


_LETTERS = {
    "c": Verdict.COVERED,
    "p": Verdict.PARTIAL,
    "m": Verdict.MISSING,
    "x": Verdict.CONTRADICTED,
    "u": Verdict.UNGRADED,
}
HEADER = RunHeader(judge="scripted", model="one", version="0")


def write_run(path: Path, records: Sequence[RunRecord]) -> Path:
    """Write a finished run file."""
    with RunWriter(path, HEADER) as writer:
        for each in records:
            writer.write(each, RUBRIC)
    return path
