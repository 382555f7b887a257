"""`grader demo`: a short interview from welcome to report, to see what this is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from grader.bank import Bank, InterviewScript
    from grader.demo import RehearsedCandidate
    from grader.interviewing import InterviewEngine, InterviewPlan, InterviewState
    from grader.settings import Settings

_PLAIN_WIDTH = 100


def demo(
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Answer the questions yourself.")
    ] = False,
    script: Annotated[
        str | None,
        typer.Option(help="Another interview script; see 'grader interviews list'."),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="No colours; 100 columns wide.")] = False,
) -> None:
    """Watch a short interview: one answer is good, one partial, one has a mistake.

    The answers are graded as you watch, on this machine. With --script, questions without a
    rehearsed answer get the first worked example of their rubric.
    """
    from rich.console import Console

    from grader.bank import load_bank
    from grader.cli._interview_report import render_report
    from grader.cli._open import load_settings
    from grader.interviewing import InterviewEngine, make_report, plan_from_script

    out = _plain() if plain else Console(highlight=False)
    settings = load_settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    engine = InterviewEngine(bank, max_answer_characters=settings.max_answer_characters)
    plan = plan_from_script(_script(script, bank, settings), bank)
    try:
        ended = _hold(engine, plan, settings, out, interactive=interactive)
    except KeyboardInterrupt:
        ended = None
    if ended is None or ended.finished is None:
        out.print("\nThe demonstration was stopped; nothing is kept of it.")
        raise typer.Exit(130)
    report = make_report(engine, ended)
    render_report(report.without_key_points() if interactive else report, out)


def _hold(
    engine: InterviewEngine,
    plan: InterviewPlan,
    settings: Settings,
    out: Console,
    *,
    interactive: bool,
) -> InterviewState:
    import time
    from contextlib import ExitStack

    from grader.cli._interview_talk import Talk
    from grader.cli._open import opened
    from grader.demo import RehearsedCandidate, load_answers
    from grader.interviewing import Interviewer, build_phrasing
    from grader.judges import SupportsClose

    candidate = None if interactive else _Rehearsed(RehearsedCandidate(load_answers(), engine))
    with ExitStack() as stack:
        grader = stack.enter_context(opened(settings, engine.bank, indexed=False))
        phrasing = build_phrasing(settings, grader)
        if isinstance(phrasing, SupportsClose):
            stack.callback(phrasing.close)
        interviewer = Interviewer(engine, grader, time.time, phrasing)
        talk = Talk(
            interviewer,
            time.time,
            candidate=candidate,
            out=out,
            show_grades=not interactive,
        )
        with talk:
            return talk.hold(plan, None)


class _Rehearsed:
    """Says what was rehearsed, for everybody to read."""

    def __init__(self, candidate: RehearsedCandidate) -> None:
        self._candidate = candidate

    def say(self, state: InterviewState, out: Console) -> str:
        from rich.text import Text

        answer = self._candidate.answer(state)
        out.print()
        out.print(Text("Candidate: ", style="cyan") + Text(answer or "I would rather go on."))
        out.print()
        return answer or "/pass"


def _plain() -> Console:
    from rich.console import Console

    return Console(highlight=False, color_system=None, width=_PLAIN_WIDTH)


def _script(name: str | None, bank: Bank, settings: Settings) -> InterviewScript:
    from grader.bank import INTERVIEWS, find_interview, load_interviews
    from grader.demo import load_demo

    if name is None:
        return load_demo(bank)
    return find_interview(name, load_interviews(settings.rubrics_dir / INTERVIEWS, bank))
