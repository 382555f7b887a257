"""Making an invite, and taking it back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Caller
from api.errors import NotFound
from api.invites._errors import GradesHidden, InviteOver, SpeechNotAllowed
from api.invites._requests import InviteRequest
from api.records import (
    AuditLog,
    InviteRow,
    Invites,
    RubricDocuments,
    Tenants,
    new_id,
    now,
)
from grader.types import Rubric


async def invite(
    session: AsyncSession, caller: Caller, asked: InviteRequest, rubric: Rubric | None
) -> InviteRow:
    """Make an invite; its rubric is kept word for word, whatever becomes of the bank.

    Args:
        session: A transaction.
        caller: Who invites.
        asked: Whom, and under which terms.
        rubric: What is asked; None for an interview, whose rubrics are fixed when it begins.

    Raises:
        GradesHidden: The candidate is to see the grade, and the tenant does not allow it.
        SpeechNotAllowed: The candidate is to speak, likewise.
    """
    tenant = await Tenants(session).get(caller.tenant_id)
    if asked.spoken and (tenant is None or not tenant.spoken_invites):
        name = "local" if tenant is None else tenant.name
        raise SpeechNotAllowed(
            "spoken: this tenant's candidates answer by typing; leave it out, or allow it with: "
            f"grader privacy speech --tenant {name} --allow"
        )
    if asked.show_grade and (tenant is None or not tenant.show_grades):
        name = "local" if tenant is None else tenant.name
        raise GradesHidden(
            "show_grade: this tenant does not show grades to candidates; leave it out, or allow "
            f"it with: grader privacy reveal --tenant {name} --grades"
        )
    if rubric is not None:
        await RubricDocuments(session, caller.tenant_id).keep(rubric)
    moment = now()
    row = InviteRow(
        id=new_id("inv"),
        tenant_id=caller.tenant_id,
        created_at=moment,
        created_by=caller.key_id,
        candidate_id=asked.candidate_id,
        custom_id=asked.custom_id,
        labels=asked.metadata,
        rubric_id=rubric.id if rubric else None,
        rubric_version=rubric.version if rubric else None,
        rubric_sha256=rubric.sha256 if rubric else None,
        script=asked.script,
        spoken=asked.spoken,
        consent_text=asked.terms,
        time_limit=asked.time_limit,
        show_grade=asked.show_grade,
        closes_at=moment + timedelta(seconds=asked.expires_in),
        draft="",
        draft_revision=0,
        automatic=False,
    )
    await Invites(session, caller.tenant_id).add(row)
    details = {"rubric_id": row.rubric_id, "rubric_version": row.rubric_version}
    if row.script is not None:
        details = {"script": row.script}
    AuditLog(session, caller.tenant_id).add(
        "invite.created", row.id, actor=caller.actor, details=details
    )
    return row


async def revoke(session: AsyncSession, caller: Caller, invite_id: str) -> InviteRow:
    """Take an invite back; what was written so far is deleted. Once revoked, nothing changes.

    Raises:
        NotFound: There is no such invite.
        InviteOver: It was answered.
    """
    row = await Invites(session, caller.tenant_id).get(invite_id, lock=True)
    if row is None:
        raise NotFound(f"there is no invite '{invite_id[:80]}'")
    if row.interview_id is not None and row.submitted_at is not None:
        raise InviteOver(
            "the interview was held already; it is deleted with its candidate: DELETE "
            f"/v1/candidates/{row.candidate_id}"
        )
    if row.submission_id is not None:
        raise InviteOver(
            "the invite was answered already; to take the answer out of the records: DELETE "
            f"/v1/submissions/{row.submission_id}"
        )
    if row.revoked_at is None:
        row.revoked_at = now()
        row.draft = ""
        AuditLog(session, caller.tenant_id).add("invite.revoked", row.id, actor=caller.actor)
    return row
