"""`grader interviews`: the bank's interview scripts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.bank import Bank, InterviewScript

interviews = typer.Typer(
    help="List, show and check interview scripts.", no_args_is_help=True, rich_markup_mode=None
)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@interviews.command("list")
def list_scripts(as_json: _Json = False) -> None:
    """List the interview scripts of the bank."""
    import json

    from rich.console import Console
    from rich.table import Table

    scripts, _ = _load()
    if as_json:
        fields = {"id", "version", "title", "level", "minutes"}
        listed = [
            script.model_dump(mode="json", include=fields)
            | {"questions": [question.rubric for question in script.questions]}
            for script in scripts
        ]
        sys.stdout.write(json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
        return
    console = Console(highlight=False)
    if not scripts:
        console.print("there are no interview scripts in this bank", style="dim")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("id", "level", "minutes", "questions", "title"):
        table.add_column(heading, no_wrap=heading != "title")
    for script in scripts:
        counts = str(script.minutes), str(len(script.questions))
        table.add_row(script.id, script.level, *counts, script.title)
    console.print(table)


@interviews.command()
def show(
    script: Annotated[str, typer.Argument(help="A script's id.")], as_json: _Json = False
) -> None:
    """Show one script as an interviewer reads it."""
    from grader.bank import find_interview

    scripts, bank = _load()
    found = find_interview(script, scripts)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        _render(found, bank)


@interviews.command()
def lint(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of scripts; the bank's by default.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Check scripts: the format, the rubrics they name, levels and times.

    Exits with 1 when there is an error.
    """
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.text import Text

    from grader.bank import INTERVIEWS, load_bank, read_interviews
    from grader.cli._open import load_settings
    from grader.errors import BadInput

    settings = load_settings()
    chosen = folder or settings.rubrics_dir / INTERVIEWS
    if folder is not None and not folder.is_dir():
        raise BadInput(f"{folder} is not a folder; give the folder that holds the scripts")
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    scripts, problems = read_interviews(chosen, bank)
    if as_json:
        sys.stdout.write(json.dumps([asdict(problem) for problem in problems], indent=2) + "\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        for problem in problems:
            console.print(Text("error: ", style="red") + Text(str(problem)))
        checked = len(scripts) + len({problem.file for problem in problems})
        console.print(f"{checked} interview scripts checked: {len(problems)} errors")
    if problems:
        raise typer.Exit(1)


def _load() -> tuple[tuple[InterviewScript, ...], Bank]:
    from grader.bank import INTERVIEWS, load_bank, load_interviews
    from grader.cli._open import load_settings

    settings = load_settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    return load_interviews(settings.rubrics_dir / INTERVIEWS, bank), bank


def _render(script: InterviewScript, bank: Bank) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)

    def section(title: str, minutes: int | None = None) -> None:
        console.print()
        length = f"  {minutes} min" if minutes else ""
        console.print(Text(title, style="bold underline") + Text(length, style="dim"))

    console.print(Text(script.title, style="bold"))
    about = f"{script.id} {script.version}; {script.level}; {script.minutes} minutes"
    console.print(Text(about, style="dim"))
    hints = "hints may grow" if script.policy.hint_escalation else "no growing hints"
    goes_on = "when all is covered" if script.policy.stop_when_covered else "when time is up"
    console.print(Text(f"{hints}; on to the next question {goes_on}", style="dim"))
    section("Setup")
    console.print(Text(script.setup))
    section("Opening", script.opening.minutes)
    console.print(Text(script.opening.say))
    for number, asked in enumerate(script.questions, start=1):
        section(f"{number}. {asked.rubric}", asked.minutes)
        if asked.transition:
            console.print(Text(asked.transition, style="italic"))
        console.print(Text(bank.get(asked.rubric).question, style="bold"))
        for letter, option in zip("ABCDEFGH", bank.get(asked.rubric).options, strict=False):
            console.print(Padding(Text(f"{letter}  {option.text}"), (0, 0, 0, 3)))
        limit = script.follow_ups_for(asked)
        console.print(Text(f"at most {limit} follow-up{'s' * (limit != 1)}", style="dim"))
    section("Closing", script.closing.minutes)
    console.print(Text(script.closing.say))
