"""Points and mistakes that the rubric's own words settle, so that nothing is left to estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grader.answers import Answer
from grader.index import RubricVectors
from grader.judges.local._altered import Alteration, alterations
from grader.judges.local._explain import explain_mistake
from grader.judges.local._owners import Owner, owners_of
from grader.judges.local._verbatim import Run, verbatim_runs
from grader.types import Evidence, MistakeFinding, PointFinding, Verdict

# A rubric's very words are as good as certain; a person may still have meant them otherwise.
_VERBATIM = 0.97
# Nearly its words, with one that turns them round: none of the labelled answers and statements
# where this is found, more than six hundred, has another label than contradicted.
_TURNED = 0.95


class Settled(NamedTuple):
    """What is certain about a point or a mistake.

    Attributes:
        affirmed: Whether the answer states it or denies it.
        probability: That this is so.
        evidence: The words.
        why: The reason, for a point.
    """

    affirmed: bool
    probability: float
    evidence: Evidence
    why: str


def settle(
    answer: Answer,
    rubric: RubricVectors,
    own: Sequence[bool],
    usable: Sequence[bool],
    nearest: Mapping[str, int],
) -> dict[str, Settled]:
    """Find what the answer affirms or denies in the rubric's words, or turns round in nearly those.

    An owner that is both affirmed and denied is left to be judged, and so is one that other words
    of the answer speak of than those that turn it round.

    Args:
        answer: The answer as read.
        rubric: The rubric's vectors.
        own: Which segments are the candidate's own statements.
        usable: The same of windows.
        nearest: By owner, the index of the window that affirms it most.
    """
    runs = verbatim_runs(answer, rubric, own)
    altered = alterations(answer, rubric, usable)
    settled = {}
    for owner in owners_of(rubric):
        found = _verbatim(owner, runs, answer) or _turned(owner, altered, answer, nearest[owner.id])
        if found is not None:
            settled[owner.id] = found
    return settled


def settled_point(point_id: str, settled: Settled) -> PointFinding:
    """Make the finding on a point."""
    verdict = Verdict.COVERED if settled.affirmed else Verdict.CONTRADICTED
    rest = round((1 - settled.probability) / 3, 4)
    shares = dict.fromkeys(
        (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED), rest
    )
    return PointFinding(
        point_id=point_id,
        verdict=verdict,
        probabilities=shares | {verdict: settled.probability},
        evidence=(settled.evidence,),
        why=settled.why,
    )


def settled_mistake(mistake_id: str, settled: Settled) -> MistakeFinding:
    """Make the finding on a mistake."""
    made = settled.affirmed
    return MistakeFinding(
        mistake_id=mistake_id,
        made=made,
        probability=settled.probability if made else round(1 - settled.probability, 4),
        evidence=(settled.evidence,) if made else (),
        why=explain_mistake(made=made),
    )


def _verbatim(owner: Owner, runs: Mapping[int, Run], answer: Answer) -> Settled | None:
    wanted = [runs[row] for row in owner.wanted if row in runs]
    against = [runs[row] for row in owner.against if row in runs]
    if bool(wanted) is bool(against):
        return None
    run = (wanted or against)[0]
    start, end = answer.segments[run.first].start, answer.segments[run.last].end
    evidence = Evidence(start=start, end=end, quote=answer.text[start:end])
    why = "Says this." if wanted else "Says what the rubric lists as contradicting this."
    return Settled(bool(wanted), _VERBATIM, evidence, why)


def _turned(
    owner: Owner, altered: Mapping[int, Alteration], answer: Answer, nearest: int
) -> Settled | None:
    at = answer.windows[nearest]
    for row in owner.wanted:
        turned = altered.get(row)
        if turned and turned.window.first <= at.last and at.first <= turned.window.last:
            window = turned.window
            evidence = Evidence(start=window.start, end=window.end, quote=answer.quote(window))
            why = (
                f"Says “{turned.given}” where “{turned.wanted}” is right."
                if turned.given
                else "Denies this, or affirms what this denies."
            )
            return Settled(affirmed=False, probability=_TURNED, evidence=evidence, why=why)
    return None
