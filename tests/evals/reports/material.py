"""Runs of known content, hostile text among it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.datasets import PointLabel, Rating
from evals.runs import MistakeRecord, PointRecord, RunRecord, RunWriter
from grader.bank import parse_rubric
from grader.types import Evidence, Kind, Rubric, Verdict
from tests.evals.factories import HEADER

ANSWER = "A queue lets the producer go on. It also holds bursts back. Order is kept always."
MARKUP = (
    "</script><script>window.ran=1</script><img src=x onerror=window.ran=2>"
    "<svg onload=window.ran=3></svg>\"'><style>*{display:none}</style>"
    "<a href='javascript:window.ran=4'>x</a>{{ 7*7 }} | `a` *b* [c](http://evil.test) @team #12"
)

POINTS = {
    "decouples": "The producer need not wait for the consumer.",
    "buffers": "A queue holds bursts back.",
}
WORDS = {
    "c": Verdict.COVERED,
    "p": Verdict.PARTIAL,
    "m": Verdict.MISSING,
    "x": Verdict.CONTRADICTED,
    "u": Verdict.UNGRADED,
}


def rubric(
    version: str = "1.0.0",
    claims: Mapping[str, str] = POINTS,
    mistake: str = "Messages always arrive in order.",
    question: str = "What is a queue good for?",
    rubric_id: str = "queue-basics",
) -> Rubric:
    """Two points, one mistake."""
    return parse_rubric(
        {
            "id": rubric_id,
            "version": version,
            "question": question,
            "points": [
                {"id": name, "claim": claim, "weight": 1, "accept": [f"In short: {claim}"]}
                for name, claim in claims.items()
            ],
            "mistakes": [{"id": "in-order", "claim": mistake, "penalty": 1}],
        }
    )


def graded(  # the labels and verdicts are letters: c, p, m, x, u; - for no label
    number: int,
    labels: str = "cm",
    verdicts: str = "cm",
    *,
    of: Rubric | None = None,
    answer: str = ANSWER,
    why: str = "Says this in other words.",
    **changes: Any,
) -> RunRecord:
    """One answer; the judge quotes its first words, the rater those after them."""
    of = of or rubric()
    points = tuple(
        PointRecord(
            id=point.id,
            label=None if label == "-" else WORDS[label],
            label_evidence=() if label in "-m" else (_quote(answer, 8, 20),),
            verdict=WORDS[verdict],
            confidence=0 if verdict == "u" else 0.9 - 0.01 * number,
            probabilities={} if verdict == "u" else {WORDS[verdict]: 0.9 - 0.01 * number},
            evidence=() if verdict in "um" else (_quote(answer, 0, 14),),
            why=why,
        )
        for point, label, verdict in zip(of.points, labels, verdicts, strict=True)
    )
    credit = {"c": 1.0, "p": 0.5}
    fields: dict[str, Any] = {
        "key": f"{number:064}",
        "id": f"queue/{number:02}",
        "rubric_id": of.id,
        "rubric_version": of.version,
        "rubric_sha256": of.sha256,
        "kind": Kind.TECHNICAL,
        "answer": answer,
        "tags": {"channel": "spoken" if number % 2 else "typed"},
        "points": points,
        "mistakes": (MistakeRecord(id="in-order", label=None, made=False, confidence=0.8),),
        "score": 50.0 * sum(credit.get(verdict, 0) for verdict in verdicts),
        "label_score": 50.0 * sum(credit.get(label, 0) for label in labels),
        "elapsed_ms": 40,
    }
    return RunRecord(**(fields | changes))


def rated(record: RunRecord, *raters: str) -> RunRecord:
    """The same with raters, who all say what the labels say."""
    points = {p.id: PointLabel(verdict=p.label) for p in record.points if p.label}
    ratings = tuple(Rating(rater=name, points=points) for name in raters)
    return record.model_copy(update={"ratings": ratings})


def write(path: Path, records: Sequence[RunRecord], *rubrics: Rubric, **header: Any) -> Path:
    """Write a run of answers under these rubrics."""
    known = {each.sha256: each for each in (rubrics or (rubric(),))}
    with RunWriter(path, HEADER.model_copy(update=header)) as writer:
        for record in records:
            writer.write(record, known[record.rubric_sha256])
    return path


def hostile_run(path: Path, verdicts: str = "mcxp", question: str | None = None) -> Path:
    """A run in which every text is an attack on who reads the report.

    Args:
        path: Where to write it.
        verdicts: Two for odd answers, two for even ones.
        question: What to call all questions; else their names are hostile too.
    """
    of = rubric(
        claims={"decouples": f"Claim {MARKUP}", "buffers": f"Other {MARKUP}"},
        mistake=f"Belief {MARKUP}",
        question=f"Question {MARKUP}",
    )
    records = [
        graded(
            number,
            "cm",
            verdicts[:2] if number % 2 else verdicts[2:],
            of=of,
            answer=f"An answer that says \u202e so {MARKUP} and more",
            why=f"Because {MARKUP}",
            id=f"{MARKUP}{number}",
            rubric_id=question or f"{MARKUP}{number % 3}",
            tags={f"t {MARKUP}": f"v {MARKUP} {number % 2}"},
            flags=(MARKUP,),
        )
        for number in range(8)
    ]
    return write(path, records, of, judge=MARKUP, model=MARKUP, data=(MARKUP,), split=MARKUP)


def pair(folder: Path, answers: int = 24) -> tuple[Path, Path]:
    """Two runs of the same answers; the second, of a reworded rubric, is right far more often."""
    old = rubric()
    new = rubric("1.1.0", {**POINTS, "buffers": "A queue holds sudden bursts back."})
    first = [graded(n, "cm", "mm" if n % 2 else "cc", of=old) for n in range(answers)]
    second = [graded(n, "cm", "cm" if n % 8 else "xm", of=new) for n in range(answers)]
    return (
        write(folder / "before.jsonl", first, old),
        write(folder / "after.jsonl", second, new),
    )


def _quote(answer: str, start: int, end: int) -> Evidence:
    return Evidence(start=start, end=end, quote=answer[start:end])
