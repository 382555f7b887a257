"""Rubrics with one thing wrong: each gives exactly its finding, where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.bank.lint import TEXT_CHECKS, Code, lint_rubric, meaning_checks
from grader.embedding import Embedder
from tests.grader.bank.lint.examples import CHOICE, TECHNICAL, document, rubric

REFERENCE: str = document(TECHNICAL)["reference_answer"]
CLAIMS: list[str] = [point["claim"] for point in document(TECHNICAL)["points"]]
MISTAKES: list[str] = [mistake["claim"] for mistake in document(TECHNICAL)["mistakes"]]


def extra_point(position: int) -> dict[str, Any]:
    """A further point, with hardly a word of the others."""
    claim = f"Release train {position} leaves on weekday number {position}."
    return {"id": f"extra-{position}", "claim": claim, "weight": 1}


def option(name: str, text: str, *, correct: bool) -> dict[str, Any]:
    return {"id": name, "text": text, "correct": correct, "explanation": "As the standard says."}


WORDS: list[tuple[Code, Path, dict[str, Any], str]] = [
    (
        Code.POINT_COUNT,
        TECHNICAL,
        {f"points[{n}]": extra_point(n) for n in (6, 7, 8)},
        "points",
    ),
    (Code.NO_REFERENCE, TECHNICAL, {"reference_answer": ""}, "reference"),
    (Code.REFERENCE_LENGTH, TECHNICAL, {"reference_answer": "Too short by far."}, "reference"),
    (Code.NO_TOPICS, TECHNICAL, {"topics": []}, "topics"),
    (Code.NO_CORRECTION, TECHNICAL, {"mistakes[0].correction": ""}, "mistakes[0].correction"),
    (
        Code.UNLABELLED_EXAMPLE,
        TECHNICAL,
        {"examples": [{"answer": "It hides things.", "points": {"gradual-rollout": "missing"}}]},
        "examples[0].points",
    ),
    (Code.DOMINANT_WEIGHT, TECHNICAL, {"points[0].weight": 9}, "points[0].weight"),
    (Code.NEGLIGIBLE_WEIGHT, TECHNICAL, {"points[5].weight": 0.1}, "points[5].weight"),
    (Code.DOMINANT_PENALTY, TECHNICAL, {"mistakes[0].penalty": 6}, "mistakes[0].penalty"),
    (Code.NEGLIGIBLE_PENALTY, TECHNICAL, {"mistakes[1].penalty": 0.1}, "mistakes[1].penalty"),
    (Code.SEVERITY_ORDER, TECHNICAL, {"mistakes[1].severity": "critical"}, "mistakes[1].severity"),
    (
        Code.COMPOUND_CLAIM,
        TECHNICAL,
        {"points[2].claim": f"{CLAIMS[2].rstrip('.')}; old branches are deleted every month."},
        "points[2].claim",
    ),
    (
        Code.DEPENDENT_CLAIM,
        TECHNICAL,
        {"points[5].claim": "It should be deleted from the code once everybody has the feature."},
        "points[5].claim",
    ),
    (
        Code.DUPLICATE_CLAIM,
        TECHNICAL,
        {"points[5].claim": "At first, a feature is switched on for a small share of the users."},
        "points[5].claim",
    ),
    (
        Code.DUPLICATE_PHRASING,
        TECHNICAL,
        {"points[3].accept[1]": CLAIMS[1].lower()},
        "points[3].accept[1]",
    ),
    (
        Code.CONTRADICTORY_PHRASING,
        TECHNICAL,
        {"points[3].reject[0]": CLAIMS[4]},
        "points[3].reject[0]",
    ),
    (
        Code.MISTAKE_IN_REFERENCE,
        TECHNICAL,
        {"reference_answer": f"{REFERENCE}\n{MISTAKES[1]}"},
        "mistakes[1].claim",
    ),
    (
        Code.MISSING_FOLLOW_UP,
        TECHNICAL,
        {"follow_ups[3].targets": ["removed-in-the-end"]},
        "mistakes[0]",
    ),
    (
        Code.UNREACHABLE_FOLLOW_UP,
        TECHNICAL,
        {
            "follow_ups[5]": {
                "id": "ask-again",
                "ask": "And then?",
                "targets": ["sticky-assignment", "gradual-rollout", "quick-off-switch"],
            },
            "follow_ups[6]": {
                "id": "ask-choice",
                "ask": "Who comes next?",
                "targets": ["sticky-assignment"],
            },
        },
        "follow_ups[5].targets",
    ),
    (
        Code.REVEALING_FOLLOW_UP,
        TECHNICAL,
        {"follow_ups[2].ask": f"Would you agree? {CLAIMS[3]}"},
        "follow_ups[2].ask",
    ),
    (Code.NO_OPTIONS, CHOICE, {"options": []}, "options"),
    (Code.CORRECT_OPTIONS, CHOICE, {"options[1].correct": False, "options[1].id": "x"}, "options"),
    (
        Code.CORRECT_OPTIONS,
        CHOICE,
        {"options[3]": option("x", "An outdated copy is noticed.", correct=True)},
        "options",
    ),
    (Code.NO_EXPLANATION, CHOICE, {"options[2].explanation": ""}, "options[2].explanation"),
    (
        Code.DUPLICATE_OPTION,
        CHOICE,
        {"options[2].text": "The document is locked for others until the request was answered!"},
        "options[2].text",
    ),
    (
        Code.REVEALING_OPTION,
        CHOICE,
        {
            "options[1].text": "The write is carried out if, and only if, the document still has "
            "exactly that state which it had when the client fetched it."
        },
        "options[1].text",
    ),
    (
        Code.REVEALING_OPTION,
        CHOICE,
        {"options[3]": option("none", "None of the above.", correct=False)},
        "options[3].text",
    ),
    (Code.UNLINKED_OPTION, CHOICE, {"options[1].id": "conditional"}, "points"),
]

MEANINGS: list[tuple[Code, dict[str, Any], str]] = [
    (
        Code.UNSUPPORTED_POINT,
        {
            "points[4].claim": "Feature flags can carry A/B experiments with statistical tests.",
            "points[4].accept": ["We compare conversion in both groups before we decide."],
        },
        "points[4].claim",
    ),
    (
        Code.DUPLICATE_CLAIM,
        {"points[5].claim": "First, a feature can be enabled for a small share of the users."},
        "points[5].claim",
    ),
    (
        Code.DUPLICATE_PHRASING,
        {
            "points[3].accept[1]": "The feature can be switched on for a small part of the users at first."
        },
        "points[3].accept[1]",
    ),
    (
        Code.MISTAKE_IN_REFERENCE,
        {"reference_answer": f"{REFERENCE}\nFor code behind a disabled flag no tests are needed."},
        "mistakes[1].claim",
    ),
]


@pytest.mark.parametrize("file", [TECHNICAL, CHOICE], ids=lambda file: file.stem)
def test_the_rubrics_to_be_spoilt_are_in_good_order(
    file: Path, embedder: Embedder, plain_embedder: Embedder
) -> None:
    assert lint_rubric(rubric(file), [*TEXT_CHECKS, meaning_checks(embedder, plain_embedder)]) == []


@pytest.mark.parametrize(
    ("code", "file", "edits", "where"), WORDS, ids=[f"{c}-{w}" for c, _, _, w in WORDS]
)
def test_one_fault_in_words_gives_one_finding(
    code: Code, file: Path, edits: dict[str, Any], where: str
) -> None:
    findings = lint_rubric(rubric(file, edits))

    assert [(finding.code, finding.where) for finding in findings] == [(code, where)]
    assert findings[0].severity == "warning"


@pytest.mark.parametrize(("code", "edits", "where"), MEANINGS, ids=[c for c, _, _ in MEANINGS])
def test_one_fault_in_meaning_gives_one_finding(
    code: Code,
    edits: dict[str, Any],
    where: str,
    embedder: Embedder,
    plain_embedder: Embedder,
) -> None:
    spoilt = rubric(TECHNICAL, edits)
    findings = lint_rubric(spoilt, [*TEXT_CHECKS, meaning_checks(embedder, plain_embedder)])

    assert lint_rubric(spoilt) == []  # words alone do not show it
    assert [(finding.code, finding.where) for finding in findings] == [(code, where)]


def test_every_kind_of_warning_has_a_bad_rubric() -> None:
    shown = {code for code, *_ in WORDS} | {code for code, *_ in MEANINGS}

    assert set(Code) - shown == {Code.SCHEMA, Code.LOCK, Code.DUPLICATE_VERSION}
