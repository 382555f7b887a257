"""The JSON of recognisers: words, confidences, speakers, and what is wrong with bad ones."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.speech import TranscriptInvalid
from grader.speech.transcripts import parse_transcript, read_whisper
from tests.grader.speech.factories import deepgram, said


def read(document: Any) -> Any:
    return parse_transcript(json.dumps(document))


def test_deepgram_gives_punctuated_words_with_confidences() -> None:
    transcript = read(
        deepgram(
            [
                {"word": "hello", "start": 0.1, "end": 0.5, "confidence": 0.9, "speaker": 0},
                {
                    "word": "nodejs",
                    "punctuated_word": "Node.js.",
                    "start": 0.6,
                    "end": 1,
                    "confidence": 0.4,
                    "speaker": 1,
                },
            ]
        )
    )

    assert transcript.text == "hello Node.js."
    assert said(transcript) == [("hello", 100, 500), ("Node.js.", 600, 1000)]
    assert [word.confidence for word in transcript.words] == [0.9, 0.4]
    assert list(transcript.speakers) == ["0", "1"]
    assert (transcript.source, transcript.duration_ms) == ("deepgram", 9500)


def test_channels_are_speakers_and_their_words_interleave() -> None:
    transcript = read(
        deepgram(
            [
                {"word": "why", "start": 0, "end": 0.5},
                {"word": "so", "start": 2, "end": 2.5},
            ],
            [{"word": "because", "start": 1, "end": 1.5}],
        )
    )

    assert transcript.text == "why because so"
    assert dict(transcript.speakers) == {"channel 0": 2, "channel 1": 1}
    assert [word.turn for word in transcript.words] == [0, 1, 2]


def test_assemblyai_counts_in_milliseconds() -> None:
    transcript = read(
        {
            "status": "completed",
            "text": "It retries.",
            "language_code": "en_us",
            "audio_duration": 3,
            "words": [
                {"text": "It", "start": 250, "end": 400, "confidence": 0.99, "speaker": "A"},
                {"text": "retries.", "start": 410, "end": 900, "confidence": 0.5, "speaker": "A"},
            ],
        }
    )

    assert said(transcript) == [("It", 250, 400), ("retries.", 410, 900)]
    assert (transcript.language, transcript.duration_ms) == ("en_us", 3000)


def test_amazon_transcribe_has_strings_for_numbers_and_loose_punctuation() -> None:
    def word(content: str, start: str, end: str) -> dict[str, Any]:
        alternatives = [{"confidence": "0.87", "content": content}]
        return {
            "type": "pronunciation",
            "start_time": start,
            "end_time": end,
            "alternatives": alternatives,
        }

    stop = {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": "."}]}
    transcript = read(
        {
            "jobName": "answer",
            "status": "COMPLETED",
            "results": {
                "transcripts": [{"transcript": "It retries. Yes"}],
                "items": [
                    word("It", "0.1", "0.3"),
                    word("retries", "0.3", "0.9"),
                    stop,
                    word("Yes", "1.4", "1.9"),
                ],
                "speaker_labels": {
                    "segments": [
                        {"items": [{"start_time": "0.1", "speaker_label": "spk_0"}]},
                        {
                            "items": [
                                {"start_time": "0.3", "speaker_label": "spk_0"},
                                {"start_time": "1.4", "speaker_label": "spk_1"},
                            ]
                        },
                    ]
                },
            },
        }
    )

    assert transcript.text == "It retries. Yes"
    assert said(transcript)[1:] == [("retries.", 300, 900), ("Yes", 1400, 1900)]
    assert dict(transcript.speakers) == {"spk_0": 2, "spk_1": 1}
    assert transcript.words[0].confidence == 0.87


def test_whisper_segments_hold_words_and_what_the_model_thinks_of_them() -> None:
    transcript = read(
        {
            "text": " Hello, world. Bye.",
            "language": "en",
            "segments": [
                {
                    "start": 0,
                    "end": 1,
                    "text": " Hello, world.",
                    "avg_logprob": -0.2,
                    "no_speech_prob": 0.01,
                    "compression_ratio": 1.1,
                    "words": [
                        {"word": " Hello,", "start": 0, "end": 0.4, "probability": 0.9},
                        {"word": " world.", "start": 0.5, "end": 1, "probability": 0.8},
                    ],
                },
                {"start": 2, "end": 3, "text": " Bye.", "avg_logprob": -1.5},
            ],
        }
    )

    assert transcript.text == "Hello, world. Bye."
    assert said(transcript)[2] == ("Bye.", 2000, 3000)
    assert [transcript.text[s.start : s.end] for s in transcript.segments] == [
        "Hello, world.",
        "Bye.",
    ]
    assert transcript.segments[0].no_speech == 0.01


def test_words_beside_the_text_get_its_punctuation() -> None:
    words = [
        {"word": "Hello", "start": 0, "end": 0.4},
        {"word": "it", "start": 0.5, "end": 0.6},
        {"word": "costs", "start": 0.7, "end": 1.0},
        {"word": "10", "start": 1.1, "end": 1.4},
        {"word": "000", "start": 1.4, "end": 2.0},
    ]
    segments = [
        {"start": 0, "end": 0.45, "text": " Hello,"},
        {"start": 0.45, "end": 2, "text": " it costs $10,000."},
    ]
    text = "Hello, it costs $10,000."
    expected = [
        ("Hello,", 0, 400),
        ("it", 500, 600),
        ("costs", 700, 1000),
        ("$10,000.", 1100, 2000),
    ]

    for document in (
        {"text": text, "words": words, "duration": 2.0},
        {"text": text, "words": words, "segments": segments},
    ):
        transcript = read(document)
        assert transcript.text == text
        assert said(transcript) == expected


def test_a_text_alone_is_spread_over_the_audio() -> None:
    transcript = read_whisper({"text": "one three"}, duration_ms=800)

    assert said(transcript) == [("one", 0, 300), ("three", 300, 800)]
    assert transcript.is_interpolated


def test_words_that_an_aligner_could_not_find_lie_between_their_neighbours() -> None:
    words = [
        {"word": "about", "start": 0, "end": 0.4, "score": 0.9},
        {"word": "2014", "score": None},
        {"word": "then", "start": 1.0, "end": 1.2, "score": 0.8},
    ]
    transcript = read({"segments": [{"start": 0, "end": 2, "text": "", "words": words}]})

    assert said(transcript)[1] == ("2014", 400, 400)
    assert [word.interpolated for word in transcript.words] == [False, True, False]


@pytest.mark.parametrize(
    ("document", "where", "what"),
    [
        (deepgram([{"word": "a", "start": 0}]), "alternatives[0].words[0].end", "left out"),
        (deepgram([{"word": "a", "start": 2, "end": 1}]), "words[0]", "before it begins"),
        (deepgram([{"word": "a", "start": -1, "end": 1}]), "words[0]", "negative"),
        (
            deepgram([{"word": "a", "start": 0, "end": 1, "confidence": 7}]),
            "words[0].confidence",
            "less than or equal to 1, not 7",
        ),
        ({"results": {"channels": []}}, "results.channels", "at least 1"),
        ({"text": "a", "words": [{"word": "a", "start": 0, "end": 9e9}]}, "words[0]", "wrong unit"),
        ({"status": "processing", "words": None, "audio_url": ""}, "status", "when it is 'compl"),
        ({"status": "error", "words": None, "error": "no audio"}, "status", "no audio"),
        (
            {"results": {"items": [{"type": "pronunciation", "alternatives": [{"content": "a"}]}]}},
            "results.items[0]",
            "without start_time",
        ),
        ({"hello": 1}, "", "no known shape"),
        ([1, 2], "", "no known shape"),
        ({"text": ""}, "", "no words"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(document: Any, where: str, what: str) -> None:
    with pytest.raises(TranscriptInvalid, match=what) as caught:
        read(document)

    assert caught.value.where.endswith(where)


@pytest.mark.parametrize(
    "text",
    ["{", '{"text": NaN}', "[" * 100_000, '{"text":"a","words":[{"word":"a","start":1e999}]}'],
)
def test_broken_json_is_refused(text: str) -> None:
    with pytest.raises(TranscriptInvalid):
        parse_transcript(text)


@given(
    st.lists(
        st.tuples(
            st.text(min_size=1, max_size=12),
            st.floats(min_value=0, max_value=3000),
            st.floats(min_value=0, max_value=5),
        ),
        max_size=30,
    )
)
def test_every_word_stands_in_the_text_and_is_whole(words: list[tuple[str, float, float]]) -> None:
    spoken = [{"word": w, "start": start, "end": start + length} for w, start, length in words]
    transcript = read_whisper({"segments": [{"start": 0, "end": 1, "words": spoken}]})

    shown = [" ".join(w.split()) for w, _, _ in words]
    assert transcript.text == " ".join(w for w in shown if w)
    assert [transcript.said(w) for w in transcript.words] == [w for w in shown if w]
    assert all(word.start_ms <= word.end_ms for word in transcript.words)


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_FIELDS = st.sampled_from(
    (
        *("results", "channels", "alternatives", "words", "items", "segments", "text", "word"),
        *("start", "end", "status", "audio_url", "type", "start_time", "end_time", "duration"),
    )
)
_DOCUMENTS = st.dictionaries(
    _FIELDS,
    st.recursive(
        _LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_FIELDS, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=4,
)


@settings(max_examples=300)
@given(_DOCUMENTS)
def test_any_json_is_read_or_refused_and_never_anything_else(document: Any) -> None:
    with contextlib.suppress(TranscriptInvalid):
        assert read(document).words


_LINES = (
    *("WEBVTT", "", "1", "00:01.000 --> 00:02.000", "00:00:01,000 --> 00:00:03,000", "NOTE"),
    *("a queue", "a queue holds", "<v Ann>yes", "<00:00:01.500><c> no", "Ann: hm", "-->"),
    *("STYLE", "&amp; <", "\t", "00:02.000 --> 00:01.000", "<v>", "\ufeff"),
)


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(_LINES),
        max_size=12,
    )
)
def test_any_captions_are_read_or_refused_and_never_anything_else(lines: list[str]) -> None:
    with contextlib.suppress(TranscriptInvalid):
        transcript = parse_transcript("\n".join(lines))
        assert transcript.text == " ".join(transcript.said(word) for word in transcript.words)
