"""What can be wrong with an invite, or with what its candidate does."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from api.errors import ServiceError


class InvitationInvalid(ServiceError):
    """There is no link, or it was not made by this service, or was altered on its way."""

    code = "invitation_invalid"
    status = HTTPStatus.UNAUTHORIZED
    title = "This link is not valid"


class InvitationGone(ServiceError):
    """What the link led to was deleted."""

    code = "invitation_gone"
    status = HTTPStatus.GONE
    title = "This invitation is no longer there"


class InvitationRevoked(ServiceError):
    """Whoever sent the invitation took it back."""

    code = "invitation_revoked"
    status = HTTPStatus.GONE
    title = "This invitation was withdrawn"


class InvitationExpired(ServiceError):
    """The time to begin, or to answer, is over."""

    code = "invitation_expired"
    status = HTTPStatus.GONE
    title = "The time for this invitation is over"


class InvitationUsed(ServiceError):
    """There is an answer already, and there is one attempt."""

    code = "invitation_used"
    status = HTTPStatus.CONFLICT
    title = "This invitation has been answered"


class NotStarted(ServiceError):
    """The candidate has not agreed to the terms yet."""

    code = "invitation_not_started"
    status = HTTPStatus.CONFLICT
    title = "The attempt has not begun"


class DraftChanged(ServiceError):
    """The draft was saved from elsewhere meanwhile, as from another tab."""

    code = "draft_changed"
    status = HTTPStatus.CONFLICT
    title = "The draft was changed elsewhere"

    def __init__(self, message: str, *, draft: str, revision: int) -> None:
        """Say what to do; carry what is kept now."""
        self._kept = {"draft": draft, "revision": revision}
        super().__init__(message)

    def details(self) -> dict[str, Any]:
        """Return the draft that is kept, so that nothing is lost."""
        return self._kept


class GradesHidden(ServiceError):
    """The tenant does not let candidates see their grades."""

    code = "grades_hidden"
    status = HTTPStatus.FORBIDDEN
    title = "Candidates may not see their grades"


class InviteOver(ServiceError):
    """The invite was answered already, so that it cannot be revoked."""

    code = "invite_over"
    status = HTTPStatus.CONFLICT
    title = "The invite was answered already"


class SpeechNotAllowed(ServiceError):
    """Answers by this invite are typed."""

    code = "speech_not_allowed"
    status = HTTPStatus.FORBIDDEN
    title = "Answers may not be spoken here"


class OtherKindOfInvite(ServiceError):
    """What is asked for goes with an invite to an interview, or with one to a question."""

    code = "invitation_of_another_kind"
    status = HTTPStatus.CONFLICT
    title = "This invitation is not to that"
