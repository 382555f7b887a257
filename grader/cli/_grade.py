"""`grader grade`: one answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.errors import BadInput


def grade(
    rubric: Annotated[str, typer.Argument(help="A rubric's id, or a rubric file.")],
    source: Annotated[
        str | None, typer.Argument(metavar="[-]", help="'-' reads the answer from standard input.")
    ] = None,
    answer: Annotated[str | None, typer.Option(help="The answer itself.")] = None,
    answer_file: Annotated[
        str | None, typer.Option(help="A UTF-8 file with the answer; '-' is standard input.")
    ] = None,
    rubric_version: Annotated[
        str | None, typer.Option(help="Grade under this version instead of the current one.")
    ] = None,
    asked: Annotated[
        list[str] | None, typer.Option(help="Id of a follow-up already asked; may be repeated.")
    ] = None,
    allow_partial: Annotated[
        bool, typer.Option(help="Score the graded points even if others are ungraded.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the grade as JSON.")] = False,
) -> None:
    """Grade one answer: score, verdicts with the quoted words, what to ask next."""
    import asyncio

    from grader.answers import read_answer
    from grader.bank import load_bank
    from grader.cli._open import bank_of_file, is_rubric_file, load_settings, opened
    from grader.cli._render import render_grade

    text = _read_answer(answer, answer_file, source)
    settings = load_settings()
    from_file = is_rubric_file(rubric)
    if from_file:
        bank = bank_of_file(Path(rubric), settings)
        chosen = next(iter(bank))
    else:
        bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
        chosen = bank.get(rubric, rubric_version)
    # What is wrong with the answer is said at once, not after the model has been loaded.
    read_answer(text, max_characters=settings.max_answer_characters)
    with opened(settings, bank, indexed=not from_file) as grader:
        result = asyncio.run(
            grader.grade(text, chosen, asked=asked or (), allow_partial=allow_partial)
        )
    if as_json:
        sys.stdout.write(result.model_dump_json(indent=2) + "\n")
    else:
        render_grade(result, chosen)


def _read_answer(answer: str | None, answer_file: str | None, source: str | None) -> str:
    if source not in (None, "-"):
        raise BadInput(f"unexpected argument '{source}'; give the answer with --answer")
    given = [value for value in (answer, answer_file, source) if value is not None]
    if len(given) != 1:
        raise BadInput("give the answer in one way: --answer TEXT, --answer-file FILE, or '-'")
    if answer is not None:
        return answer
    name = answer_file or "-"
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"the answer in {name} is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise BadInput(f"the answer file {name} cannot be read: {error.strerror}") from None
