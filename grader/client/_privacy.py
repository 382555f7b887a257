"""`client.candidates` and `client.submissions`."""

from __future__ import annotations

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, blocking
from grader.client._operations import Operation
from grader.client.models import Receipt

DELETE_CANDIDATE = Operation("DELETE", "/v1/candidates/{candidate_id}", TypeAdapter(Receipt))
DELETE_SUBMISSION = Operation("DELETE", "/v1/submissions/{submission_id}", TypeAdapter(Receipt))


class AsyncCandidates(Resource):
    """What is known of a person."""

    async def delete(self, candidate_id: str) -> Receipt:
        """Delete all that a candidate has sent, with all that was made from it.

        Args:
            candidate_id: Your name for the person.

        Raises:
            NotFound: There is nothing of such a candidate.
        """
        return await self._session.call(DELETE_CANDIDATE, names={"candidate_id": candidate_id})


class AsyncSubmissions(Resource):
    """Answers, as they were sent."""

    async def delete(self, submission_id: str) -> Receipt:
        """Delete an answer with its grades, reviews, appeals and all else that was made from it.

        Args:
            submission_id: From the record of one of its grades.

        Raises:
            NotFound: There is no such submission.
        """
        return await self._session.call(DELETE_SUBMISSION, names={"submission_id": submission_id})


class Candidates(BlockingResource):
    """What is known of a person."""

    delete = blocking(AsyncCandidates.delete)


class Submissions(BlockingResource):
    """Answers, as they were sent."""

    delete = blocking(AsyncSubmissions.delete)
