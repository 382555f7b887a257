"""From what was said by everyone to the candidate's answer, ready to be graded."""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher

from grader.answers import is_other_language, read_answer
from grader.frozen import Frozen, Probability
from grader.speech._errors import CannotGrade
from grader.speech._settings import SpeechSettings
from grader.speech._usable import unusable
from grader.speech.delivery import measure_delivery
from grader.speech.transcripts import Transcript, only, retimed
from grader.spoken import Delivery
from grader.words import words


class SpokenAnswer(Frozen):
    """An answer that was spoken, as it is kept.

    Attributes:
        transcript: Of the candidate alone; its text is what is graded.
        recognised: The same as the recogniser wrote it, where a person corrected it before grading.
        changed: Share of the words that differ between the two, 0 to 1.
        delivery: How it was spoken; None where that was not to be measured, or could not be.
        engine: The engine and its model, where the service itself transcribed a recording.
    """

    transcript: Transcript
    recognised: Transcript | None = None
    changed: Probability = 0.0
    delivery: Delivery | None = None
    engine: str | None = None


def spoken_answer(  # noqa: PLR0913 - one argument for each thing that is known of an answer
    whole: Transcript,
    settings: SpeechSettings,
    *,
    max_characters: int,
    speaker: str | None = None,
    corrected: str | None = None,
    delivery: bool = True,
    terms: Collection[str] = (),
    engine: str | None = None,
) -> SpokenAnswer:
    """Take the candidate's answer out of a transcript; takes some milliseconds of processor time.

    Args:
        whole: What was said, by everyone.
        settings: The least confidence, and whether delivery is measured at all.
        max_characters: Longer answers are refused, in code points.
        speaker: The candidate; None if only one speaks.
        corrected: The candidate's words as a person corrected them; graded instead of those that
            were recognised. Words that were left as they are keep their times.
        delivery: Whether to measure it here.
        terms: Words that say nothing about the language, such as the vocabulary of a rubric.
        engine: See `SpokenAnswer`.

    Raises:
        SpeakerUnclear: Several people speak and none is named, or nobody is called so.
        CannotGrade: What was recognised cannot be what was said, or is not in English.
        AnswerInvalid: The words cannot be graded as they stand; there are too many, for example.
    """
    heard = only(whole, speaker)
    problem = unusable(heard, least_confidence=settings.least_confidence)
    if problem is not None and corrected is None:
        raise CannotGrade(
            f"cannot grade: {problem}; listen to the recording, and record again or type the answer"
        )
    text = heard.text if corrected is None else corrected
    read_answer(text, max_characters=max_characters)
    check_language(text, terms)
    # How words were spoken that nobody said is nothing to report.
    is_measured = settings.delivery and delivery and problem is None
    found = measure_delivery(whole, speaker=speaker) if is_measured else None
    if text == heard.text:
        return SpokenAnswer(transcript=heard, delivery=found, engine=engine)
    return SpokenAnswer(
        transcript=retimed(heard, text),
        recognised=heard,
        changed=_changed(heard.text, text),
        delivery=found,
        engine=engine,
    )


def check_language(text: str, terms: Collection[str] = ()) -> None:
    """Refuse a text that an English rubric cannot judge.

    Args:
        text: What was said.
        terms: Words that say nothing about the language.

    Raises:
        CannotGrade: It is mostly in another language.
    """
    own = frozenset(word for term in terms for word in words(term))
    if is_other_language(text, own):
        raise CannotGrade(
            "cannot grade: what was said is mostly not in English, which the rubrics are in; "
            "answer in English"
        )


def _changed(before: str, after: str) -> float:
    return round(1 - SequenceMatcher(a=words(before), b=words(after)).ratio(), 4)
