"""`client.transcriptions`."""

from __future__ import annotations

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, blocking
from grader.client._operations import Operation
from grader.client._recordings import Recording, in_form
from grader.client.models import Transcription

# Nothing is kept, so doing it twice is the same as doing it once.
CREATE = Operation("POST", "/v1/transcriptions", TypeAdapter(Transcription), repeatable=True)


class AsyncTranscriptions(Resource):
    """Have recordings written down."""

    async def create(
        self,
        audio: Recording,
        *,
        rubric_id: str | None = None,
        rubric_version: str | None = None,
        language: str | None = None,
        delivery: bool = True,
    ) -> Transcription:
        """Write down what is said in a recording; the service keeps nothing of it.

        Args:
            audio: The bytes, or the path of a file.
            rubric_id: Its terms are told to the engine, and looked for where they were mis-heard.
            rubric_version: A version of it; the current one by default.
            language: Spoken language, ISO 639-1; as the service is set by default.
            delivery: Whether to report how it was spoken.

        Raises:
            OSError: The file cannot be read.
            Invalid: It is no recording, too large, too long, or silent.
            Unavailable: No speech-to-text engine is set up, or it fails.
        """
        fields = {
            "rubric_id": rubric_id,
            "rubric_version": rubric_version,
            "language": language,
            "delivery": delivery,
        }
        return await self._session.call(CREATE, **await in_form(self._session, audio, fields))


class Transcriptions(BlockingResource):
    """Have recordings written down."""

    create = blocking(AsyncTranscriptions.create)
