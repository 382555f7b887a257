"""A second reading, by a cross-encoder, of what bears most on each point and mistake.

The head decides from features of two texts that were encoded apart. A cross-encoder reads them
together, and so sees what goes with what; by itself it judges worse than the head, and together they
judge better than either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import numpy as np

from grader.cross_encoder import (
    INSTALLED,
    MIXTURE_FILE,
    ClaimAndPassage,
    CrossEncoder,
    build_cross_encoder,
    model_folder,
)
from grader.embedding import FloatArray
from grader.judges._protocol import JudgeTask
from grader.judges.local._features import OwnerFeatures
from grader.judges.local._head import Head, load_head
from grader.judges.local._mixture import Mixture, load_mixture
from grader.judges.local._passages import chosen_passage
from grader.settings import Settings
from grader.types import Verdict

Verdicts = Mapping[str, Mapping[Verdict, float]]


class SecondReader:
    """A cross-encoder, with what its scores mean for the head's probabilities."""

    def __init__(self, cross_encoder: CrossEncoder, mixture: Mixture, head: Head) -> None:
        """Put the three together; the cross-encoder reads in a thread of its own."""
        self._cross_encoder = cross_encoder
        self._mixture = mixture
        self._head = head
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cross-encoder")

    @property
    def revision(self) -> str:
        """What reads, and the revision of the mixture; part of the judge's identity."""
        return f"{self._cross_encoder.fingerprint}+{self._mixture.revision}"

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    async def reconsider(
        self,
        task: JudgeTask,
        features: Sequence[OwnerFeatures],
        verdicts: Verdicts,
        made: Mapping[str, float],
    ) -> tuple[Verdicts, Mapping[str, float]]:
        """Read again what bears on some points and mistakes.

        Args:
            task: What is judged.
            features: Of the points and mistakes to read again.
            verdicts: The head's probabilities, by point.
            made: The head's probability that a mistake is made, by mistake.

        Returns:
            Both, with those that were read again changed. A rubric that is nothing but one reference
            answer is another task than the mixture was fitted for, and its point is not read again.
        """
        claims = task.rubric.claims
        is_reference = len(task.rubric.points) == 1
        read = [
            each for each in features if each.owner in made or not (is_reference and each.is_bare)
        ]
        if not read:
            return verdicts, made
        pairs = [
            ClaimAndPassage(claims[each.owner], chosen_passage(task.answer, each)) for each in read
        ]
        loop = asyncio.get_running_loop()
        scores = await loop.run_in_executor(self._thread, self._cross_encoder.score, pairs)
        weighed, accused = dict(verdicts), dict(made)
        for each, row in zip(read, scores, strict=True):
            owner = each.owner
            if owner in made:
                accused[owner] = self._made(made[owner], row)
            else:
                weighed[owner] = self._weigh(verdicts[owner], row, is_bare=each.is_bare)
        return weighed, accused

    def _weigh(
        self, shares: Mapping[Verdict, float], scores: FloatArray, *, is_bare: bool
    ) -> dict[Verdict, float]:
        head, mix = (
            (self._head.bare_point, self._mixture.bare_point)
            if is_bare
            else (self._head.point, self._mixture.point)
        )
        verdicts = [Verdict(name) for name in head.classes]
        row = np.array([[shares[verdict] for verdict in verdicts]])
        mixed = mix.probabilities(row, scores[None])[0]
        return {verdict: float(share) for verdict, share in zip(verdicts, mixed, strict=True)}

    def _made(self, probability: float, scores: FloatArray) -> float:
        column = self._head.mistake.classes.index("made")
        row = np.full((1, 2), 1 - probability)
        row[0, column] = probability
        return float(self._mixture.mistake.probabilities(row, scores[None])[0, column])


def mixture_path(settings: Settings) -> Path:
    """Where what was fitted for the cross-encoder that settings name lies."""
    if settings.cross_encoder == INSTALLED:
        return Path(str(files("grader.judges.local").joinpath("mixture.json")))
    return model_folder(settings) / MIXTURE_FILE


def build_second_reader(settings: Settings) -> SecondReader | None:
    """Build the second reader that the settings name; None where they name none.

    Raises:
        ConfigurationError: The cross-encoder cannot be loaded, or nothing was fitted for it.
    """
    cross_encoder = build_cross_encoder(settings)
    if cross_encoder is None:
        return None
    head = load_head()
    return SecondReader(
        cross_encoder, load_mixture(mixture_path(settings), head, cross_encoder), head
    )
