"""A comparison in sentences: the headline, and what a reader must know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.comparison._tables import FEWEST_UNITS, NEUTRAL
from evals.comparison._types import Change, Comparison, Difference, LabelGap, RubricPair, Side
from evals.wording import counted

_LISTED = 6

# What the measures that a headline is made from are about, and the figure.
_SUBJECTS = {
    "covered_kappa": ("points covered or not", "kappa"),
    "verdict_accuracy": ("verdicts", "accuracy"),
    "mistake_f1": ("mistakes", "F1"),
    "score_mae": ("scores", "mean absolute error"),
    "mean_score": ("the mean score", ""),
    "covered_share": ("the share of points covered", ""),
}
_WITHOUT_LABELS = ("flip_rate", "mistake_flip_rate", "review_share")


def headline(comparison: Comparison) -> str:
    """Say on what the second run is better, on what worse, and on what nothing can be told."""
    return " ".join(headline_sentences(comparison))


def headline_sentences(comparison: Comparison, *, figures: bool = True) -> list[str]:
    """Say the same in one to three sentences.

    Args:
        comparison: All but its headline and notes.
        figures: Whether to say from what to what each measure went.
    """
    first, second = _apart(comparison.first.name, comparison.second.name)
    groups: dict[Change, list[str]] = {}
    for name in comparison.primary:
        each = comparison.differences[name]
        said = _moved(name, each) if figures else _SUBJECTS[name][0]
        groups.setdefault(each.change, []).append(said)
    sentences = []
    told = [
        f"{change} than {first} on {_joined(groups[change])}"
        for change in (Change.BETTER, Change.WORSE)
        if change in groups
    ]
    if told:
        sentences.append(f"{second} is {', and '.join(told)}.")
    if shifts := groups.get(Change.HIGHER, []) + groups.get(Change.LOWER, []):
        sentences.append(f"From {first} to {second} there is a shift in {_joined(shifts)}.")
    if Change.UNCLEAR in groups:
        between = "" if sentences else f" between {first} and {second}"
        sentences.append(f"No measurable difference{between} on {_joined(groups[Change.UNCLEAR])}.")
    return sentences or [f"Nothing could be measured of both {first} and {second}."]


def notes(comparison: Comparison, relabelled: int) -> Iterator[str]:
    """Say what the figures rest on, where that is not what a reader would take for granted.

    Args:
        comparison: All but its headline and notes.
        relabelled: Answers that had other labels in the one run than in the other.
    """
    differences, labels = comparison.differences, comparison.labels
    yield from _unit_notes(comparison)
    if set(differences) <= {*NEUTRAL, *_WITHOUT_LABELS}:
        yield "No point is labelled in both runs: the figures say what changed, not what is right."
    elif "score_mae" not in differences and labels.unlabelled_second:
        yield (
            "Scores were not held against labels: that takes a label for every point and mistake "
            "of both versions, or an overall score."
        )
    sides = comparison.first, comparison.second
    gaps = (
        (labels.unmapped_first, labels.unlabelled_first),
        (labels.unmapped_second, labels.unlabelled_second),
    )
    for side, (unmapped, unlabelled) in zip(sides, gaps, strict=True):
        yield from _label_notes(side, unmapped, unlabelled)
    for side in sides:
        yield from _side_notes(side)
    if relabelled:
        yield (
            f"{counted(relabelled, 'answer')} had other labels in the two runs; where both have "
            f"one, that of {comparison.second.name} was used."
        )
    for pair in comparison.rubrics:
        yield from _version_notes(pair)


def _unit_notes(comparison: Comparison) -> Iterator[str]:
    questions, unit = comparison.questions, comparison.unit
    if unit == "answer" and questions == 1:
        yield (
            "All answers are to one question, so intervals cannot allow for how questions differ: "
            "they and the p-values hold for other answers to this question, not for other "
            "questions."
        )
    elif unit == "answer":
        reason = (
            f"since there are only {questions} questions"
            if questions < FEWEST_UNITS
            else "as asked for"
        )
        yield (
            f"Answers were resampled within each question, {reason}: intervals and p-values hold "
            "for other answers to these questions, not for other questions."
        )
    if comparison.units < FEWEST_UNITS:
        yield (
            f"With {counted(comparison.units, unit)} no difference can be told from chance; it "
            f"takes {FEWEST_UNITS}."
        )


def _label_notes(
    side: Side, unmapped: Sequence[LabelGap], unlabelled: Sequence[LabelGap]
) -> Iterator[str]:
    if unmapped:
        yield f"{side.name} has no point or mistake for the labels of {_names(unmapped)}."
    if unlabelled:
        yield f"{side.name} has no label, for some answers or all, on {_names(unlabelled)}."


def _version_notes(pair: RubricPair) -> Iterator[str]:
    if pair.diff is None:
        return
    comparability = pair.diff.comparability
    versions = f"{pair.rubric_id} {pair.first_version} and {pair.second_version}"
    if not comparability.same_structure:
        yield f"{versions}: {comparability.message}"
    for new, old in comparability.renamed.items():
        yield (
            f"{versions}: '{new}' looks like '{old}' under another id; labels map by id, so keep "
            "the id where the point is the same."
        )


def _side_notes(side: Side) -> Iterator[str]:
    if side.unpaired:
        verb = "was" if side.unpaired == 1 else "were"
        yield f"{counted(side.unpaired, 'answer')} that only {side.name} has {verb} left out."
    if side.failed:
        yield f"{side.name} failed on {counted(side.failed, 'answer')} altogether."
    if side.ungraded_points:
        yield (
            f"{side.name} left {counted(side.ungraded_points, 'point')} ungraded; in the other run "
            "they count for nothing either."
        )


def _apart(first: str, second: str) -> tuple[str, str]:
    """Name two versions of one rubric once by its id, `a 1.1.0` and `1.0.0`."""
    before, space, version = first.rpartition(" ")
    if space and second.startswith(f"{before} "):
        return version, second
    return first, second


def _moved(name: str, each: Difference) -> str:
    subject, figure = _SUBJECTS[name]
    if each.first is None or each.second is None or each.change is Change.UNCLEAR:
        return f"{subject} ({figure})" if figure else subject
    values = f"{_figure(each.first)} to {_figure(each.second)}"
    return f"{subject} ({figure} {values})" if figure else f"{subject} ({values})"


def _figure(value: float) -> str:
    return f"{value:.{1 if abs(value) > 1 else 3}f}".replace("-", "−")


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _names(gaps: Sequence[LabelGap]) -> str:
    rubrics = {gap.rubric_id for gap in gaps}
    shown = [gap.id if len(rubrics) == 1 else f"{gap.rubric_id}/{gap.id}" for gap in gaps[:_LISTED]]
    more = f" and {len(gaps) - _LISTED} more" if len(gaps) > _LISTED else ""
    return f"{', '.join(shown)}{more}"
