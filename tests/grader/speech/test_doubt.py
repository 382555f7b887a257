"""What rests on words heard badly, or may be lost in them, is ungraded, never missing."""

from __future__ import annotations

from grader.bank import parse_rubric
from grader.speech import doubtful_spans, timed, with_doubts
from grader.speech.transcripts import Transcript, read_whisper
from grader.types import Evidence, Judgement, MistakeFinding, PointFinding, Verdict
from tests.grader.factories import document, mistake, points
from tests.grader.speech.factories import evenly, heard, parsed

RUBRIC = parse_rubric(
    document(
        points=[
            {"id": "decouples", "claim": "The producer need not wait.", "weight": 2},
            {"id": "buffers", "claim": "Bursts are held back.", "weight": 1},
            {"id": "retries", "claim": "Failed deliveries are retried later.", "weight": 1},
        ],
        mistakes=[{"id": "order", "claim": "Messages always arrive in order.", "penalty": 1}],
    )
)
ANSWER = "a queue means that the producer need not wait and that spikes are smoothed over time"


def evidence(transcript: Transcript, quote: str) -> Evidence:
    start = transcript.text.index(quote)
    return Evidence(start=start, end=start + len(quote), quote=quote)


def judged(transcript: Transcript, quotes: dict[str, str], *, made: str | None = None) -> Judgement:
    """Covered where there is a quote, missing elsewhere."""
    found = [
        PointFinding(
            point_id=point.id,
            verdict=Verdict.COVERED if point.id in quotes else Verdict.MISSING,
            probabilities={},
            evidence=(evidence(transcript, quotes[point.id]),) if point.id in quotes else (),
        )
        for point in RUBRIC.points
    ]
    mistakes = [mistake("order", False)]
    if made is not None:
        mistakes = [
            MistakeFinding(
                mistake_id="order",
                made=True,
                probability=0.9,
                evidence=(evidence(transcript, made),),
            )
        ]
    return Judgement(points=tuple(found), mistakes=tuple(mistakes))


def verdicts(judgement: Judgement) -> dict[str, str]:
    return {finding.point_id: str(finding.verdict) for finding in judgement.points}


def test_where_every_word_was_heard_well_nothing_changes() -> None:
    transcript = evenly(ANSWER)
    judgement = judged(transcript, {"decouples": "the producer need not wait"})

    assert doubtful_spans(transcript, 0.5) == ()
    assert with_doubts(judgement, RUBRIC, transcript, 0.5) == judgement


def test_a_transcript_without_confidences_gives_no_reason_to_doubt() -> None:
    transcript = parsed("1\n00:00:01,000 --> 00:00:05,000\n" + ANSWER)

    assert doubtful_spans(transcript, 0.5) == ()


def test_unsure_words_are_joined_over_a_single_sure_one() -> None:
    transcript = evenly(ANSWER, unsure=[1, 3, 4, 9])

    spans = doubtful_spans(transcript, 0.5)

    assert [transcript.text[span.start : span.end] for span in spans] == [
        "queue means that the",
        "and",
    ]
    assert (spans[0].start_ms, spans[0].end_ms, spans[0].words) == (400, 1950, 4)
    assert spans[1].confidence == 0.2


def test_a_point_that_rests_on_unsure_words_is_ungraded_with_the_time() -> None:
    transcript = evenly(ANSWER, unsure=[5, 8])
    judgement = judged(transcript, {"decouples": "the producer need not wait"})

    doubted = with_doubts(judgement, RUBRIC, transcript, 0.5)

    assert verdicts(doubted)["decouples"] == "ungraded"
    assert doubted.points[0].why == (
        "The words that this rests on were recognised with little confidence (0:02, 0:03)."
    )
    assert doubted.points[0].evidence == judgement.points[0].evidence


def test_a_point_stands_if_most_of_its_content_words_were_heard_well() -> None:
    transcript = evenly(ANSWER, unsure=[4, 7])  # "the", "not"

    doubted = with_doubts(
        judged(transcript, {"decouples": "the producer need not wait"}), RUBRIC, transcript, 0.5
    )

    assert verdicts(doubted)["decouples"] == "covered"


def test_a_missing_point_that_unsure_words_could_hide_is_ungraded() -> None:
    # "the verse are healed black" may have been "the bursts are held back".
    transcript = evenly(
        "it decouples and the bursts are healed black at all times", unsure=[4, 6, 7]
    )

    doubted = with_doubts(judged(transcript, {}), RUBRIC, transcript, 0.5)

    assert verdicts(doubted) == {
        "decouples": "missing",
        "buffers": "ungraded",
        "retries": "missing",
    }
    assert "may have been said where the recogniser was unsure (0:01)" in doubted.points[1].why


def test_a_word_that_only_sounds_like_one_of_the_claim_hides_it_too() -> None:
    transcript = evenly("it means the produces reedy weighed at all times", unsure=[3, 4, 5])

    doubted = with_doubts(judged(transcript, {}), RUBRIC, transcript, 0.5)

    assert verdicts(doubted)["decouples"] == "ungraded"
    assert verdicts(doubted)["retries"] == "missing"


def test_two_unsure_words_hide_no_claim() -> None:
    transcript = evenly("it decouples and bursts are fine at all times", unsure=[3, 4])

    assert verdicts(with_doubts(judged(transcript, {}), RUBRIC, transcript, 0.5)) == {
        "decouples": "missing",
        "buffers": "missing",
        "retries": "missing",
    }


def test_what_the_question_says_tells_no_point_from_another() -> None:
    transcript = evenly("a message queue is blah blah blah good for all of us", unsure=[4, 5, 6])

    doubted = with_doubts(judged(transcript, {}), RUBRIC, transcript, 0.5)

    assert set(verdicts(doubted).values()) == {"missing"}


def test_ten_unsure_words_could_be_anything() -> None:
    transcript = evenly("so " + "blah " * 10 + "and so on and so forth", unsure=range(1, 11))

    doubted = with_doubts(judged(transcript, {}), RUBRIC, transcript, 0.5)

    assert set(verdicts(doubted).values()) == {"ungraded"}


def test_a_mistake_that_rests_on_unsure_words_is_not_known_to_be_made() -> None:
    transcript = evenly("the messages arrive in order always", unsure=[1, 2, 4])
    judgement = judged(transcript, {}, made="the messages arrive in order always")

    doubted = with_doubts(judgement, RUBRIC, transcript, 0.5)

    assert doubted.mistakes[0].made is None
    assert "little confidence" in doubted.mistakes[0].why


def test_segments_that_the_engine_counts_as_failed_are_doubtful() -> None:
    def segment(start: float, text: str, **quality: float) -> dict[str, object]:
        return {"start": start, "end": start + 2, "text": text, **quality}

    transcript = read_whisper(
        {
            "segments": [
                segment(0, "it decouples", avg_logprob=-0.2, no_speech_prob=0.1),
                segment(2, "blurred words here", avg_logprob=-1.4, no_speech_prob=0.1),
                segment(4, "thanks for watching", avg_logprob=-1.2, no_speech_prob=0.9),
                segment(6, "it it it", avg_logprob=-0.2, compression_ratio=3.1),
            ]
        }
    )

    spans = doubtful_spans(transcript, 0.5)

    assert [(transcript.text[s.start : s.end], s.why) for s in spans] == [
        ("blurred words here", "recognised with little confidence"),
        ("thanks for watching", "perhaps nothing was said there"),
        ("it it it", "the recogniser repeats itself"),
    ]


def test_ungraded_points_stay_as_they_are() -> None:
    transcript = evenly("so " + "blah " * 10, unsure=range(1, 11))
    judgement = Judgement(points=tuple(points({"decouples": Verdict.UNGRADED})))

    assert with_doubts(judgement, RUBRIC, transcript, 0.5) == judgement


def test_evidence_gets_the_time_of_its_words() -> None:
    transcript = evenly(ANSWER, unsure=[8])

    found = timed(evidence(transcript, "producer need not wait"), transcript)

    assert (found.start_ms, found.end_ms) == (2000, 3550)
    assert found.quote == "producer need not wait"
    assert found.confidence == round((0.95 * 3 + 0.2) / 4, 4)
    assert not found.estimated


def test_a_span_within_a_word_has_the_words_time() -> None:
    transcript = heard(("Node.js,", 1.0, 1.5), ("yes", 2.0, 2.2))

    found = timed(Evidence(start=0, end=4, quote="Node"), transcript)

    assert (found.start_ms, found.end_ms) == (1000, 1500)


def test_a_span_without_words_has_no_time() -> None:
    transcript = heard(("a", 1.0, 1.5), ("b", 2.0, 2.2))

    found = timed(Evidence(start=1, end=2, quote=" "), transcript)

    assert found.start_ms is None
