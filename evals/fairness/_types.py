"""What a fairness report holds: slices, counterfactual pairs, selection rates."""

from __future__ import annotations

from collections.abc import Mapping

from evals.metrics import Figure
from evals.runs import RunHeader
from grader.types import Band, Frozen, Verdict

# Below so many answers or persons a slice or group is marked as small: an interval of a share is
# then some 35 percentage points wide, and the bootstrap has little to draw from.
SMALL = 30


class Gap(Frozen):
    """A difference between two means or shares, or a mean shift, with a test against none.

    Attributes:
        value: None where it is not defined, or too few resamplings define it.
        low: Lower end of the 95 % interval; None with fewer than two questions.
        high: Upper end.
        p_value: Two-sided, of no difference at all; None where there is no interval.
        p_adjusted: The same among all gaps of this measure within the tag (Benjamini and Hochberg,
            1995): of the gaps below .05, about one in twenty is a false alarm.
        count: Cases on the side of the slice, or pairs.
        questions: Questions on that side; what is resampled.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    count: int
    questions: int

    @property
    def is_real(self) -> bool:
        """Whether the difference stands out after correction, at .05."""
        return self.p_adjusted is not None and self.p_adjusted < 0.05


class Widest(Frozen):
    """The largest gap between two values of a tag, one small slice against another never.

    Attributes:
        least: The value with the lowest figure.
        most: The value with the highest.
        gap: Their distance; interval and p allow for the two having been picked as the extremes.
    """

    least: str
    most: str
    gap: Gap


class ValueSlice(Frozen):
    """The answers with one value of a tag.

    Attributes:
        small: Whether there are too few answers to say much.
        figures: By the names of `FAIRNESS_TITLES`.
        gaps: Each figure less that of all other answers with the tag; no entry where there are none.
    """

    value: str
    answers: int
    questions: int
    small: bool
    figures: Mapping[str, Figure]
    gaps: Mapping[str, Gap]


class TagSlices(Frozen):
    """The values of one tag beside each other.

    Attributes:
        values: Largest first.
        untagged: Answers without the tag; in no figure.
        widest: By the name of the measure; no entry with fewer than two values that are not small.
    """

    tag: str
    values: tuple[ValueSlice, ...]
    untagged: int
    widest: Mapping[str, Widest]


class Flip(Frozen):
    """A point whose verdict depends on the manner."""

    point_id: str
    base: Verdict
    other: Verdict


class PairCase(Frozen):
    """One content in two manners.

    Attributes:
        content: Value of the pair tag.
        manner: Manner of the other version.
        shift: Score of the other version less that of the base.
        flips: Points judged differently.
        mistakes: Ids of mistakes found in one version only.
    """

    content: str
    rubric_id: str
    manner: str
    base_id: str
    other_id: str
    base_score: float
    other_score: float
    shift: float
    flips: tuple[Flip, ...]
    mistakes: tuple[str, ...]
    base_answer: str
    other_answer: str


class Manner(Frozen):
    """All pairs of one manner with the base.

    Attributes:
        pairs: Pairs with both scores.
        withheld: Pairs where a score is withheld on either side; in no score figure.
        small: Whether there are too few pairs to say much.
        shift: Mean of the score less the base's.
        size: Mean absolute shift; a mean of 0 can hide shifts that cancel out.
        label_shift: Mean of the labels' score less the base's; near 0 where labels say the same of
            both versions, as they should. None where there are no labels.
        flip_rate: Share of points judged differently.
        up: Share of points that earn more than in the base.
        down: Share of points that earn less.
        mistake_flip_rate: Share of mistakes found in one version only.
        band_changes: Share of pairs whose band differs.
    """

    manner: str
    pairs: int
    withheld: int
    questions: int
    small: bool
    shift: Gap
    size: Figure
    label_shift: Figure | None
    flip_rate: Figure
    up: Figure
    down: Figure
    mistake_flip_rate: Figure
    band_changes: Figure


class Counterfactuals(Frozen):
    """The same content in different manners.

    Attributes:
        pair_tag: Answers with the same value of it, under one rubric version, say the same.
        manner_tag: Tells the manner.
        base: The manner that others are compared with.
        contents: Contents with a base version and another.
        unpaired: Answers with the pair tag that have no partner to be compared with.
        manners: Largest mean shift downwards first.
        worst: Pairs with the largest shifts, largest first.
    """

    pair_tag: str
    manner_tag: str
    base: str
    contents: int
    unpaired: int
    manners: tuple[Manner, ...]
    worst: tuple[PairCase, ...]


class Threshold(Frozen):
    """From where on an answer, or a person, counts as selected: a band, or a score of 0 to 100."""

    band: Band | None = None
    score: float | None = None

    def __str__(self) -> str:
        """Name it, as in "meets" or "score 65"."""
        if self.band is not None:
            return str(self.band)
        return f"score {self.score:g}"


class Rate(Frozen):
    """How many of a group pass, and how that compares with the group that passes most.

    Attributes:
        passed: Selected, or scored above the median.
        rate: Share of the group.
        low: Lower end of Wilson's 95 % interval.
        high: Upper end.
        ratio: Impact ratio: the rate over that of the group with the highest; None where nobody
            passes anywhere, or the group is left out.
        ratio_low: Lower end of its 95 % interval; None for the group with the highest rate.
        ratio_high: Upper end; None likewise.
        p_value: Fisher's exact test of the same rate in both groups; None likewise.
        below_four_fifths: Whether the ratio is under 0.8.
    """

    passed: int
    rate: float
    low: float
    high: float
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    p_value: float | None = None
    below_four_fifths: bool = False


class Group(Frozen):
    """One group, or one intersection of groups.

    Attributes:
        name: Value of the tag; values of several joined by ` × `.
        size: Answers or persons with a score.
        share: Of all that belong to a known group and have a score.
        small: Whether the group is too small to say much.
        left_out: Whether it holds less than the share asked for, and so has no impact ratio.
        selection: None where no threshold was given.
        scoring: Scored above the median of the sample.
    """

    name: str
    size: int
    share: float
    small: bool
    left_out: bool
    selection: Rate | None
    scoring: Rate


class Selection(Frozen):
    """Groups beside each other, by one tag or by several crossed.

    Attributes:
        tags: Names of the tags.
        unit: `answers`, or the tag whose values name persons.
        size: Answers or persons that belong to a known group and have a score.
        unknown: Those with a score and without a group; in no figure.
        withheld: Those without a score; in no figure.
        median: Of all scores, those of unknown group among them.
        least_share: Groups with less are left out; 0 leaves none out.
        groups: Largest first.
    """

    tags: tuple[str, ...]
    unit: str
    size: int
    unknown: int
    withheld: int
    median: float
    threshold: Threshold | None
    least_share: float
    groups: tuple[Group, ...]


class FairnessReport(Frozen):
    """Whether a judge treats answers alike that say the same, and groups alike.

    Attributes:
        resamples: Of the questions, for intervals and p-values of slices and pairs.
        answers: Answers of the run.
        slices: By tag; empty where no tag tells answers apart.
        counterfactuals: None where no answers are versions of each other.
        selections: Of each group tag, then of all of them crossed.
        notes: What a reader must know before relying on a figure, in sentences.
    """

    run: RunHeader
    resamples: int
    seed: int
    answers: int
    questions: int
    slices: tuple[TagSlices, ...]
    counterfactuals: Counterfactuals | None
    selections: tuple[Selection, ...]
    notes: tuple[str, ...]
