"""From what a tenant sends to draft rubrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from api.rubrics._body import RubricFormat
from grader.bank import Bank, ReferenceAnswer, read_rubric
from grader.bank.exchange import Imported, read_healthbench, read_table
from grader.errors import Problem, RubricInvalid
from grader.types import Rubric, Status

# A rubric of the bank has a dozen points and a hundred statements of some twenty words. What these
# bound is the time of the lint and of comparisons, which take each statement with each, and of encoding them all.
_MOST_ENTRIES = {
    "topics": 50,
    "points": 50,
    "mistakes": 50,
    "follow_ups": 100,
    "vocabulary": 200,
    "options": 50,
    "examples": 100,
}
_MOST_STATEMENTS = 300
_LONGEST_STATEMENT = 1_000
_LONGEST_REFERENCE = 20_000
_MOST_RUBRICS = 200

_NAME = "rubric"


def read_draft(text: str, written_as: RubricFormat, bank: Bank) -> Rubric:
    """Read one rubric, as a draft; takes up to some seconds for the largest body.

    Args:
        text: The body.
        written_as: JSON or YAML.
        bank: Its reference answers may be named by `reference`.

    Raises:
        RubricInvalid: It breaks the format, or is larger than a rubric may be; each problem has its
            line.
    """
    rubric = read_rubric(text, _references(bank), f"{_NAME}{written_as.suffix}")
    draft = rubric.model_copy(update={"status": Status.DRAFT})
    if problems := list(_too_large(draft)):
        raise RubricInvalid(problems)
    return draft


def read_import(text: str, written_as: RubricFormat, bank: Bank, *, question: str = "") -> Imported:
    """Read rubrics, as drafts.

    Args:
        text: The body.
        written_as: Any format.
        bank: As for `read_draft`.
        question: For a bare list of HealthBench criteria, which has none.

    Raises:
        RubricInvalid: Something cannot be made a rubric; carries every problem with its place.
    """
    file, corpus = f"{_NAME}s{written_as.suffix}", _references(bank)
    if written_as is RubricFormat.CSV:
        found = read_table(text, file, corpus=corpus)
    elif written_as is RubricFormat.HEALTHBENCH:
        found = read_healthbench(text, file, question=question, corpus=corpus)
    else:
        found = Imported((read_draft(text, written_as, bank),))
    if len(found.rubrics) > _MOST_RUBRICS:
        message = f"{len(found.rubrics)} rubrics; send at most {_MOST_RUBRICS} at once"
        raise RubricInvalid([Problem("", message)])
    problems = [
        Problem(f"{rubric.id}.{problem.where}", problem.message)
        for rubric in found.rubrics
        for problem in _too_large(rubric)
    ]
    if problems:
        raise RubricInvalid(problems)
    return found


def _references(bank: Bank) -> Mapping[str, ReferenceAnswer]:
    """Collect the reference answers of the bank's rubrics by source."""
    return {
        rubric.reference: ReferenceAnswer(
            source=rubric.reference, title=rubric.question, text=rubric.reference_answer
        )
        for rubric in bank.all_versions()
        if rubric.reference and rubric.reference_answer
    }


def _too_large(rubric: Rubric) -> Iterator[Problem]:
    for part, most in _MOST_ENTRIES.items():
        count = len(getattr(rubric, part))
        if count > most:
            yield Problem(part, f"has {count} entries; there may be at most {most}")
    if len(rubric.reference_answer) > _LONGEST_REFERENCE:
        yield Problem("reference_answer", f"may have at most {_LONGEST_REFERENCE:,} characters")
    statements = list(_statements(rubric))
    if len(statements) > _MOST_STATEMENTS:
        message = (
            f"claims, phrasings and mistakes come to {len(statements)}; there may be at most "
            f"{_MOST_STATEMENTS} in all"
        )
        yield Problem("points", message)
    for where, statement in statements:
        if len(statement) > _LONGEST_STATEMENT:
            yield Problem(where, f"may have at most {_LONGEST_STATEMENT:,} characters")


def _statements(rubric: Rubric) -> Iterator[tuple[str, str]]:
    """Yield what answers are compared with, and where it stands."""
    for place, point in enumerate(rubric.points):
        for text in (point.claim, *point.accept, *point.reject):
            yield f"points[{place}]", text
    for place, mistake in enumerate(rubric.mistakes):
        yield f"mistakes[{place}]", mistake.claim
