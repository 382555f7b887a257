"""Checks that compare meanings, for which an embedder is needed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from grader.bank.lint._duplicates import (
    duplicate_claim,
    duplicate_phrasing,
    mistake_in_reference,
)
from grader.bank.lint._findings import Code, Finding, warn
from grader.bank.lint._measures import Support, measure
from grader.embedding import Embedder
from grader.errors import ConfigurationError
from grader.types import Frozen, Rubric

_LONGEST_QUOTE = 90


class Thresholds(Frozen):
    """Where the measures of a good rubric end; the file says what they were taken from.

    Attributes:
        encoder: Fingerprint of the embedder that compares with the reference answer.
        plain: Fingerprint of the one that compares statements with each other.
        supported: Least strength at which the reference answer says a point.
        supported_alone: The same for a point without accepted phrasings.
        mistaken: Lead at which the reference answer makes a mistake.
        same_claim: Likeness at which two claims say the same.
        same_phrasing: Likeness at which a phrasing makes another point.
        measured: How much is found, and of what.
    """

    encoder: str
    plain: str
    supported: float
    supported_alone: float
    mistaken: float
    same_claim: float
    same_phrasing: float
    measured: dict[str, str]


class MeaningChecks:
    """Finds what words alone do not show: unsupported points, hidden duplicates, mistakes made."""

    def __init__(self, embedder: Embedder, plain: Embedder) -> None:
        """Compare by the vectors of two embedders; see `measure` for what each does.

        Raises:
            ConfigurationError: The thresholds were taken with other embedders.
        """
        self._embedder, self._plain = embedder, plain
        self._limits = load_thresholds()
        for wanted, given in ((self._limits.encoder, embedder), (self._limits.plain, plain)):
            if wanted != given.fingerprint:
                raise ConfigurationError(
                    f"meanings can be compared with the embedder {wanted} only, not with "
                    f"{given.fingerprint}; leave GRADER_EMBEDDER_MODEL at its default, or set the "
                    "thresholds anew with 'python -m evals.training.lint_thresholds'"
                )

    def __call__(self, rubric: Rubric) -> Iterator[Finding]:
        """Yield warnings on one rubric."""
        limits, found = self._limits, measure(rubric, self._embedder, self._plain)
        same = [pair for pair in found.claims if pair.value >= limits.same_claim]
        for pair in same:
            yield duplicate_claim(pair.first, pair.second)
        # Where two points are one, the phrasings of either make the other too: said already.
        said = {frozenset((pair.first.id, pair.second.id)) for pair in same}
        for pair in found.phrasings:
            apart = frozenset((pair.first.id, pair.second.id)) not in said
            if pair.value >= limits.same_phrasing and apart:
                yield duplicate_phrasing(pair.second.where, pair.first.id)
        for support in found.support:
            if support.strength < (limits.supported_alone if support.alone else limits.supported):
                yield _unsupported(support)
        for suspicion in found.suspicions:
            if suspicion.lead >= limits.mistaken:
                where, name, _ = suspicion.mistake
                yield mistake_in_reference(where, name, _shortened(suspicion.said))


@lru_cache(maxsize=1)
def load_thresholds() -> Thresholds:
    """Read the thresholds that are installed with the package."""
    source = files("grader.bank.lint").joinpath("thresholds.json")
    return Thresholds.model_validate_json(source.read_text("utf-8"))


def _unsupported(support: Support) -> Finding:
    message = (
        f"the reference answer does not say '{support.point.id}' (nearest: "
        f"“{_shortened(support.nearest)}”); say it there, or drop the point"
    )
    return warn(Code.UNSUPPORTED_POINT, support.point.where, message)


def _shortened(passage: str) -> str:
    return passage if len(passage) <= _LONGEST_QUOTE else passage[: _LONGEST_QUOTE - 1] + "…"
