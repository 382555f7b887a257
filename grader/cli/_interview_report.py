"""An interview's report for a person at the terminal, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.errors import BadInput
from grader.interviewing import (
    GapReport,
    GroupReport,
    InterviewReport,
    MistakeReport,
    QuestionReport,
    Strength,
    as_markdown,
)
from grader.types import Verdict

_LONGEST_QUOTE = 160
_PART = "Something of a key point"
_WRONG = "Something here is not right"
_SIGNS = {
    Verdict.PARTIAL: Text("◐", style="yellow"),
    Verdict.MISSING: Text("○", style="dim"),
    Verdict.CONTRADICTED: Text("✗", style="red"),
}


def write_report(report: InterviewReport, file: Path) -> None:
    """Write a report, as JSON or as Markdown, as the file's name says.

    Raises:
        BadInput: It cannot be written.
    """
    as_json = file.suffix == ".json"
    text = report.model_dump_json(indent=2) + "\n" if as_json else as_markdown(report)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"the report cannot be written to {file}: {error.strerror}") from None


def render_report(report: InterviewReport, console: Console | None = None) -> None:
    """Print a report, on standard output by default."""
    console = console or Console(highlight=False)
    console.print()
    console.rule(Text(report.title, style="bold"), align="left")
    console.print(_headline(report))
    for caveat in report.caveats:
        console.print(Text(caveat, style="magenta"))
    console.print(_groups(report.topics, report.levels))
    for question in report.questions:
        _render_question(console, question)
    if report.study:
        _section(console, "What to study")
        for item in report.study:
            source = Text(f"  {item.source}" if item.source else "", style="dim")
            console.print(_indented(Text(f"{item.topic}: {item.question}") + source))
    if report.not_asked:
        _section(console, "Not asked")
        console.print(_indented(Text(", ".join(report.not_asked))))
    if report.for_candidate and any(gap.claim is None for q in report.questions for gap in q.gaps):
        hint = "Key points that you did not reach are not shown; --show-points shows them."
        console.print(Text(f"\n{hint}", style="dim"))


def _headline(report: InterviewReport) -> Text:
    used = f"  {len(report.questions)} questions, {report.seconds / 60:.0f} of {report.minutes} minutes"
    if report.prompted is None or report.unprompted is None:
        return Text("No score for the whole", style="bold magenta") + Text(used, style="dim")
    line = Text(f"{report.unprompted:g}", style="bold") + Text(" of 100 unprompted, ", style="dim")
    line += Text(f"{report.prompted:g}", style="bold") + Text(" with help", style="dim")
    if report.band:
        line += Text(f"  {report.band.replace('_', ' ')}", style="bold")
    return line + Text(used, style="dim")


def _groups(topics: Sequence[GroupReport], levels: Sequence[GroupReport]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("", "questions", "unprompted", "with help"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for group in (*topics, *levels):
        scores = _score(group.unprompted), _score(group.prompted)
        table.add_row(group.name, str(group.questions), *scores)
    return table


def _render_question(console: Console, question: QuestionReport) -> None:
    console.print()
    console.print(Text(f"{question.number}. {question.question}", style="bold"))
    about = f"{question.topic}, {question.level}; {_follow_ups(question)}"
    if question.reason:
        about += f"; {question.reason.replace('_', ' ')}"
    console.print(Text(about, style="dim"))
    score = f"{_score(question.unprompted)} unprompted, {_score(question.prompted)} with help"
    console.print(Text(score))
    for strength in question.strengths:
        console.print(_strength(strength))
    for mistake in question.mistakes:
        console.print(_mistake(mistake))
    for gap in question.gaps:
        shown = gap.claim is not None or gap.verdict is Verdict.CONTRADICTED
        if shown and gap.verdict is not Verdict.PARTIAL:
            console.print(_gap(gap))
    hidden = [gap for gap in question.gaps if gap.claim is None and gap.verdict is Verdict.MISSING]
    if hidden:
        weight = sum(gap.weight for gap in hidden)
        text = f"{len(hidden)} point{'s' * (len(hidden) != 1)} not reached, {weight:g} in weight"
        console.print(_entry(_SIGNS[Verdict.MISSING], Text(text, style="dim")))
    for reason in question.not_judged:
        console.print(_entry(Text("?", style="magenta"), Text(reason)))
    for reason in question.review_reasons:
        if reason not in question.not_judged:
            console.print(Text("A person should look at this: ", style="yellow") + Text(reason))


def _follow_ups(question: QuestionReport) -> str:
    count = f"{question.follow_ups} follow-up{'s' * (question.follow_ups != 1)}"
    return f"{count}, {question.hints} of them helping" if question.hints else count


def _strength(strength: Strength) -> Table:
    covered = strength.verdict is Verdict.COVERED
    sign = Text("✓", style="green") if covered else _SIGNS[Verdict.PARTIAL]
    notes = ["in part"] * (not covered) + ["with help"] * strength.prompted
    suffix = f"  ({', '.join(notes)})" if notes else ""
    line = Text(strength.claim or _PART) + Text(suffix, style="dim")
    return _entry(sign, line, _quotes([span.quote for span in strength.quotes]))


def _mistake(mistake: MistakeReport) -> Table:
    style = "dim" if mistake.corrected else "red"
    state = ""
    if mistake.corrected:
        state = "  (taken back with help)" if mistake.prompted else "  (taken back)"
    line = Text(mistake.claim, style=style) + Text(state, "dim")
    said = _quotes([span.quote for span in (*mistake.quotes, *mistake.correction_quotes)])
    return _entry(Text("!", style="bold red"), line, said, Text(mistake.correction))


def _gap(gap: GapReport) -> Table:
    passage = Text(gap.passage.text, style="dim") if gap.passage else Text("")
    said = _quotes([span.quote for span in gap.quotes])
    return _entry(_SIGNS[gap.verdict], Text(gap.claim or _WRONG), said, passage)


def _quotes(quotes: Sequence[str]) -> Text:
    shown = "  ".join(f"“{_shortened(quote)}”" for quote in quotes)
    return Text(shown, style="italic")


def _shortened(quote: str) -> str:
    quote = " ".join(quote.split())
    return quote if len(quote) <= _LONGEST_QUOTE else quote[: _LONGEST_QUOTE - 1] + "…"


def _entry(sign: Text, *parts: Text) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_row(sign, Group(*(part for part in parts if part.plain)))
    return table


def _indented(*parts: Text) -> Padding:
    return Padding(Group(*(part for part in parts if part.plain)), (0, 0, 0, 3))


def _section(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, style="bold underline"))


def _score(value: float | None) -> str:
    return "withheld" if value is None else f"{value:g}"
