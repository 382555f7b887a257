"""Deleting what people said, wherever it is kept, and saying what was deleted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.privacy._erasure import Doomed, Erasure
from api.privacy._interviews import DoomedInterview, InterviewErasure
from api.records import AuditLog, Database, is_id, new_id, now
from grader.grading import Grader
from grader.types import Frozen

# Few enough for the placeholders that one statement may have, and for a short transaction.
AT_A_TIME = 200


class Receipt(Frozen):
    """What was deleted, and what is left: nothing, if it is complete.

    Attributes:
        id: Names the deletion in the audit log.
        submission_ids: What was deleted with all that was made from it.
        interview_ids: Interviews that were deleted as a whole, with the submissions of their answers.
        removed: How many things went, by store: tables of the records, `judge_cache`, `index`.
        remaining: How many are left, by store, counted after the deletion.
        complete: Whether nothing is left, and nothing can be read from the file of the records.
    """

    id: str
    deleted_at: datetime
    submission_ids: tuple[str, ...]
    interview_ids: tuple[str, ...]
    removed: dict[str, int]
    remaining: dict[str, int]
    complete: bool


@dataclass(slots=True)
class _Tally:
    ids: list[str] = field(default_factory=list)
    interview_ids: list[str] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)
    remaining: Counter[str] = field(default_factory=Counter)


class Deletion:
    """Deletes submissions of one tenant on somebody's behalf.

    Caches and the index are emptied first: should the process die in between, the records still
    tell what is to be deleted, and the deletion can be asked for again.
    """

    def __init__(self, database: Database, grader: Grader, tenant_id: str, actor: str) -> None:
        """Prepare.

        Args:
            database: The records.
            grader: Knows the caches and the index.
            tenant_id: Whose submissions.
            actor: Who asked for it, for the audit log.
        """
        self._database = database
        self._grader = grader
        self._tenant_id = tenant_id
        self._actor = actor

    async def submission(self, submission_id: str) -> Receipt | None:
        """Delete one submission, with the whole interview if it is of one; None if there is none."""
        if not is_id(submission_id, "sub"):
            return None
        tally = _Tally()
        await self._delete([submission_id], tally)
        return await self._receipt(tally) if tally.ids else None

    async def candidate(self, candidate_id: str) -> Receipt | None:
        """Delete all submissions, interviews and invites of a person; None if there are none."""
        tally = _Tally()
        while True:
            async with self._database.read() as session:
                erasure = Erasure(session, self._tenant_id)
                ids = await erasure.of_candidate(candidate_id, AT_A_TIME)
                talks = InterviewErasure(session, self._tenant_id)
                interviews = await talks.of_candidate(candidate_id, AT_A_TIME)
            if not ids and not interviews:
                break
            await self._delete(ids, tally, interviews)
        async with self._database.write() as session:
            invites = await Erasure(session, self._tenant_id).invites_of(candidate_id)
        tally.removed["invites"] += invites
        if not tally.ids and not tally.interview_ids and not invites:
            return None
        # Tells whether a given person was deleted, without telling who was.
        digest = hashlib.sha256(f"{self._tenant_id}\n{candidate_id}".encode()).hexdigest()
        return await self._receipt(tally, candidate_sha256=digest)

    async def older_than(self, moment: datetime) -> Receipt | None:
        """Delete submissions and interviews from before a moment, and invites that ended unanswered.

        Returns:
            What was deleted; None if it was no submission and no interview.
        """
        tally = _Tally()
        while True:
            async with self._database.read() as session:
                erasure = Erasure(session, self._tenant_id)
                ids = await erasure.older_than(moment, AT_A_TIME)
                talks = InterviewErasure(session, self._tenant_id)
                interviews = await talks.older_than(moment, AT_A_TIME)
            if not ids and not interviews:
                break
            await self._delete(ids, tally, interviews)
        async with self._database.write() as session:
            invites = await Erasure(session, self._tenant_id).invites_older_than(moment)
        tally.removed["invites"] += invites
        if not tally.ids and not tally.interview_ids:
            return None
        return await self._receipt(tally, before=moment.isoformat())

    async def _delete(
        self, ids: Sequence[str], tally: _Tally, interview_ids: Sequence[str] = ()
    ) -> None:
        async with self._database.read() as session:
            talks = await InterviewErasure(session, self._tenant_id).look_up(interview_ids, ids)
            doomed = await Erasure(session, self._tenant_id).look_up(_with(ids, talks))
        await self._forget(doomed, talks, tally)
        async with self._database.write() as session:
            erasure = Erasure(session, self._tenant_id)
            whole = InterviewErasure(session, self._tenant_id)
            # With what was said and graded meanwhile.
            talks = await whole.look_up([talk.id for talk in talks], ids, lock=True)
            doomed = await erasure.look_up(_with(ids, talks))
            for removed, remaining in (await whole.erase(talks), await erasure.erase(doomed)):
                tally.removed.update(removed)
                tally.remaining.update(remaining)
            audit = AuditLog(session, self._tenant_id)
            for each in doomed:
                details = {"grades": len(each.grade_ids)}
                audit.add("submission.deleted", each.id, actor=self._actor, details=details)
            for talk in talks:
                audit.add("interview.deleted", talk.id, actor=self._actor)
        await self._forget(doomed, talks, tally)
        tally.ids += [each.id for each in doomed]
        tally.interview_ids += [talk.id for talk in talks]

    async def _forget(
        self, doomed: Sequence[Doomed], talks: Sequence[DoomedInterview], tally: _Tally
    ) -> None:
        kept = [(each.answer, each.grade_ids) for each in doomed]
        kept += [(answer, ()) for talk in talks for answer in talk.answers]
        for answer, grade_ids in kept:
            gone = await self._grader.forget(answer, grade_ids)
            tally.removed.update({"judge_cache": gone.judgements, "index": gone.examples})

    async def _receipt(self, tally: _Tally, **details: str) -> Receipt:
        flushed = await self._database.flush_deleted()
        receipt = Receipt(
            id=new_id("del"),
            deleted_at=now(),
            submission_ids=tuple(tally.ids),
            interview_ids=tuple(tally.interview_ids),
            removed=dict(tally.removed),
            remaining=dict(tally.remaining),
            complete=flushed and not any(tally.remaining.values()),
        )
        counts = {"removed": receipt.removed, "remaining": receipt.remaining}
        async with self._database.write() as session:
            AuditLog(session, self._tenant_id).add(
                "data.deleted", receipt.id, actor=self._actor, details={**counts, **details}
            )
        return receipt


def _with(ids: Sequence[str], talks: Sequence[DoomedInterview]) -> Sequence[str]:
    """Add to submissions those of some interviews."""
    return list(dict.fromkeys([*ids, *(each for talk in talks for each in talk.submission_ids)]))
