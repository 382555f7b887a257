"""Engines that write down what is said: an OpenAI-compatible endpoint, faster-whisper."""

from grader.speech.engines._languages import LANGUAGES
from grader.speech.engines._protocol import Transcriber
from grader.speech.engines._registry import TRANSCRIBERS, build_transcriber, try_engine

__all__ = ["LANGUAGES", "TRANSCRIBERS", "Transcriber", "build_transcriber", "try_engine"]
