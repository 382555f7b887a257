"""Putting a follow-up into words: the rubric's own, or a model's for a gap that code has chosen."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, Protocol

from grader.errors import GraderError, JudgeUnavailable
from grader.interviewing._follow_ups import FollowUpChoice
from grader.interviewing._leaks import gives_away
from grader.speech import SpokenAnswer
from grader.types import FollowUpStyle, Grade, Rubric, Verdict

if TYPE_CHECKING:
    from grader.llm import Caller
    from grader.redaction import Redactor
    from grader.settings import Settings

_log = logging.getLogger(__name__)

_PROMPT = "phrase-v1.md"
_HEADING = re.compile(r"^# (\w+)[ \t]*$", re.MULTILINE)
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"follow_up": {"type": "string"}},
    "required": ["follow_up"],
    "additionalProperties": False,
}
_REPLY_TOKENS = 200
_LONGEST = 400
_HELP: Mapping[FollowUpStyle, str] = {
    FollowUpStyle.PUMP: "not at all; it only asks for more",
    FollowUpStyle.PROBE: "not at all; it asks about something definite",
    FollowUpStyle.HINT: "as much as the follow-up itself does, and no more",
    FollowUpStyle.PROMPT: "as much as the follow-up itself does, and no more",
}


@dataclass(frozen=True, slots=True)
class PhrasingRequest:
    """A follow-up to be put into words.

    Attributes:
        choice: What code has chosen to ask, and for which gap.
        said: The candidate's words on this question so far; hostile text.
        open: Ids of all points and mistakes whose answer must not be given away.
    """

    rubric: Rubric
    choice: FollowUpChoice
    said: str
    open: tuple[str, ...] = ()


class Phrasing(Protocol):
    """Puts follow-ups into words."""

    async def phrase(self, request: PhrasingRequest) -> str:
        """Return the words to ask with; never fails."""
        ...


class RubricWords:
    """Asks in the rubric's own words."""

    async def phrase(self, request: PhrasingRequest) -> str:
        """Return the follow-up as its author wrote it."""
        return request.choice.follow_up.ask


class GradesText(Protocol):
    """What is needed of a `Grader` here."""

    async def grade(
        self,
        answer: str,
        rubric: Rubric,
        *,
        asked: Collection[str] = (),
        spoken: SpokenAnswer | None = None,
    ) -> Grade:
        """Grade one answer; see `Grader.grade`."""
        ...


class LlmPhrasing:
    """Asks a language model for words, and falls back to the rubric's where they will not do.

    Words that give the answer away are not used. Two checks look for that: the words of the rubric
    (`gives_away`), and the judge, who must not find an open point in the follow-up.
    """

    def __init__(
        self, caller: Caller, *, redactor: Redactor, grader: GradesText | None = None
    ) -> None:
        """Put the parts together; `build_phrasing` makes them from settings.

        Args:
            caller: Carries requests to the model; closed by `close`.
            redactor: Takes out of the candidate's words what the model must not see.
            grader: Judges what the model wrote; None to go by words alone.
        """
        self._caller = caller
        self._redactor = redactor
        self._grader = grader

    async def phrase(self, request: PhrasingRequest) -> str:
        """Return the model's words, or the rubric's where there are none that will do."""
        own = request.choice.follow_up.ask
        try:
            ask = await self._ask(request)
        except JudgeUnavailable as error:
            _log.warning("a follow-up is asked in the rubric's words: %s", error)
            return own
        owner = await self._given_away(ask, request)
        if owner is not None:
            _log.warning("a model's follow-up would give away '%s' and is not used", owner)
            return own
        return ask

    def close(self) -> None:
        """Close the connections to the model."""
        self._caller.close()

    async def _ask(self, request: PhrasingRequest) -> str:
        from grader.llm import ChatRequest, Message, current_budget, estimate_tokens, input_tokens

        said = await asyncio.to_thread(self._redactor.redact, request.said)
        system, task = _prompt()
        written = task.substitute(
            question=request.rubric.question,
            ask=request.choice.follow_up.ask,
            style=_HELP[request.choice.follow_up.style],
            fence=_fence(said.text),
            answer=_visible(said.text),
        )
        messages = (Message("system", system.substitute()), Message("user", written))
        chat = ChatRequest(messages, _SCHEMA, _REPLY_TOKENS)
        asked = input_tokens(chat)
        with current_budget().reserve(asked + _REPLY_TOKENS) as reservation:
            reply = await self._caller.complete(chat)
            reservation.spent = asked + estimate_tokens(reply.text)
        if reply.refusal is not None or reply.cut_off:
            raise JudgeUnavailable("the LLM did not put the follow-up into words")
        return _checked(reply.text)

    async def _given_away(self, ask: str, request: PhrasingRequest) -> str | None:
        own = request.choice.follow_up.ask
        owners = dict.fromkeys((*request.choice.targets, *request.open))
        for owner in owners:
            if gives_away(ask, request.rubric, owner, known=(own, request.said)):
                return owner
        if self._grader is None or ask == own:
            return None
        try:
            grade = await self._grader.grade(ask, request.rubric)
        except GraderError as error:
            _log.warning("a model's follow-up cannot be checked: %s", error)
            return "?"
        told = (Verdict.COVERED, Verdict.PARTIAL, Verdict.UNGRADED)
        return next((p.id for p in grade.points if p.id in owners and p.verdict in told), None)


def build_phrasing(settings: Settings, grader: GradesText | None = None) -> Phrasing:
    """Make what the settings ask for: a model's words where an LLM judges, else the rubric's.

    Raises:
        ConfigurationError: Something that the LLM needs is missing.
    """
    if settings.judge == "local":
        return RubricWords()
    from grader.llm import connect
    from grader.redaction import build_redactor

    caller = connect(settings.llm)
    return LlmPhrasing(caller, redactor=build_redactor(settings.llm.redaction), grader=grader)


@lru_cache(maxsize=1)
def _prompt() -> tuple[Template, Template]:
    text = (files(__package__) / "prompts" / _PROMPT).read_text(encoding="utf-8")
    _, *parts = _HEADING.split(text)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    return Template(sections["system"].strip()), Template(sections["task"].strip())


def _checked(text: str) -> str:
    """Read the reply: one object, one key, one short line."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise JudgeUnavailable("the LLM's follow-up cannot be read: it is not JSON") from None
    if not isinstance(document, dict) or document.keys() != {"follow_up"}:
        raise JudgeUnavailable("the LLM's follow-up cannot be read: it is of another form")
    said = document["follow_up"]
    ask = " ".join(said.split()) if isinstance(said, str) else ""
    if not ask or len(ask) > _LONGEST or not ask.isprintable():
        raise JudgeUnavailable(f"the LLM's follow-up is not a line of 1 to {_LONGEST} characters")
    return ask


def _visible(text: str) -> str:
    from grader.judges.llm._quotes import as_seen

    return as_seen(text)


def _fence(text: str) -> str:
    while True:
        fence = f"----- {secrets.token_hex(12)} -----"
        if fence not in text:
            return fence
