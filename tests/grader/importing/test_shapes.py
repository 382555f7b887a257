"""Small guides, each with one difficulty."""

from __future__ import annotations

from typing import Any

from grader.importing import Shape, extract, parse_guide
from grader.types import Level
from tests.grader.importing.helpers import contents, drafts_of


def found(text: str, name: str = "guide.md") -> list[dict[str, Any]]:
    return [contents(draft) for draft in drafts_of(text, name)]


def skipped(text: str, name: str = "guide.md") -> dict[str, str]:
    return {skip.text: skip.reason for skip in extract(parse_guide(text.encode(), name)).skips}


def test_an_introduction_is_neither_an_answer_nor_part_of_the_question_before() -> None:
    text = (
        "# Guide\n\n## Caching (1 Question)\n\nThese questions take ten minutes.\n\n"
        "Q: What is cache-aside?\nA: The application fills the cache itself.\n\n"
        "## Databases\n\nA short introduction follows here.\n\n"
        "Q: What is an index?\nA: A sorted structure that finds rows without a scan.\n"
    )
    assert [draft["question"] for draft in found(text)] == [
        "What is cache-aside?",
        "What is an index?",
    ]
    reasons = skipped(text)
    assert reasons["These questions take ten minutes."] == "outside any question"
    assert reasons["A short introduction follows here."] == "outside any question"


def test_a_heading_inside_an_answer_stays_inside() -> None:
    text = (
        "## 1. What is the GIL?\n\nOne thread runs bytecode at a time.\n\n### Details\n\n"
        "Reference counts are protected from races.\n\n## 2. Explain decorators\n\n"
        "A decorator wraps a function in another function.\n"
    )
    first, second = drafts_of(text, "guide.md")
    assert [block.text for block in first.answer] == [
        "One thread runs bytecode at a time.",
        "Details",
        "Reference counts are protected from races.",
    ]
    assert second.question is not None
    assert second.question.text == "Explain decorators"


def test_a_numbered_question_without_its_text_is_missing_not_invented() -> None:
    text = (
        "Question 1\nAnswer: An index finds rows without reading the table.\n\n"
        "Question 2\nAnswer: A transaction takes effect as a whole or not at all.\n"
    )
    drafts = drafts_of(text, "guide.txt")
    assert [draft.question for draft in drafts] == [None, None]
    assert all(draft.answer for draft in drafts)


def test_the_number_of_answers_is_held_against_the_heading() -> None:
    text = (
        "# Queues (3 Questions)\n\nA queue holds messages until somebody takes them.\n\n"
        "A broker delivers every message at least once.\n"
    )
    notes = extract(parse_guide(text.encode(), "guide.md")).notes
    assert notes == ("guide.md:1: the heading says 3 questions, 2 were found",)


def test_questions_that_only_a_question_mark_tells() -> None:
    text = (
        "Docker FAQ\n\nWhat is a layer?\nThe changes that one instruction makes to the files.\n\n"
        "Why are images cached?\nUnchanged instructions need not run a second time.\n"
    )
    assert [draft["question"] for draft in found(text, "guide.txt")] == [
        "What is a layer?",
        "Why are images cached?",
    ]


def test_a_table_of_questions_is_read_row_by_row() -> None:
    text = (
        "# Redis\n\n| Question | Answer |\n|---|---|\n"
        "| What is AOF? | The append-only file logs every write. |\n"
        "| What is RDB? | A snapshot of the data at one point in time. |\n"
    )
    assert [draft["question"] for draft in found(text)] == ["What is AOF?", "What is RDB?"]
    assert skipped(text)["Question | Answer"] == "table header"


def test_a_table_of_mistakes_gives_corrections() -> None:
    text = (
        "Q: How do you retry?\nA: With a growing delay between the attempts.\n\n"
        "**Common Mistakes:**\n\n| Mistake | Instead |\n|---|---|\n| Retrying at once | Back off |\n"
    )
    (draft,) = drafts_of(text, "guide.md")
    (mistake,) = draft.mistakes
    assert mistake.claim.text == "Retrying at once"
    assert mistake.correction is not None
    assert mistake.correction.text == "Back off"


def test_corrections_stand_behind_an_arrow_or_below() -> None:
    text = (
        "Q: How do you retry?\nA: With a growing delay.\n\nCommon Mistakes:\n"
        "- Retrying at once → back off exponentially\n"
        "- Retrying for ever\n  - Instead: give up after a deadline\n"
        "- Retrying everything; instead, retry what is idempotent\n"
    )
    (draft,) = drafts_of(text, "guide.md")
    assert [(m.claim.text, m.correction and m.correction.text) for m in draft.mistakes] == [
        ("Retrying at once", "back off exponentially"),
        ("Retrying for ever", "give up after a deadline"),
        ("Retrying everything", "retry what is idempotent"),
    ]


def test_nested_bullets_are_points_or_examples_of_one() -> None:
    text = (
        "Q: How do you scale?\nA: Scale out.\n\nKey Points:\n"
        "1. Stateless services scale out easily.\n"
        "   - Sessions live in a shared store\n"
        "   - Files live in object storage\n"
        "2. Databases:\n   - replicas for reads\n   - shards for writes\n"
    )
    assert found(text)[0]["points"] == [
        "Stateless services scale out easily.",
        "Sessions live in a shared store",
        "Files live in object storage",
        "Databases: replicas for reads, shards for writes",
    ]


def test_an_answer_to_a_follow_up_is_kept_beside_it() -> None:
    text = (
        "Q: How do you scale?\nA: Scale out.\n\nFollow-up Questions:\n"
        "- What about state?\n  - Put it into a shared store\n- What about files?\n"
    )
    (draft,) = drafts_of(text, "guide.md")
    first, second = draft.follow_ups
    assert first.expected is not None
    assert first.expected.text == "Put it into a shared store"
    assert second.expected is None


def test_everything_on_one_line() -> None:
    text = (
        "Q1: What is TLS? A: A protocol that encrypts a connection. "
        "Key Points: certificates prove identity; keys are negotiated per session\n"
    )
    assert found(text, "guide.txt") == [
        {
            "question": "What is TLS?",
            "points": ["Certificates prove identity", "Keys are negotiated per session"],
        }
    ]


def test_a_dialogue_is_a_draft_for_each_question() -> None:
    text = (
        "Mock Interview 1: Queue design\nLevel: Mid\nSetup: You run a shop.\n"
        "Interviewer: How do you avoid losing orders?\n"
        "Candidate: I write the order and an outbox row in one transaction.\n"
        "Interviewer: And duplicates?\nCandidate: Consumers keep the ids they have processed.\n"
    )
    drafts = drafts_of(text, "guide.txt")
    assert [draft.question.text for draft in drafts if draft.question] == [
        "How do you avoid losing orders?",
        "And duplicates?",
    ]
    for draft in drafts:
        assert draft.shape is Shape.INTERVIEW
        assert draft.level is not None
        assert draft.level[0] is Level.MID
        assert [c.passage.text for c in draft.context if c.label == "setup"] == ["You run a shop."]


def test_an_explanation_that_begins_with_an_article_is_not_option_a() -> None:
    text = (
        "Question 1\nWhich command shows running containers?\nA. docker ps\nB. docker images\n"
        "C. docker logs\nCorrect Answer: A\n"
        "Explanation: A container that runs is listed by docker ps.\n"
    )
    (draft,) = drafts_of(text, "guide.txt")
    assert [option.correct for option in draft.options] == [True, False, False]
    assert draft.options[0].explanation is not None
    assert draft.options[0].explanation.text.startswith("A container")


def test_the_correct_option_may_be_named_by_its_text_or_ticked() -> None:
    by_text = "1. Which is a verb?\nA) PUT\nB) HTTP\nAnswer: PUT\n"
    ticked = "1. Which is a verb?\nA) PUT ✅\nB) HTTP\nAnswer: see above\n"
    for text in (by_text, ticked):
        (draft,) = drafts_of(text, "guide.txt")
        assert [option.correct for option in draft.options] == [True, False]


def test_an_advertisement_between_bullets_does_not_end_the_list() -> None:
    text = (
        "Q: What is X?\nA: It is used in our systems.\n\nKey Points:\n"
        "- The first is about reliability\nAdvertisement\n- The second is about the cost\n"
    )
    assert found(text)[0]["points"] == [
        "The first is about reliability",
        "The second is about the cost",
    ]
    assert skipped(text)["Advertisement"] == "advertisement"


def test_a_question_exported_twice_is_drafted_once() -> None:
    block = "Q: What is X?\nA: It is a thing that we use.\n\nKey Points:\n- It is useful to all\n\n"
    text = block + block
    assert len(found(text)) == 1
    assert any(reason.startswith("repeats guide.md:1") for reason in skipped(text).values())


def test_a_question_without_an_answer_has_no_points() -> None:
    (draft,) = found("1. What is REST?\n", "guide.txt")
    assert draft == {"question": "What is REST?"}
