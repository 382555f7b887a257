"""What an interview comes to, for whoever decides and, with less in it, for the candidate."""

from __future__ import annotations

from grader.interviewing._pooling import TurnEvidence
from grader.interviewing._state import (
    CloseReason,
    FinishReason,
)
from grader.spoken import Delivery
from grader.types import Band, Frozen, Level, Passage, Verdict


class Strength(Frozen):
    """A point that the candidate made, in their own words.

    Attributes:
        claim: None where it was made in part and the reader is not to see the rest.
        verdict: `covered` or `partial`.
        prompted: Whether some of it came only after a follow-up that helps.
    """

    point: str
    claim: str | None
    verdict: Verdict
    prompted: bool
    quotes: tuple[TurnEvidence, ...]


class GapReport(Frozen):
    """A point not covered.

    Attributes:
        claim: None where the reader is not to see what was not reached.
        verdict: `partial`, `missing` or `contradicted`.
        passage: The part of the reference answer to read; None likewise, or where there is none.
        quotes: What the candidate said instead, or in part.
    """

    point: str | None
    claim: str | None
    weight: float
    verdict: Verdict
    passage: Passage | None = None
    quotes: tuple[TurnEvidence, ...] = ()


class MistakeReport(Frozen):
    """A mistake that the candidate made.

    Attributes:
        corrected: Whether the candidate took it back later.
        prompted: Whether that came only after a follow-up that helps.
    """

    mistake: str
    claim: str
    correction: str
    corrected: bool
    prompted: bool
    quotes: tuple[TurnEvidence, ...]
    correction_quotes: tuple[TurnEvidence, ...] = ()


class QuestionReport(Frozen):
    """One question that was asked.

    Attributes:
        answered: Whether the candidate answered it, or passed.
        unprompted: Score without what came only with help; None when withheld.
        prompted: Score with it; None when withheld.
        interval: Where `prompted` lies with 90 % probability.
        seconds: How long the candidate had it, judging and pauses left out.
        follow_ups: How many were asked, and how many of them helped.
        not_judged: Why there is no score, or which points it is not known of; empty else.
        review_reasons: Why a person should look at this question.
    """

    number: int
    rubric_id: str
    question: str
    topic: str
    level: Level
    reason: CloseReason | None
    seconds: float
    answered: bool
    unprompted: float | None
    prompted: float | None
    band: Band | None
    interval: tuple[float, float] | None
    follow_ups: int
    hints: int
    strengths: tuple[Strength, ...] = ()
    gaps: tuple[GapReport, ...] = ()
    mistakes: tuple[MistakeReport, ...] = ()
    not_judged: tuple[str, ...] = ()
    review_reasons: tuple[str, ...] = ()


class GroupReport(Frozen):
    """The questions of one topic or level; scores are None where one of them has none."""

    name: str
    questions: int
    unprompted: float | None
    prompted: float | None


class StudyItem(Frozen):
    """What to read again.

    Attributes:
        source: The reference answer that explains it, under the corpus; None where there is none.
        weight_missed: How much of the question's weight was not earned; the list is sorted by it.
    """

    topic: str
    question: str
    source: str | None
    weight_missed: float


class InterviewReport(Frozen):
    """The whole interview.

    Attributes:
        unprompted: Mean over the questions that were answered or passed; None when one of them
            could not be judged.
        prompted: Likewise, with what came only with help.
        caveats: What the scores leave out, or why they are withheld; empty where all is counted.
        delivery: How the spoken answers were spoken, all together; never part of a score. None where
            none was spoken, or it was not to be measured.
        not_asked: Topics of a script's questions that were not asked.
        for_candidate: Whether what the candidate should not see has been left out.
    """

    version: int = 1
    title: str
    script: str
    level: Level
    finished: FinishReason | None
    minutes: int
    seconds: float
    unprompted: float | None
    prompted: float | None
    band: Band | None
    caveats: tuple[str, ...] = ()
    topics: tuple[GroupReport, ...] = ()
    levels: tuple[GroupReport, ...] = ()
    questions: tuple[QuestionReport, ...] = ()
    study: tuple[StudyItem, ...] = ()
    not_asked: tuple[str, ...] = ()
    needs_review: bool = False
    delivery: Delivery | None = None
    for_candidate: bool = False

    def without_key_points(self) -> InterviewReport:
        """Return the version for a candidate who may be asked the same again.

        What they said, and which mistakes they made, stays; points that they did not reach in full
        go, with the passages of the reference answer that give them away.
        """
        questions = tuple(
            question.model_copy(
                update={
                    "strengths": tuple(_shown(each) for each in question.strengths),
                    "gaps": tuple(_hidden(each) for each in question.gaps),
                    "review_reasons": (),
                }
            )
            for question in self.questions
        )
        return self.model_copy(update={"questions": questions, "for_candidate": True})


def _shown(strength: Strength) -> Strength:
    whole = strength.verdict is Verdict.COVERED
    return strength if whole else strength.model_copy(update={"claim": None})


def _hidden(gap: GapReport) -> GapReport:
    if gap.verdict is Verdict.MISSING:
        return gap.model_copy(update={"point": None, "claim": None, "passage": None})
    return gap.model_copy(update={"claim": None, "passage": None})
