"""The report of two runs over the same answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from evals.comparison import Comparison, QuestionDifference, headline_sentences
from evals.reports import _svg as colours
from evals.reports._changes import (
    ChangedView,
    difference_row,
    difference_rows,
    moved_points,
    weak_points,
    without_ungraded,
)
from evals.reports._charts import Dot, confusion_chart, dot_chart
from evals.reports._page import page

_KEY = ("verdict_accuracy", "covered_kappa", "mistake_f1", "score_mae", "mean_score")
_KEYS = 4
_QUESTIONS = 40
_POINTS = 100
_LISTED = 20


def comparison_html(comparison: Comparison) -> str:
    """Write a comparison's report as one HTML file that needs nothing else."""
    rows = difference_rows(comparison.differences)
    groups: dict[str, list[object]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    by_name = {row.name: row for row in rows}
    moved, weak = moved_points(comparison), weak_points(comparison)
    chart, measure = _questions(comparison.questions_compared)
    return page(
        "comparison.html.j2",
        comparison=comparison,
        headline=headline_sentences(comparison, figures=False),
        groups=groups,
        key=[by_name[name] for name in _KEY if name in by_name][:_KEYS],
        migration=Markup(_migration(comparison.migration)),  # noqa: S704
        mistakes=without_ungraded(comparison.mistake_migration),
        moved=moved[:_POINTS],
        moved_total=len(moved),
        weak=weak[:_POINTS],
        weak_total=len(weak),
        questions=Markup(chart) if chart else None,  # noqa: S704
        question_measure=measure,
        most_questions=_QUESTIONS,
        slices=[
            (name, part, difference_row("verdict_accuracy", part.differences), mean)
            for name, part in comparison.slices.items()
            if (mean := difference_row("mean_score", part.differences))
            or "verdict_accuracy" in part.differences
        ],
        gaps=[
            (text, gaps)
            for text, gaps in (
                (
                    "Labels that the first version has no place for",
                    comparison.labels.unmapped_first,
                ),
                (
                    "Labels that the second version has no place for",
                    comparison.labels.unmapped_second,
                ),
                ("Without labels in the first version", comparison.labels.unlabelled_first),
                ("Without labels in the second version", comparison.labels.unlabelled_second),
            )
            if gaps
        ],
        rewritten=[pair for pair in comparison.rubrics if pair.diff and not pair.diff.is_empty],
        views=[ChangedView(changed) for changed in comparison.changed_answers],
        listed=_LISTED,
    )


def _migration(counts: Mapping[str, Mapping[str, int]]) -> str:
    return confusion_chart(
        "migration",
        counts,
        rows="first",
        columns="second",
        title="Verdicts of the first run by those of the second",
        same=colours.RULE,
        other=colours.ACCENT,
    )


def _questions(questions: Sequence[QuestionDifference]) -> tuple[str, str]:
    """Draw the differences by question; empty with fewer than two."""
    measure = "verdict_accuracy"
    if not any(measure in each.differences for each in questions):
        measure = "mean_score"
    dots = [
        Dot(
            each.rubric_id,
            found.difference,
            found.low,
            found.high,
            row.difference,
            {"better": "good", "worse": "bad"}.get(row.tone, ""),
        )
        for each in questions
        if (found := each.differences.get(measure))
        and found.difference is not None
        and (row := difference_row(measure, each.differences))
    ]
    if len(dots) < 2:
        return "", measure
    dots.sort(key=lambda dot: (-abs(dot.value), dot.label))
    chart = dot_chart(
        "questions",
        sorted(dots[:_QUESTIONS], key=lambda dot: (dot.value, dot.label)),
        "Difference by question, second less first",
        line=0,
        scale="points" if measure == "verdict_accuracy" else "score",
    )
    return chart, measure
