"""The LLM judge: examples, cache and conversation put together."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Sequence

from grader import __version__
from grader.judges._protocol import JudgeIdentity, JudgeTask
from grader.judges.llm._cache import JudgementCache, cache_key
from grader.judges.llm._conversation import Conversation
from grader.judges.llm._examples import ExampleSource
from grader.judges.llm._items import REPLY_FORM, Items
from grader.judges.llm._prompt import Prompt
from grader.judges.llm._quotes import QuoteFinder
from grader.judges.llm._seen import Seen
from grader.llm import Caller
from grader.redaction import Redactor
from grader.settings import LlmSettings
from grader.types import Judgement, Usage, Verdict, WorkedExample


class LlmJudge:
    """Judges with any OpenAI-compatible model, which quotes the answer and gives no score."""

    def __init__(
        self,
        settings: LlmSettings,
        *,
        prompt: Prompt,
        caller: Caller,
        examples: ExampleSource,
        redactor: Redactor,
        cache: JudgementCache | None = None,
        random_text: Callable[[], str] = lambda: secrets.token_hex(12),
    ) -> None:
        """Put the parts together; `build_llm_judge` makes them from settings.

        Args:
            settings: The model and its limits.
            prompt: What the model is told.
            caller: Carries requests to the model.
            examples: Knows judged answers to show beside the one to judge.
            redactor: Takes out of answers what the model must not see.
            cache: Keeps what was judged; None to judge anew each time.
            random_text: Makes up what fences the answer, new for each.
        """
        self._settings = settings
        self._prompt = prompt
        self._caller = caller
        self._examples = examples
        self._redactor = redactor
        self._cache = cache
        self._random_text = random_text

    @property
    def identity(self) -> JudgeIdentity:
        """The model, and the prompt's hash."""
        return JudgeIdentity("llm", self._settings.model, self._prompt.sha256)

    async def judge(self, task: JudgeTask) -> Judgement:
        """Judge every point and mistake; see `Judge.judge`."""
        return await self.judge_items(task, Items.of(task.rubric).ids)

    async def judge_items(self, task: JudgeTask, ids: Collection[str]) -> Judgement:
        """Judge some points and mistakes in one call; see `ItemJudge.judge_items`."""
        items = Items.of(task.rubric).only(ids)
        if not items.ids:
            return Judgement(points=())
        examples = await self._examples.nearest(task, self._settings.examples)
        if self._cache is None:
            return await self._ask(task, items, examples)
        key = self._key(task, items, examples)
        kept = await asyncio.to_thread(self._cache.get, key)
        if kept is not None:
            return kept
        judgement = await self._ask(task, items, examples)
        if _is_whole(judgement):
            free = judgement.model_copy(update={"usage": Usage()})
            await asyncio.to_thread(self._cache.put, key, free, task.answer.text)
        return judgement

    def forget(self, answer: str) -> int:
        """Delete what is kept of an answer; see `SupportsForget.forget`."""
        return 0 if self._cache is None else self._cache.forget(answer)

    def close(self) -> None:
        """Close connections and the cache."""
        self._caller.close()
        if self._cache is not None:
            self._cache.close()

    async def _ask(
        self, task: JudgeTask, items: Items, examples: Sequence[WorkedExample]
    ) -> Judgement:
        seen = await asyncio.to_thread(Seen.of, task.answer, examples, self._redactor)
        finder = QuoteFinder(seen.answer)
        conversation = Conversation(self._settings, self._prompt, self._caller.complete, finder)
        fence = self._fence([seen.answer.text, *(example.answer for example in seen.examples)])

        def written(shown: Sequence[WorkedExample]) -> str:
            return self._prompt.task(task.rubric, items, seen.answer.text, shown, fence)

        text = written(seen.examples)
        if examples and not conversation.fits(text, items):
            text = written(())
        return seen.as_given(await conversation.judge(text, items))

    def _fence(self, answers: Sequence[str]) -> str:
        while True:
            fence = f"----- {self._random_text()} -----"
            if not any(fence in answer for answer in answers):
                return fence

    def _key(self, task: JudgeTask, items: Items, examples: Sequence[WorkedExample]) -> str:
        return cache_key(
            {
                "answer": task.answer.text,
                "rubric": task.rubric.sha256,
                "items": items.ids,
                "examples": [example.model_dump(mode="json") for example in examples],
                "redaction": self._redactor.fingerprint,
                "prompt": self._prompt.sha256,
                "model": self._settings.model,
                "endpoint": self._settings.base_url.rstrip("/"),
                "temperature": self._settings.temperature,
                "seed": self._settings.seed,
                "reasoning_tokens": self._settings.reasoning_tokens,
                "call_tokens": self._settings.call_tokens,
                "form": REPLY_FORM,
                "version": __version__,
            }
        )


def _is_whole(judgement: Judgement) -> bool:
    return all(point.verdict is not Verdict.UNGRADED for point in judgement.points) and all(
        mistake.made is not None for mistake in judgement.mistakes
    )
