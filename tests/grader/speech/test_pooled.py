"""Several answers joined to one."""

from __future__ import annotations

from grader.speech import SpeechSettings, SpokenAnswer, delivery_of, pooled, spoken_answer
from tests.grader.speech.factories import evenly

FIRST = "a queue holds the work back"
SECOND = "and so um nothing gets lost"


def answer(text: str, corrected: str | None = None, *, delivery: bool = True) -> SpokenAnswer:
    """A word every 0.4 seconds, each of 0.35."""
    return spoken_answer(
        evenly(text),
        SpeechSettings(),
        max_characters=1000,
        corrected=corrected,
        delivery=delivery,
    )


def test_words_are_where_the_text_has_them_and_times_run_on() -> None:
    both = pooled([answer(FIRST), "typed in between", answer(SECOND)])
    assert both is not None
    transcript = both.transcript
    assert transcript.text == f"{FIRST}\n\ntyped in between\n\n{SECOND}"
    assert [transcript.said(word) for word in transcript.words] == f"{FIRST} {SECOND}".split()
    starts = [word.start_ms for word in transcript.words]
    assert starts == [*range(0, 2400, 400), *range(2350, 4750, 400)]
    assert {word.turn for word in transcript.words[:6]} != {
        word.turn for word in transcript.words[6:]
    }
    assert any("one to the next" in note for note in transcript.notes)


def test_both_versions_of_a_corrected_answer_are_kept() -> None:
    both = pooled([answer(FIRST), answer(SECOND, "and so nothing gets lost")])
    assert both is not None
    assert both.recognised is not None
    assert both.transcript.text.endswith("and so nothing gets lost")
    assert both.recognised.text == f"{FIRST}\n\n{SECOND}"
    assert 0 < both.changed < 0.2


def test_what_was_all_typed_is_not_spoken() -> None:
    assert pooled(["this", "and that"]) is None


def test_silence_between_two_recordings_is_no_pause() -> None:
    found = delivery_of([answer(FIRST), answer(SECOND), answer("left out", delivery=False)])
    assert found is not None
    assert (found.words, found.fillers.count) == (11, 1)
    assert found.pauses is not None
    assert found.pauses.count == 0
    assert found.speaking_ms == 2 * 2350
    assert delivery_of([answer(FIRST, delivery=False)]) is None
