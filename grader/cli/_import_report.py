"""The report of an import for people: what was found, drafted and skipped, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.importing import (
    EXPECTED_REASONS,
    Extract,
    ImportReport,
    Written,
    lines_of,
    skipped_by_reason,
)

_LONGEST_TEXT = 60
_MOST_PLACES = 6


def render_report(report: ImportReport) -> None:
    """Print a report: guide by guide the drafts and the skipped lines, then what could not be read."""
    console = Console(highlight=False)
    for extract in report.extracts:
        _render_guide(console, extract, [w for w in report.drafts if w.file == extract.guide.file])
    if report.extracts:
        console.print(_totals(report))
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for failure in report.failures:
        errors.print(Text("error: ", style="bold red") + Text(failure.message))


def _render_guide(console: Console, extract: Extract, drafts: Sequence[Written]) -> None:
    lines = lines_of(extract)
    unit = "paragraphs" if extract.guide.unit == "paragraph" else "lines"
    console.print(
        Text(extract.guide.file, style="bold")
        + Text(
            f"  {extract.guide.format}, {lines['total']} {unit}: {lines['in_fields']} in drafts, "
            f"{lines['skipped']} skipped",
            style="dim",
        )
    )
    for note in extract.notes:
        console.print(Padding(Text(f"! {note}", style="yellow"), (0, 0, 0, 2)))
    if not drafts:
        console.print(Padding(Text("! nothing to draft was found", style="yellow"), (0, 0, 0, 2)))
    table = Table.grid(padding=(0, 2), pad_edge=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", overflow="fold")
    table.add_column(overflow="fold")
    for written in drafts:
        sign = Text("✓", style="green") if written.loads else Text("!", style="bold yellow")
        table.add_row(sign, _place(written), _summary(written))
    console.print(table)
    _render_skipped(console, extract)
    console.print()


def _place(written: Written) -> Text:
    draft = written.named.draft
    sources = draft.question.sources if draft.question else ()
    sources = sources or tuple(source for block in draft.answer for source in block.sources)
    place = sources[0].place if sources else ""
    return Text(place, style="dim")


def _summary(written: Written) -> Text:
    draft = written.named.draft
    question = draft.question.text if draft.question else "the question is missing"
    text = Text(_short(question, 100), style="" if draft.question else "yellow")
    text += Text(f"\n{written.rubric}", style="cyan")
    text += Text(f"\n{', '.join(_counts(written))}", style="dim")
    if written.kept:
        text += Text(f"\nnot written: {written.kept}", style="yellow")
    if not draft.all_points:
        text += Text("\nno points: the guide gives none to draft from", style="yellow")
    return text


def _counts(written: Written) -> Iterator[str]:
    draft = written.named.draft
    found = sum(not point.drafted for point in draft.all_points)
    drafted = len(draft.all_points) - found
    yield str(draft.shape)
    if found or not drafted:
        yield _count(found, "point")
    if drafted:
        yield _count(drafted, "point") + " drafted"
    for number, what in (
        (len(draft.mistakes), "mistake"),
        (len(draft.follow_ups), "follow-up"),
        (len(draft.options), "option"),
    ):
        if number:
            yield _count(number, what)


def _render_skipped(console: Console, extract: Extract) -> None:
    table = Table.grid(padding=(0, 2), pad_edge=True)
    table.add_column(style="yellow")
    table.add_column(justify="right", style="dim", overflow="fold")
    table.add_column(style="dim")
    expected = 0
    for reason, skips in skipped_by_reason(extract).items():
        if reason in EXPECTED_REASONS:
            expected += sum(source.last - source.first + 1 for s in skips for source in s.sources)
            continue
        for number, skip in enumerate(skips):
            if number == _MOST_PLACES:
                rest = ", ".join(s.place for skip in skips[number:] for s in skip.sources)
                table.add_row("", rest, f"and {len(skips) - number} more places")
                break
            place = ", ".join(source.place for source in skip.sources)
            shown = _short(skip.text, _LONGEST_TEXT)
            if skip.reason != reason:
                shown += f" ({skip.reason})"
            table.add_row("" if number else reason, place, shown)
    if table.row_count or expected:
        console.print(Padding(Text("skipped", style="bold"), (0, 0, 0, 1)))
        console.print(table)
    if expected:
        text = f"and {expected} lines that hold only a label, a separator or markup"
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 1)))


def _totals(report: ImportReport) -> Text:
    totals = report.totals
    text = Text(
        f"{_count(totals['drafts'], 'draft')} from {_count(totals['guides'], 'guide')}: "
        f"{_count(totals['points_found'], 'point')} found and {totals['points_drafted']} drafted, "
        f"{_count(totals['mistakes'], 'mistake')}, {_count(totals['follow_ups'], 'follow-up')}, "
        f"{_count(totals['options'], 'option')}",
        style="bold",
    )
    if totals["unfinished"]:
        text += Text(
            f"\n{totals['unfinished']} do not load until they are finished; "
            f"'grader rubrics lint {report.output}/rubrics' says where",
            style="yellow",
        )
    if report.report:
        text += Text(
            f"\nevery line and where it went: {report.output}/{report.report}", style="dim"
        )
    return text


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
