"""A run's report as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from evals.reports._findings import ShownAnswer
from evals.reports._markdown import code, details, escaped, joined, marked, table
from evals.reports._run_report import ONE_QUESTION, RunReport, left_out, run_headline
from evals.reports._words import in_order, interval, number, words_of
from evals.wording import counted

_ANSWERS = 5


def run_markdown(report: RunReport) -> str:
    """Write a run's report for a pull request: headline, measures, confusion, worst answers."""
    return joined(_blocks(report))


def _blocks(report: RunReport) -> Iterator[str]:
    summary, findings = report.summary, report.findings
    first, *rest = map(escaped, run_headline(summary))
    yield f"### {first}"
    yield " ".join(rest)
    if apart := left_out(summary):
        yield escaped(f"In no figure: {'; '.join(apart)}.")
    if summary.counts.questions == 1:
        yield ONE_QUESTION
    if summary.figures:
        yield _measures(report)
        yield _confusion(report)
    if findings.labelled and findings.shown:
        most = findings.shown[:_ANSWERS]
        yield (
            f"**Furthest from their labels**, {len(most)} of "
            f"{counted(findings.wrong_answers, 'answer')} with a wrong verdict; "
            "**bold** is what the judge quotes, <ins>underlined</ins> what the rater marked."
        )
        yield from map(_answer, most)
    run = summary.run
    yield f"<sub>{escaped(f'{run.judge}: {run.model}; grader {run.version}')}</sub>"


def _measures(report: RunReport) -> str:
    figures = report.summary.figures
    return table(
        ["measure", "value", "95 % interval", "cases"],
        [
            [
                escaped((words := words_of(name)).title),
                f"**{number(figures[name].value, words.unit)}**",
                interval(figures[name], words.unit),
                f"{figures[name].count:,}",
            ]
            for name in in_order(list(figures))
        ],
        "lrrr",
    )


def _confusion(report: RunReport) -> str:
    rows = report.summary.confusion
    columns = list(next(iter(rows.values())))
    said = [name for name in columns if name in rows or any(row[name] for row in rows.values())]
    return table(
        ["labelled ↓ judged →", *said],
        [
            [label, *(f"**{row[name]:,}**" if name == label else f"{row[name]:,}" for name in said)]
            for label, row in rows.items()
        ],
        "l" + "r" * len(said),
    )


def _answer(answer: ShownAnswer) -> str:
    record = answer.record
    scores = ""
    if record.score is not None and record.label_score is not None:
        scores = f", score {record.score:.0f}, label’s {record.label_score:.0f}"
    rows = [
        [
            escaped(finding.claim or finding.id),
            finding.label,
            finding.verdict,
            f"{100 * finding.confidence:.0f} %",
            escaped(finding.why),
        ]
        for finding in answer.findings
    ]
    return details(
        f"{code(record.id)}{scores}",
        joined(
            [
                escaped(answer.question),
                marked(answer.pieces),
                table(
                    ["point or mistake", "label", "verdict", "sure", "why"],
                    rows,
                    "lllrl",
                ),
            ]
        ).strip(),
    )
