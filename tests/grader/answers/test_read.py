from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answers import Answer, matchable, read_answer
from grader.errors import AnswerInvalid

LIMIT = 20_000


def read(text: object, limit: int = LIMIT) -> Answer:
    return read_answer(text, max_characters=limit)


def quotes(text: str) -> list[str]:
    answer = read(text, len(text))
    return [answer.quote(segment) for segment in answer.segments]


def blocks(text: str) -> list[int]:
    return [segment.block for segment in read(text).segments]


FRAGMENTS = [
    "The loop runs one callback.",
    " e.g. ",
    "i.e. ",
    "Node.js 3.5",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "  ",
    "\n- ",
    "\n* ",
    "\n1. ",
    "\n(b) ",
    "\n# ",
    "\n```js\n",
    "\n```\n",
    "\n~~~\n",
    "```",
    "单线程。",
    "对吗？",
    "؟ ",
    "الخادم ",
    "\u200f",
    "\u200b",
    "\u00ad",
    "\u2028",
    "\x0b",
    "\x85",
    "👩\u200d💻",
    "e\u0301",
    "...",
    "?! ",
    '." ',
    "…",
    "and then so because ",
    "word " * 31,
    "1. ",
    "a) ",
    ";",
    " - ",
]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
answers_like = st.lists(st.sampled_from(FRAGMENTS) | texts, max_size=12).map("".join)


def is_readable(text: str) -> bool:
    try:
        return bool(read(text).segments)
    except AnswerInvalid:
        return False


readable = answers_like.filter(is_readable)

# The number or letter before a list's entry; it is not among the candidate's words.
LIST_MARKER = re.compile(r"[ \t]*\(?(?:\d{1,2}|[a-z])")


def is_list_marker(text: str, position: int) -> bool:
    line = text[:position].splitlines(keepends=True)[-1:] or [""]
    before = "" if line[0].endswith(tuple("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")) else line[0]
    return LIST_MARKER.fullmatch(before + text[position]) is not None


@given(readable)
def test_segments_come_in_order_inside_the_text_and_do_not_overlap(text: str) -> None:
    answer = read(text)

    assert answer.text == text
    position = 0
    for segment in answer.segments:
        assert position <= segment.start < segment.end <= len(text)
        position = segment.end


@given(readable)
def test_a_segment_begins_and_ends_with_something_to_read(text: str) -> None:
    answer = read(text)

    for segment in answer.segments:
        quote = answer.quote(segment)
        assert quote == text[segment.start : segment.end]
        assert quote == quote.strip()
        assert any(character.isalnum() for character in quote)


@given(readable)
def test_each_word_character_is_in_a_segment_list_markers_aside(text: str) -> None:
    inside = {i for segment in read(text).segments for i in range(segment.start, segment.end)}

    left_out = [i for i, c in enumerate(text) if c.isalnum() and i not in inside]

    assert [i for i in left_out if not is_list_marker(text, i)] == []


@given(readable)
def test_blocks_are_numbered_in_order(text: str) -> None:
    numbers = blocks(text)

    assert numbers == sorted(numbers)


@given(readable)
def test_windows_are_single_segments_then_neighbours(text: str) -> None:
    answer = read(text)
    segments = answer.segments
    pairs = [
        i
        for i in range(len(segments) - 1)
        if not segments[i].is_code and not segments[i + 1].is_code
    ]

    assert [(w.first, w.last) for w in answer.windows] == [
        *((i, i) for i in range(len(segments))),
        *((i, i + 1) for i in pairs),
    ]
    for window in answer.windows:
        assert window.start == segments[window.first].start
        assert window.end == segments[window.last].end
        assert answer.quote(window) == text[window.start : window.end]


@given(readable)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert read(text) == read(text)


@given(answers_like)
def test_whatever_the_text_it_is_read_or_refused(text: str) -> None:
    if matchable(text) and any(character.isalnum() for character in text):
        assert read(text).text == text
    else:
        with pytest.raises(AnswerInvalid, match="nothing to grade"):
            read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One thread. Many sockets.", ["One thread.", "Many sockets."]),
        ("One thread! Really? Yes.", ["One thread!", "Really?", "Yes."]),
        ("Really?! Yes... Maybe… No", ["Really?!", "Yes...", "Maybe…", "No"]),
        ('He said "stop." Then it left.', ['He said "stop."', "Then it left."]),
        ("It waits (not long.) Then it runs.", ["It waits (not long.)", "Then it runs."]),
        ("no stop at all", ["no stop at all"]),
        ("  \n One.  \n\n ", ["One."]),
        ("One. --- . Two.", ["One.", "Two."]),
    ],
)
def test_sentences_are_split(text: str, expected: list[str]) -> None:
    assert [" ".join(q.split()).removeprefix("--- . ") for q in quotes(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Use a cache, e.g. Redis, for it.",
        "It is idempotent, i.e. safe to repeat.",
        "Compare SQL vs. documents here.",
        "See fig. 3 of it.",
        "Queues, topics, etc. are brokers' work.",
        "Version 3.5 of Node.js runs on V8.",
        "Call fs.readFile or process.nextTick there.",
        "It takes 1.5 ms, or .5 at best.",
        "Dr. Smith wrote it.",
        "It listens on 127.0.0.1:8080 by default.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert quotes(text) == [text]


@pytest.mark.parametrize(
    "text",
    ["The answer is no. Redis has one thread.", "I would choose plan B. Then we go on."],
)
def test_a_sentence_may_end_like_an_abbreviation(text: str) -> None:
    assert len(quotes(text)) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("它是单线程的。回调一个接一个。", ["它是单线程的。", "回调一个接一个。"]),
        ("对吗？对！好", ["对吗？", "对！", "好"]),
        ("シングルスレッドです。速い。", ["シングルスレッドです。", "速い。"]),
        ("Сокеты ждут. Ядро следит.", ["Сокеты ждут.", "Ядро следит."]),
        ("الخادم سريع. نعم.", ["الخادم سريع.", "نعم."]),
        ("השרת מהיר. כן.", ["השרת מהיר.", "כן."]),
        ("🎉 One. 🚀 Two 👩\u200d💻.", ["🎉 One.", "🚀 Two 👩\u200d💻."]),
    ],
)
def test_sentences_of_any_script_are_split(text: str, expected: list[str]) -> None:
    assert quotes(text) == expected


@pytest.mark.parametrize("mark", ["\u200f", "\u200e", "\u200b", "\u2069"])
def test_a_direction_mark_after_a_full_stop_hides_no_end(mark: str) -> None:
    assert len(quotes(f"الخادم سريع.{mark} نعم هو كذلك.")) == 2


def test_a_closing_quote_stays_with_its_sentence() -> None:
    assert quotes("他说“它很快。”我同意。") == ["他说“它很快。”", "我同意。"]


@pytest.mark.parametrize("text", ["هل هو سريع؟ نعم هو كذلك", "यह तेज़ है। हाँ", "وہ تیز ہے۔ ہاں"])
def test_closing_marks_of_other_scripts_end_a_sentence(text: str) -> None:
    assert len(quotes(text)) == 2


@pytest.mark.parametrize(
    "marker", ["-", "*", "+", "•", "–", "1.", "12)", "(3)", "a)", "b.", "(c)", "\t-", "  *"]
)
def test_each_entry_of_a_list_is_a_block_without_its_marker(marker: str) -> None:
    text = f"Two things:\n{marker} one thread\n{marker} many sockets"

    assert quotes(text) == ["Two things:", "one thread", "many sockets"]
    assert blocks(text) == [0, 1, 2]


def test_an_entry_of_several_sentences_is_one_block() -> None:
    text = "- One thread. It runs.\n- Many sockets."

    assert quotes(text) == ["One thread.", "It runs.", "Many sockets."]
    assert blocks(text) == [0, 0, 1]


def test_a_wrapped_line_goes_on_with_its_sentence() -> None:
    text = "The loop runs\none callback. Then\nthe next."

    assert quotes(text) == ["The loop runs\none callback.", "Then\nthe next."]
    assert blocks(text) == [0, 0]


def test_a_wrapped_entry_goes_on_with_its_sentence() -> None:
    assert quotes("- the loop runs\n  one callback\n- then the next") == [
        "the loop runs\n  one callback",
        "then the next",
    ]


@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n", "\r\n\r\n", "\n\n\n\n"])
def test_an_empty_line_ends_a_paragraph_and_its_sentence(gap: str) -> None:
    text = f"one thread{gap}many sockets"

    assert quotes(text) == ["one thread", "many sockets"]
    assert blocks(text) == [0, 1]


def test_a_heading_begins_a_block() -> None:
    assert blocks("one thread\n## Sockets\n") == [0, 1]


@pytest.mark.parametrize("text", ["well-known", "a -1 offset", "2.5 ms", "x - y is z", "e.g. this"])
def test_what_only_resembles_a_list_marker_stays(text: str) -> None:
    assert quotes(text) == [text]


def test_windows_line_ends_split_like_others() -> None:
    text = "Two things:\n- one\n  thread. Yes.\n- two\n\nLast\nwords."

    with_crlf = quotes(text.replace("\n", "\r\n"))

    assert [q.replace("\r\n", "\n") for q in with_crlf] == quotes(text)


@pytest.mark.parametrize("fence", ["```", "~~~"])
@pytest.mark.parametrize("info", ["", "js", " title=a.b "])
def test_a_fenced_code_block_is_one_segment(fence: str, info: str) -> None:
    code = f"{fence}{info}\nlet a = 1. b;\n\n- not a bullet. No.\n{fence}"
    answer = read(f"Look. Here:\n{code}\nIt blocks. Yes.")

    assert [answer.quote(s) for s in answer.segments] == [
        "Look.",
        "Here:",
        code,
        "It blocks.",
        "Yes.",
    ]
    assert [s.is_code for s in answer.segments] == [False, False, True, False, False]
    assert [s.block for s in answer.segments] == [0, 0, 1, 2, 2]


def test_code_is_not_read_together_with_its_neighbours() -> None:
    answer = read("Before.\n```\nlet a;\n```\nAfter. End.")

    assert [(w.first, w.last) for w in answer.windows if w.first != w.last] == [(2, 3)]


@pytest.mark.parametrize("end", ["", "\n", "\n~~~\n", "\n``` js\n"])
def test_code_that_is_never_closed_goes_to_the_end(end: str) -> None:
    text = "Look:\n```js\nlet a = 1. b;\nmore. code" + end

    assert [s.is_code for s in read(text).segments] == [False, True]


def test_two_code_blocks_are_two_segments() -> None:
    text = "```\nlet a;\n```\nThen:\n```\nlet b;\n```"

    assert [s.is_code for s in read(text).segments] == [True, False, True]


def test_an_indented_code_block_is_one_segment() -> None:
    assert [s.is_code for s in read("- So:\n  ```\n  a. b\n  ```\n- Next.").segments] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Look:\r\n```js\r\nlet a;\r\n```\r\nIt blocks.", id="Windows line ends"),
        pytest.param("Look:\n````\nlet a;\n````\nIt blocks.", id="four backticks"),
        pytest.param("Look:\n```\nlet a;\n`````\nIt blocks.", id="closed by more"),
    ],
)
def test_a_code_block_ends_where_it_is_closed(text: str) -> None:
    answer = read(text)

    assert [s.is_code for s in answer.segments] == [False, True, False]
    assert answer.quote(answer.segments[-1]) == "It blocks."


def test_code_in_backticks_within_a_line_is_not_a_block() -> None:
    assert not any(s.is_code for s in read("```let a = 1``` is it.\nIt blocks.").segments)


TRANSCRIPT = (
    "so um basically the event loop is a single thread that takes one callback at a time and the "
    "kernel watches all of the sockets for it with something like epoll and when a socket has data "
    "it puts the callback in a queue and then the loop picks it up because nothing else is running "
    "at that moment um if you do heavy work in a handler then everybody else has to wait so you "
    "should move that work to a worker thread or another process and also file access is different "
    "because that goes to the thread pool of libuv which has four threads by default but you can "
    "change that with an environment variable well and promises they run as microtasks after each "
    "callback before the loop goes on and next tick even before those so you can starve the loop "
    "with them if you are not careful and timers are only checked once per turn so they may be late"
)


def test_a_transcript_without_punctuation_is_split_into_clauses() -> None:
    said = quotes(TRANSCRIPT)

    assert len(TRANSCRIPT.split()) > 150
    assert " ".join(said) == TRANSCRIPT
    assert max(len(clause.split()) for clause in said) <= 24
    assert min(len(clause.split()) for clause in said) >= 7


def test_clauses_begin_where_a_speaker_starts_afresh() -> None:
    opened = sum(
        clause.split()[0] in {"and", "but", "so", "because", "if", "then", "um", "when", "well"}
        for clause in quotes(TRANSCRIPT)
    )

    assert opened >= len(quotes(TRANSCRIPT)) * 0.8


def test_a_stretch_without_openers_is_split_by_length_alone() -> None:
    sizes = [len(clause.split()) for clause in quotes("word " * 200)]

    assert sum(sizes) == 200
    assert max(sizes) <= 30


@pytest.mark.parametrize("count", [1, 20, 28])
def test_a_sentence_of_common_length_stays_whole(count: int) -> None:
    text = " ".join((["and", "then"] * 14)[:count])

    assert quotes(text) == [text]


def test_ten_thousand_words_give_segments_in_proportion() -> None:
    sentence = "The event loop runs callbacks one by one. "
    answer = read(sentence * 1_250, 100_000)

    assert len(answer.segments) == 1_250
    assert len(answer.windows) == 2 * 1_250 - 1
    assert {answer.quote(segment) for segment in answer.segments} == {sentence.strip()}


def test_ten_thousand_spoken_words_give_segments_in_proportion() -> None:
    once, many = quotes(TRANSCRIPT), quotes((TRANSCRIPT + " ") * 70)

    assert len(TRANSCRIPT.split()) * 70 > 10_000
    assert len(once) * 60 <= len(many) <= len(once) * 80


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            text,
            id=name,
        )
        for name, text in {
            "a row of full stops": "x" + "." * 3_000 + "x",
            "full stops and quotes": "x" + "." * 2_000 + "'" * 2_000 + "x",
            "one abbreviation after another": "a. " * 900,
        }.items()
    ]
    + [
        pytest.param("x\n" + "```\n" * 1_400, id="fences"),
        pytest.param("x" + " " * 4_000 + "x", id="spaces"),
        pytest.param("x" + "\n" * 4_000 + "x", id="empty lines"),
        pytest.param("- x y\n" * 800, id="a long list"),
        pytest.param("`" * 4_000 + "x", id="backticks"),
        pytest.param("单" * 4_000, id="no space at all"),
    ],
)
def test_no_text_takes_long_to_read(text: str) -> None:
    def took(answer: str) -> float:
        started = time.perf_counter()
        read(answer)
        return time.perf_counter() - started

    # Prose of the same length is the yardstick; where time grows with the square of the length,
    # these take some hundred times as long.
    prose = ("The loop runs callbacks one by one. " * 200)[: len(text)]
    assert min(took(text) for _ in range(3)) < 30 * min(took(prose) for _ in range(3))


@pytest.mark.parametrize("value", [None, 5, b"bytes", ["text"], {"text": 1}, True])
def test_what_is_not_text_is_refused(value: object) -> None:
    with pytest.raises(AnswerInvalid, match=f"must be text, not {type(value).__name__}"):
        read(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t\r\n ", "\u00a0\u2003\u3000", "\u200b\u200d\ufeff", " \u200f\u2060 \u00ad "],
    ids=ascii,
)
def test_an_empty_answer_is_refused(text: str) -> None:
    with pytest.raises(AnswerInvalid, match="the answer is empty"):
        read(text)


@pytest.mark.parametrize(
    "text", ["...", "?!", "-", "🎉🚀", "👩\u200d💻", "```\n```", "—", "___", "¿", "。", "\u0301"]
)
def test_an_answer_without_words_is_refused(text: str) -> None:
    with pytest.raises(AnswerInvalid, match="holds no words"):
        read(text)


@pytest.mark.parametrize("filler", ["\u3164", "\u115f", "\uffa0"], ids=ascii)
def test_an_answer_of_invisible_letters_is_refused(filler: str) -> None:
    with pytest.raises(AnswerInvalid):
        read(filler * 3)


@pytest.mark.parametrize("text", ["1. ", "b) ", "2. ?", "(c) -\n(d) -"])
def test_an_answer_of_list_markers_alone_is_refused(text: str) -> None:
    with pytest.raises(AnswerInvalid, match="holds no words"):
        read(text)


def test_an_answer_at_the_limit_is_read() -> None:
    assert read("a" * 10, 10).text == "a" * 10


def test_an_answer_over_the_limit_is_refused_with_both_lengths() -> None:
    with pytest.raises(AnswerInvalid) as caught:
        read("a" * 20_001)

    assert "has 20,001 characters; the limit is 20,000" in str(caught.value)
    assert "GRADER_MAX_ANSWER_CHARACTERS" in str(caught.value)


def test_the_limit_counts_code_points() -> None:
    assert read("🎉" * 9 + "a", 10).text

    with pytest.raises(AnswerInvalid, match="11 characters"):
        read("🎉" * 10 + "a", 10)


@given(before=texts, after=texts)
def test_a_nul_is_refused_with_its_offset(before: str, after: str) -> None:
    with pytest.raises(AnswerInvalid, match=f"NUL character at offset {len(before)};"):
        read(before + "\x00" + after)


@given(before=texts, after=texts, half=st.sampled_from("\ud800\udbff\udc00\udfff"))
def test_half_a_surrogate_pair_is_refused_with_its_offset(
    before: str, after: str, half: str
) -> None:
    with pytest.raises(AnswerInvalid, match=f"surrogate pair at offset {len(before)};"):
        read(before + half + after)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  one\n\n two\t", "one two"),
        ("ｏｎｅ　ｔｗｏ", "one two"),
        ("o\u200bn\u00ade", "one"),
        ("\ufeffone", "one"),
        ("e\u0301", "é"),
        ("ﬁle", "file"),
        ("\u200b", ""),
        ("case Stays", "case Stays"),
    ],
)
def test_text_is_compared_as_it_looks(text: str, expected: str) -> None:
    assert matchable(text) == expected


@given(answers_like)
def test_what_can_be_compared_shows_all_its_characters(text: str) -> None:
    seen = matchable(text)

    assert not any(unicodedata.category(character) == "Cf" for character in seen)
    assert seen == " ".join(seen.split())
