"""Sizes, weights and penalties."""

from __future__ import annotations

from collections.abc import Iterator

from grader.bank.lint._findings import Code, Finding, warn
from grader.types import Kind, Rubric, Severity, Status

_POINTS = range(5, 9)
_REFERENCE_WORDS = range(120, 251)

# Shares of the total weight. A penalty is subtracted from that total, so it is measured by it too.
_DOMINANT = 0.5
_NEGLIGIBLE = 0.02


def check_sizes(rubric: Rubric) -> Iterator[Finding]:
    """Count points, words of the reference answer, topics, and labels of examples."""
    if rubric.kind is not Kind.MULTIPLE_CHOICE and len(rubric.points) not in _POINTS:
        message = f"{len(rubric.points)} points; 5 to 8 make a fair score"
        yield warn(Code.POINT_COUNT, "points", message)
    words = len(rubric.reference_answer.split())
    if not words:
        message = "no reference answer; write one, so that the points have a source"
        yield warn(Code.NO_REFERENCE, "reference", message)
    elif words not in _REFERENCE_WORDS:
        message = f"the reference answer has {words} words; aim for 120 to 250"
        yield warn(Code.REFERENCE_LENGTH, "reference", message)
    if rubric.status is Status.PUBLISHED and not rubric.topics:
        message = "no topics; name some, or nobody will find this question by topic"
        yield warn(Code.NO_TOPICS, "topics", message)
    for position, example in enumerate(rubric.examples):
        unlabelled = [point.id for point in rubric.points if point.id not in example.points]
        if unlabelled:
            message = f"no verdict for {', '.join(unlabelled)}; add what a person says of each"
            yield warn(Code.UNLABELLED_EXAMPLE, f"examples[{position}].points", message)


def check_weights(rubric: Rubric) -> Iterator[Finding]:
    """Find points that decide the score alone, and points that cannot move it."""
    if len(rubric.points) == 1:
        return
    for position, point in enumerate(rubric.points):
        share = point.weight / rubric.total_weight
        where = f"points[{position}].weight"
        if share > _DOMINANT:
            message = (
                f"'{point.id}' carries {share:.0%} of the weight; lower it or split the point, "
                "so that no single verdict decides the score"
            )
            yield warn(Code.DOMINANT_WEIGHT, where, message)
        elif share < _NEGLIGIBLE:
            message = (
                f"'{point.id}' carries {share:.1%} of the weight and hardly moves the score; "
                "raise the weight or drop the point"
            )
            yield warn(Code.NEGLIGIBLE_WEIGHT, where, message)


def check_penalties(rubric: Rubric) -> Iterator[Finding]:
    """Find penalties out of proportion to the points, or to how severe the mistakes are."""
    for position, mistake in enumerate(rubric.mistakes):
        share = mistake.penalty / rubric.total_weight
        where = f"mistakes[{position}].penalty"
        if share > _DOMINANT:
            message = (
                f"making '{mistake.id}' costs {100 * min(share, 1):.0f} of 100; lower the penalty, "
                "so that one mistake does not outweigh the points made"
            )
            yield warn(Code.DOMINANT_PENALTY, where, message)
        elif share < _NEGLIGIBLE:
            message = (
                f"making '{mistake.id}' costs {100 * share:.1f} of 100, which nobody will notice; "
                "raise the penalty or drop the mistake"
            )
            yield warn(Code.NEGLIGIBLE_PENALTY, where, message)
        if not mistake.correction:
            message = f"'{mistake.id}' has no correction; say what is true instead"
            yield warn(Code.NO_CORRECTION, f"mistakes[{position}].correction", message)
    yield from _severity_against_penalty(rubric)


def _severity_against_penalty(rubric: Rubric) -> Iterator[Finding]:
    rank = list(Severity)
    for position, mistake in enumerate(rubric.mistakes):
        for other in rubric.mistakes:
            milder = rank.index(other.severity) < rank.index(mistake.severity)
            if milder and other.penalty > mistake.penalty:
                message = (
                    f"'{mistake.id}' is {mistake.severity} and costs {mistake.penalty:g}, but "
                    f"'{other.id}' is only {other.severity} and costs {other.penalty:g}; "
                    "let the severer mistake cost at least as much"
                )
                yield warn(Code.SEVERITY_ORDER, f"mistakes[{position}].severity", message)
                break
