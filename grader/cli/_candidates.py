"""Who answers in an interview at the terminal."""

from __future__ import annotations

import sys
from typing import Protocol

from rich.console import Console
from rich.text import Text

from grader.interviewing import InterviewState

COMMANDS = ("/pass", "/time", "/pause", "/end", "/help")
_END = "."


class Candidate(Protocol):
    """Answers what is asked."""

    def say(self, state: InterviewState, out: Console) -> str | None:
        """Return an answer, or one of `COMMANDS`; None where there is nothing more to say.

        Args:
            state: Where the interview stands; its turn is open.
            out: Where the interview is shown.
        """


class Typing:
    """The person at the terminal, or what is piped in."""

    def say(self, state: InterviewState, out: Console) -> str | None:  # noqa: ARG002
        """Read an answer, which ends with a line that holds a single dot."""
        lines: list[str] = []
        while True:
            if sys.stdin.isatty():
                out.print(Text("> " if not lines else "  ", style="cyan"), end="")
            line = sys.stdin.readline()
            if line == "":
                return "\n".join(lines) if any(map(str.strip, lines)) else None
            line = line.rstrip("\r\n")
            if not any(map(str.strip, lines)) and line.strip() in COMMANDS:
                return line.strip()
            if line.strip() == _END:
                return "\n".join(lines)
            lines.append(line)
