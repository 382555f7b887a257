"""What an interview is to ask, settled before it begins."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

from pydantic import Field

from grader.bank import Bank, InterviewPolicy, InterviewScript, QuestionOrder
from grader.interviewing._errors import NothingToAsk
from grader.types import Frozen, Kind, Level, Rubric, RubricRef, Slug

# Minutes for an answer with its follow-ups, as the bank's scripts plan them.
_MINUTES = {
    Kind.MULTIPLE_CHOICE: 6,
    Kind.BEHAVIOURAL: 8,
    Kind.INCIDENT: 10,
    Kind.SYSTEM_DESIGN: 14,
}
_TECHNICAL_MINUTES = 8

_MOST_LISTED = 8

Minutes = Annotated[int, Field(ge=1, le=240)]


class PlannedQuestion(Frozen):
    """A question that may be asked.

    Attributes:
        rubric: The version it is graded under, whatever the bank publishes meanwhile.
        topic: The first of its topics, by which coverage is counted.
        minutes: Time for the answer and its follow-ups.
        transition: Words that lead over to it; may be empty.
        max_follow_ups: At most so many follow-ups.
    """

    rubric: RubricRef
    level: Level
    topic: str
    minutes: Minutes
    transition: str = ""
    max_follow_ups: int


class InterviewPlan(Frozen):
    """What is fixed before the first question.

    Attributes:
        script: Id and version of the script, as in `mid 1.0.0`; empty where a filter chose.
        level: What the interview is for; an adaptive one starts here.
        minutes: Time for questions and answers, without opening and closing.
        questions: In order; where the order is adaptive, what to choose from.
        seed: Decides between questions that are equally good.
    """

    title: str
    script: str = ""
    level: Level
    minutes: Minutes
    opening: str = ""
    closing: str = ""
    questions: Annotated[tuple[PlannedQuestion, ...], Field(min_length=1)]
    policy: InterviewPolicy = InterviewPolicy()
    seed: int = 0


class InterviewFilter(Frozen):
    """What to choose questions by.

    Attributes:
        topics: Questions must have one of these; none for all topics.
        levels: And one of these; none for all. The middle one is where the interview starts.
        minutes: Time for questions and answers.
    """

    topics: tuple[Slug, ...] = ()
    levels: tuple[Level, ...] = ()
    minutes: Minutes = 30


def plan_from_script(script: InterviewScript, bank: Bank, *, seed: int = 0) -> InterviewPlan:
    """Plan an interview as a script has it, with the rubrics' current versions."""
    questions = tuple(
        _planned(
            bank.get(asked.rubric),
            minutes=asked.minutes,
            transition=asked.transition,
            max_follow_ups=script.follow_ups_for(asked),
        )
        for asked in script.questions
    )
    return InterviewPlan(
        title=script.title,
        script=f"{script.id} {script.version}",
        level=script.level,
        minutes=sum(question.minutes for question in questions),
        opening=script.opening.say,
        closing=script.closing.say,
        questions=questions,
        policy=script.policy,
        seed=seed,
    )


def plan_from_filter(
    wanted: InterviewFilter,
    bank: Bank,
    *,
    policy: InterviewPolicy | None = None,
    seed: int = 0,
) -> InterviewPlan:
    """Plan an interview on some topics and levels.

    Args:
        wanted: Which questions, and how much time.
        bank: Where they come from.
        policy: An adaptive one by default, which chooses while the interview goes on. With a
            scripted order the questions are chosen here, spread over topics, within the time.
        seed: The same seed, filter and bank give the same plan.

    Raises:
        NothingToAsk: No question fits; says what there is.
    """
    policy = policy or InterviewPolicy(order=QuestionOrder.ADAPTIVE)
    fitting = [rubric for rubric in bank if _fits(rubric, wanted)]
    if not fitting:
        raise NothingToAsk(_nothing(wanted, bank))
    pool = [_planned(rubric, max_follow_ups=policy.max_follow_ups) for rubric in fitting]
    if all(question.minutes > wanted.minutes for question in pool):
        shortest = min(question.minutes for question in pool)
        raise NothingToAsk(
            f"{wanted.minutes} minutes are too few for any of these questions; "
            f"the shortest takes {shortest}"
        )
    if policy.order is QuestionOrder.SCRIPTED:
        pool = _spread(pool, wanted.minutes, seed)
    return InterviewPlan(
        title=_title(wanted),
        level=_start(wanted.levels),
        minutes=wanted.minutes,
        questions=tuple(pool),
        policy=policy,
        seed=seed,
    )


def tie_break(seed: int, rubric_id: str) -> str:
    """Rank questions that are equally good: arbitrary, and the same on every machine."""
    return hashlib.sha256(f"{seed}:{rubric_id}".encode()).hexdigest()


def _planned(
    rubric: Rubric, *, max_follow_ups: int, minutes: int | None = None, transition: str = ""
) -> PlannedQuestion:
    return PlannedQuestion(
        rubric=RubricRef(
            id=rubric.id,
            version=rubric.version,
            sha256=rubric.sha256,
            structure_sha256=rubric.structure_sha256,
        ),
        level=rubric.level,
        topic=next(iter(rubric.topics), "general"),
        minutes=minutes or _MINUTES.get(rubric.kind, _TECHNICAL_MINUTES),
        transition=transition,
        max_follow_ups=max_follow_ups,
    )


def _fits(rubric: Rubric, wanted: InterviewFilter) -> bool:
    on_topic = not wanted.topics or not set(wanted.topics).isdisjoint(rubric.topics)
    return on_topic and (not wanted.levels or rubric.level in wanted.levels)


def _spread(pool: Collection[PlannedQuestion], minutes: int, seed: int) -> list[PlannedQuestion]:
    """Take a question of each topic in turn, as long as there is time."""
    chosen: list[PlannedQuestion] = []
    left = sorted(pool, key=lambda question: tie_break(seed, question.rubric.id))
    while True:
        spent = sum(question.minutes for question in chosen)
        asked = [question.topic for question in chosen]
        fitting = [q for q in left if q not in chosen and spent + q.minutes <= minutes]
        if not fitting:
            return chosen
        chosen.append(min(fitting, key=lambda question: asked.count(question.topic)))


def _start(levels: Iterable[Level]) -> Level:
    ranked = [level for level in Level if level in set(levels)] or [Level.MID]
    return ranked[(len(ranked) - 1) // 2]


def _title(wanted: InterviewFilter) -> str:
    about = ", ".join(wanted.topics) or "all topics"
    levels = f", {' or '.join(wanted.levels)}" if wanted.levels else ""
    return f"Interview on {about}{levels}"


def _nothing(wanted: InterviewFilter, bank: Bank) -> str:
    known = {topic for rubric in bank for topic in rubric.topics}
    unknown = [topic for topic in wanted.topics if topic not in known]
    if unknown:
        return f"no question is on {_listed(unknown)}; there are topics such as {_listed(_common(bank))}"
    on_topic = [
        rubric for rubric in bank if _fits(rubric, wanted.model_copy(update={"levels": ()}))
    ]
    levels = [level for level in Level if any(rubric.level is level for rubric in on_topic)]
    where = f" on {_listed(wanted.topics)}" if wanted.topics else ""
    found = f"there are some for {_listed(levels)}" if levels else "the bank is empty"
    return f"no question{where} is for level {_listed(wanted.levels)}; {found}"


def _common(bank: Bank) -> list[str]:
    first = [rubric.topics[0] for rubric in bank if rubric.topics]
    return sorted(set(first), key=lambda topic: (-first.count(topic), topic))[:_MOST_LISTED]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
