"""One answer put to the model: asked, checked, and asked once more about what cannot be used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from grader.errors import JudgeUnavailable, TokenBudgetExceeded
from grader.judges.llm._items import Items, reply_schema
from grader.judges.llm._prompt import Prompt
from grader.judges.llm._quotes import QuoteFinder
from grader.judges.llm._reply import CheckedReply, check_reply
from grader.llm import (
    ChatReply,
    ChatRequest,
    Message,
    current_budget,
    estimate_tokens,
    input_tokens,
    reply_tokens,
)
from grader.settings import LlmSettings
from grader.types import Judgement, MistakeFinding, PointFinding, Usage, Verdict

# How much longer a reply may be that was cut off the first time.
_LONGER = 4

_LONGEST_ECHO = 8000
_LONGEST_REFUSAL = 200
_MOST_NAMED = 5

Complete = Callable[[ChatRequest], Awaitable[ChatReply]]


class Conversation:
    """Judges some points and mistakes of one answer.

    Attributes:
        usage: What the calls made so far have used.
    """

    def __init__(
        self, settings: LlmSettings, prompt: Prompt, complete: Complete, finder: QuoteFinder
    ) -> None:
        """Prepare; nothing is asked yet."""
        self.usage = Usage()
        self._settings = settings
        self._prompt = prompt
        self._complete = complete
        self._finder = finder

    async def judge(self, task: str, items: Items) -> Judgement:
        """Put the task to the model.

        Args:
            task: The user message, fence and answer included.
            items: The points and mistakes that it is about.

        Raises:
            JudgeUnavailable: There was no reply, or none that could be read to its end.
        """
        messages = (Message("system", self._prompt.system), Message("user", task))
        try:
            text = await self._ask(messages, items)
        except JudgeUnavailable as error:
            error.usage = self.usage
            raise
        checked = check_reply(text, items, self._finder)
        if checked.problems:
            checked = await self._repair(messages, text, items, checked)
        return self._judgement(items, checked)

    def fits(self, task: str, items: Items) -> bool:
        """Tell whether a task is small enough for one call."""
        messages = (Message("system", self._prompt.system), Message("user", task))
        request = ChatRequest(messages, reply_schema(items), self._room(items))
        return input_tokens(request) + request.output_tokens <= self._settings.call_tokens

    async def _repair(
        self, messages: Sequence[Message], text: str, items: Items, first: CheckedReply
    ) -> CheckedReply:
        wrong = items.only(first.problems)
        complaint = self._prompt.repair(_complaints(first), wrong.ids)
        longer = (*messages, Message("assistant", text[:_LONGEST_ECHO]), Message("user", complaint))
        try:
            again = await self._ask(longer, wrong)
        except JudgeUnavailable as error:
            problems = {
                name: f"{why}; asked again, {error}" for name, why in first.problems.items()
            }
            return CheckedReply(first.points, first.mistakes, problems, first.unknown)
        return check_reply(again, wrong, self._finder).after(first)

    async def _ask(self, messages: Sequence[Message], items: Items) -> str:
        request = ChatRequest(tuple(messages), reply_schema(items), self._room(items))
        reply = await self._call(request)
        if reply.cut_off:
            left = self._settings.call_tokens - input_tokens(request)
            room = min(_LONGER * request.output_tokens, left)
            if room > request.output_tokens:
                reply = await self._call(ChatRequest(request.messages, request.schema, room))
        if reply.refusal is not None:
            refusal = " ".join(reply.refusal.split())[:_LONGEST_REFUSAL]
            raise JudgeUnavailable(f"the LLM refused to judge the answer: {refusal}")
        if reply.cut_off:
            raise JudgeUnavailable(
                "the LLM's reply was cut off for its length; if the model thinks before it replies, "
                "raise GRADER_LLM_REASONING_TOKENS and GRADER_LLM_CALL_TOKENS"
            )
        return reply.text

    async def _call(self, request: ChatRequest) -> ChatReply:
        asked = input_tokens(request)
        needed = asked + request.output_tokens
        if needed > self._settings.call_tokens:
            raise TokenBudgetExceeded(
                f"the answer and its rubric may need {needed:,} tokens in one call; "
                f"the limit is {self._settings.call_tokens:,} (GRADER_LLM_CALL_TOKENS)"
            )
        with current_budget().reserve(needed) as reservation:
            reply = await self._complete(request)
            usage = reply.usage or Usage(
                llm_calls=1, input_tokens=asked, output_tokens=estimate_tokens(reply.text)
            )
            reservation.spent = usage.input_tokens + usage.output_tokens
        self.usage += usage
        return reply

    def _room(self, items: Items) -> int:
        return reply_tokens(len(items.ids)) + self._settings.reasoning_tokens

    def _judgement(self, items: Items, checked: CheckedReply) -> Judgement:
        why = {
            name: f"The LLM's verdict was rejected: {p}." for name, p in checked.problems.items()
        }
        return Judgement(
            points=tuple(
                checked.points.get(point.id)
                or PointFinding(point_id=point.id, verdict=Verdict.UNGRADED, why=why[point.id])
                for point in items.points
            ),
            mistakes=tuple(
                checked.mistakes.get(mistake.id)
                or MistakeFinding(mistake_id=mistake.id, made=None, why=why[mistake.id])
                for mistake in items.mistakes
            ),
            usage=self.usage,
            notes=tuple(_notes(checked)),
        )


def _complaints(checked: CheckedReply) -> list[str]:
    reasons = set(checked.problems.values())
    if len(reasons) == 1 and len(checked.problems) > 1:
        complaints = [f"all of them: {reasons.pop()}"]
    else:
        complaints = [f"{name}: {problem}" for name, problem in checked.problems.items()]
    if checked.unknown:
        complaints.append(f"nobody asked about: {', '.join(checked.unknown)}")
    return complaints


def _notes(checked: CheckedReply) -> Sequence[str]:
    notes = []
    if checked.problems:
        notes.append(f"The LLM's verdicts were rejected on {_named(checked.problems)}.")
    if checked.unknown:
        listed = ", ".join(checked.unknown)
        notes.append(f"The LLM spoke of what is not in the rubric, which was left out: {listed}.")
    return notes


def _named(problems: Mapping[str, str]) -> str:
    named = [f"{name} ({problem})" for name, problem in list(problems.items())[:_MOST_NAMED]]
    more = len(problems) - len(named)
    return "; ".join(named) + (f" and {more} more" if more else "")
