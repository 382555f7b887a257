"""The table of engines that settings may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.speech._errors import TranscriberNotConfigured
from grader.speech._settings import SpeechSettings
from grader.speech.engines._protocol import Transcriber


def _openai(settings: SpeechSettings) -> Transcriber:
    from grader.speech.engines._openai import OpenAITranscriber, check_endpoint

    check_endpoint(settings)
    return OpenAITranscriber(settings)


def _faster_whisper(settings: SpeechSettings) -> Transcriber:
    from grader.speech.engines._faster_whisper import load_faster_whisper

    return load_faster_whisper(settings)


TRANSCRIBERS: Mapping[str, Callable[[SpeechSettings], Transcriber]] = {
    "openai": _openai,
    "faster-whisper": _faster_whisper,
}


def build_transcriber(settings: SpeechSettings) -> Transcriber:
    """Build the engine that the settings name; nothing is sent.

    Raises:
        TranscriberNotConfigured: None is named, or what it needs is missing; says what to set.
    """
    if not settings.engine:
        raise TranscriberNotConfigured(
            "no speech-to-text engine is set up; set GRADER_SPEECH_ENGINE to openai (with "
            "GRADER_SPEECH_BASE_URL, GRADER_SPEECH_API_KEY and GRADER_SPEECH_MODEL) or to "
            "faster-whisper (with GRADER_SPEECH_MODEL_DIR), or send a transcript instead of audio"
        )
    build = TRANSCRIBERS.get(settings.engine)
    if build is None:
        known = ", ".join(TRANSCRIBERS)
        raise TranscriberNotConfigured(
            f"GRADER_SPEECH_ENGINE is '{settings.engine}'; it can be: {known}"
        )
    return build(settings)


def try_engine(settings: SpeechSettings) -> str:
    """Build the engine, and try its endpoint where it has one, without a recording; blocks.

    Returns:
        What it is and what was found, in a few words.

    Raises:
        TranscriberNotConfigured: It cannot be used; says what to set.
    """
    identity = build_transcriber(settings).identity
    if settings.engine != "openai":
        return f"{identity}, loaded"
    from grader.llm import without_password
    from grader.speech.engines._openai import reach

    return f"{identity} at {without_password(settings.base_url)}: {reach(settings)}"
