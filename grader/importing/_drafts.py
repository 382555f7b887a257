"""What an import makes of a guide: drafts of rubrics, every field with the lines it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from grader.importing._blocks import Block
from grader.importing._document import Sources
from grader.types import Kind, Level, Severity


class Shape(StrEnum):
    """The shapes that guides have."""

    LABELLED = "questions and answers"
    NUMBERED = "numbered questions"
    INTERVIEW = "mock interview"
    CHOICE = "multiple choice"
    ANSWERS_ONLY = "answers without questions"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a guide, ready for a field.

    Attributes:
        text: On one line, as in the guide.
        sources: The lines it came from.
        drafted: Whether the importer made it, out of text that the guide did not label as such.
        note: What was done to it, for the person who finishes the draft.
    """

    text: str
    sources: Sources
    drafted: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class DraftMistake:
    """A common mistake or a red flag."""

    claim: Passage
    severity: Severity
    correction: Passage | None = None


@dataclass(frozen=True, slots=True)
class DraftFollowUp:
    """A follow-up question.

    Attributes:
        expected: What the guide expects to hear, if it says so.
        targets: Positions in the draft's points, then its mistakes, nearest first.
    """

    ask: Passage
    expected: Passage | None = None
    targets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftOption:
    """One choice, under its letter in small."""

    letter: str
    text: Passage
    correct: bool
    explanation: Passage | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Text that explains a draft and has no field of its own: a setup, learnings, a time limit."""

    label: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class Draft:
    """One question of a guide, as far as the guide gives it.

    Attributes:
        topics: Headings above it, outermost first.
        title: A name of the question that is not the question itself.
        question: None if the guide lost it.
        level: With the words it was read from.
        answer: Blocks of the answer, in order.
        is_advice: Whether the guide says how to answer rather than what.
        choices: Points that choosing a correct option covers, one for each such option.
        points: The other points.
        candidates: Sentences of the answer that may become points where the guide lists none.
        marks: Lines that tell which options are correct.
    """

    shape: Shape
    topics: tuple[Passage, ...] = ()
    title: Passage | None = None
    question: Passage | None = None
    kind: Kind = Kind.TECHNICAL
    level: tuple[Level, Passage] | None = None
    answer: tuple[Block, ...] = ()
    is_advice: bool = False
    choices: tuple[Passage, ...] = ()
    points: tuple[Passage, ...] = ()
    candidates: tuple[Passage, ...] = ()
    mistakes: tuple[DraftMistake, ...] = ()
    follow_ups: tuple[DraftFollowUp, ...] = ()
    options: tuple[DraftOption, ...] = ()
    marks: tuple[Passage, ...] = ()
    context: tuple[Context, ...] = ()

    @property
    def all_points(self) -> tuple[Passage, ...]:
        """Points in the order of the rubric: choices first."""
        return (*self.choices, *self.points)

    @property
    def is_complete(self) -> bool:
        """Whether it has what a rubric must have to load: a question and a point."""
        return self.question is not None and bool(self.all_points)

    def fields(self) -> Iterator[tuple[str, Passage]]:
        """Yield every text of the draft with the path of its field, as in `points[2].claim`."""
        single = (("question", self.question), ("title", self.title))
        yield from ((name, passage) for name, passage in single if passage)
        if self.level:
            yield "level", self.level[1]
        yield from (("topics", topic) for topic in self.topics)
        for block in self.answer:
            yield "reference_answer", Passage(block.text, block.sources)
        for at, point in enumerate(self.all_points):
            yield f"points[{at}].claim", point
        for at, mistake in enumerate(self.mistakes):
            yield from _named(f"mistakes[{at}]", claim=mistake.claim, correction=mistake.correction)
        for at, follow_up in enumerate(self.follow_ups):
            expected = follow_up.expected
            yield from _named(f"follow_ups[{at}]", ask=follow_up.ask, expected=expected)
        for at, option in enumerate(self.options):
            yield from _named(f"options[{at}]", text=option.text, explanation=option.explanation)
        yield from (("options.correct", mark) for mark in self.marks)
        yield from ((context.label, context.passage) for context in self.context)


def _named(where: str, **passages: Passage | None) -> Iterator[tuple[str, Passage]]:
    return ((f"{where}.{name}", one) for name, one in passages.items() if one)
