"""Grading one answer, from text to `Grade`; everything else calls this."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Self

from grader import __version__
from grader.answers import find_flags, matchable, read_answer, spoken_terms
from grader.bank import Bank, load_bank
from grader.bank.lint import TEXT_CHECKS, Check, meaning_checks
from grader.choices import with_choice
from grader.embedding import SharedEncoder, build_embedder, build_question_embedder
from grader.errors import JudgeUnavailable
from grader.findings import completed, mistake_grades, point_grades, with_verbatim_evidence
from grader.follow_up import choose_follow_up
from grader.index import (
    ExampleIndex,
    VectorIndex,
    build_index,
    related_question,
)
from grader.judges import Judge, JudgeTask, SupportsClose, SupportsForget, build_judge
from grader.review import UNREADABLE, grade_flags, review_reasons
from grader.reviewed import ExampleTexts, ReviewedAnswers
from grader.routing import OwnRubrics, QuestionRouter
from grader.rubric_vectors import RubricVectorCache
from grader.scoring import missing_points, score
from grader.settings import Settings
from grader.speech import SpokenAnswer, as_heard, describe
from grader.tracing import span
from grader.types import (
    Grade,
    GraderRef,
    Judgement,
    NextQuestion,
    Rubric,
    RubricRef,
    Usage,
)

OnJudged = Callable[[float, bool], object]
"""Told after each judgement how many seconds it took, and whether the judge could judge."""


class Forgotten(NamedTuple):
    """How much was deleted that was kept of an answer outside the records.

    Attributes:
        judgements: What a judge had kept, so as not to judge again.
        examples: Vectors in the index.
    """

    judgements: int
    examples: int


class Grader:
    """The service's core: a bank, its index, an encoder and a judge, put together once.

    Grading is async and safe to call concurrently; concurrent grades share model batches.

    Attributes:
        on_judged: Whoever keeps figures sets it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        bank: Bank,
        encoder: SharedEncoder,
        judge: Judge,
        index: VectorIndex | None,
        questions: SharedEncoder | None = None,
    ) -> None:
        """Put the parts together; `Grader.open` makes them from settings.

        Args:
            settings: Limits and thresholds.
            bank: Rubrics by id.
            encoder: Shared by the judge and the index.
            judge: Decides verdicts.
            index: Holds the bank's vectors; without one, rubrics are encoded when first used,
                and questions cannot be routed.
            questions: Encodes free-form questions as the index does; `encoder` by default.
        """
        self.settings = settings
        self.bank = bank
        self.judge = judge
        self._encoder = encoder
        self._questions = questions or encoder
        self._index = index
        self._router: QuestionRouter | None = None
        if index is not None:
            self._router = QuestionRouter(
                index,
                bank,
                self._questions,
                min_similarity=settings.route_similarity,
                min_margin=settings.route_margin,
            )
        self.reviewed: ReviewedAnswers | None = None
        self.on_judged: OnJudged = lambda _seconds, _judged: None
        self._vectors = RubricVectorCache(index, encoder)

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        bank: Bank | None = None,
        indexed: bool = True,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Load everything that the settings name; blocks for some seconds.

        Args:
            settings: What to load.
            bank: The rubrics to grade by; those in the settings by default.
            indexed: Whether to keep the bank's vectors in the index. Without it rubrics are encoded
                when first used, and questions cannot be routed.
            on_progress: Called with (done, total) while rubrics are indexed.

        Raises:
            RubricInvalid: The bank has problems.
            ConfigurationError: Some part is missing.
        """
        bank = bank or load_bank(settings.rubrics_dir, settings.corpus_dir)
        encoder = SharedEncoder(build_embedder(settings))
        questions = SharedEncoder(build_question_embedder(settings))
        try:
            judge = build_judge(settings, encoder)
            index = None
            if indexed:
                index = build_index(settings)
                index.sync(list(bank), encoder, on_progress, questions=questions)
        except BaseException:
            questions.close()
            encoder.close()
            raise
        return cls(
            settings, bank=bank, encoder=encoder, judge=judge, index=index, questions=questions
        )

    def close(self) -> None:
        """Finish what is being encoded, end all threads, and close the judge and the index."""
        if isinstance(self.judge, SupportsClose):
            self.judge.close()
        self._vectors.close()
        if self._index is not None:
            self._index.close()
        self._questions.close()
        self._encoder.close()

    def __enter__(self) -> Self:
        """Use as a context manager that closes."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    async def grade(
        self,
        answer: str,
        rubric: Rubric,
        *,
        asked: Collection[str] = (),
        allow_partial: bool = False,
        scope: str = "",
        spoken: SpokenAnswer | None = None,
    ) -> Grade:
        """Grade one answer.

        Args:
            answer: The candidate's words, as typed or transcribed.
            rubric: The version to grade under.
            asked: Ids of follow-ups put to the candidate already.
            allow_partial: Score the graded points when some are ungraded, instead of withholding
                the score.
            scope: Whose answer it is; a judge may be shown reviewed answers of the same owner.
            spoken: What is known of it where it was spoken; `answer` is its transcript's text.

        Raises:
            AnswerInvalid: The answer cannot be graded as it stands.
            IndexUnavailable: The follow-up or examples cannot be looked for now.
        """
        started = time.perf_counter()
        least_confidence = self.settings.speech.least_confidence
        read = read_answer(
            answer,
            max_characters=self.settings.max_answer_characters,
            vocabulary=spoken_terms(rubric),
            spoken=spoken is not None and spoken.recognised is None,
        )
        with span("retrieve", {"rubric.id": rubric.id, "rubric.version": rubric.version}):
            vectors = await self._vectors.get(rubric)
        noticed = find_flags(read, rubric)
        failure = next((why for flag, why in UNREADABLE.items() if flag in noticed), None)
        try:
            if failure is None:
                task = JudgeTask(read, rubric, vectors, scope, self.reviewed)
                judgement = await self._judge(task)
            else:
                judgement = Judgement(points=())
        except JudgeUnavailable as error:
            judgement, failure = Judgement(points=(), usage=error.usage or Usage()), str(error)
        judgement = completed(judgement, rubric, failure or "The judge did not say.")
        judgement = with_choice(judgement, read.text, rubric)
        judgement = with_verbatim_evidence(judgement, read)
        if spoken is not None:
            judgement = as_heard(judgement, rubric, spoken, least_confidence)
        result = score(rubric, judgement.points, judgement.mistakes, allow_partial=allow_partial)
        follow_up = choose_follow_up(rubric, judgement.points, judgement.mistakes, asked)
        if follow_up is None and result.value is not None:
            follow_up = await self._related(rubric, asked)
        flags = grade_flags(noticed, rubric, judgement, result)
        reasons = review_reasons(rubric, judgement, result, flags, failure)
        identity = self.judge.identity
        return Grade(
            id=f"grd_{secrets.token_hex(12)}",
            rubric=RubricRef(
                id=rubric.id,
                version=rubric.version,
                sha256=rubric.sha256,
                structure_sha256=rubric.structure_sha256,
            ),
            score=result.value,
            score_interval=result.interval,
            band=result.band,
            points=point_grades(rubric, judgement, vectors, identity.judge),
            mistakes=mistake_grades(rubric, judgement, identity.judge),
            missing=missing_points(rubric, judgement.points),
            follow_up=follow_up,
            flags=flags,
            repairs=read.repairs,
            needs_review=bool(reasons),
            review_reasons=reasons,
            grader=GraderRef(
                judge=identity.judge,
                model=identity.model,
                prompt_sha256=identity.prompt_sha256,
                version=__version__,
            ),
            usage=judgement.usage,
            elapsed_ms=round((time.perf_counter() - started) * 1000),
            spoken=describe(spoken, least_confidence) if spoken else None,
        )

    def use_reviewed(self, texts: ExampleTexts) -> None:
        """Show judges reviewed answers, where the index can find them.

        Args:
            texts: Knows the answers and what people said of them.
        """
        if isinstance(self._index, ExampleIndex):
            self.reviewed = ReviewedAnswers(self._index, self._encoder, texts)

    def lint_checks(self) -> Sequence[Check]:
        """Return everything that rubrics can be looked over for; blocks, and so do the checks.

        They share the models with the grades that are made meanwhile.

        Raises:
            ConfigurationError: Meanings cannot be compared with these embedders.
        """
        return (*TEXT_CHECKS, meaning_checks(self._encoder.in_turn(), self._questions.in_turn()))

    async def forget(self, answer: str, names: Collection[str]) -> Forgotten:
        """Delete what is kept of an answer outside the records.

        Args:
            answer: Its text.
            names: What it is called among the reviewed answers.
        """
        judgements = 0
        if isinstance(self.judge, SupportsForget):
            judgements = await asyncio.to_thread(self.judge.forget, answer)
        examples = 0
        if isinstance(self._index, ExampleIndex) and names:
            examples = await asyncio.to_thread(self._index.forget_examples, names)
        return Forgotten(judgements, examples)

    async def ping_index(self) -> None:
        """Look whether the index is there.

        Raises:
            IndexUnavailable: It is not.
        """
        if self._index is not None:
            await asyncio.to_thread(self._index.ping)

    async def route(self, question: str, own: OwnRubrics | None = None) -> Rubric:
        """Find the rubric for a free-form question.

        Args:
            question: In any words.
            own: Rubrics that are searched with the bank's, for their owner.

        Raises:
            AnswerInvalid: The question is not text that can be read.
            NoMatchingRubric: None is near enough, or several are about equally near.
            IndexUnavailable: The index cannot be searched now.
        """
        read = read_answer(question, max_characters=self.settings.max_answer_characters)
        if self._router is None:
            raise RuntimeError("a grader without an index cannot route questions")
        return await self._router.find(matchable(read.text), own)

    async def index_own(self, own: OwnRubrics) -> None:
        """Let questions be routed to somebody's own rubrics as they are now, ahead of the first one.

        Raises:
            IndexUnavailable: The index cannot be written now; the first question puts it right.
        """
        if self._router is not None:
            await self._router.refresh(own)

    async def _judge(self, task: JudgeTask) -> Judgement:
        began = time.perf_counter()
        judged = False
        try:
            with span("judge", {"judge": self.judge.identity.judge}):
                judgement = await self.judge.judge(task)
            judged = True
        finally:
            self.on_judged(time.perf_counter() - began, judged)
        return judgement

    async def _related(self, rubric: Rubric, asked: Collection[str]) -> NextQuestion | None:
        if self._index is None:
            return None
        encoded = await self._questions.encode([matchable(rubric.question)])
        return await asyncio.to_thread(
            related_question, self._index, self.bank, rubric, encoded[0].vector, asked
        )
