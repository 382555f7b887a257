"""Selection rates, scoring rates and impact ratios of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import NamedTuple

from scipy import stats

from evals.fairness._rows import FairnessInvalid, Row
from evals.fairness._types import SMALL, Group, Rate, Selection, Threshold
from evals.metrics import BANDS
from grader.errors import BadInput
from grader.scoring import band_of
from grader.types import Band

FOUR_FIFTHS = 0.8
# What New York's rules let an auditor leave out of the impact ratios, 6 RCNY § 5-301.
LEAST_SHARE = 0.02
CROSSED = " × "
_DIGITS = 4


class ThresholdInvalid(BadInput):
    """A threshold that is neither a band nor a score."""

    code = "threshold_invalid"


def parse_threshold(text: str) -> Threshold:
    """Read a band's name, or a score.

    Raises:
        ThresholdInvalid: It is neither; says what there is.
    """
    if text in (bands := [str(band) for band in BANDS]):
        return Threshold(band=Band(text))
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 100:
        raise ThresholdInvalid(
            f"the threshold {text!r} is neither a band ({', '.join(bands)}) nor a score of 0 to 100"
        )
    return Threshold(score=score)


@dataclass(frozen=True, slots=True)
class Unit:
    """An answer, or a person with all their answers.

    Attributes:
        score: None where withheld.
    """

    tags: Mapping[str, str]
    score: float | None
    band: Band | None


def units_of(rows: Sequence[Row], candidate: str | None, tags: Sequence[str]) -> list[Unit]:
    """Take every answer by itself, or average the scores of each person.

    Args:
        rows: The answers.
        candidate: The tag whose values name persons; answers without it are left out.
        tags: Group tags, which must say the same in all answers of a person.

    Raises:
        FairnessInvalid: A person belongs to two groups at once.
    """
    if candidate is None:
        return [Unit(row.tags, row.score, row.band) for row in rows]
    persons: dict[str, list[Row]] = {}
    for row in rows:
        if candidate in row.tags:
            persons.setdefault(row.tags[candidate], []).append(row)
    units: list[Unit] = []
    for name, answers in persons.items():
        held: dict[str, str] = {}
        for row in answers:
            for tag in tags:
                if tag in row.tags and held.setdefault(tag, row.tags[tag]) != row.tags[tag]:
                    raise FairnessInvalid(
                        f"{candidate}={name} has {tag}={held[tag]} in one answer and "
                        f"{tag}={row.tags[tag]} in '{row.id}'; a person belongs to one group"
                    )
        scores = [row.score for row in answers if row.score is not None]
        mean = round(fmean(scores), 4) if scores else None
        units.append(Unit(held, mean, None if mean is None else band_of(mean)))
    return units


def select(
    units: Sequence[Unit],
    tags: Sequence[str],
    threshold: Threshold | None,
    *,
    unit: str = "answers",
    least_share: float = 0.0,
) -> Selection:
    """Compare how often groups pass.

    A unit is selected at or above the threshold, and scored high strictly above the median of the
    full sample, whatever their group.

    Args:
        units: Answers or persons.
        tags: One tag, or several whose values are crossed.
        threshold: From where on one is selected; None leaves selection rates out.
        unit: What a unit is called.
        least_share: Groups with less than this share of all have no impact ratio.

    Raises:
        FairnessInvalid: Nothing with a score belongs to a group.
    """
    scored = [each for each in units if each.score is not None]
    known = [each for each in scored if all(tag in each.tags for tag in tags)]
    if not known:
        raise FairnessInvalid(f"no answer with a score has the tags: {', '.join(tags)}")
    middle = median(each.score for each in scored if each.score is not None)
    members: dict[str, list[Unit]] = {}
    for each in known:
        members.setdefault(CROSSED.join(each.tags[tag] for tag in tags), []).append(each)
    left_out = {name for name, group in members.items() if len(group) < least_share * len(known)}

    def above(each: Unit) -> bool:
        return each.score is not None and each.score > middle

    scoring = _rates(members, above, left_out)
    selection = _rates(members, lambda each: _selected(each, threshold), left_out)
    return Selection(
        tags=tuple(tags),
        unit=unit,
        size=len(known),
        unknown=len(scored) - len(known),
        withheld=len(units) - len(scored),
        median=round(middle, _DIGITS),
        threshold=threshold,
        least_share=least_share,
        groups=tuple(
            Group(
                name=name,
                size=len(group),
                share=round(len(group) / len(known), _DIGITS),
                small=len(group) < SMALL,
                left_out=name in left_out,
                selection=selection[name] if threshold else None,
                scoring=scoring[name],
            )
            for name, group in sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))
        ),
    )


def _selected(unit: Unit, threshold: Threshold | None) -> bool:
    if threshold is None or unit.score is None:
        return False
    if threshold.band is not None:
        return unit.band is not None and BANDS.index(unit.band) >= BANDS.index(threshold.band)
    return threshold.score is not None and unit.score >= threshold.score


class _Count(NamedTuple):
    passed: int
    size: int

    @property
    def rate(self) -> float:
        return self.passed / self.size

    def interval(self) -> tuple[float, float]:
        found = stats.binomtest(self.passed, self.size).proportion_ci(0.95, method="wilson")
        return float(found.low), float(found.high)


def _rates(
    members: Mapping[str, Sequence[Unit]], passes: Callable[[Unit], bool], left_out: set[str]
) -> dict[str, Rate]:
    counts = {name: _Count(sum(map(passes, group)), len(group)) for name, group in members.items()}
    compared = {name: count for name, count in counts.items() if name not in left_out}
    best = max(compared, key=lambda name: (compared[name].rate, compared[name].size), default="")
    rates: dict[str, Rate] = {}
    for name, count in counts.items():
        low, high = count.interval()
        rate = Rate(
            passed=count.passed,
            rate=round(count.rate, _DIGITS),
            low=round(low, _DIGITS),
            high=round(high, _DIGITS),
        )
        if name in compared and compared[best].passed:
            rate = rate.model_copy(update=_against(count, compared[best], is_best=name == best))
        rates[name] = rate
    return rates


def _against(count: _Count, best: _Count, *, is_best: bool) -> dict[str, object]:
    ratio = count.rate / best.rate
    found: dict[str, object] = {
        "ratio": round(ratio, _DIGITS),
        # Twelve of fifteen against one is four fifths; a last bit must not make it less.
        "below_four_fifths": ratio < FOUR_FIFTHS - 1e-9,
    }
    if is_best:
        return found
    low, high = ratio_interval(count, best)
    table = [
        [count.passed, count.size - count.passed],
        [best.passed, best.size - best.passed],
    ]
    found["ratio_low"] = round(low, _DIGITS)
    found["ratio_high"] = round(high, _DIGITS)
    found["p_value"] = float(f"{stats.fisher_exact(table).pvalue:.3g}")
    return found


def ratio_interval(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    """95 % interval of a ratio of two independent shares.

    Wilson's intervals of both shares, combined (Donner and Zou, Statistical Methods in Medical
    Research 21, 2012; compared with others by Fagerland, Lydersen and Laake, same journal 24, 2015).

    Args:
        one: Passed and all, of the numerator.
        other: Likewise of the denominator, where some passed.
    """
    first, second = _Count(*one), _Count(*other)
    p, q = first.rate, second.rate
    (p_low, p_high), (q_low, q_high) = first.interval(), second.interval()
    product = p * q
    below = product**2 - p_low * q_high * (2 * p - p_low) * (2 * q - q_high)
    above = product**2 - p_high * q_low * (2 * p - p_high) * (2 * q - q_low)
    low = p_low * (2 * p - p_low) / (product + max(0.0, below) ** 0.5) if product else 0.0
    high = (product + max(0.0, above) ** 0.5) / (q_low * (2 * q - q_low))
    return low, high
