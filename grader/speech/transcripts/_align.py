"""Carrying times from words as they were recognised to words as they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from grader.speech.transcripts._assemble import Spoken, place, spread
from grader.speech.transcripts._types import Transcript, Word

_NOT_SAID = re.compile(r"[\W_]+")
_TOKEN = re.compile(r"\S+")


def align(tokens: Sequence[str], timed: Sequence[Spoken]) -> list[Spoken]:
    """Give each token the times of the words that it is, or stands for.

    Tokens and words are the same if their letters and digits are. Tokens in place of other words
    share the time of those; tokens that are no recognised words lie between their neighbours. Neither
    has a confidence.

    Args:
        tokens: The words of a text as it is written, in order.
        timed: The words that were recognised, in order; at least one.
    """
    matcher = SequenceMatcher(
        a=[_bare(word.text) for word in timed], b=[_bare(token) for token in tokens]
    )
    aligned: list[Spoken] = []
    for kind, first, last, begin, end in matcher.get_opcodes():
        written = tokens[begin:end]
        if kind == "equal":
            aligned += [
                replace(word, text=token)
                for word, token in zip(timed[first:last], written, strict=True)
            ]
        elif written:
            here = timed[first:last]
            before = timed[max(first - 1, 0)]
            like = replace(here[0] if here else before, confidence=None)
            if here:
                start_ms, end_ms = here[0].start_ms, max(word.end_ms for word in here)
            else:
                start_ms = before.end_ms if first else 0
                after = timed[first].start_ms if first < len(timed) else start_ms
                end_ms = max(start_ms, after)
            placed = spread(written, start_ms, end_ms, like)
            if here and len(placed) == 1:  # written otherwise, as numbers are, or heard otherwise
                placed = [replace(placed[0], interpolated=here[0].interpolated)]
            aligned += placed
    return aligned


def retimed(transcript: Transcript, text: str) -> Transcript:
    """Return a transcript for a text that a person has corrected.

    Words that were left as they are keep their times and confidences. Words that were changed have
    no confidence, since it is no longer the recogniser that vouches for them.

    Args:
        transcript: As it was recognised.
        text: As it was corrected; the new transcript's text, exactly.
    """
    if text == transcript.text or not transcript.words:
        words: tuple[Word, ...] = transcript.words if text == transcript.text else ()
        return transcript.model_copy(update={"text": text, "words": words})
    tokens = list(_TOKEN.finditer(text))
    timed = [
        Spoken(
            text=transcript.said(word),
            start_ms=word.start_ms,
            end_ms=word.end_ms,
            confidence=word.confidence,
            speaker=word.speaker,
            interpolated=word.interpolated,
        )
        for word in transcript.words
    ]
    aligned = align([token.group() for token in tokens], timed)
    words = place(aligned, (token.start() for token in tokens))
    return transcript.model_copy(update={"text": text, "words": words, "segments": ()})


def _bare(word: str) -> str:
    return _NOT_SAID.sub("", word.casefold()) or word
