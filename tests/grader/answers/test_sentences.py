"""Where sentences end, in any script."""

from __future__ import annotations

import pytest

from tests.grader.answers.reading import quotes, read


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


def test_a_sentence_ends_before_a_capital_that_only_a_beginning_explains() -> None:
    answer = read("Each part goes live then the next The old one is switched off after that")

    assert [answer.quote(segment) for segment in answer.segments] == [
        "Each part goes live then the next",
        "The old one is switched off after that",
    ]


@pytest.mark.parametrize(
    "text", ["We use Node.js and Redis there.", "In plan A we wait for PostgreSQL."]
)
def test_a_name_begins_no_sentence(text: str) -> None:
    assert len(read(text).segments) == 1
