"""Invites: a candidate of a platform answers a question, or a whole interview, by a link, once.

async with database.write() as session:
    attempt = await Attempt.open(session, tokens.invite_id(token), lock=True)
    attempt.start()
"""

from __future__ import annotations

from api.invites._attempt import GRACE, Attempt
from api.invites._errors import (
    DraftChanged,
    GradesHidden,
    InvitationExpired,
    InvitationGone,
    InvitationInvalid,
    InvitationRevoked,
    InvitationUsed,
    InviteOver,
    NotStarted,
    OtherKindOfInvite,
    SpeechNotAllowed,
)
from api.invites._interview import begin_interview, final_grades, interview_of, repeat_key
from api.invites._inviting import invite, revoke
from api.invites._overdue import Overdue
from api.invites._requests import (
    DEFAULT_CONSENT,
    AnswerRequest,
    DraftRequest,
    InviteRequest,
    OwnAppealRequest,
    StartRequest,
)
from api.invites._resources import (
    Grading,
    Invitation,
    Invite,
    InvitePage,
    NewInvite,
    OwnAppeal,
    SavedDraft,
)
from api.invites._showing import shown
from api.invites._tokens import InviteTokens

__all__ = [
    "DEFAULT_CONSENT",
    "GRACE",
    "AnswerRequest",
    "Attempt",
    "DraftChanged",
    "DraftRequest",
    "GradesHidden",
    "Grading",
    "Invitation",
    "InvitationExpired",
    "InvitationGone",
    "InvitationInvalid",
    "InvitationRevoked",
    "InvitationUsed",
    "Invite",
    "InviteOver",
    "InvitePage",
    "InviteRequest",
    "InviteTokens",
    "NewInvite",
    "NotStarted",
    "OtherKindOfInvite",
    "Overdue",
    "OwnAppeal",
    "OwnAppealRequest",
    "SavedDraft",
    "SpeechNotAllowed",
    "StartRequest",
    "begin_interview",
    "final_grades",
    "interview_of",
    "invite",
    "repeat_key",
    "revoke",
    "shown",
]
