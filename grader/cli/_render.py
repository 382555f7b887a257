"""Grades and rubrics for people, in colour where the terminal has it."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.types import Evidence, Grade, PointGrade, Rubric, Verdict

_STYLES = {
    Verdict.COVERED: ("green", "✓"),
    Verdict.PARTIAL: ("yellow", "◐"),
    Verdict.MISSING: ("dim", "○"),
    Verdict.CONTRADICTED: ("red", "✗"),
    Verdict.UNGRADED: ("magenta", "?"),
}
_LONGEST_QUOTE = 160


def render_grade(grade: Grade, rubric: Rubric) -> None:
    """Print a grade: score and band, points with the quoted words, mistakes, what to ask next."""
    console = Console(highlight=False)
    console.print(Text(rubric.question, style="bold"))
    console.print(Text(f"{rubric.id} {rubric.version}", style="dim"))
    console.print()
    console.print(_headline(grade))
    console.print()
    console.print(_points(grade))
    for mistake in grade.mistakes:
        if mistake.made:
            console.print(Text("! ", style="bold red") + Text(mistake.claim, style="red"))
            console.print(_indented(_quotes(mistake.evidence), Text(mistake.correction)))
    if any(mistake.made for mistake in grade.mistakes):
        console.print()
    for reason in grade.review_reasons:
        console.print(Text("A person should look at this: ", style="yellow") + Text(reason))
    if grade.follow_up:
        label = "Next question" if grade.follow_up.source == "bank" else "Follow-up"
        about = f"  ({grade.follow_up.gap})" if grade.follow_up.gap else ""
        console.print(
            Text(f"{label}: ", style="bold cyan")
            + Text(grade.follow_up.ask)
            + Text(about, style="dim")
        )


def render_rubric(rubric: Rubric) -> None:
    """Print a rubric as an interviewer would read it."""
    console = Console(highlight=False)
    console.print(Text(rubric.question, style="bold"))
    about = f"{rubric.id} {rubric.version}, {rubric.status}; {rubric.kind}, {rubric.level}"
    console.print(Text(f"{about}; {', '.join(rubric.topics)}", style="dim"))
    console.print(Text(f"sha256 {rubric.sha256}", style="dim"))
    _section(console, "Points")
    for point in rubric.points:
        required = "  (required)" if point.required else ""
        console.print(Text(f"{point.weight:g}  ", style="bold") + Text(point.claim + required))
        console.print(_indented(Text(point.id, style="dim")))
    _section(console, "Mistakes")
    for mistake in rubric.mistakes:
        console.print(Text(f"-{mistake.penalty:g} ", style="bold red") + Text(mistake.claim))
        console.print(_indented(Text(f"{mistake.id}, {mistake.severity}", style="dim")))
    _section(console, "Follow-ups")
    for follow_up in rubric.follow_ups:
        console.print(Text(follow_up.ask))
        targets = f"{follow_up.id}, {follow_up.style}, for {', '.join(follow_up.targets)}"
        console.print(_indented(Text(targets, style="dim")))
    if rubric.reference_answer:
        _section(console, "Reference answer")
        console.print(Text(rubric.reference_answer))


def _headline(grade: Grade) -> Text:
    if grade.score is None:
        return Text("No score", style="bold magenta") + Text("  something could not be judged")
    headline = Text(f"{grade.score:g}", style="bold") + Text(" of 100", style="dim")
    if grade.band:
        headline += Text(f"  {grade.band.replace('_', ' ')}", style="bold")
    if grade.score_interval:
        low, high = grade.score_interval
        headline += Text(f"  (90 % between {low:g} and {high:g})", style="dim")
    return headline


def _points(grade: Grade) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column()
    for point in grade.points:
        style, sign = _STYLES[point.verdict]
        table.add_row(
            Text(f"{sign} {point.verdict}", style=style), Text(f"{point.weight:g}"), _point(point)
        )
    table.add_row("", "", "")
    return table


def _point(point: PointGrade) -> RenderableType:
    parts = [Text(point.claim)]
    if point.evidence:
        parts.append(_quotes(point.evidence))
    if point.why:
        parts.append(Text(point.why, style="dim"))
    return Group(*parts)


def _quotes(evidence: tuple[Evidence, ...]) -> Text:
    shown = "  ".join(f"“{_shortened(span.quote)}”" for span in evidence)
    return Text(shown, style="italic")


def _shortened(quote: str) -> str:
    quote = " ".join(quote.split())
    return quote if len(quote) <= _LONGEST_QUOTE else quote[: _LONGEST_QUOTE - 1] + "…"


def _indented(*parts: Text) -> Padding:
    return Padding(Group(*(part for part in parts if part.plain)), (0, 0, 0, 3))


def _section(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, style="bold underline"))
