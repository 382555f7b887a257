"""The script of the demonstration."""

from __future__ import annotations

from pathlib import Path

from grader.bank import Bank, InterviewInvalid, InterviewScript, load_interview
from grader.errors import BadInput

_FILE = Path(__file__).with_name("demo.yaml")


def load_demo(bank: Bank) -> InterviewScript:
    """Read the script, whose questions are those of the bank that comes with this package.

    Raises:
        BadInput: The bank in use is another, and has not these questions.
    """
    try:
        return load_interview(_FILE, bank)
    except InterviewInvalid as error:
        reasons = "; ".join(problem.message for problem in error.problems)
        raise BadInput(
            "the demonstration asks questions of the bank that comes with this package, and this one "
            f"differs: {reasons}; unset GRADER_RUBRICS_DIR, or name a script of your own by --script"
        ) from None
