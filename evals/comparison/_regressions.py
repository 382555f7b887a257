"""The gate for continuous integration: whether a measure got worse by more than it may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from evals.comparison._compare import PRIMARY
from evals.comparison._pairs import ComparisonInvalid
from evals.comparison._types import Comparison, Difference, Regression
from evals.metrics import TITLES


def regressions(
    comparison: Comparison,
    *,
    measures: Sequence[str] = (),
    tolerance: float = 0.0,
    tolerances: Mapping[str, float] | None = None,
) -> tuple[Regression, ...]:
    """List the measures that got worse.

    A measure has got worse when its difference goes the wrong way by more than is tolerated and
    its 95 % interval excludes no change.

    Args:
        comparison: Of what there was with what is proposed.
        measures: Which to look at; those the headline is made from by default.
        tolerance: How much worse a measure may get, in its own unit.
        tolerances: The same for single measures, by name, which are looked at as well.

    Raises:
        ComparisonInvalid: There is no such measure, or none of them could be taken of both runs,
            so that the gate would pass whatever happened.
    """
    allowed = dict(tolerances or {})
    check_measures([*measures, *allowed])
    chosen = tuple(dict.fromkeys((*(measures or PRIMARY), *allowed)))
    missing = [name for name in measures if not _is_tested(comparison.differences.get(name))]
    if missing or not any(_is_tested(comparison.differences.get(name)) for name in chosen):
        raise ComparisonInvalid(
            f"nothing can be said about {', '.join(missing or chosen)}: too few of the answers "
            "are labelled, or graded in both runs"
        )
    found = {
        name: comparison.differences[name] for name in chosen if name in comparison.differences
    }
    return tuple(_regressions(found, tolerance, allowed))


def check_measures(names: Iterable[str]) -> None:
    """See to it that there are measures of these names.

    Raises:
        ComparisonInvalid: There is none of some name.
    """
    for name in names:
        if name not in TITLES:
            near = get_close_matches(name, TITLES, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(TITLES)}"
            raise ComparisonInvalid(f"there is no measure '{name}'; {hint}")


def _regressions(
    found: Mapping[str, Difference], tolerance: float, tolerances: Mapping[str, float]
) -> Iterator[Regression]:
    for name, each in found.items():
        allowed = tolerances.get(name, tolerance)
        if each.difference is None or each.low is None or each.high is None:
            continue
        worse = -each.difference if each.better == "more" else each.difference
        if worse > allowed and not each.low <= 0 <= each.high:
            yield Regression(measure=name, tolerance=allowed, difference=each)


def _is_tested(difference: Difference | None) -> bool:
    return difference is not None and difference.low is not None
