"""Whose turn it is: what kind of review comes next, who may make it, and who holds the grade."""

from __future__ import annotations

from api.records import ReviewKind, ReviewQueueRow, now
from api.reviews._case import Case
from api.reviews._errors import ReviewClaimed, ReviewOutOfTurn, SameReviewer


def check_turn(case: Case, kind: ReviewKind) -> None:
    """Check that a review of this kind comes next.

    Raises:
        ReviewOutOfTurn: It does not.
    """
    if kind is not case.wanted:
        raise ReviewOutOfTurn(
            f"a review of kind '{case.wanted}' of this grade is to come, not one of kind '{kind}'"
        )


def check_free(waiting: ReviewQueueRow, reviewer: str) -> None:
    """Check that nobody else holds what waits.

    Raises:
        ReviewClaimed: Somebody does.
    """
    if waiting.held_by_other(reviewer, now()):
        raise ReviewClaimed(
            f"another reviewer has this grade until {waiting.claimed_until:%Y-%m-%d %H:%M} UTC; "
            "take another one, or wait"
        )


def check_other_person(case: Case, kind: ReviewKind, reviewer: str) -> None:
    """Check that a second or third opinion is another person's.

    Raises:
        SameReviewer: It is not.
    """
    if kind is not ReviewKind.OPEN and any(r.reviewer == reviewer for r in case.reviews):
        raise SameReviewer(
            f"this reviewer has reviewed the grade before; the {kind} review is another person's"
        )
