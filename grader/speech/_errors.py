"""What can go wrong with speech.

GraderError
├── BadInput
│   ├── TranscriptInvalid        a transcript that cannot be read; says at which line or field
│   │   └── SpeakerUnclear       several people speak, and nobody said which is the candidate
│   └── AudioInvalid             audio that cannot be read, or is larger or longer than allowed
│       └── CannotGrade          nothing was said, or nothing that can be relied on was understood
├── ConfigurationError
│   └── TranscriberNotConfigured audio came, and no engine is set up to write it down
└── TranscriptionFailed          an engine could not transcribe; never an empty answer
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from grader.errors import BadInput, ConfigurationError, GraderError


class TranscriptInvalid(BadInput):
    """A transcript that cannot be read.

    Attributes:
        where: The line (`line 12`) or the field (`words[3].end`); empty for the whole.
    """

    code = "transcript_invalid"

    def __init__(self, message: str, where: str = "") -> None:
        """Keep the place beside the message, which begins with it."""
        self.where = where
        super().__init__(f"{where}: {message}" if where else message)

    def details(self) -> dict[str, Any]:
        """Return the place, where there is one."""
        return {"where": self.where} if self.where else {}


class SpeakerUnclear(TranscriptInvalid):
    """Several people speak in a transcript, and it is not said which of them is the candidate.

    Attributes:
        speakers: How many words each of them says.
    """

    code = "speaker_unclear"

    def __init__(self, message: str, speakers: Mapping[str, int]) -> None:
        """Keep the speakers for whoever has to choose."""
        self.speakers = dict(speakers)
        super().__init__(message)

    def details(self) -> dict[str, Any]:
        """Return the speakers with their numbers of words, the first where there are very many."""
        return {"speakers": dict(islice(self.speakers.items(), 100))}


class AudioInvalid(BadInput):
    """Audio that cannot be read, or is larger or longer than allowed."""

    code = "audio_invalid"


class CannotGrade(AudioInvalid):
    """Nothing was said, or what was understood cannot be what was said.

    This is never a grade, and never held against the candidate.
    """

    code = "cannot_grade"


class TranscriberNotConfigured(ConfigurationError):
    """No speech-to-text engine is set up, or the one named lacks something; says what to set."""

    code = "transcriber_not_configured"


class TranscriptionFailed(GraderError):
    """An engine could not transcribe.

    Attributes:
        retryable: Whether the same request may succeed later.
    """

    code = "transcription_failed"

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        """Keep whether it may pass beside the message."""
        self.retryable = retryable
        super().__init__(message)
