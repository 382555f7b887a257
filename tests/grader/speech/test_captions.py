"""WebVTT and SubRip: times, speakers, captions that roll up, and what is wrong with bad ones."""

from __future__ import annotations

import pytest

from grader.speech import TranscriptInvalid
from grader.speech.transcripts import parse_transcript
from tests.grader.speech.factories import parsed, said


def test_words_of_a_caption_share_its_time_by_their_length() -> None:
    transcript = parsed("""
        WEBVTT

        00:00:01.000 --> 00:00:02.000
        one three
        """)

    assert transcript.text == "one three"
    assert said(transcript) == [("one", 1000, 1375), ("three", 1375, 2000)]
    assert all(word.interpolated for word in transcript.words)
    assert transcript.is_interpolated
    assert (transcript.source, transcript.duration_ms) == ("webvtt", 2000)


def test_inline_times_are_the_words_own() -> None:
    transcript = parsed("""
        WEBVTT

        00:01.000 --> 00:04.000
        the<00:00:01.500><c> event</c><00:00:02.500><c> loop</c>
        """)

    assert said(transcript) == [("the", 1000, 1500), ("event", 1500, 2500), ("loop", 2500, 4000)]
    assert not transcript.is_interpolated


def test_captions_that_roll_up_are_said_once() -> None:
    transcript = parsed("""
        WEBVTT
        Kind: captions

        00:00:00.000 --> 00:00:02.000 align:start position:0%

        a queue<00:00:01.000><c> holds</c>

        00:00:02.000 --> 00:00:02.010 align:start position:0%
        a queue holds


        00:00:02.010 --> 00:00:04.000 align:start position:0%
        a queue holds
        bursts<00:00:03.000><c> back</c>

        00:00:04.000 --> 00:00:04.010 align:start position:0%
        bursts back
        """)

    assert transcript.text == "a queue holds bursts back"
    assert said(transcript)[3:] == [("bursts", 2010, 3000), ("back", 3000, 4000)]


def test_captions_that_grow_are_said_once() -> None:
    transcript = parsed("""
        1
        00:00:00,000 --> 00:00:01,000
        a queue

        2
        00:00:01,000 --> 00:00:02,000
        a queue holds bursts

        3
        00:00:02,000 --> 00:00:03,000
        a queue holds bursts back
        """)

    assert transcript.text == "a queue holds bursts back"


def test_a_phrase_that_is_repeated_once_is_kept() -> None:
    transcript = parsed("""
        1
        00:00:00,000 --> 00:00:01,000
        it retries

        2
        00:00:01,000 --> 00:00:02,000
        it retries

        3
        00:00:02,000 --> 00:00:03,000
        and then it gives up

        4
        00:00:03,000 --> 00:00:04,000
        after a while

        5
        00:00:04,000 --> 00:00:05,000
        and says so
        """)

    assert transcript.text.startswith("it retries it retries and then")


def test_voice_tags_name_speakers() -> None:
    transcript = parsed("""
        WEBVTT

        00:01.000 --> 00:02.000
        <v.first Ann Lee>What is a queue?</v>

        00:02.000 --> 00:04.000
        <v Bob>It <i>holds</i> bursts
        &amp; decouples
        """)

    assert transcript.text == "What is a queue? It holds bursts & decouples"
    assert dict(transcript.speakers) == {"Ann Lee": 4, "Bob": 5}
    assert [word.turn for word in transcript.words] == [0] * 4 + [1] * 5


def test_labels_name_speakers_where_a_file_uses_them_throughout() -> None:
    transcript = parsed("""
        WEBVTT

        1
        00:00:01.000 --> 00:00:02.000
        Ann: What is a queue?

        2
        00:00:02.000 --> 00:00:04.000
        Bob: It holds bursts.

        3
        00:00:04.000 --> 00:00:05.000
        It decouples.

        4
        00:00:05.000 --> 00:00:06.000
        Ann: Good.

        5
        00:00:06.000 --> 00:00:07.000
        Bob: Thanks.
        """)

    assert "Ann:" not in transcript.text
    assert dict(transcript.speakers) == {"Ann": 5, "Bob": 6}


def test_a_colon_alone_makes_no_speaker() -> None:
    transcript = parsed("""
        1
        00:00:01,000 --> 00:00:02,000
        Redis is fast

        2
        00:00:02,000 --> 00:00:04,000
        Note: it is in memory
        """)

    assert transcript.text == "Redis is fast Note: it is in memory"
    assert not transcript.speakers


def test_overlapping_captions_are_kept_with_a_note() -> None:
    transcript = parsed("""
        1
        00:00:01,000 --> 00:00:04,000
        first things

        2
        00:00:02,000 --> 00:00:05,000
        second things
        """)

    assert transcript.text == "first things second things"
    assert "overlap" in transcript.notes[0]


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_encodings_do_not_matter(ends: str, encoding: str) -> None:
    lines = ["WEBVTT", "", "00:01.000 --> 00:02.000", "naïve caches", "", ""]

    transcript = parse_transcript(ends.join(lines).encode(encoding))

    assert transcript.text == "naïve caches"


def test_subrip_without_hours_is_read() -> None:
    assert said(parse_transcript("1\n00:01,000 --> 00:02,500\nyes\n")) == [("yes", 1000, 2500)]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("WEBVTT\n\n00:05.000 --> 00:03.000\nx", "line 3", "before it begins"),
        ("WEBVTT\n\n-00:05.000 --> 00:03.000\nx", "line 3", "negative"),
        ("WEBVTT\n\nintro\n00:61.000 --> 01:03.000\nx", "line 4", "up to 59"),
        ("1\n00:00:01,000 --> later\nx", "line 2", "expected 00:00:01.000 -->"),
        ("1\n00:00:01,000 --> -00:00:02,000\nx", "line 2", "negative"),
        ("WEBVTT\n\n99:00:00.000 --> 99:00:01.000\nx", "line 3", "hours"),
    ],
)
def test_a_bad_time_is_refused_with_its_line(text: str, where: str, what: str) -> None:
    with pytest.raises(TranscriptInvalid, match=what) as caught:
        parse_transcript(text)

    assert caught.value.where == where
    assert str(caught.value).startswith(f"{where}: ")
    assert caught.value.details() == {"where": where}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"WEBVTT\n", "no words"),
        (b"A queue holds bursts back.", "neither WebVTT"),
        (b"\x00\x01\x02\xff", "UTF-8"),
        (b"a\x00b", "NUL"),
    ],
)
def test_what_is_no_transcript_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(TranscriptInvalid, match=what):
        parse_transcript(data)


def test_a_format_can_be_named_and_an_unknown_one_is_refused() -> None:
    assert parse_transcript("1\n00:01,000 --> 00:02,500\nyes\n", format="srt").source == "srt"
    with pytest.raises(TranscriptInvalid, match="it can be: webvtt, srt, deepgram"):
        parse_transcript("x", format="docx")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\n" + "x\n" * 60_000, "60,000 words; the limit"),
        ("1\n00:00:01,000 --> 00:00:02,000\n" + "x" * 1_000_000, "1,000,0.. characters"),
        ("1\n00:00:01,000 --> 00:00:02,000\n" + "1" * 5_000, "more than 100 digits"),
        (b"x" * 8_000_001, "8,000,000 bytes"),
    ],
)
def test_what_no_answer_can_be_is_refused_quickly(text: bytes | str, what: str) -> None:
    with pytest.raises(TranscriptInvalid, match=what):
        parse_transcript(text)
