"""Transcripts with times: reading what recognisers and platforms write, choosing the candidate."""

from grader.speech.transcripts._align import retimed
from grader.speech.transcripts._parse import FORMATS, is_text, parse_transcript
from grader.speech.transcripts._speakers import only, words_of
from grader.speech.transcripts._types import Segment, Transcript, Word
from grader.speech.transcripts._whisper import read_whisper

__all__ = [
    "FORMATS",
    "Segment",
    "Transcript",
    "Word",
    "is_text",
    "only",
    "parse_transcript",
    "read_whisper",
    "retimed",
    "words_of",
]
