"""Choosing the candidate among the speakers of a transcript."""

from __future__ import annotations

from itertools import islice

from grader.speech._errors import SpeakerUnclear
from grader.speech.transcripts._types import Transcript, Word

_MOST_LISTED = 20


def words_of(transcript: Transcript, speaker: str | None = None) -> tuple[Word, ...]:
    """Return the words of one speaker, with the places and turns that they have in the whole.

    Args:
        transcript: What was said by everyone.
        speaker: Who, in upper or lower case; None if there is only one.

    Raises:
        SpeakerUnclear: Nobody is called that, or several speak and none is named.
    """
    present = transcript.speakers
    listed = ", ".join(
        f"'{name}' ({count} word{'s' * (count != 1)})"
        for name, count in islice(present.items(), _MOST_LISTED)
    )
    if len(present) > _MOST_LISTED:
        listed += f" and {len(present) - _MOST_LISTED} more"
    if speaker is None:
        if len(present) > 1:
            raise SpeakerUnclear(f"several people speak; name the candidate: {listed}", present)
        return transcript.words
    known = {name.casefold(): name for name in present}
    name = known.get(speaker.casefold().strip())
    if name is None:
        who = f"there are: {listed}" if present else "the transcript names no speakers"
        raise SpeakerUnclear(f"there is no speaker '{speaker[:80]}'; {who}", present)
    return tuple(word for word in transcript.words if word.speaker == name)


def only(transcript: Transcript, speaker: str | None = None) -> Transcript:
    """Return what one speaker says.

    Pieces that others' words stood between are joined by a line break each. Segments are left out
    unless the speaker is the only one.

    Args:
        transcript: What was said by everyone.
        speaker: Who; None if there is only one.

    Raises:
        SpeakerUnclear: See `words_of`.
    """
    kept = words_of(transcript, speaker)
    if len(kept) == len(transcript.words):
        return transcript
    pieces: list[str] = []
    words: list[Word] = []
    position = 0
    for word in kept:
        if words:
            pieces.append(" " if words[-1].turn == word.turn else "\n")
            position += 1
        said = transcript.said(word)
        pieces.append(said)
        end = position + len(said)
        words.append(word.model_copy(update={"start": position, "end": end}))
        position = end
    changes = {"text": "".join(pieces), "words": tuple(words), "segments": ()}
    return transcript.model_copy(update=changes)
