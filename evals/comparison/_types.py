"""What a comparison of two runs found.

The *first* run is what there was, the *second* what is proposed; every difference is second minus
first. All of it goes into JSON as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from evals.metrics import Cost
from evals.runs import RunError, RunHeader
from grader.bank import RubricDiff
from grader.types import Band, Evidence, Frozen, Verdict

Unit = Literal["question", "answer"]


class Change(StrEnum):
    """What a difference says; `higher` and `lower` where neither way is better.

    `unclear` means that a difference this large comes up by chance more often than 1 time in 20;
    `undefined` that the data leave nothing to test.
    """

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    UNCLEAR = "unclear"
    UNDEFINED = "undefined"


class Weakness(StrEnum):
    """Why a point tells good answers from poor ones badly, or not at all.

    `apart_from_the_rest`: it is covered about as often, or more often, in answers that are poor in
    all else; its correlation with the rest is surely below 0.2.
    """

    ALWAYS_COVERED = "always_covered"
    NEVER_COVERED = "never_covered"
    APART_FROM_THE_REST = "apart_from_the_rest"


class MistakeVerdict(StrEnum):
    """What is said of a mistake."""

    MADE = "made"
    NOT_MADE = "not_made"
    UNGRADED = "ungraded"

    @classmethod
    def of(cls, made: bool | None) -> MistakeVerdict:  # noqa: FBT001 - the value as records hold it
        """Put into a word what records hold."""
        if made is None:
            return cls.UNGRADED
        return cls.MADE if made else cls.NOT_MADE


class Side(Frozen):
    """One of the two runs.

    Attributes:
        name: What to call it: a rubric version, a judge, a file.
        run: What judged.
        answers: Answers in the run, paired or not.
        unpaired: Answers that only this run has.
        unpaired_ids: The first of them, at most 100.
        failed: Paired answers that could not be graded at all.
        ungraded_points: Points of paired answers that could not be judged.
        withheld_scores: Paired answers without a score.
        cost: What grading the paired answers took.
    """

    name: str
    run: RunHeader
    answers: int
    unpaired: int
    unpaired_ids: tuple[str, ...]
    failed: int
    ungraded_points: int
    withheld_scores: int
    cost: Cost


class Difference(Frozen):
    """One measure of both runs, on the same answers.

    Attributes:
        title: The measure in words.
        better: Which way is better; None for a measure that is neither good nor bad.
        first: None where it is not defined; so are the others.
        difference: Second minus first.
        low: Lower end of the difference's 95 % interval.
        high: Upper end.
        p_value: Two-sided.
        p_adjusted: The same among the measures, points or slices it is tested with
            (Benjamini and Hochberg, 1995); None for a measure that is tested on its own.
        count: Cases it rests on, in the run that has fewer.
        change: What it comes to.
    """

    title: str
    better: Literal["more", "less"] | None
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None = None
    count: int
    change: Change


class Rightness(Frozen):
    """Verdicts that agree with the labels, run by run; points labelled and graded in both.

    Attributes:
        gained: Wrong in the first run, right in the second.
        lost: Right in the first run, wrong in the second.
        p_value: McNemar's exact test that gains and losses are equally likely. It takes points
            as independent, which the points of one answer are not; the measures' p-values do not.
    """

    both_right: int
    gained: int
    lost: int
    both_wrong: int
    p_value: float | None


class PointVersion(Frozen):
    """One point in one of the runs.

    Attributes:
        graded: Answers in which it was judged.
        credit: Mean credit over these, 0 to 1.
        item_rest: Correlation of its credit with the score that the answer's other points make;
            None with fewer than ten answers, or where either is constant.
        weakness: None for a point that tells answers apart.
    """

    claim: str
    weight: float
    graded: int
    credit: float | None
    item_rest: float | None
    weakness: Weakness | None


class PointComparison(Frozen):
    """One point of one rubric.

    Attributes:
        first: None for a point that only the second version has.
        second: None for a point that only the first version has.
        rightness: Against the labels; its p-value is valid here, since each answer counts once.
        p_adjusted: Its p-value among all points (Benjamini and Hochberg, 1995); None where fewer
            than six verdicts became right or wrong, which no test could tell from chance.
        accuracy: Share of right verdicts in each run; None without labels.
        changed: Answers whose verdict on the point changed.
    """

    rubric_id: str
    id: str
    first: PointVersion | None
    second: PointVersion | None
    rightness: Rightness
    accuracy: tuple[float, float] | None
    p_adjusted: float | None
    changed: int
    change: Change


class LabelGap(Frozen):
    """A point or mistake of one rubric for which labels and versions do not meet.

    Attributes:
        id: The point or mistake.
        answers: How many answers it concerns.
    """

    rubric_id: str
    id: str
    answers: int


class Labels(Frozen):
    """How the labels map, by id, onto each version.

    Attributes:
        unmapped_first: Labels for ids that the first version does not have.
        unmapped_second: Labels for ids that the second version does not have.
        unlabelled_first: Points and mistakes of the first version without labels.
        unlabelled_second: Points and mistakes of the second version without labels.
    """

    unmapped_first: tuple[LabelGap, ...] = ()
    unmapped_second: tuple[LabelGap, ...] = ()
    unlabelled_first: tuple[LabelGap, ...] = ()
    unlabelled_second: tuple[LabelGap, ...] = ()


class RubricPair(Frozen):
    """Two versions of a rubric that answers were graded under.

    Attributes:
        answers: Answers graded under this pair.
        diff: What changed, and whether grades can be compared; None where both runs used the
            same version.
    """

    rubric_id: str
    first_version: str
    second_version: str
    answers: int
    diff: RubricDiff | None


class QuestionDifference(Frozen):
    """One question; the differences resample its answers.

    Attributes:
        differences: By measure: `verdict_accuracy` and `mean_score`, where they are defined.
    """

    rubric_id: str
    question: str
    answers: int
    differences: Mapping[str, Difference]


class SliceDifference(Frozen):
    """The answers with one value of a tag.

    Attributes:
        unit: What was resampled; see `Comparison`.
        differences: By measure; each measure's p-values are adjusted among the slices.
    """

    answers: int
    unit: Unit
    differences: Mapping[str, Difference]


class Finding(Frozen):
    """What one run found of a point or mistake of one answer.

    Attributes:
        weight: Of a mistake, its penalty.
        why: Empty for a mistake.
    """

    claim: str
    weight: float
    verdict: Verdict | MistakeVerdict
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    why: str = ""


class ChangedFinding(Frozen):
    """A point or mistake of one answer that the runs differ on.

    Attributes:
        label: What the raters said; None where it is not labelled.
        first: None where the first version does not have it.
        second: None where the second version does not have it.
    """

    id: str
    part: Literal["point", "mistake"]
    label: Verdict | MistakeVerdict | None
    first: Finding | None
    second: Finding | None


class ChangedGrade(Frozen):
    """The grade of one answer in one run.

    Attributes:
        score: None when withheld.
        label_score: Score of the labels under this run's rubric version.
    """

    rubric_version: str
    score: float | None
    band: Band | None
    label_score: float | None
    error: RunError | None


class ChangedAnswer(Frozen):
    """An answer that the two runs grade differently, and why.

    Attributes:
        shift: Second score minus first; None where either is withheld.
        findings: Where the runs differ; empty where the change is in weights alone.
    """

    id: str
    rubric_id: str
    question: str
    answer: str
    tags: Mapping[str, str]
    shift: float | None
    first: ChangedGrade
    second: ChangedGrade
    findings: tuple[ChangedFinding, ...]


class Comparison(Frozen):
    """Two runs over the same answers.

    Attributes:
        headline: The result in one or two sentences.
        notes: What a reader must know who relies on the figures.
        answers: Answers paired.
        questions: Questions they answer.
        unit: What was resampled: the questions with all their answers, or, where there are too
            few of them, the answers within each question.
        units: How many there are.
        resamples: Resamplings and permutations, at most.
        differences: By measure: those of `evals.metrics.TITLES` that both runs have, then
            `mean_score` and `covered_share`, which need no labels.
        primary: The measures that the headline is made from, tested together.
        rightness: All points labelled and graded in both runs.
        migration: Points that both versions have, by the first verdict, then the second.
        mistake_migration: Mistakes likewise, by `MistakeVerdict`.
        points: By rubric, in the order of the second version.
        questions_compared: Question by question, the largest change of the mean score first.
        slices: By `tag=value`, where there are several answers on both sides.
        changed: Answers graded differently, all of them.
        changed_answers: The largest changes, largest first; as many as were asked for.
    """

    headline: str
    notes: tuple[str, ...]
    first: Side
    second: Side
    answers: int
    questions: int
    unit: Unit
    units: int
    resamples: int
    seed: int
    differences: Mapping[str, Difference]
    primary: tuple[str, ...]
    rightness: Rightness
    migration: Mapping[str, Mapping[str, int]]
    mistake_migration: Mapping[str, Mapping[str, int]]
    points: tuple[PointComparison, ...]
    rubrics: tuple[RubricPair, ...]
    labels: Labels
    questions_compared: tuple[QuestionDifference, ...]
    slices: Mapping[str, SliceDifference]
    changed: int
    changed_answers: tuple[ChangedAnswer, ...]


class Regression(Frozen):
    """A measure that got worse by more than it may.

    Attributes:
        measure: Its name.
        tolerance: How much worse it may get, in its unit.
    """

    measure: str
    tolerance: float
    difference: Difference
