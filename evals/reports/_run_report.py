"""The report of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from markupsafe import Markup

from evals.fairness import FairnessInvalid, FairnessReport, measure_fairness
from evals.metrics import RESAMPLES, Figure, RunSummary, summarise
from evals.reports._charts import Dot, confusion_chart, dot_chart, reliability_chart, risk_chart
from evals.reports._findings import Findings, gather
from evals.reports._gaps import gap_rows
from evals.reports._page import page
from evals.reports._words import Unit, in_order, interval, number, words_of
from evals.runs import RunFile
from evals.wording import counted
from grader.types import Rubric

ANSWERS = 200

ONE_QUESTION = (
    "All answers are to one question. Answers to one question are not independent, and intervals "
    "come from resampling questions: with one there are none."
)

_KEY = ("verdict_accuracy", "covered_kappa", "mistake_f1", "score_mae")
_QUESTIONS = 40
_POINTS = 100


@dataclass(frozen=True, slots=True)
class RunReport:
    """What the report of a run shows.

    Attributes:
        name: What the run is called.
        rubrics: The rubric versions graded under, by hash.
        fairness: None where no tag tells answers apart.
    """

    name: str
    summary: RunSummary
    findings: Findings
    rubrics: Mapping[str, Rubric]
    fairness: FairnessReport | None = None


def run_report(path: Path, *, answers: int = ANSWERS, resamples: int = RESAMPLES) -> RunReport:
    """Measure a run and gather what its report shows.

    Args:
        path: A run file.
        answers: Answers to show at most, those furthest from their labels first.
        resamples: For the intervals.

    Raises:
        RunInvalid: It is no run file, or broken.
    """
    run = RunFile.open(path)
    summary = summarise(run, resamples=resamples)
    findings = gather(run, answers)
    return RunReport(run.name, summary, findings, run.rubrics(), _fairness(run, resamples))


def run_headline(summary: RunSummary) -> list[str]:
    """Say in sentences what was measured, on how much, and what came out."""
    counts, figures = summary.counts, summary.figures
    basis = f"{counted(counts.answers, 'answer')} to {counted(counts.questions, 'question')}"
    accuracy = figures.get("verdict_accuracy")
    if accuracy is None:
        return [f"The {summary.run.judge} judge graded {basis}; nothing of it is labelled."]
    right = f"{number(accuracy.value, Unit.SHARE)} of {counted(accuracy.count, 'point')}"
    inside = _interval(accuracy, Unit.SHARE)
    sentences = [
        f"The {summary.run.judge} judge agrees with people on {right}{inside}.",
        f"Measured on {basis}.",
    ]
    if distance := figures.get("score_mae"):
        sentences.append(
            f"Its scores lie {number(distance.value, Unit.SCORE)} points of 100 from the labels’ "
            f"on average{_interval(distance, Unit.SCORE)}."
        )
    found, real = figures.get("mistake_recall"), figures.get("mistake_precision")
    if found and real:
        sentences.append(
            f"It found {number(found.value, Unit.SHARE)} of the mistakes that were made, and "
            f"{number(real.value, Unit.SHARE)} of those it reported were real."
        )
    return sentences


def left_out(summary: RunSummary) -> list[str]:
    """Say what enters no figure, because it could not be judged or has no label."""
    counts = summary.counts
    apart = {
        ("point ungraded", "points ungraded"): counts.ungraded_points,
        ("mistake ungraded", "mistakes ungraded"): counts.ungraded_mistakes,
        ("score withheld", "scores withheld"): counts.withheld_scores,
        ("answer failed", "answers failed"): counts.failed,
        ("point or mistake without a label", "points and mistakes without labels"): (
            counts.unlabelled
        ),
        (
            "label for an id that the rubric lacks",
            "labels for ids that the rubric lacks",
        ): counts.unmapped,
    }
    return [counted(many, *names) for names, many in apart.items() if many]


def run_html(report: RunReport) -> str:
    """Write a run's report as one HTML file that needs nothing else."""
    summary, findings = report.summary, report.findings
    names = in_order(list(summary.figures))
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(words_of(name).group, []).append(name)
    return page(
        "run.html.j2",
        report=report,
        summary=summary,
        findings=findings,
        headline=run_headline(summary),
        one_question=ONE_QUESTION if summary.counts.questions == 1 else "",
        left_out=left_out(summary),
        data=[PurePath(each).name for each in summary.run.data],
        key=[name for name in _KEY if name in summary.figures],
        groups=groups,
        charts=_charts(summary),
        gaps=gap_rows(report.fairness) if report.fairness else [],
        manners=report.fairness.counterfactuals if report.fairness else None,
        shifts=_shifts(report.fairness),
        questions=Markup(_questions(findings)) if len(findings.questions) > 1 else None,  # noqa: S704
        shown_questions=min(_QUESTIONS, len(findings.questions)),
        points=findings.points[:_POINTS],
        rows=[
            (place, number, answer, finding)
            for place, answer in enumerate(findings.shown, start=1)
            for number, finding in enumerate(answer.findings, start=1)
        ],
    )


def _charts(summary: RunSummary) -> list[tuple[str, str, Markup]]:
    """Each with its heading and what to see in it; the SVG is ours, texts in it are escaped."""
    charts = []
    if any(any(row.values()) for row in summary.confusion.values()):
        charts.append(
            (
                "What was said of which points",
                "Each row is all points with one label. Outlined: the judge agrees.",
                Markup(confusion_chart("confusion", summary.confusion)),  # noqa: S704
            )
        )
    if summary.reliability:
        charts.append(
            (
                "Is it right as often as it is sure?",
                "Below the dashed line it is surer than right. Each dot is equally many verdicts.",
                Markup(reliability_chart("reliability", summary.reliability)),  # noqa: S704
            )
        )
    if summary.risk_coverage:
        charts.append(
            (
                "What keeping only sure verdicts buys",
                "Share of wrong verdicts when the least sure are left to people.",
                Markup(risk_chart("risk", summary.risk_coverage)),  # noqa: S704
            )
        )
    return charts


def _fairness(run: RunFile, resamples: int) -> FairnessReport | None:
    try:
        found = measure_fairness(run, resamples=resamples)
    except FairnessInvalid:  # nothing here to compare by
        return None
    return found if found.slices or found.counterfactuals else None


def _shifts(fairness: FairnessReport | None) -> Markup | None:
    if fairness is None or fairness.counterfactuals is None:
        return None
    dots = [
        Dot(
            manner.manner,
            manner.shift.value,
            manner.shift.low,
            manner.shift.high,
            number(manner.shift.value, Unit.SCORE, signed=True),
            "bad" if manner.shift.is_real else "",
        )
        for manner in fairness.counterfactuals.manners
        if manner.shift.value is not None
    ]
    if not dots:
        return None
    title = f"Mean shift of the score against {fairness.counterfactuals.base}"
    return Markup(dot_chart("shifts", dots, title, line=0, scale="score"))  # noqa: S704


def _questions(findings: Findings) -> str:
    dots = [
        Dot(name, rate.value, rate.low, rate.high, number(rate.value, Unit.SHARE))
        for name, rate in findings.questions[:_QUESTIONS]
        if rate.value is not None
    ]
    return dot_chart("questions", dots, "Share of verdicts that match the label, by question")


def _interval(figure: Figure, unit: Unit) -> str:
    inside = interval(figure, unit)
    return f" (95 % interval {inside})" if inside else ""
