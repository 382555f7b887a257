"""Small rubrics and findings, for tests that care about one thing in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from grader.bank import parse_rubric
from grader.types import MistakeFinding, PointFinding, Rubric, Verdict


def document(**changes: Any) -> dict[str, Any]:
    """A valid rubric as plain data; `changes` replace or add top-level fields."""
    return {
        "id": "queue-basics",
        "version": "1.0.0",
        "question": "What is a message queue good for?",
        "points": [
            {"id": "decouples", "claim": "The producer need not wait.", "weight": 2},
            {"id": "buffers", "claim": "Bursts are held back.", "weight": 1},
        ],
        **changes,
    }


def full_document() -> dict[str, Any]:
    """A valid rubric that gives every field there is a value other than its default."""
    return {
        "id": "queue-basics",
        "version": "1.2.3",
        "status": "published",
        "question": "Which of these does a message queue give you?",
        "kind": "multiple_choice",
        "level": "senior",
        "topics": ["messaging", "queues"],
        "reference": "messaging/queues.md",
        "reference_answer": "A queue lets the producer go on. It also holds bursts back.",
        "points": [
            {
                "id": "decouples",
                "claim": "The producer need not wait for the consumer.",
                "weight": 2,
                "required": True,
                "accept": ["The sender goes on at once.", "Both sides run apart."],
                "reject": ["The sender blocks until it is read."],
            },
            {"id": "buffers", "claim": "Bursts are held until there is time.", "weight": 1.5},
        ],
        "mistakes": [
            {
                "id": "exactly-once",
                "claim": "Each message is handled exactly once.",
                "penalty": 2,
                "severity": "critical",
                "correction": "Handlers must bear repeats.",
            },
            {"id": "in-order", "claim": "Messages always arrive in order.", "penalty": 1},
        ],
        "follow_ups": [
            {
                "id": "ask-repeat",
                "ask": "What if a message comes twice?",
                "targets": ["exactly-once", "decouples"],
                "style": "hint",
            }
        ],
        "vocabulary": ["broker", "back-pressure"],
        "options": [
            {"id": "first", "text": "It decouples.", "correct": True, "explanation": "Indeed so."},
            {"id": "second", "text": "It sorts.", "correct": False},
        ],
        "examples": [
            {
                "answer": "It lets the sender go on.",
                "points": {"decouples": "covered", "buffers": "missing"},
                "mistakes": {"exactly-once": False},
                "rater": "an engineer",
            }
        ],
    }


def weighted(
    weights: Mapping[str, float],
    penalties: Mapping[str, float] | None = None,
    *,
    required: Collection[str] = (),
    follow_ups: Mapping[str, Sequence[str]] | None = None,
) -> Rubric:
    """A rubric of which only ids, numbers and follow-up targets matter."""
    return parse_rubric(
        document(
            points=[
                {"id": name, "claim": f"Claim {name}.", "weight": w, "required": name in required}
                for name, w in weights.items()
            ],
            mistakes=[
                {"id": name, "claim": f"Belief {name}.", "penalty": penalty}
                for name, penalty in (penalties or {}).items()
            ],
            follow_ups=[
                {"id": name, "ask": f"Question {name}?", "targets": list(targets)}
                for name, targets in (follow_ups or {}).items()
            ],
        )
    )


def point(
    name: str, verdict: Verdict, probabilities: Mapping[Verdict, float] | None = None
) -> PointFinding:
    """A finding on a point; certain of its verdict unless told otherwise."""
    if probabilities is None:
        probabilities = {} if verdict is Verdict.UNGRADED else {verdict: 1.0}
    return PointFinding(point_id=name, verdict=verdict, probabilities=probabilities)


def points(verdicts: Mapping[str, Verdict]) -> list[PointFinding]:
    """Certain findings on several points."""
    return [point(name, verdict) for name, verdict in verdicts.items()]


def mistake(name: str, made: bool | None, probability: float | None = None) -> MistakeFinding:
    """A finding on a mistake; certain unless told otherwise."""
    if probability is None:
        probability = float(bool(made))
    return MistakeFinding(mistake_id=name, made=made, probability=probability)


def mistakes(made: Iterable[str] = (), not_made: Iterable[str] = ()) -> list[MistakeFinding]:
    """Certain findings on several mistakes."""
    return [*(mistake(name, True) for name in made), *(mistake(name, False) for name in not_made)]
