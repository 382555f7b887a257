"""What can be wrong with a request to an interview."""

from __future__ import annotations

from grader.errors import BadInput


class InterviewConflict(BadInput):
    """The interview is not where the request takes it to be: another turn, paused, or over."""

    code = "interview_conflict"


class InterviewStateInvalid(BadInput):
    """A saved interview that cannot be read, or whose rubrics are no longer in the bank."""

    code = "interview_state_invalid"


class NothingToAsk(BadInput):
    """No question of the bank fits what was asked for."""

    code = "nothing_to_ask"
