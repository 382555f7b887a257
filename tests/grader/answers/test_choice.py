from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answers import find_choices
from grader.bank import Bank
from grader.types import Kind, Option

TEXTS = {
    "a": "It cancels the other two calls.",
    "b": "The other calls go on running.",
    "c": "It waits for all of them first.",
    "d": "It tries again once more.",
}
OPTIONS = tuple(Option(id=name, text=text, correct=name == "b") for name, text in TEXTS.items())


def chosen(answer: str, options: tuple[Option, ...] = OPTIONS) -> str:
    return "".join(choice.option.id for choice in find_choices(answer, options))


BARE = {
    "B": "b",
    "b": "b",
    "b)": "b",
    "(b)": "b",
    "[B]": "b",
    "B.": "b",
    "'B'": "b",
    "**C**": "c",
    "a": "a",
    "A": "a",
    "2": "b",
    "Option B": "b",
    "Answer: a": "a",
    "letter b": "b",
    "The third option.": "c",
    "number two": "b",
    "the first": "a",
    "B?": "b",
    "A and C": "ac",
    "a and c": "ac",
    "A, C": "ac",
    "Both A and C": "ac",
    "A, B and D": "abd",
}
WITH_REASONS = {
    "Option B because the calls go on": "b",
    "option b because it does": "b",
    "B because nothing stops them.": "b",
    "B - since promises cannot be cancelled": "b",
    "B: the others run on": "b",
    "C (the others go on)": "c",
    "D. With HTTP/3 each stream is apart.": "d",
    "I'd go for (c)": "c",
    "I'd go with c": "c",
    "I'd go with answer A every time": "a",
    "I would pick D, since it is the only one that holds.": "d",
    "my answer is a": "a",
    "the answer is the second one": "b",
    "It's the last one, because of retries.": "d",
    "The correct answer is C.": "c",
    "The answer's B": "b",
    "It must be B": "b",
    "By elimination D.": "d",
    "That leaves B.": "b",
    "I believe B is right": "b",
    "B is the right one because A would need cancellation": "b",
    "B's right": "b",
    "C fits best.": "c",
    "Option A is what we do.": "a",
    "B, no doubt": "b",
    "Promises can't be cancelled.\nSo B.": "b",
    "reasoning first: nothing stops a promise.\n\nB": "b",
    "um so i'd say it's b because they keep going": "b",
    "um i think it's c cause it waits": "c",
    "yeah i'd go with a because it stops them": "a",
    "so the answer would be um c": "c",
    "b and d because those two hold": "bd",
    "B and D are correct; A and C are wrong.": "bd",
    "I'd choose options 1 and 4": "ad",
    "the second and the fourth one": "bd",
    "A is true: it does. D is true: it does. B and C false.": "ad",
    "True: A, D. False: B, C.": "ad",
    "It's A, and C as well.": "ac",
}
OTHERS_DISMISSED = {
    "not A, but C": "c",
    "It isn't A, it's C.": "c",
    "Not B. C.": "c",
    "The answer isn't A but B": "b",
    "neither A nor C, it's B": "b",
    "I wouldn't pick A; B.": "b",
    "B, not C.": "b",
    "I'd pick B over D.": "b",
    "C instead of B": "c",
    "I choose B and A is wrong": "b",
    "A is false. B is correct. C and D are nonsense.": "b",
    "A no, B yes": "b",
    "A - false, B - true, C - false, D - true": "bd",
    "I'd rule out A and D. Between B and C, I'd choose B.": "b",
    "Most people say A, but it's B.": "b",
    "A is tempting, but B is right": "b",
    "B or C? I'd say C.": "c",
    "I'd go with A and C but not D": "ac",
    "B) because the calls go on. A) is wrong, D) is too.": "b",
}
THOUGHT_AGAIN = {
    "B, no wait, D": "d",
    "B... no, actually D.": "d",
    "b no wait d": "d",
    "B. Hmm, wait, that can't be. D.": "d",
    "B — sorry, D": "d",
    "B, I mean D": "d",
    "B, make that D": "d",
    "first I thought B but it's D": "d",
    "i was going to say b but it's d": "d",
    "I'd say B. On second thoughts, D.": "d",
    "I first picked A, scratch that, C it is": "c",
    "A at first glance. Then again, C.": "c",
    "B. Wait, A would cancel... no, so D.": "d",
    "I'd have said A. Final answer: D": "d",
}
QUOTED = {
    "The other calls go on running.": "b",
    "I'd say that the other calls go on running, nobody stops them": "b",
    "Option B, the other calls go on running": "b",
    "“the OTHER calls go on running” is the true one": "b",
    "It is not true that it cancels the other two calls; the other calls go on running": "b",
    "People think it cancels the other two calls. Not so: the other calls go on running.": "b",
}
UNDECIDED = [
    "I don't know.",
    "B or D",
    "either A or C",
    "I can't decide between A and B",
    "Is it B? I don't know.",
    "Not B.",
    "A is wrong.",
    "none of them",
    "all of the above",
    "A: maybe\nB: maybe",
    "It cancels the other two calls? No.",
    "It isn't true that it cancels the other two calls.",
    "It does what option B says at first, then it stops",
    "B: it cancels the other two calls.",
]
NO_OPTION_NAMED = [
    "A lock is needed here, and a queue.",
    "A good answer would mention cancellation.",
    "I'd go with a lock.",
    "it's a matter of taste",
    "I have a",
    "i think i was wrong",
    "C++ is fast",
    "a B-tree index is used",
    "e.g. a queue, i.e. a broker",
    "the A/B test failed",
    "C# and F# are languages",
    "plan B would be a queue",
    "Service A calls service B and B waits.",
    "Client A pauses, then B gets the lock, so B writes first.",
    "The first thing to do is to wait.",
    "It's the second one that rejects.",
    "the second call fails and the first one goes on",
    "it's B's claim that holds",
    "{ a: undefined } gives nothing",
    "[1, 2] === [1, 2] gives false",
    "1,000 green runs prove nothing.",
    "A: GET 5, B: GET 5, A: SET 6, B: SET 6 -> one is lost",
    "the first one um can still change the values",
    "Answer a question with a question",
]


@pytest.mark.parametrize(
    ("answer", "wanted"),
    (BARE | WITH_REASONS | OTHERS_DISMISSED | THOUGHT_AGAIN | QUOTED).items(),
)
def test_the_options_finally_chosen_are_found(answer: str, wanted: str) -> None:
    assert chosen(answer) == wanted


@pytest.mark.parametrize("answer", UNDECIDED)
def test_an_answer_that_settles_on_none_has_no_choice(answer: str) -> None:
    assert chosen(answer) == ""


@pytest.mark.parametrize("answer", NO_OPTION_NAMED)
def test_letters_and_numbers_that_name_no_option_are_no_choice(answer: str) -> None:
    assert chosen(answer) == ""


def test_the_options_pasted_are_no_choice() -> None:
    pasted = "\n".join(f"{name.upper()}) {text}" for name, text in TEXTS.items())

    assert chosen(pasted) == ""
    assert chosen(pasted.replace("\n", " ")) == ""
    assert chosen(" ".join(TEXTS.values())) == ""
    assert chosen(pasted + "\n\nMy answer: C") == "c"


@pytest.mark.parametrize(
    ("answer", "quote"),
    [
        ("I'd go for (c), since it waits.", "(c)"),
        ("Option B because", "Option B"),
        ("B, no wait, D", "D"),
        ("the answer is the second one", "the second one"),
        ("I say the other calls go on running!", "the other calls go on running"),
    ],
)
def test_the_evidence_is_what_names_the_option(answer: str, quote: str) -> None:
    [choice] = find_choices(answer, OPTIONS)

    assert choice.evidence.quote == quote
    assert answer[choice.evidence.start : choice.evidence.end] == quote


def test_only_letters_of_options_that_exist_count() -> None:
    assert chosen("C", OPTIONS[:2]) == ""
    assert chosen("the third option", OPTIONS[:2]) == ""
    assert chosen("the last option", OPTIONS[:2]) == "b"
    assert chosen("B", OPTIONS[:1]) == ""
    assert chosen("B", ()) == ""


def test_with_nine_options_the_pronoun_is_no_letter() -> None:
    nine = tuple(Option(id=f"o-{n}", text=f"Text number {n}.", correct=n == 0) for n in range(9))

    assert chosen("I am not sure, I think so.", nine) == ""
    assert chosen("I'd go with I.", nine) == "o-8"


def test_an_option_that_holds_the_words_of_another_is_the_one_quoted() -> None:
    longer = Option(id="e", text="The other calls go on running for a minute.", correct=False)

    assert chosen("The other calls go on running for a minute", (*OPTIONS, longer)) == "e"
    assert chosen("The other calls go on running", (*OPTIONS, longer)) == "b"


def test_an_answer_of_two_words_can_be_an_option_but_not_name_one_in_passing() -> None:
    short = (
        Option(id="a", text="Promise.all", correct=False),
        Option(id="b", text="Promise.any", correct=True),
    )

    assert chosen("promise.any", short) == "b"
    assert chosen("Here promise.any rejects when all have.", short) == ""


PIECES = (
    *"ABCDabcd12 .,;:!?()\n'\"",
    *("not ", "no ", "wait ", "but ", "and ", "or ", "I'd go with ", "it's "),
    *("is right ", "is wrong ", "option ", "the second one ", *TEXTS.values()),
)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60))
def test_every_choice_quotes_the_answer_and_comes_once(answer: str) -> None:
    choices = find_choices(answer, OPTIONS)
    positions = [OPTIONS.index(choice.option) for choice in choices]

    assert positions == sorted(set(positions))
    for choice in choices:
        span = choice.evidence
        assert answer[span.start : span.end] == span.quote != ""


@given(st.sampled_from(sorted((WITH_REASONS | OTHERS_DISMISSED).items())), st.permutations(OPTIONS))
def test_letters_go_by_position_whatever_the_ids(
    case: tuple[str, str], options: list[Option]
) -> None:
    answer, wanted = case
    named = {option.id: "abcd"[place] for place, option in enumerate(options)}
    if not any(text.casefold().rstrip(".") in answer.casefold() for text in TEXTS.values()):
        found = find_choices(answer, options)
        assert "".join(sorted(named[choice.option.id] for choice in found)) == wanted


def of_the_bank(real_bank: Bank) -> dict[str, list[Any]]:
    kinds: dict[str, list[Any]] = {"choice": [], "other": []}
    for rubric in real_bank:
        kinds["choice" if rubric.kind is Kind.MULTIPLE_CHOICE else "other"].append(rubric)
    return kinds


def test_prose_that_answers_no_multiple_choice_question_holds_no_choice(real_bank: Bank) -> None:
    rubrics = of_the_bank(real_bank)["other"]
    prose = [rubric.reference_answer for rubric in rubrics]
    prose += [example.answer for rubric in rubrics for example in rubric.examples]
    prose += [phrase for r in rubrics for p in r.points for phrase in (*p.accept, *p.reject)]

    assert len(prose) > 1000
    assert [(text, chosen(text)) for text in prose if chosen(text)] == []


def test_the_phrasings_of_multiple_choice_questions_hold_no_choice(real_bank: Bank) -> None:
    found = [
        (rubric.id, text)
        for rubric in of_the_bank(real_bank)["choice"]
        for text in [
            rubric.question,
            rubric.reference_answer,
            *(phrase for p in rubric.points for phrase in (p.claim, *p.accept, *p.reject)),
            *(phrase for m in rubric.mistakes for phrase in (m.claim, m.correction)),
        ]
        if find_choices(text, rubric.options)
    ]

    assert found == []


def test_the_choices_in_worked_examples_are_read_as_they_are_labelled(real_bank: Bank) -> None:
    for rubric in of_the_bank(real_bank)["choice"]:
        for example in rubric.examples:
            labelled = {p for p, verdict in example.points.items() if verdict == "covered"}
            labelled |= {mistake for mistake, made in example.mistakes.items() if made}
            ids = {option.id for option in rubric.options}
            found = {choice.option.id for choice in find_choices(example.answer, rubric.options)}

            assert found == labelled & ids, example.answer
