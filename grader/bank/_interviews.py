"""Interview scripts: which questions to ask in which order, with what words and how much time.

A script is a YAML file in the folder `interviews/` of the bank. It says nothing of how answers are
judged; it names rubrics, always in their current version.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictBool, ValidationError

from grader.bank._bank import Bank
from grader.bank._schema_errors import describe, explain, innermost
from grader.bank._yaml import LocatedDocument, read_document, render_path
from grader.bank._yaml import Path as FieldPath
from grader.errors import BadInput, Problem, RubricInvalid, RubricNotFound
from grader.types import FollowUpStyle, Frozen, Level, OptionalText, SemVer, Slug, Text

INTERVIEWS = "interviews"

Minutes = Annotated[int, Field(ge=1, le=240, strict=True)]
FollowUps = Annotated[int, Field(ge=0, le=10, strict=True)]
Percent = Annotated[int, Field(ge=0, le=100, strict=True)]

# How far a question's level may lie below and above that of the interview.
_EASIER, _HARDER = 2, 1


class InterviewInvalid(RubricInvalid):
    """An interview script that does not follow the format; carries every problem found."""

    code = "interview_invalid"


class InterviewNotFound(BadInput):
    """No such interview script."""

    code: ClassVar[str] = "interview_not_found"


class QuestionOrder(StrEnum):
    """How the next question is found: as the list has them, or by what is still unknown."""

    SCRIPTED = "scripted"
    ADAPTIVE = "adaptive"


class InterviewPolicy(Frozen):
    """How the interviewer goes on after an answer.

    Attributes:
        max_follow_ups: At most so many follow-ups to one question.
        hint_escalation: Whether a follow-up may help more than the one before it: first a pump,
            then a hint, then a prompt for the one fact.
        stop_when_covered: Whether to go on to the next question as soon as every point is covered
            and no mistake stands, even if there is time left.
        order: `scripted` asks the questions as they are listed; `adaptive` takes, of those that
            fit the time left, one on the topic asked about least, then the one nearest to the
            level that the answers so far speak for.
        help: Styles of follow-up that help: a point first reached after one of these was put to
            it, or a mistake taken back after one, is credited to the prompted score alone.
        raise_level_at: An adaptive interview goes one level up after a question whose unprompted
            score is at least this.
        lower_level_at: And one level down after a score of at most this; below `raise_level_at`.
    """

    max_follow_ups: FollowUps = 2
    hint_escalation: StrictBool = True
    stop_when_covered: StrictBool = True
    order: QuestionOrder = QuestionOrder.SCRIPTED
    help: tuple[FollowUpStyle, ...] = (FollowUpStyle.HINT, FollowUpStyle.PROMPT)
    raise_level_at: Percent = 75
    lower_level_at: Percent = 40


class SpokenPart(Frozen):
    """What the interviewer says outside the questions, and how long that part takes."""

    say: Text
    minutes: Minutes


class ScriptedQuestion(Frozen):
    """One question of a script.

    Attributes:
        rubric: Id of the rubric whose question is asked.
        minutes: Time for the answer and its follow-ups.
        transition: Words that lead over from the question before; may be empty.
        max_follow_ups: For this question instead of what the policy says; None leaves it at that.
    """

    rubric: Slug
    minutes: Minutes
    transition: OptionalText = ""
    max_follow_ups: FollowUps | None = None


class InterviewScript(Frozen):
    """A whole interview.

    Attributes:
        minutes: The whole meeting; its parts add up to it.
        setup: What the interviewer has to know beforehand; not read out.
        opening: Welcome and explanation.
        questions: In the order in which they are asked.
        closing: Time for the candidate's questions, thanks and farewell.
    """

    id: Slug
    version: SemVer
    title: Text
    level: Level
    minutes: Minutes
    setup: Text
    opening: SpokenPart
    questions: Annotated[tuple[ScriptedQuestion, ...], Field(min_length=1)]
    closing: SpokenPart
    policy: InterviewPolicy = InterviewPolicy()

    @property
    def planned_minutes(self) -> int:
        """Sum over opening, questions and closing."""
        asking = sum(question.minutes for question in self.questions)
        return self.opening.minutes + asking + self.closing.minutes

    def follow_ups_for(self, question: ScriptedQuestion) -> int:
        """Return how many follow-ups may be put to one question."""
        if question.max_follow_ups is not None:
            return question.max_follow_ups
        return self.policy.max_follow_ups


def load_interview(path: Path, bank: Bank) -> InterviewScript:
    """Read one script and check it against the bank.

    Raises:
        InterviewInvalid: The file cannot be read, breaks the format, names a rubric that is not in
            the bank, not published or of a level too far off, or its times do not add up. Each
            problem has its line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}"
        raise InterviewInvalid([Problem("", message, str(path), 1)]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise InterviewInvalid([Problem("", message, str(path))]) from None
    document = read_document(text, str(path))
    problems = list(document.problems)
    if document.data is not None or not problems:
        script, found = _validate(document.data, path.stem, bank)
        problems += [_placed(where, message, document, path) for where, message in found]
        if script is not None and not problems:
            return script
    raise InterviewInvalid(sorted(problems, key=lambda problem: problem.line))


def load_interviews(folder: Path, bank: Bank) -> tuple[InterviewScript, ...]:
    """Read every script of a folder, by level and then by id; none if there is no such folder.

    Raises:
        InterviewInvalid: Something is wrong in some script; carries all problems of all files.
    """
    scripts, problems = read_interviews(folder, bank)
    if problems:
        raise InterviewInvalid(problems)
    return scripts


def read_interviews(
    folder: Path, bank: Bank
) -> tuple[tuple[InterviewScript, ...], tuple[Problem, ...]]:
    """Read what can be read of a folder of scripts, and say what cannot."""
    scripts: list[InterviewScript] = []
    problems: list[Problem] = []
    for path in interview_files(folder):
        try:
            scripts.append(load_interview(path, bank))
        except InterviewInvalid as error:
            problems += error.problems
    levels = list(Level)
    ranked = sorted(scripts, key=lambda script: (levels.index(script.level), script.id))
    return tuple(ranked), tuple(problems)


def find_interview(name: str, scripts: Iterable[InterviewScript]) -> InterviewScript:
    """Find a script by its id.

    Raises:
        InterviewNotFound: There is none; says what there is.
    """
    known = {script.id: script for script in scripts}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known) or 'none'}"
        raise InterviewNotFound(f"there is no interview script '{name[:80]}'; {hint}")
    return known[name]


def interview_files(folder: Path) -> list[Path]:
    """List the script files of a folder in a stable order."""
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


_Found = tuple[FieldPath, str]


def _validate(data: Any, name: str, bank: Bank) -> tuple[InterviewScript | None, list[_Found]]:
    if not isinstance(data, dict):
        message = f"an interview script is a mapping that begins with 'id:', not {describe(data)}"
        return None, [((), message)]
    try:
        script = InterviewScript.model_validate(data)
    except ValidationError as error:
        details = innermost(error.errors())
        found = [(detail["loc"], explain(detail, InterviewScript)) for detail in details]
        wrong = {where for where, _ in found}
        return None, found + [f for f in _unusable_rubrics(data, bank) if f[0] not in wrong]
    return script, [
        *_misnamed(script, name),
        *_unbalanced_times(script),
        *_crossed_levels(script.policy),
        *_unusable_rubrics(data, bank),
        *_unfit_levels(script, bank),
    ]


def _unusable_rubrics(data: dict[str, Any], bank: Bank) -> Iterator[_Found]:
    """Look at raw data, so that these problems are reported together with the schema's."""
    first: dict[str, int] = {}
    questions = data.get("questions")
    for index, question in enumerate(questions if isinstance(questions, list) else ()):
        rubric_id = question.get("rubric") if isinstance(question, dict) else None
        if not isinstance(rubric_id, str):
            continue
        where = ("questions", index, "rubric")
        if rubric_id in first:
            yield where, f"'{rubric_id}' is already asked in questions[{first[rubric_id]}]"
            continue
        first[rubric_id] = index
        try:
            bank.get(rubric_id)
        except RubricNotFound as error:
            yield where, str(error)


def _unfit_levels(script: InterviewScript, bank: Bank) -> Iterator[_Found]:
    levels = list(Level)
    own = levels.index(script.level)
    fitting = levels[max(0, own - _EASIER) : own + _HARDER + 1]
    for index, question in enumerate(script.questions):
        try:
            level = bank.get(question.rubric).level
        except RubricNotFound:
            continue
        if level not in fitting:
            message = (
                f"'{question.rubric}' is a question for level {level}; an interview for level "
                f"{script.level} can ask those for {', '.join(fitting)}"
            )
            yield ("questions", index, "rubric"), message


def _misnamed(script: InterviewScript, name: str) -> Iterator[_Found]:
    if script.id != name:
        yield ("id",), f"'{script.id}' is in a file called '{name}'; name the file after the id"


def _unbalanced_times(script: InterviewScript) -> Iterator[_Found]:
    if script.planned_minutes != script.minutes:
        message = (
            f"opening, questions and closing take {script.planned_minutes} minutes in all, "
            f"not {script.minutes}"
        )
        yield ("minutes",), message


def _crossed_levels(policy: InterviewPolicy) -> Iterator[_Found]:
    if policy.lower_level_at >= policy.raise_level_at:
        message = f"must be below raise_level_at, which is {policy.raise_level_at}"
        yield ("policy", "lower_level_at"), message


def _placed(where: FieldPath, message: str, document: LocatedDocument, file: Path) -> Problem:
    return Problem(render_path(where), message, str(file), document.line(where))
