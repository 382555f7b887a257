"""Grading one answer, from text to `Grade`; everything else calls this."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypeVar

from grader import __version__
from grader.answers import Answer, Flag, find_flags, matchable, read_answer, spoken_terms
from grader.bank import Bank, load_bank
from grader.choices import with_choice
from grader.embedding import SharedEncoder, build_embedder, build_question_embedder
from grader.errors import JudgeUnavailable
from grader.follow_up import choose_follow_up
from grader.index import (
    Role,
    RubricVectors,
    VectorIndex,
    build_index,
    encode_rubric,
    explaining_passage,
    nearest_rubric,
    related_question,
)
from grader.judges import Judge, JudgeTask, SupportsClose, build_judge
from grader.scoring import Score, band_of, missing_points, score
from grader.settings import Settings
from grader.types import (
    Evidence,
    Grade,
    GraderRef,
    Judgement,
    MistakeFinding,
    MistakeGrade,
    NextQuestion,
    PointFinding,
    PointGrade,
    Rubric,
    RubricRef,
    Status,
    Usage,
    Verdict,
)

# About 0.3 MB each; a bank of this size stays in memory, a larger one is read on demand.
_RUBRICS_IN_MEMORY = 256

_Finding = TypeVar("_Finding", PointFinding, MistakeFinding)

_DRAFT_FLAG = "draft_rubric"
_PARTIAL_FLAG = "partial_score"

_FLAGS_FOR_REVIEW = {
    Flag.INSTRUCTION_IN_ANSWER: "The answer speaks to whoever grades it.",
    Flag.COPIES_QUESTION: "The answer only repeats the question.",
    Flag.COPIES_REFERENCE: "The answer copies the reference answer.",
    Flag.KEYWORD_LIST: "The answer lists terms without saying anything about them.",
    Flag.OFF_TOPIC: "Most of the answer is about none of the rubric's points or mistakes.",
}

# What no judge can read is not judged, and never held against the candidate.
_UNREADABLE = {
    Flag.POOR_TRANSCRIPT: "the transcript is too poor to read",
    Flag.OTHER_LANGUAGE: "the answer is mostly not in English",
}


class Grader:
    """The service's core: a bank, its index, an encoder and a judge, put together once.

    Grading is async and safe to call concurrently; concurrent grades share model batches.
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
        self._vectors: OrderedDict[str, RubricVectors] = OrderedDict()
        self._loading: dict[str, Future[RubricVectors]] = {}
        self._loader = ThreadPoolExecutor(max_workers=2, thread_name_prefix="rubrics")

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
        """Finish what is being encoded, and end the threads of the encoder and of the judge."""
        if isinstance(self.judge, SupportsClose):
            self.judge.close()
        self._loader.shutdown()
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
    ) -> Grade:
        """Grade one answer.

        Args:
            answer: The candidate's words, as typed or transcribed.
            rubric: The version to grade under.
            asked: Ids of follow-ups put to the candidate already.
            allow_partial: Score the graded points when some are ungraded, instead of withholding
                the score.

        Raises:
            AnswerInvalid: The answer cannot be graded as it stands.
        """
        started = time.perf_counter()
        read = read_answer(
            answer,
            max_characters=self.settings.max_answer_characters,
            vocabulary=spoken_terms(rubric),
        )
        vectors = await self._rubric_vectors(rubric)
        noticed = find_flags(read, rubric)
        failure = next((why for flag, why in _UNREADABLE.items() if flag in noticed), None)
        try:
            if failure is None:
                judgement = await self.judge.judge(JudgeTask(read, rubric, vectors))
            else:
                judgement = Judgement(points=())
        except JudgeUnavailable as error:
            judgement, failure = Judgement(points=(), usage=error.usage or Usage()), str(error)
        judgement = _completed(judgement, rubric, failure or "The judge did not say.")
        judgement = with_choice(judgement, read.text, rubric)
        judgement = _with_verbatim_evidence(judgement, read)
        result = score(rubric, judgement.points, judgement.mistakes, allow_partial=allow_partial)
        follow_up = choose_follow_up(rubric, judgement.points, judgement.mistakes, asked)
        if follow_up is None and result.value is not None:
            follow_up = await self._related(rubric, asked)
        flags = _flags(noticed, rubric, judgement, result)
        reasons = _review_reasons(rubric, judgement, result, flags, failure)
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
            points=_point_grades(rubric, judgement, vectors, identity.judge),
            mistakes=_mistake_grades(rubric, judgement, identity.judge),
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
        )

    async def route(self, question: str) -> Rubric:
        """Find the rubric for a free-form question.

        Raises:
            AnswerInvalid: The question is not text that can be read.
            NoMatchingRubric: None is near enough, or several are about equally near.
        """
        read = read_answer(question, max_characters=self.settings.max_answer_characters)
        encoded = await self._questions.encode([matchable(read.text)])
        if self._index is None:
            raise RuntimeError("a grader without an index cannot route questions")
        return await asyncio.to_thread(
            nearest_rubric,
            self._index,
            self.bank,
            encoded[0].vector,
            min_similarity=self.settings.route_similarity,
            min_margin=self.settings.route_margin,
        )

    async def _rubric_vectors(self, rubric: Rubric) -> RubricVectors:
        cached = self._vectors.get(rubric.sha256)
        if cached is not None:
            self._vectors.move_to_end(rubric.sha256)
            return cached
        # Whoever else asks for the same rubric meanwhile waits for the same vectors; one who gives
        # up does not take them from the others.
        loading = self._loading.get(rubric.sha256)
        if loading is None:
            loading = self._loader.submit(self._load_vectors, rubric)
            self._loading[rubric.sha256] = loading
        try:
            vectors = await asyncio.shield(asyncio.wrap_future(loading))
        finally:
            if loading.done():
                self._loading.pop(rubric.sha256, None)
        self._vectors[rubric.sha256] = vectors
        while len(self._vectors) > _RUBRICS_IN_MEMORY:
            self._vectors.popitem(last=False)
        return vectors

    def _load_vectors(self, rubric: Rubric) -> RubricVectors:
        if self._index is not None:
            held = self._index.read(rubric, self._encoder.fingerprint)
            if held is not None:
                return held
        return encode_rubric(rubric, self._encoder).unpack(rubric)

    async def _related(self, rubric: Rubric, asked: Collection[str]) -> NextQuestion | None:
        if self._index is None:
            return None
        encoded = await self._questions.encode([matchable(rubric.question)])
        return await asyncio.to_thread(
            related_question, self._index, self.bank, rubric, encoded[0].vector, asked
        )


def _completed(judgement: Judgement, rubric: Rubric, why: str) -> Judgement:
    """Have one finding for each point and mistake; what was left out, or said twice, is ungraded."""
    points = _said_once((finding.point_id, finding) for finding in judgement.points)
    mistakes = _said_once((finding.mistake_id, finding) for finding in judgement.mistakes)
    return judgement.model_copy(
        update={
            "points": tuple(
                points.get(point.id)
                or PointFinding(point_id=point.id, verdict=Verdict.UNGRADED, why=why)
                for point in rubric.points
            ),
            "mistakes": tuple(
                mistakes.get(mistake.id)
                or MistakeFinding(mistake_id=mistake.id, made=None, why=why)
                for mistake in rubric.mistakes
            ),
        }
    )


def _said_once(findings: Iterable[tuple[str, _Finding]]) -> dict[str, _Finding]:
    said: dict[str, list[_Finding]] = {}
    for name, finding in findings:
        said.setdefault(name, []).append(finding)
    return {name: each[0] for name, each in said.items() if len(each) == 1}


def _with_verbatim_evidence(judgement: Judgement, answer: Answer) -> Judgement:
    """Reject findings that rest on words the answer never said."""
    points = []
    for finding in judgement.points:
        kept = _verbatim(finding.evidence, answer)
        if finding.verdict in (Verdict.MISSING, Verdict.UNGRADED) or kept:
            points.append(finding.model_copy(update={"evidence": kept}))
        else:
            why = "The judge gave no words of the answer for its verdict."
            points.append(
                PointFinding(point_id=finding.point_id, verdict=Verdict.UNGRADED, why=why)
            )
    mistakes = []
    for found in judgement.mistakes:
        kept = _verbatim(found.evidence, answer)
        if not found.made or kept:
            mistakes.append(found.model_copy(update={"evidence": kept}))
        else:
            why = "The judge gave no words of the answer for this."
            mistakes.append(MistakeFinding(mistake_id=found.mistake_id, made=None, why=why))
    return judgement.model_copy(update={"points": tuple(points), "mistakes": tuple(mistakes)})


def _verbatim(evidence: Iterable[Evidence], answer: Answer) -> tuple[Evidence, ...]:
    return tuple(span for span in evidence if answer.text[span.start : span.end] == span.quote)


def _point_grades(
    rubric: Rubric, judgement: Judgement, vectors: RubricVectors, judge: str
) -> tuple[PointGrade, ...]:
    findings = {finding.point_id: finding for finding in judgement.points}
    claims = {
        item.statement.owner: item
        for item in vectors.statements
        if item.statement.role is Role.CLAIM
    }
    return tuple(
        PointGrade(
            id=point.id,
            claim=point.claim,
            weight=point.weight,
            verdict=findings[point.id].verdict,
            confidence=findings[point.id].confidence,
            evidence=findings[point.id].evidence,
            why=findings[point.id].why,
            passage=None
            if findings[point.id].verdict is Verdict.COVERED
            else explaining_passage(rubric, vectors, claims[point.id]),
            judge=findings[point.id].judge or judge,
        )
        for point in rubric.points
    )


def _mistake_grades(rubric: Rubric, judgement: Judgement, judge: str) -> tuple[MistakeGrade, ...]:
    findings = {finding.mistake_id: finding for finding in judgement.mistakes}
    return tuple(
        MistakeGrade(
            id=mistake.id,
            claim=mistake.claim,
            made=findings[mistake.id].made,
            confidence=round(findings[mistake.id].confidence, 4),
            evidence=findings[mistake.id].evidence,
            correction=mistake.correction,
            judge=findings[mistake.id].judge or judge,
        )
        for mistake in rubric.mistakes
    )


def _ungraded(judgement: Judgement) -> int:
    points = sum(finding.verdict is Verdict.UNGRADED for finding in judgement.points)
    return points + sum(finding.made is None for finding in judgement.mistakes)


def _flags(
    noticed: Iterable[Flag], rubric: Rubric, judgement: Judgement, result: Score
) -> tuple[str, ...]:
    flags = [str(flag) for flag in noticed]
    if rubric.status is Status.DRAFT:
        flags.append(_DRAFT_FLAG)
    if result.value is not None and _ungraded(judgement):
        flags.append(_PARTIAL_FLAG)
    return (*flags, *judgement.flags)


def _review_reasons(
    rubric: Rubric,
    judgement: Judgement,
    result: Score,
    flags: Iterable[str],
    failure: str | None,
) -> tuple[str, ...]:
    reasons = [reason for flag, reason in _FLAGS_FOR_REVIEW.items() if flag in flags]
    if failure:
        reasons.append(f"The judge could not judge: {failure}")
    elif (count := _ungraded(judgement)) > 0:
        reasons.append(f"{count} of the points and mistakes could not be judged.")
    reasons.extend(judgement.notes)
    if result.interval is not None:
        low, high = (band_of(bound) for bound in result.interval)
        if low is not high:
            bands = f"{low} to {high}".replace("_", " ")
            reasons.append(f"The score may lie in another band: {bands}.")
    required = {point.id for point in rubric.points if point.required}
    unsure = [f.point_id for f in judgement.points if f.point_id in required and _is_unsure(f)]
    if unsure:
        reasons.append(f"The verdict on a required point is unsure: {', '.join(unsure)}.")
    return tuple(reasons)


def _is_unsure(finding: PointFinding) -> bool:
    return finding.verdict is not Verdict.UNGRADED and finding.confidence < 0.6
