"""A transcript as this package writes it: `Transcript` as JSON."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from grader.speech._errors import TranscriptInvalid
from grader.speech.transcripts._assemble import check_count, check_times, overlaps
from grader.speech.transcripts._json import has, path, validated
from grader.speech.transcripts._types import Transcript


def is_own(document: Any) -> bool:
    """Tell whether a document has the shape."""
    return has(document, "text", "words", "source")


def read_own(document: Any) -> Transcript:
    """Read a transcript back.

    Raises:
        TranscriptInvalid: It does not follow the shape; says at which field.
    """
    transcript = validated(Transcript, document)
    check_count(len(transcript.words))
    for number, word in enumerate(transcript.words):
        check_times(word.start_ms, word.end_ms, path("words", number))
    for number, (left, right) in enumerate(pairwise(transcript.words), 1):
        if right.turn < left.turn:
            raise TranscriptInvalid("its turn is over already", path("words", number, "turn"))
    notes = dict.fromkeys((*transcript.notes, *overlaps(transcript.words)))
    return transcript.model_copy(update={"notes": tuple(notes)})
