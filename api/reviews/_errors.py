"""What can be wrong with a review or an appeal.

ReviewInvalid      422: it speaks of what is not there, or leaves out what it must say
ReviewOutOfTurn    409: the grade waits for another kind of review
ReviewClaimed      409: somebody else has the grade
SameReviewer       409: the person has reviewed the grade before, and a second one is wanted
NothingWaits       404: nothing in the queue is for this reviewer
AppealStands       409: there is an open appeal, or the appeal is closed
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from api.errors import NotFound, ServiceError


class ReviewInvalid(ServiceError):
    """A review that speaks of what is not there, or leaves out what it must say."""

    code = "review_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "The review cannot be used"

    def __init__(self, problems: Mapping[str, str]) -> None:
        """Keep the problems, at least one, by field."""
        self.problems = dict(problems)
        super().__init__("; ".join(f"{field}: {why}" for field, why in self.problems.items()))

    def details(self) -> dict[str, Any]:
        """Return the problems, one object each."""
        return {"errors": [{"field": f, "message": why} for f, why in self.problems.items()]}


class ReviewOutOfTurn(ServiceError):
    """The grade waits for another kind of review."""

    code = "review_out_of_turn"
    status = HTTPStatus.CONFLICT
    title = "Another kind of review comes first"


class ReviewClaimed(ServiceError):
    """Somebody else has claimed the grade."""

    code = "review_claimed"
    status = HTTPStatus.CONFLICT
    title = "Another reviewer has the grade"


class SameReviewer(ServiceError):
    """Somebody who has reviewed the grade before cannot give the second opinion on it."""

    code = "same_reviewer"
    status = HTTPStatus.CONFLICT
    title = "Another person is needed"


class NothingWaits(NotFound):
    """Nothing in the queue is for this reviewer."""

    code = "nothing_waits"
    title = "Nothing waits for a review"


class AppealStands(ServiceError):
    """An appeal is open where none may be, or closed where it must be open."""

    code = "appeal_stands"
    status = HTTPStatus.CONFLICT
    title = "The appeal's state does not allow this"
