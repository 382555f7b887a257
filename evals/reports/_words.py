"""Measures and figures in the words of a rubric author."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from evals.fairness import Gap
from evals.metrics import TITLES, Figure


class Unit(Enum):
    """How a measure is written.

    Attributes:
        SHARE: Of one; written in per cent.
        COEFFICIENT: At most one; written with two decimals.
        SCORE: Points of the 100 that a score has.
    """

    SHARE = "share"
    COEFFICIENT = "coefficient"
    SCORE = "score"


class Words(NamedTuple):
    """A measure for people who do not know its name.

    Attributes:
        title: What it is, in a few words.
        meaning: What it counts, in a sentence.
        group: The heading it stands under.
    """

    title: str
    meaning: str
    unit: Unit
    group: str


_VERDICTS, _GAPS, _MISTAKES = "Verdicts on points", "Points reported missing", "Mistakes"
_SCORES, _SURE, _WORK = "Scores", "Confidence", "Evidence and follow-ups"
_STEADY = "Steadiness and reviews"

MEASURES: dict[str, Words] = {
    "verdict_accuracy": Words(
        "Same verdict as the label",
        "Points judged covered, partial, missing or contradicted just as they are labelled.",
        Unit.SHARE,
        _VERDICTS,
    ),
    "covered_accuracy": Words(
        "Right on covered or not",
        "Points on which judge and label agree whether the answer makes the point in full.",
        Unit.SHARE,
        _VERDICTS,
    ),
    "covered_kappa": Words(
        "Agreement on covered or not, κ",
        "The same beyond chance (Cohen's kappa): 0 is guessing, 1 is full agreement.",
        Unit.COEFFICIENT,
        _VERDICTS,
    ),
    "verdict_kappa": Words(
        "Agreement on the verdict, κ",
        "Cohen's kappa over all four verdicts.",
        Unit.COEFFICIENT,
        _VERDICTS,
    ),
    "verdict_macro_f1": Words(
        "Macro-F1 over the verdicts",
        "F1 of each verdict, averaged, so that rare verdicts count as much as common ones.",
        Unit.COEFFICIENT,
        _VERDICTS,
    ),
    "within_answer_auc": Words(
        "Ranking of an answer's points, AUC",
        "How often a covered point is held to be likelier than one of the same answer that is not.",
        Unit.COEFFICIENT,
        _VERDICTS,
    ),
    "contradicted_called_covered": Words(
        "Contradicted, yet called covered",
        "Points that the answer denies and the judge gives full credit for.",
        Unit.SHARE,
        _VERDICTS,
    ),
    "missing_precision": Words(
        "Reported gaps that are real",
        "Of the points the judge lists as missing, those whose label agrees (precision).",
        Unit.SHARE,
        _GAPS,
    ),
    "missing_recall": Words(
        "Real gaps that are reported",
        "Of the points labelled missing or contradicted, those the judge lists (recall).",
        Unit.SHARE,
        _GAPS,
    ),
    "mistake_precision": Words(
        "Reported mistakes that are real",
        "Of the mistakes the judge says were made, those that were (precision).",
        Unit.SHARE,
        _MISTAKES,
    ),
    "mistake_recall": Words(
        "Mistakes made that are reported",
        "Of the mistakes that were made, those the judge finds (recall).",
        Unit.SHARE,
        _MISTAKES,
    ),
    "mistake_f1": Words(
        "Mistakes, F1",
        "Harmonic mean of the two above.",
        Unit.COEFFICIENT,
        _MISTAKES,
    ),
    "mistake_false_alarms": Words(
        "False alarms",
        "Of the mistakes that were not made, those the judge reports all the same.",
        Unit.SHARE,
        _MISTAKES,
    ),
    "mean_score": Words(
        "Mean score",
        "The average of the scores given.",
        Unit.SCORE,
        _SCORES,
    ),
    "covered_share": Words(
        "Points judged covered",
        "Of all points that were judged.",
        Unit.SHARE,
        _SCORES,
    ),
    "score_mae": Words(
        "Distance from the label's score",
        "Mean absolute difference between the score and the score of the labels, of 100.",
        Unit.SCORE,
        _SCORES,
    ),
    "score_r": Words(
        "Correlation with the label's score, r",
        "Pearson's correlation.",
        Unit.COEFFICIENT,
        _SCORES,
    ),
    "score_rho": Words(
        "Order of the answers by score, ρ",
        "Spearman's rank correlation with the label's score.",
        Unit.COEFFICIENT,
        _SCORES,
    ),
    "band_kappa": Words(
        "Agreement on the band, κ",
        "Quadratic-weighted kappa: a band two steps off weighs four times one step.",
        Unit.COEFFICIENT,
        _SCORES,
    ),
    "calibration_error": Words(
        "Confidence off the mark by",
        "Expected calibration error: how far confidence lies from the share that is right.",
        Unit.SHARE,
        _SURE,
    ),
    "confident_accuracy": Words(
        "Right when surest",
        "Same verdict as the label, over the 60 % of verdicts the judge is surest of.",
        Unit.SHARE,
        _SURE,
    ),
    "risk_area": Words(
        "Area under risk and coverage",
        "Mean share of wrong verdicts as ever less sure ones are let in.",
        Unit.COEFFICIENT,
        _SURE,
    ),
    "evidence_f1": Words(
        "Evidence in common with the label's",
        "F1 in characters, where both quote the answer.",
        Unit.COEFFICIENT,
        _WORK,
    ),
    "evidence_touches": Words(
        "Evidence that meets the label's",
        "Quotes that share at least a character with what the rater marked.",
        Unit.SHARE,
        _WORK,
    ),
    "follow_up_hits": Words(
        "Follow-ups aimed at a real gap",
        "Follow-up questions about something that the labels say is not covered.",
        Unit.SHARE,
        _WORK,
    ),
    "flip_rate": Words(
        "Points that flip",
        "Points that get another verdict when the same answer is graded again.",
        Unit.SHARE,
        _STEADY,
    ),
    "mistake_flip_rate": Words(
        "Mistakes that flip",
        "Mistakes found at one time and not at another in the same answer.",
        Unit.SHARE,
        _STEADY,
    ),
    "review_share": Words(
        "Answers sent to a person",
        "Grades marked as needing a review.",
        Unit.SHARE,
        _STEADY,
    ),
}


def words_of(name: str) -> Words:
    """Return the words of a measure; of one unknown here its plain name and two decimals."""
    if name in MEASURES:
        return MEASURES[name]
    title = TITLES[name].text if name in TITLES else name.replace("_", " ")
    return Words(title, "", Unit.COEFFICIENT, "Other")


def less_is_better(name: str) -> bool:
    """Whether a smaller value of this measure is the better one."""
    return name in TITLES and TITLES[name].better == "less"


def in_order(names: list[str]) -> list[str]:
    """Order measures as they are read: what matters most to an author first."""
    known = list(MEASURES)
    return sorted(names, key=lambda name: known.index(name) if name in known else len(known))


def number(value: float | None, unit: Unit, *, signed: bool = False) -> str:
    """Write a value, `–` if it is not defined."""
    if value is None:
        return "–"
    shown = f"{100 * value:.1f}" if unit is Unit.SHARE else f"{value:.{_digits(unit)}f}"
    if float(shown) == 0:
        shown = shown.lstrip("-")
    elif signed and value > 0:
        shown = f"+{shown}"
    shown = shown.replace("-", "−")
    return f"{shown} %" if unit is Unit.SHARE else shown


def interval(figure: Figure | Gap, unit: Unit, *, signed: bool = False) -> str:
    """Write an interval as `65.2 to 75.3`; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return span(figure.low, figure.high, unit, signed=signed)


def span(low: float, high: float, unit: Unit, *, signed: bool = False) -> str:
    """Write the two ends of an interval, the unit once."""
    ends = [number(end, unit, signed=signed).removesuffix(" %") for end in (low, high)]
    return " to ".join(ends) + (" %" if unit is Unit.SHARE else "")


def p_value(value: float | None) -> str:
    """Write a p-value as journals do: three decimals, and never as zero."""
    if value is None:
        return "–"
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def _digits(unit: Unit) -> int:
    return 2 if unit is Unit.COEFFICIENT else 1
