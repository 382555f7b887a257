"""Recordings: what a file really is, its limits, silence, and its samples at 16 kHz."""

from grader.speech.audio._read import read_audio
from grader.speech.audio._sniff import KINDS, sniff
from grader.speech.audio._types import RATE, Audio, AudioLimits

__all__ = ["KINDS", "RATE", "Audio", "AudioLimits", "read_audio", "sniff"]
