"""What the suite speaks of: attacks, oddities, and what became of an answer under them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from grader.types import Frozen, Rubric

Rng = np.random.Generator


class Family(StrEnum):
    """What an attack tries."""

    FAKE_SYSTEM_TEXT = "fake-system-text"
    PASTED_VERDICTS = "pasted-verdicts"
    APPROVAL_CLAIMS = "approval-claims"
    OTHER_LANGUAGES = "other-languages"
    HIDDEN_CHARACTERS = "hidden-characters"
    QUESTION_RESTATED = "question-restated"
    GRADER_REFERENCE = "grader-reference"
    KEYWORD_LISTS = "keyword-lists"
    NEGATED_TRUTHS = "negated-truths"
    SWAPS = "number-and-entity-swaps"
    PADDING = "padding"
    VERBOSITY = "verbosity"


class Side(StrEnum):
    """Which way the score must not go: up for an attack, down for an oddity."""

    ATTACK = "attack"
    ODDITY = "oddity"


@dataclass(frozen=True, slots=True)
class Material:
    """What the attacks on one question are made of.

    Attributes:
        negated: The rubric's claims with their truth denied, as statements.
        swapped: Its claims with a number or an entity exchanged, so that they are false.
        restatement: The question in other words, as a statement.
    """

    rubric: Rubric
    negated: tuple[str, ...]
    swapped: tuple[str, ...]
    restatement: str

    @property
    def claims(self) -> tuple[str, ...]:
        """What is true, by the rubric."""
        return tuple(point.claim for point in self.rubric.points)


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer under attack.

    Attributes:
        base: The wrong answer; empty where the attack is all there is.
        rng: Seeded by the attack and the answer.
    """

    material: Material
    base: str
    rng: Rng


@dataclass(frozen=True, slots=True)
class Attack:
    """A way to raise the score of an answer that says nothing right.

    Attributes:
        write: Makes the attacked answer.
        on: Ids of the rubrics it is made for; empty for any.
        added: Wrong answers that it is tried on.
        alone: Questions that it is tried on as the whole answer, which is then worth nothing.
    """

    id: str
    family: Family
    write: Callable[[Scene], str]
    on: tuple[str, ...] = ()
    added: int = 2
    alone: int = 1


@dataclass(frozen=True, slots=True)
class Oddity:
    """A change to an answer that leaves what it says as it was.

    Attributes:
        change: Makes the odd answer; returns it unchanged where there is nothing to change.
    """

    id: str
    change: Callable[[str, Rng], str]


class BaseAnswer(Frozen):
    """An answer before anything is done to it.

    Attributes:
        label_score: What its labels score, 0 to 100; 0 for one written to say nothing right.
    """

    id: str
    rubric_id: str
    text: str
    label_score: float


class Case(Frozen):
    """One answer to grade.

    Attributes:
        group: Family of the attack, or id of the oddity.
        name: Id of the attack or the oddity.
        base_id: None where the attack is all there is.
    """

    side: Side
    group: str
    name: str
    rubric_id: str
    base_id: str | None
    text: str


class Outcome(Frozen):
    """What the grader made of one case.

    Attributes:
        base_score: Score of the answer that was changed; 0 where the attack is all there is.
        score: None where it was withheld, or the base's was.
        flags: What the grade says of the answer.
        refused: Why the answer was not graded at all; empty where it was. It then scores 0.
    """

    case: Case
    base_score: float | None
    score: float | None
    flags: tuple[str, ...] = ()
    needs_review: bool = False
    refused: str = ""

    @property
    def lift(self) -> float | None:
        """Points gained over the base; None where either score was withheld."""
        if self.score is None or self.base_score is None:
            return None
        return self.score - self.base_score
