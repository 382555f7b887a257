"""Choosing what to ask next: the heaviest gap first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from grader.scoring import CREDIT
from grader.types import FollowUp, MistakeFinding, NextQuestion, PointFinding, Rubric, Verdict


class Gap(NamedTuple):
    """Something the answer lacks or gets wrong.

    Attributes:
        target: Id of the point or mistake.
        size: Weight not earned, or penalty.
        is_mistake: A mistake made outranks a missing point of equal size.
    """

    target: str
    size: float
    is_mistake: bool


def gaps(
    rubric: Rubric, points: Sequence[PointFinding], mistakes: Sequence[MistakeFinding]
) -> list[Gap]:
    """List what is left to ask about, heaviest first; ungraded points are not gaps."""
    weights = {point.id: point.weight for point in rubric.points}
    penalties = {mistake.id: mistake.penalty for mistake in rubric.mistakes}
    order = {owner: position for position, owner in enumerate([*weights, *penalties])}
    found = [
        Gap(f.mistake_id, penalties[f.mistake_id], is_mistake=True) for f in mistakes if f.made
    ]
    for finding in points:
        if finding.verdict not in (Verdict.COVERED, Verdict.UNGRADED):
            lost = weights[finding.point_id] * (1 - CREDIT[finding.verdict])
            found.append(Gap(finding.point_id, lost, is_mistake=False))
    return sorted(found, key=lambda gap: (-gap.size, not gap.is_mistake, order[gap.target]))


def choose_follow_up(
    rubric: Rubric,
    points: Sequence[PointFinding],
    mistakes: Sequence[MistakeFinding],
    asked: Collection[str] = (),
) -> NextQuestion | None:
    """Choose the follow-up for the heaviest gap that still has one.

    Args:
        rubric: Holds the follow-ups, weights and penalties.
        points: One finding per point.
        mistakes: One finding per mistake.
        asked: Ids of follow-ups put to the candidate already; never chosen again.

    Returns:
        The follow-up, its `gap` first among its targets; None when no gap has one left.
    """
    for gap in gaps(rubric, points, mistakes):
        candidates = [
            follow_up
            for follow_up in rubric.follow_ups
            if gap.target in follow_up.targets and follow_up.id not in asked
        ]
        if candidates:
            chosen = min(candidates, key=lambda follow_up: _breadth(follow_up, gap))
            others = [target for target in chosen.targets if target != gap.target]
            return NextQuestion(
                id=chosen.id, ask=chosen.ask, targets=(gap.target, *others), gap=gap.target
            )
    return None


def _breadth(follow_up: FollowUp, gap: Gap) -> tuple[int, int]:
    # The one whose first concern is the gap, then the one with the fewest other concerns.
    return follow_up.targets.index(gap.target), len(follow_up.targets)
