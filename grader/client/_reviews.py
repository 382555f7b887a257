"""`client.reviews` and `client.appeals`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Literal, Unpack

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, blocking, iterating
from grader.client._operations import Operation, keyed
from grader.client.models import (
    Appeal,
    Corrections,
    GradeReviews,
    JudgeAgreement,
    LabelledAnswer,
    NewReview,
    Page,
    QueueItem,
    ReviewAgreement,
    ReviewKind,
    ReviewOptions,
    ReviewTask,
)

_QUEUE = "/v1/reviews/queue"
_TASK = f"{_QUEUE}/{{grade_id}}"
_OF_GRADE = "/v1/grades/{grade_id}/reviews"
_APPEALS = "/v1/appeals"

QUEUE = Operation("GET", _QUEUE, TypeAdapter(Page[QueueItem]))
TAKE_NEXT = Operation("POST", "/v1/reviews/claims", TypeAdapter(ReviewTask), creates=True)
TASK = Operation("GET", _TASK, TypeAdapter(ReviewTask))
TAKE = Operation("PUT", f"{_TASK}/claim", TypeAdapter(ReviewTask))
GIVE_BACK = Operation("DELETE", f"{_TASK}/claim", TypeAdapter(None), repeatable=True)
CREATE = Operation("POST", _OF_GRADE, TypeAdapter(NewReview), creates=True)
OF_GRADE = Operation("GET", _OF_GRADE, TypeAdapter(GradeReviews))
AGREEMENT = Operation("GET", "/v1/reviews/agreement", TypeAdapter(ReviewAgreement))
JUDGE_AGREEMENT = Operation("GET", "/v1/reviews/agreement/judge", TypeAdapter(JudgeAgreement))
EXPORT = Operation("GET", "/v1/reviews/export", TypeAdapter(LabelledAnswer))

CREATE_APPEAL = Operation(
    "POST", "/v1/grades/{grade_id}/appeals", TypeAdapter(Appeal), creates=True
)
LIST_APPEALS = Operation("GET", _APPEALS, TypeAdapter(Page[Appeal]))
GET_APPEAL = Operation("GET", f"{_APPEALS}/{{appeal_id}}", TypeAdapter(Appeal))
RESOLVE = Operation(
    "POST", f"{_APPEALS}/{{appeal_id}}/resolution", TypeAdapter(Appeal), creates=True
)


class AsyncReviews(Resource):
    """Let people correct grades."""

    def queue(
        self,
        *,
        kind: ReviewKind | None = None,
        rubric_id: str | None = None,
        unclaimed: bool = False,
        order: Literal["oldest", "uncertain"] = "oldest",
        limit: int | None = None,
    ) -> AsyncGenerator[QueueItem]:
        """Iterate over the grades that wait for a person.

        Args:
            kind: Only what waits for this kind of review.
            rubric_id: Only grades under this rubric.
            unclaimed: Only what nobody has.
            order: The oldest first, or what the judge is most uncertain of.
            limit: At most so many are fetched at once.
        """
        query = {
            "kind": kind,
            "rubric_id": rubric_id,
            "unclaimed": unclaimed,
            "order": order,
            "limit": limit,
        }
        return self._session.items(QUEUE, query=query)

    async def take_next(
        self,
        reviewer: str,
        *,
        minutes: int = 30,
        kind: ReviewKind | None = None,
        rubric_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> ReviewTask:
        """Take the oldest grade that waits, that nobody has, and that the person may review.

        Args:
            reviewer: Your name for the person.
            minutes: Nobody else is given the grade until they are over.
            kind: Only for this kind of review.
            rubric_id: Only under this rubric.
            idempotency_key: Under the same one it is done once; one is made without.

        Raises:
            NotFound: Nothing waits that the person may review.
        """
        body = {"reviewer": reviewer, "minutes": minutes, "kind": kind, "rubric_id": rubric_id}
        return await self._session.call(TAKE_NEXT, json=body, idempotency_key=idempotency_key)

    async def task(self, grade_id: str) -> ReviewTask:
        """Return what the next reviewer of a grade may see of it."""
        return await self._session.call(TASK, names={"grade_id": grade_id})

    async def take(self, grade_id: str, reviewer: str, *, minutes: int = 30) -> ReviewTask:
        """Take one grade that waits, or prolong one's claim.

        Raises:
            Conflict: Somebody else has it.
        """
        body = {"reviewer": reviewer, "minutes": minutes}
        return await self._session.call(TAKE, names={"grade_id": grade_id}, json=body)

    async def give_back(self, grade_id: str) -> None:
        """Give a grade back to the queue, whoever has it."""
        await self._session.call(GIVE_BACK, names={"grade_id": grade_id})

    async def create(
        self, grade_id: str, *, reviewer: str, reason: str, **options: Unpack[ReviewOptions]
    ) -> NewReview:
        """Append a review; code makes the score again from the verdicts.

        Args:
            grade_id: The grade.
            reviewer: Your name for the person.
            reason: Why, in a sentence or two.
            **options: See `ReviewOptions`.

        Raises:
            Conflict: The outcome has changed since `based_on`, or the person may not review it.
        """
        said = {"reviewer": reviewer, "reason": reason}
        return await self._session.call(
            CREATE, names={"grade_id": grade_id}, **keyed({**options, **said})
        )

    async def of_grade(self, grade_id: str) -> GradeReviews:
        """Return a grade's reviews and its outcome: the grade with the latest review that counts."""
        return await self._session.call(OF_GRADE, names={"grade_id": grade_id})

    async def agreement(self, *, rubric_id: str | None = None) -> ReviewAgreement:
        """Measure how far blind second reviews agree with the first ones."""
        return await self._session.call(AGREEMENT, query={"rubric_id": rubric_id})

    async def judge_agreement(self, *, rubric_id: str | None = None) -> JudgeAgreement:
        """Measure how far the judge's verdicts are what people settled on, week by week.

        Args:
            rubric_id: Only grades under this rubric.
        """
        return await self._session.call(JUDGE_AGREEMENT, query={"rubric_id": rubric_id})

    def export(self, *, rubric_id: str | None = None) -> AsyncGenerator[LabelledAnswer]:
        """Iterate over reviewed answers as labelled answers, as `grader eval run` reads them."""
        return self._session.lines(EXPORT, query={"rubric_id": rubric_id})


class AsyncAppeals(Resource):
    """Let candidates object, and people decide."""

    async def create(
        self, grade_id: str, statement: str, *, idempotency_key: str | None = None
    ) -> Appeal:
        """Appeal against a grade on a candidate's behalf; a person will decide.

        Args:
            grade_id: The grade.
            statement: The candidate's own words.
            idempotency_key: Under the same one it is done once; one is made without.

        Raises:
            Conflict: There is an open appeal against it already.
        """
        return await self._session.call(
            CREATE_APPEAL,
            names={"grade_id": grade_id},
            json={"statement": statement},
            idempotency_key=idempotency_key,
        )

    def list(
        self, *, status: str | None = None, grade_id: str | None = None, limit: int | None = None
    ) -> AsyncGenerator[Appeal]:
        """Iterate over appeals, newest first.

        Args:
            status: Only those that stand so.
            grade_id: Only those against this grade.
            limit: At most so many are fetched at once.
        """
        query = {"status": status, "grade_id": grade_id, "limit": limit}
        return self._session.items(LIST_APPEALS, query=query)

    async def get(self, appeal_id: str) -> Appeal:
        """Return an appeal, and what a person made of it."""
        return await self._session.call(GET_APPEAL, names={"appeal_id": appeal_id})

    async def resolve(
        self,
        appeal_id: str,
        *,
        reviewer: str,
        upheld: bool,
        response: str,
        **corrections: Unpack[Corrections],
    ) -> Appeal:
        """Decide on an appeal, by a review that corrects the grade or confirms it.

        Args:
            appeal_id: The appeal.
            reviewer: Your name for the person.
            upheld: Whether the grade is corrected; then `corrections` say how.
            response: What the candidate is told.
            **corrections: See `Corrections`.
        """
        said = {"reviewer": reviewer, "upheld": upheld, "response": response}
        return await self._session.call(
            RESOLVE, names={"appeal_id": appeal_id}, **keyed({**corrections, **said})
        )


class Reviews(BlockingResource):
    """Let people correct grades."""

    queue = iterating(AsyncReviews.queue)
    take_next = blocking(AsyncReviews.take_next)
    task = blocking(AsyncReviews.task)
    take = blocking(AsyncReviews.take)
    give_back = blocking(AsyncReviews.give_back)
    create = blocking(AsyncReviews.create)
    of_grade = blocking(AsyncReviews.of_grade)
    agreement = blocking(AsyncReviews.agreement)
    judge_agreement = blocking(AsyncReviews.judge_agreement)
    export = iterating(AsyncReviews.export)


class Appeals(BlockingResource):
    """Let candidates object, and people decide."""

    create = blocking(AsyncAppeals.create)
    list = iterating(AsyncAppeals.list)
    get = blocking(AsyncAppeals.get)
    resolve = blocking(AsyncAppeals.resolve)
