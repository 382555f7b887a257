"""`grader interview`: a whole interview in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.errors import BadInput

if TYPE_CHECKING:
    from grader.bank import Bank, InterviewScript
    from grader.interviewing import InterviewEngine, InterviewPlan, InterviewState
    from grader.settings import Settings
    from grader.types import Level

_SCRIPT_SUFFIXES = (".yaml", ".yml")


def interview(
    script: Annotated[
        str | None, typer.Argument(help="A script's id or file; see 'grader interviews list'.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="Questions on this topic; may be repeated.")
    ] = None,
    level: Annotated[
        list[str] | None, typer.Option(help="Questions of this level; may be repeated.")
    ] = None,
    minutes: Annotated[
        int | None, typer.Option(min=1, max=240, help="Time for all answers; 30 by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another choice of questions.")] = 0,
    save: Annotated[
        Path | None, typer.Option(help="Keep the interview in this file, and go on from it.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the report here: .md, or .json with everything.")
    ] = None,
    show_points: Annotated[
        bool, typer.Option("--show-points", help="Show key points that were not reached.")
    ] = False,
) -> None:
    """Interview yourself: questions, follow-ups, and a report at the end.

    Type an answer, and end it with a line that holds a single dot. '/help' lists what else can be
    said. Answers may also be piped in, in the same form.
    """
    from grader.bank import load_bank
    from grader.cli._interview_report import render_report, write_report
    from grader.cli._open import load_settings
    from grader.interviewing import InterviewEngine, make_report

    settings = load_settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    if report is not None and report.suffix not in (".md", ".json"):
        raise BadInput(f"the report cannot be written to {report}; name it .md or .json")
    state = _saved(save)
    chosen = script is not None or topic or level or minutes is not None
    if state is not None and chosen:
        raise BadInput(
            f"{save} already holds the interview '{state.plan.title}'; to go on with it, give "
            "--save alone; to begin another, give another file"
        )
    plan = state.plan if state else _plan(script, topic, level, minutes, seed, bank)
    engine = InterviewEngine(bank, max_answer_characters=settings.max_answer_characters)
    for question in plan.questions:
        engine.rubric(question.rubric)
    if state is None or state.finished is None:
        state = _hold(engine, plan, state, save, settings)
    result = make_report(engine, state)
    if report is not None:
        write_report(result, report)
    render_report(result if show_points else result.without_key_points())


def _hold(
    engine: InterviewEngine,
    plan: InterviewPlan,
    state: InterviewState | None,
    save: Path | None,
    settings: Settings,
) -> InterviewState:
    import time
    from contextlib import ExitStack

    from grader.cli._interview_talk import Talk
    from grader.cli._open import opened
    from grader.interviewing import Interviewer, build_phrasing
    from grader.judges import SupportsClose

    with ExitStack() as stack:
        grader = stack.enter_context(opened(settings, engine.bank, indexed=False))
        phrasing = build_phrasing(settings, grader)
        if isinstance(phrasing, SupportsClose):
            stack.callback(phrasing.close)
        interviewer = Interviewer(engine, grader, time.time, phrasing)
        talk = stack.enter_context(Talk(interviewer, time.time, _keeper(save)))
        ended = talk.hold(plan, state)
    if ended.finished is None:
        _say_goodbye(save)
        raise typer.Exit(0)
    return ended


def _plan(
    script: str | None,
    topics: list[str] | None,
    levels: list[str] | None,
    minutes: int | None,
    seed: int,
    bank: Bank,
) -> InterviewPlan:
    from grader.interviewing import InterviewFilter, plan_from_filter, plan_from_script

    if script is None:
        wanted = InterviewFilter(
            topics=tuple(topics or ()),
            levels=tuple(_level(name) for name in levels or ()),
            minutes=30 if minutes is None else minutes,
        )
        return plan_from_filter(wanted, bank, seed=seed)
    if topics or levels or minutes is not None:
        raise BadInput(
            "a script has its own questions and times; leave out --topic, --level and --minutes, "
            "or leave out the script"
        )
    return plan_from_script(_script(script, bank), bank, seed=seed)


def _script(name: str, bank: Bank) -> InterviewScript:
    from grader.bank import INTERVIEWS, find_interview, load_interview, load_interviews
    from grader.cli._open import load_settings

    if Path(name).suffix in _SCRIPT_SUFFIXES:
        return load_interview(Path(name), bank)
    folder = load_settings().rubrics_dir / INTERVIEWS
    return find_interview(name, load_interviews(folder, bank))


def _level(name: str) -> Level:
    from grader.types import Level

    try:
        return Level(name)
    except ValueError:
        known = ", ".join(Level)
        raise BadInput(f"there is no level '{name[:40]}'; the levels are {known}") from None


def _saved(file: Path | None) -> InterviewState | None:
    from grader.interviewing import InterviewState, InterviewStateInvalid

    if file is None or not file.exists():
        return None
    try:
        return InterviewState.from_json(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
    except InterviewStateInvalid as error:
        raise BadInput(f"{file}: {error}; give another file to --save") from None


def _keeper(file: Path | None) -> Callable[[InterviewState], None] | None:
    """Return what writes a state to the file, whole or not at all; None without a file."""
    if file is None:
        return None

    def keep(state: InterviewState) -> None:
        beside = file.with_name(f".{file.name}.new")
        try:
            beside.write_text(state.model_dump_json(), encoding="utf-8")
            beside.replace(file)
        except OSError as error:
            message = f"the interview cannot be saved to {file}: {error.strerror}"
            raise BadInput(message) from None

    return keep


def _say_goodbye(save: Path | None) -> None:
    from rich.console import Console

    kept = f"go on with: grader interview --save {save}" if save else "it was not saved"
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"\nInterview paused; {kept}")
