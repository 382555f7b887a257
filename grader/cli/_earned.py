"""What one answer of an interview earned, for somebody who watches."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.interviewing import Graded, InterviewEngine, InterviewState
from grader.types import Evidence, MistakeGrade, PointGrade

_LONGEST_QUOTE = 110


def earned(graded: Graded, state: InterviewState, engine: InterviewEngine) -> RenderableType:
    """Return what an answer changed: points newly covered, mistakes made or taken back, the score."""
    question = state.questions[graded.question - 1]
    rubric = engine.rubric(question.planned.rubric)
    grade = next(turn.grade for turn in question.turns if turn.number == graded.turn)
    points: dict[str, PointGrade] = {p.id: p for p in grade.points} if grade else {}
    mistakes: dict[str, MistakeGrade] = {m.id: m for m in grade.mistakes} if grade else {}
    rows = Table.grid(padding=(0, 1))
    for point in rubric.points:
        found = points[point.id].evidence if point.id in points else ()
        if point.id in graded.covered:
            rows.add_row(Text("✓", style="green"), _entry(point.claim, found))
        elif point.id in graded.contradicted:
            rows.add_row(Text("✗", style="red"), _entry(f"Says otherwise: {point.claim}", found))
    for mistake in rubric.mistakes:
        found = mistakes[mistake.id].evidence if mistake.id in mistakes else ()
        if mistake.id in graded.mistakes:
            rows.add_row(Text("!", style="bold red"), _entry(f"Mistake: {mistake.claim}", found))
        elif mistake.id in graded.corrected:
            rows.add_row(Text("✓", style="green"), Text(f"Taken back: {mistake.claim}"))
    return Group(rows, _score(graded)) if rows.row_count else _score(graded)


def _entry(claim: str, evidence: tuple[Evidence, ...]) -> RenderableType:
    if not evidence:
        return Text(claim)
    quote = " ".join(evidence[0].quote.split())
    if len(quote) > _LONGEST_QUOTE:
        quote = quote[: _LONGEST_QUOTE - 1] + "…"
    return Group(Text(claim), Text(f"“{quote}”", style="italic dim"))


def _score(graded: Graded) -> Text:
    if graded.unprompted is None or graded.prompted is None:
        return Text("score withheld: not everything could be judged", style="magenta")
    text = f"{graded.unprompted:g} of 100"
    if graded.prompted != graded.unprompted:
        text += f" unprompted, {graded.prompted:g} with help"
    return Text(text, style="dim")
