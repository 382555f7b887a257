"""The shapes of guides: one module for each, to tell where its questions begin and to read them."""

from collections.abc import Callable, Sequence

from grader.importing._drafts import Shape
from grader.importing.shapes import (
    _advice,
    _answers_only,
    _choice,
    _interview,
    _labelled,
    _numbered,
)
from grader.importing.shapes._scan import Scan

# In this order: a multiple-choice question may also be labelled or numbered.
OPENERS: Sequence[tuple[Shape, Callable[[Scan], bool]]] = (
    (Shape.CHOICE, _choice.opens),
    (Shape.INTERVIEW, _interview.opens),
    (Shape.LABELLED, _labelled.opens),
    (Shape.NUMBERED, _numbered.opens),
)

OUTSIDE = _answers_only.OUTSIDE
has_answers = _answers_only.has_answers
has_own_answer = _interview.has_own_answer
is_choice = _choice.is_choice
is_scenario = _interview.is_scenario
read_advice = _advice.read
read_answers = _answers_only.read
read_choice = _choice.read
read_labelled = _labelled.read
read_turn = _interview.read
scenario_context = _interview.scenario_context
scenario_level = _interview.scenario_level

__all__ = [
    "OPENERS",
    "OUTSIDE",
    "Scan",
    "has_answers",
    "has_own_answer",
    "is_choice",
    "is_scenario",
    "read_advice",
    "read_answers",
    "read_choice",
    "read_labelled",
    "read_turn",
    "scenario_context",
    "scenario_level",
]
