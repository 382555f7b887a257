"""From a transcript to an answer, and what a grade then says of it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.bank import parse_rubric
from grader.errors import AnswerInvalid
from grader.speech import (
    CannotGrade,
    SpeechSettings,
    TranscriptInvalid,
    as_heard,
    describe,
    spoken_answer,
)
from grader.speech.transcripts import FORMATS, parse_transcript
from grader.types import (
    Evidence,
    Judgement,
    MistakeFinding,
    PointFinding,
    TimedEvidence,
    Verdict,
)
from tests.grader.factories import document
from tests.grader.speech.factories import evenly, parsed

TEXT = "The queue decouples the producer from the consumer and holds bursts back."
SETTINGS = SpeechSettings()
RUBRIC = parse_rubric(document())


def answer(text: str = TEXT, **more: Any) -> Any:
    unsure = more.pop("unsure", ())
    return spoken_answer(evenly(text, unsure=unsure), SETTINGS, max_characters=500, **more)


def test_an_answer_has_its_transcript_and_its_delivery() -> None:
    spoken = answer(engine="openai: whisper-1")
    assert spoken.transcript.text == TEXT
    assert spoken.recognised is None
    assert spoken.delivery is not None
    assert spoken.delivery.words == 12
    told = describe(spoken, 0.5)
    assert (told.text, told.engine, told.delivery) == (TEXT, "openai: whisper-1", spoken.delivery)


def test_delivery_is_measured_of_what_was_said_not_of_the_correction() -> None:
    corrected = answer(corrected="It decouples.")
    assert corrected.delivery == answer().delivery
    assert corrected.transcript.text == "It decouples."
    assert corrected.recognised is not None
    assert corrected.recognised.text == TEXT
    assert corrected.changed > 0.5


def test_a_correction_that_changes_nothing_is_none() -> None:
    assert answer(corrected=TEXT).recognised is None


def test_only_the_candidates_words_are_taken() -> None:
    whole = parsed(
        """
        WEBVTT

        00:00.000 --> 00:02.000
        <v Ann>What is it for?

        00:03.000 --> 00:08.000
        <v Bob>It decouples the producer from the consumer.
        """
    )
    spoken = spoken_answer(whole, SETTINGS, max_characters=500, speaker="Bob")
    assert spoken.transcript.text == "It decouples the producer from the consumer."
    assert "Ann" not in spoken.model_dump_json()


@pytest.mark.parametrize("corrected", ["", " ", "x" * 501, "a\x00b"])
def test_a_correction_that_cannot_be_graded_is_refused(corrected: str) -> None:
    with pytest.raises(AnswerInvalid):
        answer(corrected=corrected)


def test_a_correction_into_another_language_is_refused() -> None:
    german = "Die Warteschlange entkoppelt den Erzeuger vom Verbraucher, nichts geht verloren."
    with pytest.raises(CannotGrade, match="not in English"):
        answer(corrected=german)


def test_evidence_gets_times_and_what_rests_on_bad_words_is_taken_back() -> None:
    spoken = answer(unsure=[9, 10, 11])
    good, bad = TEXT[4:19], TEXT[55:67]
    judgement = Judgement(
        points=tuple(
            PointFinding(
                point_id=point.id,
                verdict=Verdict.COVERED,
                probabilities={Verdict.COVERED: 0.9},
                evidence=(Evidence(start=start, end=start + len(quote), quote=quote),),
            )
            for point, start, quote in zip(RUBRIC.points, (4, 55), (good, bad), strict=True)
        ),
        mistakes=(MistakeFinding(mistake_id="exactly-once", made=False, probability=0.1),),
    )
    held = as_heard(judgement, RUBRIC, spoken, 0.5)
    assert [point.verdict for point in held.points] == [Verdict.COVERED, Verdict.UNGRADED]
    assert held.points[0].evidence == (
        TimedEvidence(start=4, end=19, quote=good, start_ms=400, end_ms=1150, confidence=0.95),
    )
    assert "little confidence" in held.points[1].why
    assert held.notes == held.flags == ()
    assert describe(spoken, 0.5).doubtful[0].words == 3


def test_a_transcript_is_read_back_as_it_was_written() -> None:
    transcript = evenly(TEXT, unsure=[2])
    assert parse_transcript(transcript.model_dump_json()) == transcript
    assert parse_transcript(transcript.model_dump(mode="json")) == transcript
    assert "grader" in FORMATS


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"end_ms": 0, "start_ms": 10}, "words[1]: it ends at 0 s"),
        ({"start_ms": -1}, "words[1].start_ms"),
        ({"start": 0}, "the word at 0 overlaps another"),
        ({"end": 4_000}, "leaves the text"),
        ({"confidence": 7}, "words[1].confidence"),
        ({"end_ms": 10**9}, "wrong unit"),
        ({"speaker": "\u0007"}, "not printed"),
    ],
)
def test_a_transcript_that_was_tampered_with_says_where(
    changes: dict[str, Any], where: str
) -> None:
    sent = evenly(TEXT).model_dump(mode="json")
    sent["words"][1] |= changes
    with pytest.raises(TranscriptInvalid) as caught:
        parse_transcript(sent)
    assert where in str(caught.value)


def test_a_format_of_text_cannot_be_an_object() -> None:
    with pytest.raises(TranscriptInvalid, match="no webvtt"):
        parse_transcript({"text": "words"}, format="webvtt")
