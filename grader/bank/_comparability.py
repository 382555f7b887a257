"""Whether grades under two versions of a rubric can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from grader.types import Frozen, Rubric


class Level(StrEnum):
    """How far grades under two versions can be compared, most first.

    `rescorable` means that the old verdicts suffice: code can work out the new score from them,
    and no answer has to be judged again.
    """

    IDENTICAL = "identical"
    SAME_SCALE = "same_scale"
    RESCORABLE = "rescorable"
    PARTLY = "partly"
    NOT_AT_ALL = "not_at_all"


class Comparability(Frozen):
    """What becomes of grades made under the old version.

    Attributes:
        level: How far they can be compared.
        same_structure: Whether ids, weights and penalties are equal, as the structure hash says.
        kept: Ids of points and mistakes with the same weight or penalty in both.
        reweighted: Ids in both whose weight or penalty differs.
        reworded: Ids in both that are worded differently, so that verdicts may differ.
        dropped: Ids of the old version only.
        added: Ids of the new version only; old grades have no verdict on them.
        renamed: Old ids by new, for points whose claims are alike; grades do not map by themselves.
        message: The same in sentences.
    """

    level: Level
    same_structure: bool
    kept: tuple[str, ...]
    reweighted: tuple[str, ...]
    reworded: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]
    renamed: Mapping[str, str]
    message: str


def compare_structures(old: Rubric, new: Rubric, renamed: Mapping[str, str]) -> Comparability:
    """Compare two versions by the ids of their points and mistakes.

    Args:
        old: The version that there are grades of.
        new: The other version.
        renamed: Old ids of points by new, where that is known.
    """
    before, after = _sizes(old), _sizes(new)
    # An id that stands in two rubrics, or for a point here and a mistake there, is a coincidence.
    shared = [
        name
        for name, (what, _) in after.items()
        if old.id == new.id and before.get(name, ("", 0))[0] == what
    ]
    wording_before, wording_after = _wordings(old), _wordings(new)
    reworded = tuple(name for name in shared if wording_before[name] != wording_after[name])
    level = _level(old, new, shared)
    required = _required(old) != _required(new)
    return Comparability(
        level=level,
        same_structure=old.structure_sha256 == new.structure_sha256,
        kept=tuple(name for name in shared if before[name] == after[name]),
        reweighted=tuple(name for name in shared if before[name] != after[name]),
        reworded=reworded,
        dropped=tuple(name for name in before if name not in shared),
        added=tuple(name for name in after if name not in shared),
        renamed=dict(renamed),
        message=" ".join(_sentences(level, reworded, required=required)),
    )


def _level(old: Rubric, new: Rubric, shared: list[str]) -> Level:
    if old.model_copy(update={"version": new.version}).sha256 == new.sha256:
        return Level.IDENTICAL
    if not shared:
        return Level.NOT_AT_ALL
    if old.structure_sha256 == new.structure_sha256:
        return Level.SAME_SCALE
    if len(shared) == len(_sizes(new)):
        return Level.RESCORABLE
    return Level.PARTLY


_SENTENCES = {
    Level.IDENTICAL: "The content is the same, so grades under either are grades under both.",
    Level.SAME_SCALE: (
        "Points, mistakes and weights are the same, so old and new scores are on one scale and can "
        "be compared point by point."
    ),
    Level.RESCORABLE: (
        "Scores cannot be compared as they stand, but old grades can be scored anew from their "
        "verdicts, without judging the answers again."
    ),
    Level.PARTLY: (
        "Scores cannot be compared; verdicts can, on the points and mistakes that both have. "
        "For a new score the old answers have to be graded again."
    ),
    Level.NOT_AT_ALL: "Nothing can be compared: the two have no point and no mistake in common.",
}


def _sentences(level: Level, reworded: tuple[str, ...], *, required: bool) -> list[str]:
    sentences = [_SENTENCES[level]]
    if reworded and level is not Level.NOT_AT_ALL:
        names = ", ".join(reworded)
        sentences.append(f"The same answer may get other verdicts on what was reworded: {names}.")
    if required and level is not Level.NOT_AT_ALL:
        sentences.append("Other points are required, so the same score may be in another band.")
    return sentences


def _sizes(rubric: Rubric) -> dict[str, tuple[str, float]]:
    points = {point.id: ("point", point.weight) for point in rubric.points}
    return points | {m.id: ("mistake", m.penalty) for m in rubric.mistakes}


def _wordings(rubric: Rubric) -> dict[str, object]:
    points = {p.id: (p.claim, set(p.accept), set(p.reject)) for p in rubric.points}
    return points | {m.id: (m.claim, m.correction) for m in rubric.mistakes}


def _required(rubric: Rubric) -> set[str]:
    return {point.id for point in rubric.points if point.required}
