"""`client.grades`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Unpack

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, blocking, iterating
from grader.client._errors import GradeFailed
from grader.client._operations import Operation, keyed, rubric_document
from grader.client._recordings import Recording, in_form
from grader.client.models import (
    AnswerOptions,
    AnyGrade,
    Explanation,
    GradedAnswer,
    GradeFilter,
    Page,
    RecordingOptions,
    StoredGrade,
    UnfinishedGrade,
)
from grader.types import Grade, Rubric

_PATH = "/v1/grades"
_ASYNC = {"Prefer": "respond-async"}

CREATE = Operation("POST", _PATH, TypeAdapter(Grade), creates=True)
SUBMIT = Operation("POST", _PATH, TypeAdapter(UnfinishedGrade), creates=True)
LIST = Operation("GET", _PATH, TypeAdapter(Page[StoredGrade]))
GET: Operation[StoredGrade | UnfinishedGrade] = Operation(
    "GET", f"{_PATH}/{{grade_id}}", TypeAdapter(AnyGrade)
)
REGRADE = Operation("POST", f"{_PATH}/{{grade_id}}/regrade", TypeAdapter(Grade), creates=True)
ANSWER = Operation("GET", f"{_PATH}/{{grade_id}}/answer", TypeAdapter(GradedAnswer))
EXPLAIN = Operation("GET", f"{_PATH}/{{grade_id}}/explanation", TypeAdapter(Explanation))


class AsyncGrades(Resource):
    """Have answers graded, and read the grades."""

    async def create(self, answer: str | None = None, **options: Unpack[AnswerOptions]) -> Grade:
        """Grade one answer, and wait for the grade.

        Args:
            answer: The candidate's words; not with a `transcript`.
            **options: See `AnswerOptions`.

        Raises:
            Invalid: The answer cannot be graded, or the rubric is not valid.
            NotFound: There is no such rubric.
            ClientError: Anything else; see `grader.client`.
        """
        return await self._session.call(CREATE, **_asked(answer, options))

    async def submit(
        self, answer: str | None = None, **options: Unpack[AnswerOptions]
    ) -> UnfinishedGrade:
        """Have one answer graded in the background; `wait` waits for the grade.

        Args:
            answer: The candidate's words; not with a `transcript`.
            **options: See `AnswerOptions`.

        Raises:
            ClientError: As `create`.
        """
        return await self._session.call(SUBMIT, headers=_ASYNC, **_asked(answer, options))

    async def create_from_recording(
        self, audio: Recording, **options: Unpack[RecordingOptions]
    ) -> Grade:
        """Grade one recorded answer, and wait for the grade; the recording is not kept.

        Args:
            audio: The bytes, or the path of a file: wav, mp3, m4a, ogg, webm or flac.
            **options: See `RecordingOptions`.

        Raises:
            OSError: The file cannot be read.
            Invalid: It is no recording, or cannot be graded as it was heard.
            Unavailable: No speech-to-text engine is set up, or it fails.
        """
        return await self._session.call(CREATE, **await in_form(self._session, audio, options))

    async def submit_recording(
        self, audio: Recording, **options: Unpack[RecordingOptions]
    ) -> UnfinishedGrade:
        """Have one recorded answer graded in the background, once it is written down.

        Args:
            audio: As for `create_from_recording`.
            **options: See `RecordingOptions`.

        Raises:
            ClientError: As `create_from_recording`.
        """
        form = await in_form(self._session, audio, options)
        return await self._session.call(SUBMIT, headers=_ASYNC, **form)

    async def wait(self, grade_id: str, *, timeout: float | None = 300) -> StoredGrade:  # noqa: ASYNC109
        """Wait for a grade that was promised.

        Args:
            grade_id: Of what `submit` returned.
            timeout: Seconds; None for no end.

        Raises:
            GradeFailed: It cannot be made.
            WaitTimeout: It is not made in time.
        """
        grade = await self._session.until(
            lambda grade: grade.record.status != "pending",
            lambda: self.get(grade_id),
            timeout=timeout,
        )
        if isinstance(grade, StoredGrade):
            return grade
        error = grade.record.error
        raise GradeFailed(
            f"the grade {grade_id} cannot be made: {error.message if error else 'no reason given'}",
            grade_id=grade_id,
            reason=error.code if error else "unknown",
        )

    async def get(self, grade_id: str) -> StoredGrade | UnfinishedGrade:
        """Return a grade with its record; of one that is still to be made, the record alone.

        Raises:
            NotFound: There is no such grade.
        """
        return await self._session.call(GET, names={"grade_id": grade_id})

    def list(self, **wanted: Unpack[GradeFilter]) -> AsyncGenerator[StoredGrade]:
        """Iterate over the grades that are made, newest first.

        Args:
            **wanted: See `GradeFilter`.
        """
        return self._session.items(LIST, query=wanted)

    async def regrade(
        self,
        grade_id: str,
        *,
        rubric_version: str | None = None,
        idempotency_key: str | None = None,
    ) -> Grade:
        """Grade the same answer again, as a new grade; the old one stays.

        Args:
            grade_id: The old grade.
            rubric_version: Of the same rubric; the current one by default.
            idempotency_key: Under the same one it is done once; one is made without.

        Raises:
            NotFound: There is no such grade, or no such version.
            Conflict: The grade is promised and not made yet.
        """
        return await self._session.call(
            REGRADE,
            names={"grade_id": grade_id},
            json={"rubric_version": rubric_version},
            idempotency_key=idempotency_key,
        )

    async def answer(self, grade_id: str) -> GradedAnswer:
        """Return the words that a grade is of, and of a spoken answer the transcript.

        Raises:
            NotFound: There is no such grade.
        """
        return await self._session.call(ANSWER, names={"grade_id": grade_id})

    async def explain(self, grade_id: str) -> Explanation:
        """Explain a grade to the candidate, without giving away what is missing.

        Raises:
            NotFound: There is no such grade.
        """
        return await self._session.call(EXPLAIN, names={"grade_id": grade_id})


class Grades(BlockingResource):
    """Have answers graded, and read the grades."""

    create = blocking(AsyncGrades.create)
    submit = blocking(AsyncGrades.submit)
    create_from_recording = blocking(AsyncGrades.create_from_recording)
    submit_recording = blocking(AsyncGrades.submit_recording)
    wait = blocking(AsyncGrades.wait)
    get = blocking(AsyncGrades.get)
    list = iterating(AsyncGrades.list)
    regrade = blocking(AsyncGrades.regrade)
    answer = blocking(AsyncGrades.answer)
    explain = blocking(AsyncGrades.explain)


def _asked(answer: str | None, options: AnswerOptions) -> dict[str, Any]:
    body: dict[str, Any] = {**options}
    if answer is not None:
        body["answer"] = answer
    if isinstance(rubric := body.get("rubric"), Rubric):
        body["rubric"] = rubric_document(rubric)
    return keyed(body)
